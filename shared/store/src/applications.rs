//! Applications whose progress is followed: what was last known of each, and how it advances.
//!
//! Snapshot, sequence and the events about the change move in one transaction, and only from the sequence and the time
//! at which the change was found: two observers cannot give one number to two different events, and the slower one
//! cannot tell what the quicker one has seen undone. Deliberately absent: what a change is (`domain::status`), and what
//! its event looks like. What has to be looked at whether or not a window shows it is in `look_again.rs`, what happens to
//! a person as a whole in `people.rs`.

mod look_again;
mod people;

pub use people::{Erased, Gone, Merged};

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::status::Snapshot;
use domain::{ApplicationId, CandidateId, IntroductionId, IntrroCandidateId, JobId, Tenant};
use serde_json::Value;

use crate::outbox::{self, Announcement};
use crate::timing::Query;
use crate::{Error, Store, Transaction};

/// An application that is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackedApplication {
    /// The application in Greenhouse.
    pub application: ApplicationId,
    /// Its candidate in Greenhouse.
    pub greenhouse: CandidateId,
    /// Its candidate in Intrro.
    pub candidate: IntrroCandidateId,
    /// The introductions that led to it, oldest first.
    pub introductions: Vec<IntroductionId>,
    /// Its job, as far as known.
    pub job: Option<JobId>,
    /// What was last seen; none before the first time.
    pub snapshot: Option<Snapshot>,
    /// Number of the last event about it; 0 before the first.
    pub sequence: i64,
    /// The prospect's application whose place it took.
    pub converted_from: Option<ApplicationId>,
    /// Where that one stood.
    pub origin: Option<Snapshot>,
    /// Whether the person was anonymised in Greenhouse.
    pub anonymised: bool,
    /// Whether it was told as deleted because Greenhouse had not shown it for long, and nobody has said so since. What is
    /// merely hidden looks the same, and may show again.
    pub absent: bool,
    /// When the first introduction that led to it arrived; only while it was not seen.
    pub introduced_at: Option<DateTime<Utc>>,
    /// When it was last looked at closely or in vain, by the database's clock.
    pub observed_at: Option<DateTime<Utc>>,
}

/// What an observation made of one application.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The application.
    pub application: ApplicationId,
    /// Whom the events name, see [`TrackedApplication::candidate`]. Where that one was erased meanwhile, the application may
    /// have gone on under somebody else.
    pub candidate: IntrroCandidateId,
    /// [`TrackedApplication::sequence`] from which the changes were found.
    pub sequence: i64,
    /// [`Snapshot::as_of`] of the snapshot from which they were found. A look that told nothing leaves the sequence as it was,
    /// but may have seen what is newer than this one.
    pub known_as_of: Option<DateTime<Utc>>,
    /// What to remember.
    pub snapshot: Snapshot,
    /// See [`TrackedApplication::absent`].
    pub absent: bool,
    /// When it was seen, by the database's clock.
    pub observed_at: DateTime<Utc>,
    /// One event per change, in order; they are numbered from `sequence + 1`.
    pub announcements: Vec<Announcement>,
    /// The application to a job that takes its place; followed from now on for the same introductions.
    pub successor: Option<Successor>,
}

/// An application that takes the place of a prospect's.
#[derive(Debug, Clone, PartialEq)]
pub struct Successor {
    /// The new application.
    pub application: ApplicationId,
    /// Its job, as far as known.
    pub job: Option<JobId>,
    /// Where the prospect's application stood.
    pub origin: Snapshot,
}

struct Row {
    id: i64,
    greenhouse_id: i64,
    candidate_id: String,
    job_id: Option<i64>,
    introduction_ids: Vec<String>,
    snapshot: Option<Value>,
    sequence: i64,
    converted_from: Option<i64>,
    origin: Option<Value>,
    anonymised: bool,
    absent: bool,
    introduced_at: Option<DateTime<Utc>>,
    observed_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Those of `ids` that are followed.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn tracked_among(
        &self,
        tenant: &Tenant,
        ids: &[ApplicationId],
    ) -> Result<Vec<TrackedApplication>, Error> {
        let rows = sqlx::query_as!(
            Row,
            // One look-up by key each: as a plain condition it may be planned as a scan of all that the tenant follows.
            // What began to be followed while its person was being erased goes on from the number told before.
            r#"SELECT a.id, greenhouse_id, candidate_id, job_id, introduction_ids, snapshot,
                CASE WHEN snapshot IS NULL THEN greatest(a.sequence, (
                    SELECT e.sequence FROM erased_applications e WHERE e.tenant = a.tenant AND e.id = a.id))
                ELSE a.sequence END AS "sequence!", converted_from, origin,
                observed_at, coalesce(erasure = 'anonymised', false) AS "anonymised!",
                coalesce(snapshot ->> 'status' = 'DELETED', false) AND missed_at IS NOT NULL AS "absent!",
                CASE WHEN snapshot IS NULL THEN least(a.created_at, (
                    SELECT min(o.created_at) FROM operations o WHERE o.business_key = ANY(a.introduction_ids)
                        AND o.tenant = a.tenant AND o.kind = 'introduction_accepted')) END AS "introduced_at?"
            FROM (SELECT DISTINCT id FROM unnest($2::bigint[]) AS u(id) ORDER BY id) wanted
            CROSS JOIN LATERAL (SELECT * FROM applications WHERE tenant = $1 AND id = wanted.id LIMIT 1) a"#,
            tenant.as_str(),
            &numbers(ids),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(TrackedApplication::try_from).collect()
    }

    /// Followed applications of these people in Greenhouse.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn followed_of(
        &self,
        tenant: &Tenant,
        candidates: &[CandidateId],
    ) -> Result<Vec<ApplicationId>, Error> {
        let ids: Vec<i64> = candidates.iter().map(|id| id.0).collect();
        let ids = sqlx::query_scalar!(
            "SELECT id FROM applications WHERE tenant = $1
            AND greenhouse_id = ANY((SELECT $2::bigint[])::bigint[]) ORDER BY id",
            tenant.as_str(),
            &ids,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ApplicationId).collect())
    }

    /// Followed applications of these people in Greenhouse that were last seen as those of prospects in process.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn prospects_of(
        &self,
        tenant: &Tenant,
        candidates: &[CandidateId],
    ) -> Result<Vec<ApplicationId>, Error> {
        let ids: Vec<i64> = candidates.iter().map(|id| id.0).collect();
        let ids = sqlx::query_scalar!(
            r#"SELECT id FROM applications WHERE tenant = $1
            AND greenhouse_id = ANY((SELECT $2::bigint[])::bigint[])
            AND snapshot @> '{"status": "ACTIVE", "prospect": true}' ORDER BY id"#,
            tenant.as_str(),
            &ids,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ApplicationId).collect())
    }

    /// Moves snapshots and sequences on and enqueues the events, all in one transaction.
    ///
    /// Returns the applications whose sequence was no longer the one given: somebody else was faster. Nothing was
    /// written about them; load them again and look for changes from there.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it may or may not have taken place, and loading again shows which.
    pub async fn advance_applications(
        &self,
        tenant: &Tenant,
        progress: &[Progress],
    ) -> Result<Vec<ApplicationId>, Error> {
        if progress.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let _timed = self.watch.start(Query::AdvanceApplications);
        lock_successors(&mut tx, tenant, progress).await?;
        let moved = advance(&mut tx, tenant, progress).await?;
        let (ours, lost): (Vec<&Progress>, Vec<&Progress>) = progress
            .iter()
            .partition(|one| moved.contains(&one.application.0));
        follow_successors(&mut tx, tenant, &ours).await?;
        let news = ours.iter().flat_map(|one| &one.announcements);
        outbox::insert(&mut tx, outbox::Columns::of(news)).await?;
        tx.commit().await?;
        Ok(lost.into_iter().map(|one| one.application).collect())
    }
}

/// Returns the applications that were still at the given sequence; the others are as they were.
async fn advance(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    progress: &[Progress],
) -> Result<HashSet<i64>, Error> {
    let ids: Vec<i64> = progress.iter().map(|one| one.application.0).collect();
    let snapshots = progress
        .iter()
        .map(|one| serde_json::to_value(&one.snapshot));
    let snapshots: Vec<Value> = snapshots
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Corrupt("snapshot"))?;
    let jobs: Vec<Option<i64>> = progress
        .iter()
        .map(|one| one.snapshot.job_id.map(i64::from))
        .collect();
    // As the snapshot holds it, so that PostgreSQL reads both alike, to the last digit.
    let known: Vec<Option<String>> = progress
        .iter()
        .map(|one| {
            one.known_as_of
                .map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        })
        .collect();
    let candidates: Vec<&str> = progress.iter().map(|one| one.candidate.as_str()).collect();
    let moved = sqlx::query_scalar!(
        // Locked in one order, so that two observers of the same page cannot lock each other out, and by one look-up by
        // key each: as a plain join it may be planned as a scan of all that the tenant follows. A row that somebody else
        // changed meanwhile is not where it was, and not moved.
        "WITH held AS MATERIALIZED (
            SELECT a.row, u.*
            FROM (SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::jsonb[], $5::bigint[], $6::timestamptz[],
                $7::bigint[], $8::text[], $9::text[], $10::boolean[])
                AS u(id, sequence, snapshot, events, observed_at, job_id, known_as_of, candidate_id, absent) ORDER BY id) u
            CROSS JOIN LATERAL (SELECT ctid AS row FROM applications
                WHERE tenant = $1 AND id = u.id AND candidate_id = u.candidate_id
                    AND (sequence = u.sequence OR snapshot IS NULL AND sequence < u.sequence)
                    AND (snapshot ->> 'as_of')::timestamptz IS NOT DISTINCT FROM u.known_as_of::timestamptz LIMIT 1 FOR NO KEY UPDATE) a)
        UPDATE applications a SET snapshot = held.snapshot, sequence = held.sequence + held.events,
            observed_at = held.observed_at, job_id = coalesce(held.job_id, a.job_id), look_again_at = NULL,
            missed_at = CASE WHEN held.absent THEN coalesce(a.missed_at, clock_timestamp()) END,
            -- Whose application shows again was not deleted.
            erasure = CASE WHEN a.erasure = 'deleted' AND held.snapshot ->> 'status' <> 'DELETED' THEN NULL ELSE a.erasure END
        FROM held WHERE a.ctid = held.row AND a.sequence <= held.sequence
        RETURNING a.id",
        tenant.as_str(),
        &ids,
        &progress.iter().map(|one| one.sequence).collect::<Vec<_>>(),
        &snapshots,
        &progress.iter().map(|one| one.announcements.len() as i64).collect::<Vec<_>>(),
        &progress.iter().map(|one| one.observed_at).collect::<Vec<_>>(),
        &jobs as _,
        &known as _,
        &candidates as _,
        &progress.iter().map(|one| one.absent).collect::<Vec<_>>(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(moved.into_iter().collect())
}

/// Locks successors that are followed already together with the others, in the order in which `advance` locks: whoever
/// looks at the successor at the same time may have locked it before.
async fn lock_successors(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    progress: &[Progress],
) -> Result<(), Error> {
    let successors = progress.iter().filter_map(|one| one.successor.as_ref());
    let mut ids: Vec<i64> = successors.map(|new| new.application.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    ids.extend(progress.iter().map(|one| one.application.0));
    sqlx::query!(
        "SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
        tenant.as_str(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// The new application belongs to the same person and the same introductions. One that is followed already, because
/// it was introduced as well, only learns where it comes from.
async fn follow_successors(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    progress: &[&Progress],
) -> Result<(), Error> {
    let (mut old, mut new, mut jobs, mut origins) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in progress {
        let Some(successor) = &one.successor else {
            continue;
        };
        let origin = serde_json::to_value(&successor.origin);
        old.push(one.application.0);
        new.push(successor.application.0);
        jobs.push(successor.job.map(i64::from));
        origins.push(origin.map_err(|_| Error::Corrupt("snapshot"))?);
    }
    if old.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        // Followed before its person was erased: its numbers go on. One may take the place of several.
        "WITH replaced AS (
            SELECT u.*, o.tenant, o.greenhouse_id, o.candidate_id, o.introduction_ids
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::jsonb[]) AS u(old, new, job_id, origin)
            JOIN applications o ON o.tenant = $1 AND o.id = u.old)
        INSERT INTO applications AS a (tenant, id, greenhouse_id, candidate_id, job_id, introduction_ids, sequence,
            converted_from, origin)
        SELECT DISTINCT ON (new) tenant, new, greenhouse_id, candidate_id, job_id, ARRAY(
                SELECT i.id FROM replaced r, unnest(r.introduction_ids) WITH ORDINALITY AS i(id, place)
                WHERE r.new = replaced.new GROUP BY i.id ORDER BY min(r.old), min(i.place)),
            coalesce((SELECT e.sequence FROM erased_applications e WHERE e.tenant = $1 AND e.id = new), 0), old, origin
        FROM replaced ORDER BY new, old
        ON CONFLICT (tenant, id) DO UPDATE SET converted_from = excluded.converted_from, origin = excluded.origin,
            introduction_ids = a.introduction_ids || ARRAY(SELECT unnest(excluded.introduction_ids)
                EXCEPT SELECT unnest(a.introduction_ids))",
        tenant.as_str(),
        &old,
        &new,
        &jobs as _,
        &origins,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn numbers(ids: &[ApplicationId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

impl TryFrom<Row> for TrackedApplication {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let introductions = row
            .introduction_ids
            .into_iter()
            .map(IntroductionId::try_from);
        Ok(Self {
            application: ApplicationId(row.id),
            greenhouse: CandidateId(row.greenhouse_id),
            candidate: row
                .candidate_id
                .try_into()
                .map_err(|_| Error::Corrupt("candidate id"))?,
            introductions: introductions
                .collect::<Result<_, _>>()
                .map_err(|_| Error::Corrupt("introduction id"))?,
            job: row.job_id.map(JobId),
            snapshot: snapshot(row.snapshot)?,
            sequence: row.sequence,
            converted_from: row.converted_from.map(ApplicationId),
            origin: snapshot(row.origin)?,
            anonymised: row.anonymised,
            absent: row.absent,
            introduced_at: row.introduced_at,
            observed_at: row.observed_at,
        })
    }
}

fn snapshot(stored: Option<Value>) -> Result<Option<Snapshot>, Error> {
    let read = stored.map(serde_json::from_value).transpose();
    read.map_err(|_| Error::Corrupt("snapshot"))
}
