//! Which candidate has which tag.

use domain::{CandidateId, TagId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;

/// A tag on a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedCandidateTag {
    /// The person.
    pub candidate_id: CandidateId,
    /// The tag.
    pub tag_id: TagId,
}

/// Operations on tags on candidates.
#[derive(Debug, Clone, Copy)]
pub struct AppliedCandidateTags<'a> {
    client: &'a Client,
}

impl Client {
    /// Which candidate has which tag.
    #[must_use]
    pub fn applied_candidate_tags(&self) -> AppliedCandidateTags<'_> {
        AppliedCandidateTags { client: self }
    }
}

impl AppliedCandidateTags<'_> {
    /// All tags of one person.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_candidate(&self, id: CandidateId) -> Result<Vec<AppliedCandidateTag>, Error> {
        let request = v3::applied_candidate_tags::of_candidate(id);
        let read = v3::applied_candidate_tags::read_list;
        self.client.all(request, read).await
    }

    /// Whether this person has this tag.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn has(&self, candidate: CandidateId, tag: TagId) -> Result<bool, Error> {
        let request = v3::applied_candidate_tags::pair(candidate, tag);
        let read = v3::applied_candidate_tags::read_list;
        let rows = self.client.call(&request, read).await?;
        let pair = AppliedCandidateTag {
            candidate_id: candidate,
            tag_id: tag,
        };
        Ok(rows.contains(&pair))
    }

    /// Puts a tag on a person.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, candidate: CandidateId, tag: TagId) -> Result<(), Error> {
        let request = v3::applied_candidate_tags::create(candidate, tag);
        self.client.call(&request, v3::read_nothing).await
    }
}
