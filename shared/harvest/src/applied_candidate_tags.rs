//! Which candidate has which tag.

use domain::{CandidateId, TagId};

use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;
use crate::wire;

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
    /// All tags of one person. v1 shows their names only, so its tags are read as well.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_candidate(&self, id: CandidateId) -> Result<Vec<AppliedCandidateTag>, Error> {
        match self.client.version() {
            Version::V3 => {
                let request = v3::applied_candidate_tags::of_candidate(id);
                let read = v3::applied_candidate_tags::read_list;
                self.client.all(request, read).await
            }
            Version::V1 => self.by_name(id).await,
        }
    }

    /// Whether this person has this tag.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn has(&self, candidate: CandidateId, tag: TagId) -> Result<bool, Error> {
        let rows = match self.client.version() {
            Version::V3 => {
                let request = v3::applied_candidate_tags::pair(candidate, tag);
                let read = v3::applied_candidate_tags::read_list;
                self.client.call(&request, read).await?
            }
            Version::V1 => self.by_name(candidate).await?,
        };
        let pair = AppliedCandidateTag {
            candidate_id: candidate,
            tag_id: tag,
        };
        Ok(rows.contains(&pair))
    }

    /// Puts a tag on a person. v1 does not mind if they have it.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, candidate: CandidateId, tag: TagId) -> Result<(), Error> {
        let request = match self.client.version() {
            Version::V3 => v3::applied_candidate_tags::create(candidate, tag),
            Version::V1 => v1::candidate_tags::apply(candidate, tag),
        };
        self.client.call(&request, wire::read_nothing).await
    }

    async fn by_name(&self, id: CandidateId) -> Result<Vec<AppliedCandidateTag>, Error> {
        let Some(person) = self.client.candidates().get(id).await? else {
            return Ok(Vec::new());
        };
        if person.tags.is_empty() {
            return Ok(Vec::new());
        }
        let mut tags = self.client.candidate_tags().list().await?;
        tags.retain(|tag| person.tags.contains(&tag.name));
        let applied = |tag: crate::CandidateTag| AppliedCandidateTag {
            candidate_id: id,
            tag_id: tag.id,
        };
        Ok(tags.into_iter().map(applied).collect())
    }
}
