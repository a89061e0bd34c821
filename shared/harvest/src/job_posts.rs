//! Job posts: what the public or the staff sees of a job.

use chrono::{DateTime, Utc};
use domain::JobId;

use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::job_post_locations::JobPostLocation;
use crate::page::{Cursor, Page};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// One advertisement of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPost {
    /// Id.
    pub id: i64,
    /// The job; none for a post that collects prospects.
    pub job_id: Option<JobId>,
    /// Its headline.
    pub title: Option<String>,
    /// Whether it is for people inside the company only.
    pub internal: bool,
    /// Whether it was not deleted.
    pub active: bool,
    /// Whether it is published now.
    pub live: bool,
    /// Its page.
    pub public_url: Option<String>,
    /// Its language, as Greenhouse abbreviates it.
    pub language: Option<String>,
}

/// A post, and what its answer tells of where the work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPost {
    /// The post.
    pub post: JobPost,
    /// All places that it names; none where they have a list of their own (v3).
    pub places: Option<Vec<JobPostLocation>>,
}

impl PlacedPost {
    const fn alone(post: JobPost) -> Self {
        Self { post, places: None }
    }
}

/// Operations on job posts.
#[derive(Debug, Clone, Copy)]
pub struct JobPosts<'a> {
    client: &'a Client,
}

impl Client {
    /// Job posts: what the public or the staff sees of a job.
    #[must_use]
    pub fn job_posts(&self) -> JobPosts<'_> {
        JobPosts { client: self }
    }
}

impl JobPosts<'_> {
    /// One page of those that were not deleted, all or changed since `since`; the first page without a cursor.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<JobPost>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::job_posts::changed(since), v3::job_posts::read_list),
            Version::V1 => (v1::job_posts::changed(since), v1::job_posts::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// The same of those that were deleted.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn deleted_page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<JobPost>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::job_posts::deleted(since), v3::job_posts::read_list),
            Version::V1 => (v1::job_posts::deleted(since), v1::job_posts::read_list),
        };
        self.client.page_at(&request, read, cursor).await
    }

    /// The posts of these jobs that were not deleted.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_jobs(&self, ids: &[JobId]) -> Result<Vec<JobPost>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::job_posts::{of_jobs, read_list};
                self.client.all_of(ids, of_jobs, read_list).await
            }
            Version::V1 => {
                use v1::job_posts::{of_job, read_list as read};
                self.client.each_of(ids, of_job, read).await
            }
        }
    }

    /// As [`JobPosts::page`], with the places that the same call tells.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn placed_page(
        &self,
        since: Option<DateTime<Utc>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<PlacedPost>, Error> {
        match self.client.version() {
            Version::V3 => {
                let page = self.page(since, cursor).await?;
                Ok(Page {
                    unread: page.unread,
                    rows: page.rows.into_iter().map(PlacedPost::alone).collect(),
                    next: page.next,
                })
            }
            Version::V1 => {
                let (request, read) = (v1::job_posts::changed(since), v1::job_posts::read_placed);
                self.client.page_at(&request, read, cursor).await
            }
        }
    }

    /// As [`JobPosts::of_jobs`], with the places that the same calls tell.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn placed_of_jobs(&self, ids: &[JobId]) -> Result<Vec<PlacedPost>, Error> {
        match self.client.version() {
            Version::V3 => {
                let posts = self.of_jobs(ids).await?;
                Ok(posts.into_iter().map(PlacedPost::alone).collect())
            }
            Version::V1 => {
                use v1::job_posts::{of_job, read_placed};
                self.client.each_of(ids, of_job, read_placed).await
            }
        }
    }

    /// The post of this job, where it has just one that was not deleted, or of several any one.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_job(&self, id: JobId) -> Result<Option<JobPost>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::job_posts::single_of_job(id), v3::job_posts::read_list),
            Version::V1 => (v1::job_posts::single_of_job(id), v1::job_posts::read_single),
        };
        let found = self.client.one(request, read).await?;
        Ok(found.into_iter().next())
    }
}
