//! Greenhouse's lists, page by page, as records.

use chrono::{DateTime, Utc};
use domain::JobId;
use harvest::{Client, Cursor, Error, JobStatus, Page};
use store::jobs::{Kind, Record};

use crate::content::{Job, Member, Named, Opening, Place, Post, PostLocation, Stage, stored};

/// Ids per call that reads by ids.
pub(crate) const IDS: usize = 50;

/// Whether jobs are worth showing without what was asked for: the right is missing, or this Greenhouse has no such list.
pub(crate) fn can_do_without(error: &Error) -> bool {
    matches!(
        error,
        Error::Forbidden { .. } | Error::NotFound { .. } | Error::Rejected { .. }
    )
}

/// One page as records.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) records: Vec<Record>,
    /// Every id on the page, in the page's order, those of records that are not kept included.
    pub(crate) ids: Vec<i64>,
    pub(crate) next: Option<Cursor>,
}

/// A page of one kind: of everything, or of what changed since.
pub(crate) async fn page(
    client: &Client,
    kind: Kind,
    since: Option<DateTime<Utc>>,
    cursor: Option<&Cursor>,
) -> Result<Records, Error> {
    Ok(match kind {
        Kind::Department => sorted(
            client.departments().page(since, cursor).await?,
            |row| row.id,
            department,
        ),
        Kind::Office => sorted(
            client.offices().page(since, cursor).await?,
            |row| row.id,
            office,
        ),
        Kind::CloseReason => sorted(
            client.close_reasons().page(since, cursor).await?,
            |row| row.id,
            close_reason,
        ),
        Kind::Job => sorted(
            client.jobs().page(since, cursor).await?,
            |row| row.id.0,
            job,
        ),
        Kind::Post => sorted(
            client.job_posts().page(since, cursor).await?,
            |row| row.id,
            post,
        ),
        Kind::PostLocation => sorted(
            client.job_post_locations().page(since, cursor).await?,
            |row| row.id,
            post_location,
        ),
        Kind::Stage => sorted(
            client.job_interview_stages().page(since, cursor).await?,
            |row| row.id.0,
            stage,
        ),
        Kind::Opening => sorted(
            client.openings().page(since, cursor).await?,
            |row| row.id,
            opening,
        ),
        Kind::Owner => sorted(
            client.job_owners().page(since, cursor).await?,
            |row| row.id,
            owner,
        ),
        Kind::HiringManager => sorted(
            client.job_hiring_managers().page(since, cursor).await?,
            |row| row.id,
            hiring_manager,
        ),
    })
}

/// Ids of posts that were deleted since.
pub(crate) async fn deleted_posts(
    client: &Client,
    since: Option<DateTime<Utc>>,
    cursor: Option<&Cursor>,
) -> Result<(Vec<i64>, Option<Cursor>), Error> {
    let page = client.job_posts().deleted_page(since, cursor).await?;
    let ids = page.rows.iter().map(|row| row.id).collect();
    Ok((ids, page.next))
}

/// These jobs, as far as they exist and may be seen; one call for at most [`IDS`].
pub(crate) async fn jobs(client: &Client, ids: &[i64]) -> Result<Vec<Record>, Error> {
    let ids: Vec<JobId> = ids.iter().copied().map(JobId).collect();
    let rows = client.jobs().by_ids(&ids).await?;
    Ok(rows.into_iter().filter_map(job).collect())
}

/// All records of a kind that these jobs have of their own; one call for at most [`IDS`].
pub(crate) async fn of_jobs(
    client: &Client,
    kind: Kind,
    jobs: &[i64],
) -> Result<Vec<Record>, Error> {
    let ids: Vec<JobId> = jobs.iter().copied().map(JobId).collect();
    Ok(match kind {
        Kind::Post => kept(client.job_posts().of_jobs(&ids).await?, post),
        Kind::Stage => kept(client.job_interview_stages().of_jobs(&ids).await?, stage),
        Kind::Opening => kept(client.openings().of_jobs(&ids).await?, opening),
        Kind::Owner => kept(client.job_owners().of_jobs(&ids).await?, owner),
        Kind::HiringManager => kept(
            client.job_hiring_managers().of_jobs(&ids).await?,
            hiring_manager,
        ),
        Kind::Department | Kind::Office | Kind::CloseReason | Kind::Job | Kind::PostLocation => {
            Vec::new()
        }
    })
}

fn kept<T>(rows: Vec<T>, record: fn(T) -> Option<Record>) -> Vec<Record> {
    rows.into_iter().filter_map(record).collect()
}

/// The places of these posts; one call for at most [`IDS`].
pub(crate) async fn places(client: &Client, posts: &[i64]) -> Result<Vec<Record>, Error> {
    let rows = client.job_post_locations().of_posts(posts).await?;
    Ok(rows.into_iter().filter_map(post_location).collect())
}

fn sorted<T>(page: Page<T>, id: fn(&T) -> i64, record: fn(T) -> Option<Record>) -> Records {
    Records {
        ids: page.rows.iter().map(id).collect(),
        records: page.rows.into_iter().filter_map(record).collect(),
        next: page.next,
    }
}

fn department(row: harvest::Department) -> Option<Record> {
    let content = Named {
        name: row.name.unwrap_or_default(),
    };
    Some(Record {
        id: row.id,
        job: None,
        parent: row.parent_id,
        content: stored(&content),
    })
}

fn office(row: harvest::Office) -> Option<Record> {
    let content = Place {
        name: row.name.unwrap_or_default(),
        location: row.location.unwrap_or_default(),
    };
    Some(Record {
        id: row.id,
        job: None,
        parent: row.parent_id,
        content: stored(&content),
    })
}

fn close_reason(row: harvest::CloseReason) -> Option<Record> {
    let content = Named {
        name: row.name.unwrap_or_default(),
    };
    Some(Record {
        id: row.id,
        job: None,
        parent: None,
        content: stored(&content),
    })
}

/// Models for other jobs are no jobs.
fn job(row: harvest::Job) -> Option<Record> {
    if row.template {
        return None;
    }
    let fields = row
        .custom_fields
        .into_iter()
        .filter(|field| !field.value.is_null());
    let content = Job {
        name: row.name.unwrap_or_default(),
        requisition_id: row.requisition_id.unwrap_or_default(),
        status: match row.status {
            JobStatus::Open => "open",
            JobStatus::Draft => "draft",
            // Whatever else a job may be one day: nobody can be introduced to it.
            JobStatus::Closed | JobStatus::Other => "closed",
        }
        .to_owned(),
        confidential: row.confidential,
        department_id: row.department_id,
        office_ids: row.office_ids,
        custom_fields: fields.map(|field| (field.name_key, field.value)).collect(),
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        updated_at: row.updated_at,
    };
    Some(Record {
        id: row.id.0,
        job: None,
        parent: None,
        content: stored(&content),
    })
}

/// A post without a job collects prospects.
fn post(row: harvest::JobPost) -> Option<Record> {
    let content = Post {
        title: row.title.unwrap_or_default(),
        internal: row.internal,
        live: row.live,
        url: row.public_url.unwrap_or_default(),
        language: row.language.unwrap_or_default(),
    };
    row.active.then_some(())?;
    Some(Record {
        id: row.id,
        job: Some(row.job_id?.0),
        parent: None,
        content: stored(&content),
    })
}

fn post_location(row: harvest::JobPostLocation) -> Option<Record> {
    let content = PostLocation {
        name: row.name,
        office_id: row.office_id,
    };
    Some(Record {
        id: row.id,
        job: None,
        parent: Some(row.job_post_id?),
        content: stored(&content),
    })
}

fn stage(row: harvest::JobInterviewStage) -> Option<Record> {
    let content = Stage {
        name: row.name.unwrap_or_default(),
        order: row.sort_order.unwrap_or_default(),
        active: row.active,
    };
    Some(Record {
        id: row.id.0,
        job: Some(row.job_id?.0),
        parent: None,
        content: stored(&content),
    })
}

fn opening(row: harvest::Opening) -> Option<Record> {
    let content = Opening {
        opening_id: row.opening_id.unwrap_or_default(),
        open: row.open,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        close_reason_id: row.close_reason_id,
    };
    Some(Record {
        id: row.id,
        job: Some(row.job_id?.0),
        parent: None,
        content: stored(&content),
    })
}

fn owner(row: harvest::JobOwner) -> Option<Record> {
    let content = Member {
        user_id: row.user_id?.0,
        role: row.role.unwrap_or_default(),
        responsible: row.responsible,
    };
    Some(Record {
        id: row.id,
        job: Some(row.job_id?.0),
        parent: None,
        content: stored(&content),
    })
}

fn hiring_manager(row: harvest::JobHiringManager) -> Option<Record> {
    let content = Member {
        user_id: row.user_id?.0,
        role: "hiring_manager".to_owned(),
        responsible: false,
    };
    Some(Record {
        id: row.id,
        job: Some(row.job_id?.0),
        parent: None,
        content: stored(&content),
    })
}
