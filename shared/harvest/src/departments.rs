//! Departments: the parts of the company.

use chrono::{DateTime, Utc};

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A part of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Id.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// The department it belongs to.
    pub parent_id: Option<i64>,
}

/// Operations on departments.
#[derive(Debug, Clone, Copy)]
pub struct Departments<'a> {
    client: &'a Client,
}

impl Client {
    /// Departments: the parts of the company.
    #[must_use]
    pub fn departments(&self) -> Departments<'_> {
        Departments { client: self }
    }
}

impl Departments<'_> {
    /// One page of all of them, or of those changed since `since` (v1 lists all nevertheless); the first page without a
    /// cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Department>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::departments::changed(since), v3::departments::read_list),
            Version::V1 => (v1::departments::changed(since), v1::departments::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: i64) -> Result<Option<Department>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::departments::with_id(id), v3::departments::read_list),
            Version::V1 => (v1::departments::with_id(id), v1::departments::read_single),
        };
        let found = self.client.one(request, read).await?;
        Ok(found.into_iter().find(|found| found.id == id))
    }
}
