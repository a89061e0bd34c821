//! The organisation's tags.

use domain::TagId;

use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;
use crate::v3;

/// A tag that candidates can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateTag {
    /// Id.
    pub id: TagId,
    /// Name; unique, and "A" is not "a" (v3).
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
        let request = v3::candidate_tags::list();
        self.client
            .all(request, v3::candidate_tags::read_list)
            .await
    }

    /// The tag of exactly this name. Greenhouse has no filter for it: reads page after page until it is found.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn find(&self, name: &str) -> Result<Option<CandidateTag>, Error> {
        let request = v3::candidate_tags::list();
        let mut pages = Pages::new(self.client, request, v3::candidate_tags::read_list);
        while let Some(tags) = pages.next_page().await? {
            if let Some(tag) = tags.into_iter().find(|tag| tag.name == name) {
                return Ok(Some(tag));
            }
        }
        Ok(None)
    }

    /// Creates a tag; v3 refuses a name that exists.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, name: &str) -> Result<CandidateTag, Error> {
        let request = v3::candidate_tags::create(name);
        let read = v3::candidate_tags::read_one;
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
}
