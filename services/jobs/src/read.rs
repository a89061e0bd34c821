//! Greenhouse's lists, page by page, as records.

use chrono::{DateTime, Utc};
use domain::JobId;
use harvest::{Client, Cursor, Error, JobStatus, Page, PlacedPost, WholeJob};
use store::jobs::{Kind, Record};

use crate::around::Belongings;
use crate::content::{
    Job, Member, Named, Opening, Place, Post, PostLocation, Stage, Standing, stored,
};

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
    /// Every id on the page, in the page's order, those of records that are not kept or cannot be read included.
    pub(crate) ids: Vec<i64>,
    /// Those that cannot be read: they are there, and what is known of them stays.
    pub(crate) unread: Vec<i64>,
    pub(crate) next: Option<Cursor>,
    /// What a look for changes tells inside of the records.
    pub(crate) inside: Vec<Belongings>,
}

/// What was asked for by ids.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) records: Vec<Record>,
    /// As those of a page.
    pub(crate) unread: Vec<i64>,
    /// What was told inside of the records.
    pub(crate) inside: Vec<Belongings>,
}

/// Records, and what was told inside of them.
type Parted = (Vec<Record>, Vec<Belongings>);

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
        Kind::Job if since.is_some() => changed_jobs(client, since, cursor).await?,
        Kind::Job => sorted(
            client.jobs().page(since, cursor).await?,
            |row| row.id.0,
            job,
        ),
        Kind::Post if since.is_some() => changed_posts(client, since, cursor).await?,
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

/// What belongs to a job may have been taken from it, which only the whole job shows.
async fn changed_jobs(
    client: &Client,
    since: Option<DateTime<Utc>>,
    cursor: Option<&Cursor>,
) -> Result<Records, Error> {
    let page = client.jobs().whole_page(since, cursor).await?;
    let ids = ids_of(&page, |row| row.job.id.0);
    let (records, inside) = parted_jobs(page.rows);
    Ok(Records {
        records,
        ids,
        unread: page.unread,
        next: page.next,
        inside,
    })
}

/// As a job's.
async fn changed_posts(
    client: &Client,
    since: Option<DateTime<Utc>>,
    cursor: Option<&Cursor>,
) -> Result<Records, Error> {
    let page = client.job_posts().placed_page(since, cursor).await?;
    let ids = ids_of(&page, |row| row.post.id);
    let (records, inside) = parted_posts(page.rows);
    Ok(Records {
        records,
        ids,
        unread: page.unread,
        next: page.next,
        inside,
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
pub(crate) async fn jobs(client: &Client, ids: &[i64]) -> Result<Found, Error> {
    let (client, ids) = (client.leaving_out_unread(), job_ids(ids));
    let records = kept(client.jobs().by_ids(&ids).await?, job);
    Ok(found(&client, (records, Vec::new())))
}

/// The same, with what their answers tell inside of them.
pub(crate) async fn whole_jobs(client: &Client, ids: &[i64]) -> Result<Found, Error> {
    let (client, ids) = (client.leaving_out_unread(), job_ids(ids));
    let parted = parted_jobs(client.jobs().whole_by_ids(&ids).await?);
    Ok(found(&client, parted))
}

/// All records of a kind that these jobs have of their own, posts with the places that their answers tell, or all places of
/// these posts; one call for at most [`IDS`].
pub(crate) async fn belonging_to(client: &Client, kind: Kind, of: &[i64]) -> Result<Found, Error> {
    let (client, ids) = (client.leaving_out_unread(), job_ids(of));
    let records = match kind {
        Kind::Post => {
            let posts = client.job_posts().placed_of_jobs(&ids).await?;
            return Ok(found(&client, parted_posts(posts)));
        }
        Kind::PostLocation => kept(
            client.job_post_locations().of_posts(of).await?,
            post_location,
        ),
        Kind::Stage => kept(client.job_interview_stages().of_jobs(&ids).await?, stage),
        Kind::Opening => kept(client.openings().of_jobs(&ids).await?, opening),
        Kind::Owner => kept(client.job_owners().of_jobs(&ids).await?, owner),
        Kind::HiringManager => kept(
            client.job_hiring_managers().of_jobs(&ids).await?,
            hiring_manager,
        ),
        Kind::Department | Kind::Office | Kind::CloseReason | Kind::Job => Vec::new(),
    };
    Ok(found(&client, (records, Vec::new())))
}

/// What was read with a client that left out what could not be.
fn found(client: &Client, (records, inside): Parted) -> Found {
    Found {
        records,
        unread: client.take_unread(),
        inside,
    }
}

fn job_ids(ids: &[i64]) -> Vec<JobId> {
    ids.iter().copied().map(JobId).collect()
}

fn kept<T>(rows: Vec<T>, record: fn(T) -> Option<Record>) -> Vec<Record> {
    rows.into_iter().filter_map(record).collect()
}

fn sorted<T>(page: Page<T>, id: fn(&T) -> i64, record: fn(T) -> Option<Record>) -> Records {
    Records {
        ids: ids_of(&page, id),
        records: page.rows.into_iter().filter_map(record).collect(),
        unread: page.unread,
        next: page.next,
        inside: Vec::new(),
    }
}

/// Of what cannot be read nobody knows where it stood but by the order of the others.
fn ids_of<T>(page: &Page<T>, id: fn(&T) -> i64) -> Vec<i64> {
    let mut ids: Vec<i64> = page.rows.iter().map(id).collect();
    let goes_down = ids.is_sorted_by(|one, next| one > next);
    ids.extend(&page.unread);
    if goes_down {
        ids.sort_unstable_by(|one, next| next.cmp(one));
    }
    ids
}

fn parted_jobs(rows: Vec<WholeJob>) -> Parted {
    let (mut records, mut of) = (Vec::new(), Vec::new());
    let (mut openings, mut owners, mut managers) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let Some(record) = job(row.job) else {
            continue;
        };
        if let Some(parts) = row.parts {
            of.push(record.id);
            openings.extend(kept(parts.openings, opening));
            owners.extend(kept(parts.owners, owner));
            managers.extend(kept(parts.hiring_managers, hiring_manager));
        }
        records.push(record);
    }
    let inside = [
        (Kind::Opening, openings),
        (Kind::Owner, owners),
        (Kind::HiringManager, managers),
    ];
    let told = inside.into_iter().filter(|_| !of.is_empty());
    let told = told.map(|(kind, records)| Belongings::new(kind, &of, records));
    (records, told.collect())
}

fn parted_posts(rows: Vec<PlacedPost>) -> Parted {
    let (mut records, mut of, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let Some(record) = post(row.post) else {
            continue;
        };
        if let Some(named) = row.places {
            of.push(record.id);
            places.extend(kept(named, post_location));
        }
        records.push(record);
    }
    let told = (!of.is_empty()).then(|| Belongings::new(Kind::PostLocation, &of, places));
    (records, told.into_iter().collect())
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
            JobStatus::Open => Standing::Open,
            JobStatus::Draft => Standing::Draft,
            JobStatus::Closed | JobStatus::Other => Standing::Closed,
        },
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
