//! What happens to a person in Greenhouse as a whole: merged into another record, anonymised, deleted.
//!
//! This is also where the way from a person to their record in Greenhouse (`person_keys`) follows, so that a later
//! introduction does not go to a record that is gone. Told once: what was done before is done without an event.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{ApplicationId, CandidateId, IntrroCandidateId, Tenant};

use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction};

/// Somebody whose record was merged into another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Intrro's id of the person.
    pub candidate: IntrroCandidateId,
    /// Followed applications that moved along.
    pub applications: Vec<ApplicationId>,
    /// When we learnt of it, by the database's clock.
    pub observed_at: DateTime<Utc>,
}

/// Somebody whose data are gone from Greenhouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Intrro's id of the person.
    pub candidate: IntrroCandidateId,
    /// When we learnt of it, by the database's clock.
    pub observed_at: DateTime<Utc>,
}

/// How somebody's data came to be gone from Greenhouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The record and its applications stay, without the person.
    Anonymised,
    /// Record and applications are gone.
    Deleted,
    /// They have not been shown for long, and nobody has said why: whoever is merely hidden looks the same.
    Absent,
}

impl Gone {
    const fn as_str(self) -> &'static str {
        match self {
            Gone::Anonymised => "anonymised",
            Gone::Deleted | Gone::Absent => "deleted",
        }
    }
}

impl Store {
    /// Whatever is known under `old` is from now on known under `new`, or under whom that one was merged into since. Returns
    /// the followed applications that moved: none where it was `new` that was merged into `old`, which an answer of before
    /// then seems to undo.
    ///
    /// `certain`: Greenhouse has told of this merge itself, so whatever seems to contradict it was misread. `announce` gets
    /// the record that it is known under now.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`]; then nothing was written.
    pub async fn merge_candidates(
        &self,
        tenant: &Tenant,
        (old, new): (CandidateId, CandidateId),
        certain: bool,
        announce: impl Fn(CandidateId, &Merged) -> Option<Announcement> + Send,
    ) -> Result<Vec<ApplicationId>, Error> {
        let mut tx = self.begin().await?;
        let new = match note_merge(&mut tx, tenant, old, new).await? {
            Some(new) => new,
            None if certain => {
                forget_merge(&mut tx, tenant, new).await?;
                note_merge(&mut tx, tenant, old, new).await?;
                new
            }
            None => return Ok(Vec::new()),
        };
        let moved = sqlx::query!(
            // Locked in the order in which `advance` does.
            r#"WITH held AS MATERIALIZED (
                SELECT id FROM applications WHERE tenant = $1 AND greenhouse_id = $2 ORDER BY id FOR NO KEY UPDATE)
            UPDATE applications a SET greenhouse_id = $3 FROM held WHERE a.tenant = $1 AND a.id = held.id
            RETURNING a.id, a.candidate_id, clock_timestamp() AS "now!""#,
            tenant.as_str(),
            old.0,
            new.0,
        )
        .fetch_all(&mut *tx)
        .await?;
        let known = sqlx::query!(
            r#"UPDATE person_keys SET greenhouse_id = $3, updated_at = now() WHERE tenant = $1 AND greenhouse_id = $2
            RETURNING candidate_id, clock_timestamp() AS "now!""#,
            tenant.as_str(),
            old.0,
            new.0,
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut people: BTreeMap<String, (DateTime<Utc>, Vec<ApplicationId>)> = BTreeMap::new();
        for row in known {
            if let Some(candidate) = row.candidate_id {
                people.entry(candidate).or_insert((row.now, Vec::new()));
            }
        }
        let mut applications = Vec::with_capacity(moved.len());
        for row in moved {
            let person = people
                .entry(row.candidate_id)
                .or_insert((row.now, Vec::new()));
            person.1.push(ApplicationId(row.id));
            applications.push(ApplicationId(row.id));
        }
        let mut news = Vec::with_capacity(people.len());
        for (candidate, (observed_at, mut applications)) in people {
            applications.sort_unstable();
            let merged = Merged {
                candidate: person(candidate)?,
                applications,
                observed_at,
            };
            news.extend(announce(new, &merged));
        }
        outbox::enqueue(&mut tx, &news).await?;
        tx.commit().await?;
        Ok(applications)
    }

    /// That `old` was merged into `new` before anything was known under either: a late answer does not undo it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn remember_merge(
        &self,
        tenant: &Tenant,
        (old, new): (CandidateId, CandidateId),
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        note_merge(&mut tx, tenant, old, new).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets merges that no late answer can undo any more.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sweep_merges(&self) -> Result<(), Error> {
        sqlx::query!(
            "DELETE FROM merged_candidates WHERE merged_at < now() - make_interval(mins => $1)",
            REMEMBERED,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that the person behind a record is gone, and forgets the way to it. The applications stay followed: what
    /// becomes of them is observed like anything else.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`]; then nothing was written.
    pub async fn erase_candidate(
        &self,
        tenant: &Tenant,
        record: CandidateId,
        gone: Gone,
        announce: impl Fn(&Erased) -> Option<Announcement> + Send,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let people = erase(&mut tx, tenant, record, gone).await?;
        let mut news = Vec::with_capacity(people.len());
        for (candidate, observed_at) in people {
            news.extend(announce(&Erased {
                candidate: person(candidate)?,
                observed_at,
            }));
        }
        outbox::enqueue(&mut tx, &news).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Most merges of one record after another that are followed.
const CHAIN: usize = 20;
/// For how long merges are remembered, in minutes: longer than an answer of Greenhouse is late, and no longer, so that one
/// that was misread is put right by what Greenhouse shows.
const REMEMBERED: i32 = 60;

async fn forget_merge(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    misread: CandidateId,
) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM merged_candidates WHERE tenant = $1 AND id = $2",
        tenant.as_str(),
        misread.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Answers who `new` is by now; none where that is `old`.
async fn note_merge(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    old: CandidateId,
    mut new: CandidateId,
) -> Result<Option<CandidateId>, Error> {
    for _ in 0..CHAIN {
        let further = sqlx::query_scalar!(
            "SELECT merged_into FROM merged_candidates
            WHERE tenant = $1 AND id = $2 AND merged_at > now() - make_interval(mins => $3)",
            tenant.as_str(),
            new.0,
            REMEMBERED,
        );
        match further.fetch_optional(&mut **tx).await? {
            Some(further) => new = CandidateId(further),
            None => break,
        }
    }
    if new == old {
        return Ok(None);
    }
    sqlx::query!(
        "INSERT INTO merged_candidates (tenant, id, merged_into) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, id) DO UPDATE SET merged_into = excluded.merged_into, merged_at = now()",
        tenant.as_str(),
        old.0,
        new.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(Some(new))
}

/// Returns the people about whom this is new.
async fn erase(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    record: CandidateId,
    gone: Gone,
) -> Result<BTreeMap<String, DateTime<Utc>>, Error> {
    let rows = sqlx::query!(
        // Locked in the order of ids, as by whoever else writes several of them. Whoever is merely not shown stays
        // anonymised: shown again, they are no less so.
        r#"WITH held AS MATERIALIZED (
            SELECT id FROM applications
            WHERE tenant = $1 AND greenhouse_id = $2
              AND (erasure IS NULL OR (erasure = 'anonymised' AND $3 = 'deleted' AND NOT $4))
            ORDER BY id FOR NO KEY UPDATE),
        applied AS (
            UPDATE applications a SET erasure = $3 FROM held WHERE a.tenant = $1 AND a.id = held.id
            RETURNING a.candidate_id),
        known AS (
            DELETE FROM person_keys WHERE tenant = $1 AND greenhouse_id = $2 RETURNING candidate_id)
        SELECT candidate_id AS "candidate_id!", clock_timestamp() AS "now!"
        FROM (SELECT candidate_id FROM applied UNION SELECT candidate_id FROM known) people
        WHERE candidate_id IS NOT NULL"#,
        tenant.as_str(),
        record.0,
        gone.as_str(),
        gone == Gone::Absent,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.candidate_id, row.now))
        .collect())
}

fn person(id: String) -> Result<IntrroCandidateId, Error> {
    id.try_into().map_err(|_| Error::Corrupt("candidate id"))
}
