//! Jobs that are put together again: locked, handed out with everything belonging to them, and replaced together with
//! the events about it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Tenant;
use serde_json::Value;
use uuid::Uuid;

use super::records::move_on;
use super::{Kind, Record, Refresh};
use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction};

/// Which jobs.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Marked ones, the lowest ids first, at most this many.
    Marked(i64),
    /// The same while no import of the connection is under way or has failed: one may have read some of them by half, and the
    /// one that ends well tells all that are marked.
    Unattended(Uuid, i64),
    /// These, marked or not.
    These(&'a [i64]),
    /// These, which an answer that was asked for at this moment did not show: those that a later one showed are left out.
    Gone(&'a [i64], DateTime<Utc>),
}

impl Which<'_> {
    const fn asked_at(self) -> Option<DateTime<Utc>> {
        match self {
            Which::Gone(_, asked_at) => Some(asked_at),
            Which::Marked(_) | Which::Unattended(..) | Which::These(_) => None,
        }
    }
}

/// A job as it is stored.
#[derive(Debug, Clone)]
pub struct StoredJob {
    /// Its id.
    pub id: i64,
    /// Its own record.
    pub content: Value,
    /// The document of before; none: there was none.
    pub document: Option<Value>,
    /// Number of the last event about it; 0: there was none.
    pub sequence: i64,
    /// What belongs to it, by kind.
    pub parts: Vec<(Kind, Record)>,
}

/// What becomes of a job.
#[derive(Debug)]
pub struct Edit {
    /// Its id.
    pub id: i64,
    /// The new document; none: the job is gone.
    pub document: Option<Value>,
    /// `open`, `closed` or `draft`.
    pub status: &'static str,
    /// Whether only some may see it.
    pub confidential: bool,
    /// Its department and those above.
    pub department_ids: Vec<i64>,
    /// Its offices.
    pub office_ids: Vec<i64>,
    /// What a search looks at, in lower case.
    pub words: String,
    /// The event about the change, numbered one after [`StoredJob::sequence`].
    pub announcement: Option<Announcement>,
}

/// Jobs in hand: nobody else changes them until this is committed or dropped.
#[derive(Debug)]
pub struct Assembly {
    tx: Transaction<'static>,
    tenant: Tenant,
    /// When the answer was asked for that did not show them.
    asked_at: Option<DateTime<Utc>>,
    /// The jobs.
    pub jobs: Vec<StoredJob>,
    /// Departments, offices and reasons of the tenant.
    pub surroundings: Vec<(Kind, Record)>,
}

impl Store {
    /// Takes jobs in hand, with everything that belongs to them. Jobs that are gone are left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn assemble_jobs(
        &self,
        tenant: &Tenant,
        which: Which<'_>,
    ) -> Result<Assembly, Error> {
        let mut tx = self.begin().await?;
        let mut jobs = lock(&mut tx, tenant, which).await?;
        let mut surroundings = Vec::new();
        if !jobs.is_empty() {
            let ids: Vec<i64> = jobs.iter().map(|job| job.id).collect();
            let mut parts = parts_of(&mut tx, tenant, &ids).await?;
            for job in &mut jobs {
                job.parts = parts.remove(&job.id).unwrap_or_default();
            }
            surroundings = surroundings_of(&mut tx, tenant).await?;
        }
        Ok(Assembly {
            tx,
            tenant: tenant.clone(),
            asked_at: which.asked_at(),
            jobs,
            surroundings,
        })
    }
}

impl Assembly {
    /// Replaces the documents and enqueues the events. Jobs without an edit are only no longer marked. Within an import
    /// it is moved on in the same transaction; answers whether its lease was still ours, and if not, nothing was written.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it may or may not have taken place, and taking them in hand again shows which.
    pub async fn commit(
        mut self,
        edits: &[Edit],
        import: Option<(&Refresh, &Value)>,
    ) -> Result<bool, Error> {
        let ids: Vec<i64> = self.jobs.iter().map(|job| job.id).collect();
        let tenant = self.tenant.as_str();
        sqlx::query!(
            "UPDATE jobs SET dirty = false WHERE tenant = $1 AND id = ANY($2) AND dirty",
            tenant,
            &ids,
        )
        .execute(&mut *self.tx)
        .await?;
        if !edits.is_empty() {
            replace(&mut self.tx, tenant, edits, self.asked_at).await?;
            let gone: Vec<i64> = edits
                .iter()
                .filter(|edit| edit.document.is_none())
                .map(|edit| edit.id)
                .collect();
            if !gone.is_empty() {
                remove_parts(&mut self.tx, tenant, &gone).await?;
            }
            sqlx::query!(
                "UPDATE job_refreshes SET edition = edition + 1 WHERE tenant = $1",
                tenant,
            )
            .execute(&mut *self.tx)
            .await?;
            let news = edits.iter().filter_map(|edit| edit.announcement.as_ref());
            outbox::insert(&mut self.tx, outbox::Columns::of(news)).await?;
        }
        if let Some((refresh, run)) = import
            && !move_on(&mut self.tx, refresh, Some(run)).await?
        {
            return Ok(false);
        }
        self.tx.commit().await?;
        Ok(true)
    }
}

async fn lock(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    which: Which<'_>,
) -> Result<Vec<StoredJob>, Error> {
    let (ids, unattended, limit) = match which {
        Which::Marked(limit) => (None, None, limit),
        Which::Unattended(connection, limit) => (None, Some(connection), limit),
        Which::These(ids) | Which::Gone(ids, _) => (Some(ids), None, i64::MAX),
    };
    let rows = sqlx::query!(
        "SELECT id, content, document, sequence FROM jobs
        WHERE tenant = $1 AND deleted_at IS NULL AND CASE WHEN $2::bigint[] IS NULL THEN dirty ELSE id = ANY($2) END
          AND NOT EXISTS (SELECT 1 FROM job_refreshes WHERE connection = $4
            AND (run IS NOT NULL OR failures > 0 OR watermark IS NULL))
          AND coalesce(asked_at <= $5, true)
        ORDER BY id LIMIT $3 FOR NO KEY UPDATE",
        tenant.as_str(),
        ids,
        limit,
        unattended,
        which.asked_at(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredJob {
            id: row.id,
            content: row.content,
            document: row.document,
            sequence: row.sequence,
            parts: Vec::new(),
        })
        .collect())
}

async fn parts_of(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    jobs: &[i64],
) -> Result<HashMap<i64, Vec<(Kind, Record)>>, Error> {
    let rows = sqlx::query!(
        r#"SELECT kind AS "kind!", id AS "id!", job_id AS "job_id!", parent_id, content AS "content!" FROM job_parts
        WHERE tenant = $1 AND job_id = ANY($2)
        UNION ALL
        SELECT place.kind, place.id, post.job_id, place.parent_id, place.content
        FROM job_parts post
        JOIN job_parts place ON place.tenant = post.tenant AND place.kind = 'post_location' AND place.parent_id = post.id
        WHERE post.tenant = $1 AND post.kind = 'post' AND post.job_id = ANY($2)
        ORDER BY 1, 2"#,
        tenant.as_str(),
        jobs,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut parts: HashMap<i64, Vec<(Kind, Record)>> = HashMap::new();
    for row in rows {
        let kind = Kind::from_word(&row.kind).ok_or(Error::Corrupt("kind of a job's part"))?;
        let record = Record {
            id: row.id,
            job: Some(row.job_id),
            parent: row.parent_id,
            content: row.content,
        };
        parts.entry(row.job_id).or_default().push((kind, record));
    }
    Ok(parts)
}

async fn surroundings_of(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
) -> Result<Vec<(Kind, Record)>, Error> {
    let rows = sqlx::query!(
        "SELECT kind, id, parent_id, content FROM job_parts
        WHERE tenant = $1 AND kind IN ('department', 'office', 'close_reason')",
        tenant.as_str(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = Kind::from_word(&row.kind).ok_or(Error::Corrupt("kind of a job's part"))?;
            let record = Record {
                id: row.id,
                job: None,
                parent: row.parent_id,
                content: row.content,
            };
            Ok((kind, record))
        })
        .collect()
}

/// Whoever stores one of the parts just now waits for its job, which we hold, so nobody waits for them here. What they leave
/// of a job that is gone, the next full import does not meet.
async fn remove_parts(tx: &mut Transaction<'_>, tenant: &str, gone: &[i64]) -> Result<(), Error> {
    sqlx::query!(
        "WITH theirs AS (
            SELECT kind, id FROM job_parts
            WHERE tenant = $1 AND (job_id = ANY($2) OR kind = 'post_location' AND parent_id IN
                (SELECT id FROM job_parts WHERE tenant = $1 AND kind = 'post' AND job_id = ANY($2)))
            FOR UPDATE SKIP LOCKED)
        DELETE FROM job_parts p USING theirs WHERE p.tenant = $1 AND p.kind = theirs.kind AND p.id = theirs.id",
        tenant,
        gone,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A job is gone as of when that was asked for: what was asked for since brings it back.
async fn replace(
    tx: &mut Transaction<'_>,
    tenant: &str,
    edits: &[Edit],
    asked_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let ids: Vec<i64> = edits.iter().map(|edit| edit.id).collect();
    let documents: Vec<Option<Value>> = edits.iter().map(|edit| edit.document.clone()).collect();
    let statuses: Vec<&str> = edits.iter().map(|edit| edit.status).collect();
    let confidential: Vec<bool> = edits.iter().map(|edit| edit.confidential).collect();
    // An array of arrays would have to be rectangular.
    let departments: Vec<Value> = edits
        .iter()
        .map(|edit| edit.department_ids.clone().into())
        .collect();
    let offices: Vec<Value> = edits
        .iter()
        .map(|edit| edit.office_ids.clone().into())
        .collect();
    let words: Vec<&str> = edits.iter().map(|edit| edit.words.as_str()).collect();
    let events: Vec<i64> = edits
        .iter()
        .map(|edit| i64::from(edit.announcement.is_some()))
        .collect();
    sqlx::query!(
        "UPDATE jobs j SET document = u.document, status = u.status, words = u.words,
            confidential = u.confidential, sequence = j.sequence + u.events,
            department_ids = ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(u.departments)),
            office_ids = ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(u.offices)),
            deleted_at = CASE WHEN u.document IS NULL THEN coalesce($10, clock_timestamp()) END
        FROM unnest($2::bigint[], $3::jsonb[], $4::text[], $5::boolean[], $6::jsonb[], $7::jsonb[], $8::text[], $9::bigint[])
            AS u(id, document, status, confidential, departments, offices, words, events)
        WHERE j.tenant = $1 AND j.id = u.id",
        tenant,
        &ids,
        &documents as _,
        &statuses as _,
        &confidential,
        &departments,
        &offices,
        &words as _,
        &events,
        asked_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
