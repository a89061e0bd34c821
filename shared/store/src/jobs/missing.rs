//! What a list of everything does not show: noted while it is read, removed after its last page.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::mark::mark;
use super::records::{Gone, Page, move_on, note_removed, remove};
use super::{Kind, Refresh};
use crate::{Error, Store, Transaction};

/// What a page of a whole list covers: what is known within and not on the page is missing.
#[derive(Debug, Clone, Copy)]
pub enum Sweep<'a> {
    /// The ids from `floor` (none: the lowest) up to `below`, excluded (none: the highest), as lists in the order of their
    /// ids do.
    Range {
        /// Lowest id covered.
        floor: Option<i64>,
        /// End of the range, excluded.
        below: Option<i64>,
        /// What was stored at this moment or later is not missed.
        stored_before: DateTime<Utc>,
    },
    /// Everything, after the last page; these are the ids met on all of them.
    Met {
        /// The ids.
        ids: &'a [i64],
        /// What was stored at this moment or later is not missed.
        stored_before: DateTime<Utc>,
    },
}

impl Store {
    /// Forgets that records of a kind (none: of any) were missed; `ids`: only these. Answers whether the lease was still
    /// ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn forget_missing(
        &self,
        refresh: &Refresh,
        kind: Option<Kind>,
        ids: Option<&[i64]>,
    ) -> Result<bool, Error> {
        let mut tx = self.relaxed.begin().await?;
        if !move_on(&mut tx, refresh, None).await? {
            return Ok(false);
        }
        sqlx::query!(
            "DELETE FROM job_gone WHERE connection = $1 AND ($2::text IS NULL OR kind = $2)
                AND ($3::bigint[] IS NULL OR id = ANY($3))",
            refresh.connection,
            kind.map(Kind::as_str),
            ids,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether there is anything that the import did not meet.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn misses_anything(&self, refresh: &Refresh) -> Result<bool, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM job_gone WHERE connection = $1) AS "misses!""#,
            refresh.connection,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Kinds of which the import did not meet everything, jobs apart.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn kinds_missing(&self, refresh: &Refresh) -> Result<Vec<Kind>, Error> {
        let words = sqlx::query_scalar!(
            "SELECT DISTINCT kind FROM job_gone WHERE connection = $1 AND kind <> 'job' ORDER BY kind",
            refresh.connection,
        )
        .fetch_all(&self.pool)
        .await?;
        let kinds = words.iter().map(|word| Kind::from_word(word));
        let kinds: Option<Vec<Kind>> = kinds.collect();
        kinds.ok_or(Error::Corrupt("kind of a job's part"))
    }

    /// Jobs that the import did not meet, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn missing_jobs(&self, refresh: &Refresh, limit: i64) -> Result<Vec<i64>, Error> {
        Ok(sqlx::query_scalar!(
            "SELECT id FROM job_gone WHERE connection = $1 AND kind = 'job' ORDER BY id LIMIT $2",
            refresh.connection,
            limit,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Whether any job of the tenant is known that is not gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn knows_jobs(&self, tenant: &domain::Tenant) -> Result<bool, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM jobs WHERE tenant = $1 AND deleted_at IS NULL) AS "knows!""#,
            tenant.as_str(),
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// How many records of a kind that belongs to jobs are known.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn count_job_parts(&self, tenant: &domain::Tenant, kind: Kind) -> Result<i64, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM job_parts WHERE tenant = $1 AND kind = $2"#,
            tenant.as_str(),
            kind.as_str(),
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Whether every one of these records of a kind is known.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn knows_job_parts(
        &self,
        tenant: &domain::Tenant,
        kind: Kind,
        ids: &[i64],
    ) -> Result<bool, Error> {
        Ok(sqlx::query_scalar!(
            r#"SELECT NOT EXISTS (SELECT 1 FROM unnest($3::bigint[]) AS named(id) WHERE NOT EXISTS (
                SELECT 1 FROM job_parts p WHERE p.tenant = $1 AND p.kind = $2 AND p.id = named.id)) AS "known!""#,
            tenant.as_str(),
            kind.as_str(),
            ids,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Removes what the import missed, jobs apart, and marks the jobs it belonged to. Answers whether the lease was
    /// still ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn remove_missing_parts(&self, refresh: &Refresh) -> Result<bool, Error> {
        let mut tx = self.relaxed.begin().await?;
        let missing = sqlx::query!(
            "DELETE FROM job_gone WHERE connection = $1 AND kind <> 'job' RETURNING kind, id, asked_at",
            refresh.connection,
        )
        .fetch_all(&mut *tx)
        .await?;
        let tenant = refresh.tenant.as_str();
        let mut jobs = Vec::new();
        let mut gone: BTreeMap<Kind, Vec<Gone>> = BTreeMap::new();
        for row in missing {
            let kind = Kind::from_word(&row.kind).ok_or(Error::Corrupt("kind of a job's part"))?;
            gone.entry(kind).or_default().push((row.id, row.asked_at));
        }
        for (kind, gone) in gone {
            let (_, theirs) = remove(&mut tx, tenant, kind, &gone).await?;
            note_removed(&mut tx, tenant, kind, &gone).await?;
            jobs.extend(theirs);
        }
        mark(&mut tx, tenant, &jobs).await?;
        // The fence comes last: whoever has jobs in hand takes this row after them.
        if !move_on(&mut tx, refresh, None).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Notes what is known within the sweep and not on the page; answers how many those are.
pub(super) async fn miss(
    tx: &mut Transaction<'_>,
    refresh: &Refresh,
    page: Page<'_>,
    sweep: Sweep<'_>,
) -> Result<usize, Error> {
    let shown = page.records.iter().map(|record| record.id);
    let met: Vec<i64> = shown.chain(page.unread.iter().copied()).collect();
    let (floor, below, stored_before, met) = match sweep {
        Sweep::Range {
            floor,
            below,
            stored_before,
        } => (floor, below, stored_before, met.as_slice()),
        Sweep::Met { ids, stored_before } => (None, None, stored_before, ids),
    };
    let missed = sqlx::query!(
        "INSERT INTO job_gone (connection, kind, id, asked_at)
        SELECT $1, $2, known.id, $8 FROM (
            SELECT id, asked_at FROM jobs WHERE $2 = 'job' AND tenant = $3 AND deleted_at IS NULL AND stored_at < $6
            UNION ALL
            SELECT id, asked_at FROM job_parts WHERE $2 <> 'job' AND tenant = $3 AND kind = $2 AND stored_at < $6) known
        WHERE coalesce(known.asked_at <= $8, true) AND ($4::bigint IS NULL OR known.id >= $4) AND ($5::bigint IS NULL OR known.id < $5)
          AND NOT EXISTS (SELECT 1 FROM unnest($7::bigint[]) AS met(id) WHERE met.id = known.id)
        -- Noted by an earlier list, and perhaps shown since: the later list tells that it is gone again.
        ON CONFLICT (connection, kind, id) DO UPDATE SET asked_at = greatest(job_gone.asked_at, excluded.asked_at)
        WHERE job_gone.asked_at IS DISTINCT FROM greatest(job_gone.asked_at, excluded.asked_at)",
        refresh.connection,
        page.kind.as_str(),
        refresh.tenant.as_str(),
        floor,
        below,
        stored_before,
        met,
        page.asked_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(usize::try_from(missed.rows_affected()).unwrap_or(usize::MAX))
}
