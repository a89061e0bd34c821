//! Offices: the places of work.

use chrono::{DateTime, Utc};

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A place of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Id.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// Where it is, in words.
    pub location: Option<String>,
    /// The office it belongs to.
    pub parent_id: Option<i64>,
}

/// Operations on offices.
#[derive(Debug, Clone, Copy)]
pub struct Offices<'a> {
    client: &'a Client,
}

impl Client {
    /// Offices: the places of work.
    #[must_use]
    pub fn offices(&self) -> Offices<'_> {
        Offices { client: self }
    }
}

impl Offices<'_> {
    /// One page of all of them, or of those changed since `since` (v1 lists all nevertheless); the first page without a
    /// cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Office>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::offices::changed(since), v3::offices::read_list),
            Version::V1 => (v1::offices::changed(since), v1::offices::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: i64) -> Result<Option<Office>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::offices::with_id(id), v3::offices::read_list),
            Version::V1 => (v1::offices::with_id(id), v1::offices::read_single),
        };
        let found = self.client.one(request, read).await?;
        Ok(found.into_iter().find(|found| found.id == id))
    }
}
