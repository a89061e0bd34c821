//! One commit of the journal: many entries, one statement per table.

use std::collections::HashSet;

use uuid::Uuid;

use crate::claim::StepState;
use crate::journal::{Deed, Entry, JournalError, Release, Settlement, StepWrite};
use crate::outbox::{self, Announcement};
use crate::{Error, Store, Transaction};

/// Writes the batch in one transaction and tells every worker what became of its entry.
pub(crate) async fn commit(store: &Store, batch: Vec<Entry>) {
    let verdict = match write(store, &batch).await {
        Ok(held) => Ok(held),
        Err(error) => {
            tracing::warn!(error = %Cause(&error), entries = batch.len(), "journal commit failed");
            Err(JournalError::Unavailable)
        }
    };
    for entry in batch {
        let outcome = verdict.as_ref().map_err(|error| *error).and_then(|held| {
            held.contains(&entry.operation.0)
                .then_some(())
                .ok_or(JournalError::LeaseLost)
        });
        // A worker that no longer listens has given up its operation; its lease will end.
        let _ = entry.done.send(outcome);
    }
}

/// Returns the operations whose lease held; nothing was written for the others.
async fn write(store: &Store, batch: &[Entry]) -> Result<HashSet<i64>, Error> {
    let only_steps = batch.iter().all(|entry| matches!(entry.deed, Deed::Steps(_)));
    let mut tx = store.begin().await?;
    let held = fence(&mut tx, batch).await?;
    let live: Vec<&Entry> = batch.iter().filter(|entry| held.contains(&entry.operation.0)).collect();
    write_steps(&mut tx, &live).await?;
    if !only_steps {
        release(&mut tx, &live).await?;
        settle(&mut tx, &live).await?;
        let news: Vec<&Announcement> = live.iter().flat_map(|entry| announcements(&entry.deed)).collect();
        announce(&mut tx, &news).await?;
    }
    tx.commit().await?;
    Ok(held)
}

/// Locks the operations whose lease is still the entry's.
async fn fence(tx: &mut Transaction, batch: &[Entry]) -> Result<HashSet<i64>, Error> {
    let mut pairs: Vec<(i64, Uuid)> = batch.iter().map(|entry| (entry.operation.0, entry.lease)).collect();
    pairs.sort_unstable();
    let (ids, leases): (Vec<i64>, Vec<Uuid>) = pairs.into_iter().unzip();
    let held = sqlx::query_scalar!(
        "SELECT o.id FROM operations o JOIN unnest($1::bigint[], $2::uuid[]) AS u(id, lease)
            ON o.id = u.id AND o.lease = u.lease
        WHERE o.state = 'open' ORDER BY o.id FOR NO KEY UPDATE OF o",
        &ids,
        &leases
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(held.into_iter().collect())
}

fn steps(deed: &Deed) -> &[StepWrite] {
    match deed {
        Deed::Steps(steps) => steps,
        Deed::Settle(settlement) => &settlement.steps,
        Deed::Release(release) => &release.steps,
    }
}

fn announcements(deed: &Deed) -> &[Announcement] {
    match deed {
        Deed::Steps(_) => &[],
        Deed::Settle(settlement) => &settlement.announcements,
        Deed::Release(release) => &release.announcements,
    }
}

async fn write_steps(tx: &mut Transaction, live: &[&Entry]) -> Result<(), Error> {
    let all = || {
        live.iter()
            .flat_map(|entry| steps(&entry.deed).iter().map(|step| (entry.operation.0, step)))
    };
    let operations: Vec<i64> = all().map(|(id, _)| id).collect();
    if operations.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"INSERT INTO steps AS s (operation_id, name, kind, state, remote_id, code, sends, first_sent_at, last_sent_at, settled_at)
        SELECT u.operation_id, u.name, u.kind, u.state, u.remote_id, u.code, u.sending::int,
            CASE WHEN u.sending THEN clock_timestamp() END, CASE WHEN u.sending THEN clock_timestamp() END,
            CASE WHEN NOT u.sending THEN clock_timestamp() END
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bool[])
            AS u(operation_id, name, kind, state, remote_id, code, sending)
        ON CONFLICT (operation_id, name) DO UPDATE SET state = EXCLUDED.state,
            remote_id = coalesce(EXCLUDED.remote_id, s.remote_id), code = EXCLUDED.code,
            sends = s.sends + EXCLUDED.sends, first_sent_at = coalesce(s.first_sent_at, EXCLUDED.first_sent_at),
            last_sent_at = coalesce(EXCLUDED.last_sent_at, s.last_sent_at), settled_at = EXCLUDED.settled_at
        WHERE s.state <> 'confirmed'"#,
        &operations,
        &all().map(|(_, step)| step.name.as_str()).collect::<Vec<_>>() as _,
        &all().map(|(_, step)| step.kind.as_str()).collect::<Vec<_>>() as _,
        &all().map(|(_, step)| step.state.as_str()).collect::<Vec<_>>() as _,
        &all().map(|(_, step)| step.remote_id).collect::<Vec<_>>() as _,
        &all().map(|(_, step)| step.code.map(|code| code.as_str())).collect::<Vec<_>>() as _,
        &all().map(|(_, step)| step.state == StepState::Sending).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn release(tx: &mut Transaction, live: &[&Entry]) -> Result<(), Error> {
    let all = || {
        live.iter().filter_map(|entry| match &entry.deed {
            Deed::Release(release) => Some((entry.operation.0, release)),
            _ => None,
        })
    };
    let ids: Vec<i64> = all().map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let of = |what: fn(&Release) -> bool| all().map(|(_, release)| what(release)).collect::<Vec<_>>();
    sqlx::query!(
        "UPDATE operations o SET lease = NULL, not_before = clock_timestamp() + make_interval(secs => u.delay),
            attempts = o.attempts + u.counts::int, code = u.code
        FROM unnest($1::bigint[], $2::float8[], $3::bool[], $4::text[]) AS u(id, delay, counts, code)
        WHERE o.id = u.id",
        &ids,
        &all().map(|(_, release)| release.delay.as_secs_f64()).collect::<Vec<_>>(),
        &of(|release| release.counts),
        &all().map(|(_, release)| release.code.map(|code| code.as_str())).collect::<Vec<_>>() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn settle(tx: &mut Transaction, live: &[&Entry]) -> Result<(), Error> {
    let ended: Vec<(&Entry, &Settlement)> = live
        .iter()
        .filter_map(|entry| match &entry.deed {
            Deed::Settle(settlement) => Some((*entry, &**settlement)),
            _ => None,
        })
        .collect();
    if ended.is_empty() {
        return Ok(());
    }
    end_operations(tx, &ended).await?;
    remember_people(tx, &ended).await?;
    follow_applications(tx, &ended).await
}

/// Ends the operations and lets go of the people they held.
async fn end_operations(tx: &mut Transaction, ended: &[(&Entry, &Settlement)]) -> Result<(), Error> {
    let ids: Vec<i64> = ended.iter().map(|(entry, _)| entry.operation.0).collect();
    let settlements = || ended.iter().map(|(_, settlement)| settlement);
    sqlx::query!(
        "WITH freed AS (DELETE FROM operation_keys WHERE operation_id = ANY($1::bigint[]) RETURNING key),
        bell AS (SELECT pg_notify('work', '') WHERE EXISTS (
            SELECT 1 FROM freed JOIN operation_keys waiting ON waiting.key = freed.key
            WHERE waiting.operation_id <> ALL($1::bigint[]))),
        rung AS (SELECT count(*) FROM bell)
        UPDATE operations o SET state = u.state, lease = NULL, code = u.code, field = u.field, outcome = u.outcome,
            settled_at = clock_timestamp()
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) AS u(id, state, code, field, outcome), rung
        WHERE o.id = u.id",
        &ids,
        &settlements().map(|s| s.end.as_str()).collect::<Vec<_>>() as _,
        &settlements().map(|s| s.code.map(|code| code.as_str())).collect::<Vec<_>>() as _,
        &settlements().map(|s| s.field.as_deref()).collect::<Vec<_>>() as _,
        &settlements().map(|s| s.outcome.clone()).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn remember_people(tx: &mut Transaction, ended: &[(&Entry, &Settlement)]) -> Result<(), Error> {
    // Two operations of one person are never in flight together, but two may have settled into the same batch.
    let mut seen = HashSet::new();
    let (mut keys, mut tenants, mut greenhouse, mut candidates) = (vec![], vec![], vec![], vec![]);
    for (entry, settlement) in ended.iter().rev() {
        let Some(identity) = &settlement.identity else { continue };
        let emails = identity.email_keys.iter().map(|key| (key, None));
        let own = (&identity.candidate_key, Some(identity.candidate.as_str()));
        for (key, candidate) in emails.chain([own]).filter(|(key, _)| seen.insert(key.0)) {
            keys.push(key.0);
            tenants.push(entry.tenant.as_str());
            greenhouse.push(identity.greenhouse.0);
            candidates.push(candidate);
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO person_keys AS p (key, tenant, greenhouse_id, candidate_id)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[])
        ON CONFLICT (key) DO UPDATE SET greenhouse_id = EXCLUDED.greenhouse_id, updated_at = now()
        WHERE p.greenhouse_id <> EXCLUDED.greenhouse_id",
        &keys,
        &tenants as _,
        &greenhouse,
        &candidates as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn follow_applications(tx: &mut Transaction, ended: &[(&Entry, &Settlement)]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let (mut tenants, mut ids, mut greenhouse) = (vec![], vec![], vec![]);
    let (mut candidates, mut jobs, mut introductions) = (vec![], vec![], vec![]);
    for (entry, settlement) in ended {
        let Some(identity) = &settlement.identity else { continue };
        for tracked in &settlement.tracked {
            if !seen.insert((entry.tenant.as_str(), tracked.application)) {
                continue;
            }
            tenants.push(entry.tenant.as_str());
            ids.push(tracked.application.0);
            greenhouse.push(identity.greenhouse.0);
            candidates.push(identity.candidate.as_str());
            jobs.push(tracked.job.map(|job| job.0));
            introductions.push(tracked.introduction.as_str());
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO applications AS a (tenant, id, greenhouse_id, candidate_id, job_id, introduction_ids)
        SELECT u.tenant, u.id, u.greenhouse_id, u.candidate_id, u.job_id, ARRAY[u.introduction]
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
            AS u(tenant, id, greenhouse_id, candidate_id, job_id, introduction)
        ON CONFLICT (tenant, id) DO UPDATE SET introduction_ids =
            CASE WHEN EXCLUDED.introduction_ids <@ a.introduction_ids THEN a.introduction_ids
                ELSE a.introduction_ids || EXCLUDED.introduction_ids END",
        &tenants as _,
        &ids,
        &greenhouse,
        &candidates as _,
        &jobs as _,
        &introductions as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn announce(tx: &mut Transaction, news: &[&Announcement]) -> Result<(), Error> {
    outbox::insert(tx, outbox::Columns::of(news.iter().copied())).await
}

/// The chain of causes on one line, without values from the statement.
struct Cause<'a>(&'a Error);

impl std::fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        if let Error::Unavailable(sqlx::Error::Database(database)) = self.0 {
            write!(f, " ({})", database.code().unwrap_or_default())?;
        }
        Ok(())
    }
}
