//! Where the work of a job post is.

use chrono::{DateTime, Utc};

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A place named by a job post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPostLocation {
    /// Id; in v1 that of the post, which has one place.
    pub id: i64,
    /// The post.
    pub job_post_id: Option<i64>,
    /// The place in words; none where it is an office.
    pub name: Option<String>,
    /// The office it is.
    pub office_id: Option<i64>,
}

/// Operations on locations of job posts.
#[derive(Debug, Clone, Copy)]
pub struct JobPostLocations<'a> {
    client: &'a Client,
}

impl Client {
    /// Where the work of a job post is.
    #[must_use]
    pub fn job_post_locations(&self) -> JobPostLocations<'_> {
        JobPostLocations { client: self }
    }
}

impl JobPostLocations<'_> {
    /// One page of all of them, or of those changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<JobPostLocation>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::job_post_locations::changed(since),
                v3::job_post_locations::read_list,
            ),
            Version::V1 => (v1::job_posts::changed(since), v1::job_posts::read_locations),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// Those of these posts. v1 tells them in the posts, of which it lists all.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_posts(&self, ids: &[i64]) -> Result<Vec<JobPostLocation>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::job_post_locations::{of_posts, read_list};
                self.client.all_of(ids, of_posts, read_list).await
            }
            Version::V1 => {
                let read = v1::job_posts::read_locations;
                let mut all = self.client.all(v1::job_posts::changed(None), read).await?;
                all.retain(|place| place.job_post_id.is_some_and(|post| ids.contains(&post)));
                Ok(all)
            }
        }
    }
}
