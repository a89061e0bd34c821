//! Records as they are read, page by page: stored where they differ from what is known.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::mark::{Touched, jobs_of, mark};
use super::missing::{Sweep, miss};
use super::{Kind, Refresh};
use crate::{Error, Store, Transaction};

/// One record of Greenhouse.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id, unique within its kind.
    pub id: i64,
    /// The job it belongs to.
    pub job: Option<i64>,
    /// A location's post; the department above a department.
    pub parent: Option<i64>,
    /// What is kept of it.
    pub content: Value,
}

/// One page of a list.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What it lists.
    pub kind: Kind,
    /// What is there.
    pub records: &'a [Record],
    /// What is there and cannot be read: it is not missing.
    pub unread: &'a [i64],
    /// What the page says is gone.
    pub removed: &'a [i64],
    /// Whose records these are, where all of theirs are on the page: others they had are gone.
    pub complete: Option<Complete<'a>>,
    /// Where the page shows everything there is, which part of everything it is.
    pub sweep: Option<Sweep<'a>>,
    /// When it was asked for, by the database's clock: what was asked for since, or told to be gone, it does not undo.
    pub asked_at: Option<DateTime<Utc>>,
}

/// Whose records are complete on a page.
#[derive(Debug, Clone, Copy)]
pub enum Complete<'a> {
    /// Those of these jobs.
    Jobs(&'a [i64]),
    /// Those of these posts.
    Posts(&'a [i64]),
}

impl<'a> Page<'a> {
    /// A page that says nothing of what is not on it.
    #[must_use]
    pub const fn of(kind: Kind, records: &'a [Record]) -> Self {
        Self {
            kind,
            records,
            unread: &[],
            removed: &[],
            complete: None,
            sweep: None,
            asked_at: None,
        }
    }

    /// The same, asked for at this moment.
    #[must_use]
    pub const fn asked_at(self, at: DateTime<Utc>) -> Self {
        Self {
            asked_at: Some(at),
            ..self
        }
    }

    /// Whether there is nothing to do about it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.removed.is_empty()
            && self.complete.is_none()
            && self.sweep.is_none()
    }
}

/// What became of a page's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Ids never seen before, or seen again after they were gone.
    pub new: Vec<i64>,
    /// Ids of records that differ from before.
    pub changed: Vec<i64>,
}

impl Store {
    /// Stores what differs, marks the jobs it belongs to, notes what is missing, and moves the import on to what `run` makes
    /// of what was kept, all in one transaction. Where nothing differs, nothing is written, unless `save` asks for it.
    /// Returns nothing if the lease was lost; then nothing was written either.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it may or may not have taken place, and doing it again has no further effect.
    pub async fn keep_job_page(
        &self,
        refresh: &Refresh,
        page: Page<'_>,
        save: bool,
        run: impl FnOnce(&Kept) -> Value + Send,
    ) -> Result<Option<Kept>, Error> {
        let mut tx = self.relaxed.begin().await?;
        let tenant = refresh.tenant.as_str();
        let Taken {
            kept,
            jobs,
            mut news,
        } = take_in(&mut tx, tenant, page, Equal::PassOver).await?;
        mark(&mut tx, tenant, &jobs).await?;
        if let Some(sweep) = page.sweep {
            news += miss(&mut tx, refresh, page, sweep).await?;
        }
        if news == 0 && !save {
            return Ok(Some(kept));
        }
        let run = run(&kept);
        if !move_on(&mut tx, refresh, Some(&run)).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(kept))
    }

    /// Stores records outside of any import, because something told of them, and marks the jobs among them and those they
    /// belong to. All in one transaction: nobody finds a job with half of what was read of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keep_job_records(
        &self,
        tenant: &domain::Tenant,
        pages: &[Page<'_>],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let tenant = tenant.as_str();
        let (jobs, mut parts): (Vec<&Page<'_>>, Vec<&Page<'_>>) =
            pages.iter().partition(|page| page.kind == Kind::Job);
        // Locked in one order, whatever order they were read in.
        parts.sort_by_key(|page| (page.kind, page.records.iter().map(|one| one.id).min()));
        let read = jobs.iter().flat_map(|page| page.records);
        let mut marked: Vec<i64> = read.map(|job| job.id).collect();
        for page in parts {
            marked.extend(take_in(&mut tx, tenant, *page, Equal::Date).await?.jobs);
        }
        // All of them are locked in one order before the first is written.
        mark(&mut tx, tenant, &marked).await?;
        for page in jobs {
            keep_jobs(&mut tx, tenant, *page, Equal::Date).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The fence: whoever lost the lease writes nothing.
pub(super) async fn move_on(
    tx: &mut Transaction<'_>,
    refresh: &Refresh,
    run: Option<&Value>,
) -> Result<bool, Error> {
    let held = match run {
        Some(run) => {
            sqlx::query_scalar!(
                "UPDATE job_refreshes SET run = $3 WHERE connection = $1 AND lease = $2 RETURNING connection",
                refresh.connection,
                refresh.lease,
                run,
            )
            .fetch_optional(&mut **tx)
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "SELECT connection FROM job_refreshes WHERE connection = $1 AND lease = $2 FOR SHARE",
                refresh.connection,
                refresh.lease,
            )
            .fetch_optional(&mut **tx)
            .await?
        }
    };
    Ok(held.is_some())
}

/// What became of a page.
struct Taken {
    kept: Kept,
    /// Jobs to be marked, after the last record of the transaction.
    jobs: Vec<i64>,
    /// How much differs in all.
    news: usize,
}

/// What becomes of a record that is stored just as the page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Equal {
    /// Nothing, not even a lock: an import reads thousands of them.
    PassOver,
    /// It was asked for when the page was: an answer to an older question, which shows something else, comes too late.
    Date,
}

async fn take_in(
    tx: &mut Transaction<'_>,
    tenant: &str,
    page: Page<'_>,
    equal: Equal,
) -> Result<Taken, Error> {
    let (kept, mut jobs) = keep(tx, tenant, page, equal).await?;
    let mut news = kept.new.len() + kept.changed.len();
    let mut gone = page.removed.to_vec();
    if let Some(complete) = page.complete {
        gone.extend(others(tx, tenant, page, complete).await?);
    }
    let gone: Vec<Gone> = gone.into_iter().map(|id| (id, page.asked_at)).collect();
    let (removed, theirs) = remove(tx, tenant, page.kind, &gone).await?;
    note_removed(tx, tenant, page.kind, &gone).await?;
    news += removed;
    jobs.extend(theirs);
    Ok(Taken { kept, jobs, news })
}

/// Records of the same owners that are not on the page.
async fn others(
    tx: &mut Transaction<'_>,
    tenant: &str,
    page: Page<'_>,
    complete: Complete<'_>,
) -> Result<Vec<i64>, Error> {
    let read = page.records.iter().map(|record| record.id);
    let met: Vec<i64> = read.chain(page.unread.iter().copied()).collect();
    let (jobs, posts): (&[i64], &[i64]) = match complete {
        Complete::Jobs(jobs) => (jobs, &[]),
        Complete::Posts(posts) => (&[], posts),
    };
    Ok(sqlx::query_scalar!(
        "SELECT id FROM job_parts WHERE tenant = $1 AND kind = $2 AND (job_id = ANY($3) OR parent_id = ANY($4))
            AND NOT id = ANY($5) AND coalesce(asked_at <= $6, true)",
        tenant,
        page.kind.as_str(),
        jobs,
        posts,
        &met,
        page.asked_at,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Answers what was kept, and the jobs to be marked.
async fn keep(
    tx: &mut Transaction<'_>,
    tenant: &str,
    page: Page<'_>,
    equal: Equal,
) -> Result<(Kept, Vec<i64>), Error> {
    match page.kind {
        _ if page.records.is_empty() => Ok((Kept::default(), Vec::new())),
        Kind::Job => Ok((keep_jobs(tx, tenant, page, equal).await?, Vec::new())),
        _ => keep_parts(tx, tenant, page, equal).await,
    }
}

/// What is to be passed over is so by the inner question. What a page names twice is kept once.
async fn keep_jobs(
    tx: &mut Transaction<'_>,
    tenant: &str,
    page: Page<'_>,
    equal: Equal,
) -> Result<Kept, Error> {
    let (ids, contents) = columns(page.records);
    let dated = equal == Equal::Date && page.asked_at.is_some();
    let rows = sqlx::query!(
        r#"WITH before AS MATERIALIZED (
            SELECT DISTINCT ON (u.id) u.id, u.content, j.deleted_at IS NULL AND j.id IS NOT NULL AS known,
                j.id IS NULL OR j.deleted_at IS NOT NULL OR j.content <> u.content AS differs
            FROM unnest($2::bigint[], $3::jsonb[]) AS u(id, content)
            LEFT JOIN jobs j ON j.tenant = $1 AND j.id = u.id
            WHERE j.id IS NULL OR (j.deleted_at < coalesce($4::timestamptz, 'infinity')
                    OR j.deleted_at IS NULL AND (j.content <> u.content OR $5))
                AND coalesce(j.asked_at <= $4, true)
            ORDER BY u.id),
        kept AS (
            INSERT INTO jobs (tenant, id, content, asked_at) SELECT $1, id, content, $4 FROM before
            ON CONFLICT (tenant, id) DO UPDATE
            SET content = excluded.content, deleted_at = NULL, asked_at = excluded.asked_at,
                dirty = jobs.dirty OR jobs.deleted_at IS NOT NULL OR jobs.content <> excluded.content,
                stored_at = CASE WHEN jobs.deleted_at IS NULL AND jobs.content = excluded.content THEN jobs.stored_at
                    ELSE clock_timestamp() END
            -- Whoever has just told that it is gone, or has asked later, may have been faster.
            WHERE (jobs.deleted_at IS NULL OR jobs.deleted_at < coalesce($4::timestamptz, 'infinity'))
                AND coalesce(jobs.asked_at <= $4, true)
            RETURNING id)
        SELECT before.id AS "id!", before.known AS "known!" FROM before JOIN kept USING (id) WHERE before.differs"#,
        tenant,
        &ids,
        &contents,
        page.asked_at,
        dated,
    )
    .fetch_all(&mut **tx)
    .await?;
    let (changed, new): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.known);
    Ok(Kept {
        new: new.into_iter().map(|row| row.id).collect(),
        changed: changed.into_iter().map(|row| row.id).collect(),
    })
}

async fn keep_parts(
    tx: &mut Transaction<'_>,
    tenant: &str,
    page: Page<'_>,
    equal: Equal,
) -> Result<(Kept, Vec<i64>), Error> {
    let (ids, contents) = columns(page.records);
    let dated = equal == Equal::Date && page.asked_at.is_some();
    let jobs: Vec<Option<i64>> = page.records.iter().map(|record| record.job).collect();
    let parents: Vec<Option<i64>> = page.records.iter().map(|record| record.parent).collect();
    let rows = sqlx::query!(
        r#"WITH before AS MATERIALIZED (
            SELECT DISTINCT ON (u.id) u.id, u.job_id, u.parent_id, u.content, p.id IS NOT NULL AS known, p.job_id AS old_job,
                p.id IS NULL OR p.content <> u.content OR p.job_id IS DISTINCT FROM u.job_id
                    OR p.parent_id IS DISTINCT FROM u.parent_id AS differs
            FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::jsonb[]) AS u(id, job_id, parent_id, content)
            LEFT JOIN job_parts p ON p.tenant = $1 AND p.kind = $2 AND p.id = u.id
            WHERE (p.id IS NULL OR p.content <> u.content OR p.job_id IS DISTINCT FROM u.job_id
                OR p.parent_id IS DISTINCT FROM u.parent_id OR $8)
                AND coalesce(p.asked_at <= $7, true)
                AND NOT EXISTS (SELECT 1 FROM removed_job_parts r
                    WHERE r.tenant = $1 AND r.kind = $2 AND r.id = u.id AND r.asked_at > $7)
            ORDER BY u.id),
        kept AS (
            INSERT INTO job_parts (tenant, kind, id, job_id, parent_id, content, asked_at)
            SELECT $1, $2, id, job_id, parent_id, content, $7 FROM before
            ON CONFLICT (tenant, kind, id) DO UPDATE
            SET content = excluded.content, job_id = excluded.job_id, parent_id = excluded.parent_id,
                asked_at = excluded.asked_at,
                stored_at = CASE WHEN (job_parts.content, job_parts.job_id, job_parts.parent_id)
                    IS NOT DISTINCT FROM (excluded.content, excluded.job_id, excluded.parent_id)
                    THEN job_parts.stored_at ELSE clock_timestamp() END
            WHERE coalesce(job_parts.asked_at <= $7, true)
            RETURNING id, stored_at)
        SELECT before.id AS "id!", before.job_id, before.parent_id, before.old_job, before.known AS "known!"
        FROM before JOIN kept USING (id)
        -- What was equal may have been replaced meanwhile, and is now put back.
        WHERE before.differs OR kept.stored_at >= statement_timestamp()"#,
        tenant,
        page.kind.as_str(),
        &ids,
        &jobs as _,
        &parents as _,
        &contents,
        page.asked_at,
        dated,
    )
    .fetch_all(&mut **tx)
    .await?;
    let touched = Touched {
        ids: rows.iter().map(|row| row.id).collect(),
        jobs: rows
            .iter()
            .flat_map(|row| [row.job_id, row.old_job])
            .flatten()
            .collect(),
        parents: rows.iter().filter_map(|row| row.parent_id).collect(),
    };
    let jobs = jobs_of(tx, tenant, page.kind, touched).await?;
    let (changed, new): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.known);
    let kept = Kept {
        new: new.into_iter().map(|row| row.id).collect(),
        changed: changed.into_iter().map(|row| row.id).collect(),
    };
    Ok((kept, jobs))
}

/// The id of what is gone, and when the answer that showed it was asked for.
pub(super) type Gone = (i64, Option<DateTime<Utc>>);

/// Remembers that parts are gone: a slower answer to an older question may show them still.
pub(super) async fn note_removed(
    tx: &mut Transaction<'_>,
    tenant: &str,
    kind: Kind,
    gone: &[Gone],
) -> Result<(), Error> {
    if gone.is_empty() || kind == Kind::Job {
        return Ok(());
    }
    let (ids, asked_at): (Vec<_>, Vec<_>) = gone.iter().copied().unzip();
    sqlx::query!(
        "INSERT INTO removed_job_parts (tenant, kind, id, asked_at)
        SELECT $1, $2, id, coalesce(max(asked_at), clock_timestamp())
        FROM unnest($3::bigint[], $4::timestamptz[]) AS gone(id, asked_at) GROUP BY id ORDER BY id
        ON CONFLICT (tenant, kind, id) DO UPDATE SET asked_at = excluded.asked_at
        WHERE removed_job_parts.asked_at < excluded.asked_at",
        tenant,
        kind.as_str(),
        &ids,
        &asked_at as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Parts that answers showed to be gone; answers how many of them were known, and the jobs to be marked. A location goes
/// with its post. What a later answer has shown stays, even if that came while we waited for a lock. All of a kind are
/// locked in one order, whichever answers showed it.
pub(super) async fn remove(
    tx: &mut Transaction<'_>,
    tenant: &str,
    kind: Kind,
    gone: &[Gone],
) -> Result<(usize, Vec<i64>), Error> {
    if gone.is_empty() || kind == Kind::Job {
        return Ok((0, Vec::new()));
    }
    let (ids, asked_at): (Vec<_>, Vec<_>) = gone.iter().copied().unzip();
    let rows = sqlx::query!(
        "WITH gone AS MATERIALIZED (
            SELECT p.kind, p.id FROM job_parts p JOIN unnest($3::bigint[], $4::timestamptz[]) AS u(id, asked_at)
                ON u.id = CASE WHEN p.kind = $2 THEN p.id ELSE p.parent_id END
            WHERE p.tenant = $1 AND (p.kind = $2 AND p.id = ANY($3)
                OR $2 = 'post' AND p.kind = 'post_location' AND p.parent_id = ANY($3))
                AND coalesce(p.asked_at <= u.asked_at, true)
            ORDER BY p.kind, p.id FOR UPDATE OF p)
        DELETE FROM job_parts p USING gone WHERE p.tenant = $1 AND p.kind = gone.kind AND p.id = gone.id
        RETURNING p.id, p.job_id, p.parent_id",
        tenant,
        kind.as_str(),
        &ids,
        &asked_at as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    let touched = Touched {
        ids: rows.iter().map(|row| row.id).collect(),
        jobs: rows.iter().filter_map(|row| row.job_id).collect(),
        parents: rows.iter().filter_map(|row| row.parent_id).collect(),
    };
    Ok((rows.len(), jobs_of(tx, tenant, kind, touched).await?))
}

fn columns(records: &[Record]) -> (Vec<i64>, Vec<Value>) {
    records
        .iter()
        .map(|record| (record.id, record.content.clone()))
        .unzip()
}
