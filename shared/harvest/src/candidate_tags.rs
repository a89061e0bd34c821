//! The organisation's tags.

use domain::TagId;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;
use crate::request::Request;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A tag that candidates can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateTag {
    /// Id.
    pub id: TagId,
    /// Name; unique. "A" is not "a" in v3, and is in v1.
    pub name: String,
}

/// Operations on tags.
#[derive(Debug, Clone, Copy)]
pub struct CandidateTags<'a> {
    client: &'a Client,
}

impl Client {
    /// The organisation's tags.
    #[must_use]
    pub fn candidate_tags(&self) -> CandidateTags<'_> {
        CandidateTags { client: self }
    }
}

impl CandidateTags<'_> {
    /// All tags.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn list(&self) -> Result<Vec<CandidateTag>, Error> {
        let (request, read) = self.listing();
        self.client.all(request, read).await
    }

    /// The tag of this name: exactly this one in v3, in any case in v1. Greenhouse has no filter for it: reads page after
    /// page until it is found.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn find(&self, name: &str) -> Result<Option<CandidateTag>, Error> {
        let same = |tag: &CandidateTag| match self.client.version() {
            Version::V3 => tag.name == name,
            Version::V1 => tag.name.to_lowercase() == name.to_lowercase(),
        };
        let (request, read) = self.listing();
        let mut pages = Pages::new(self.client, request, read);
        while let Some(tags) = pages.next_page().await? {
            if let Some(tag) = tags.into_iter().find(same) {
                return Ok(Some(tag));
            }
        }
        Ok(None)
    }

    /// Creates a tag. Of a name that exists v3 refuses another one, and v1 answers with the one that is there.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, name: &str) -> Result<CandidateTag, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::candidate_tags::create(name),
                v3::candidate_tags::read_one,
            ),
            Version::V1 => (
                v1::candidate_tags::create(name),
                v1::candidate_tags::read_one,
            ),
        };
        let tag = self.client.call(&request, read).await?;
        Ok(CandidateTag {
            name: if tag.name.is_empty() {
                name.to_owned()
            } else {
                tag.name
            },
            ..tag
        })
    }

    fn listing(&self) -> (Request, Read<Vec<CandidateTag>>) {
        match self.client.version() {
            Version::V3 => (v3::candidate_tags::list(), v3::candidate_tags::read_list),
            Version::V1 => (v1::candidate_tags::list(), v1::candidate_tags::read_list),
        }
    }
}
