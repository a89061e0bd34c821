//! Jobs are put together again and told: document, number and event in one transaction.

use accounts::Stop;
use boot::metrics::{RecordAction, Resource};
use chrono::{DateTime, Utc};
use domain::{Code, Problem, Tenant};
use proto::{Change, v1};
use serde_json::Value;
use store::jobs::{Assembly, Edit, Refresh, StoredJob, Which};

use crate::Parts;
use crate::change::{Fate, happened};
use crate::content::{Job, restored};
use crate::document::{document, words};
use crate::event::job_changed;
use crate::run::{Run, Tally};
use crate::surroundings::Surroundings;

/// Jobs put together in one transaction.
pub(crate) const BATCH: i64 = 100;

/// An import that is moved on together with what it tells.
pub(crate) type Import<'a> = Option<(&'a Refresh, &'a mut Run)>;

/// Puts jobs together; answers whether there were any.
pub(crate) async fn tell(
    parts: &Parts,
    tenant: &Tenant,
    which: Which<'_>,
    now: DateTime<Utc>,
    import: Import<'_>,
) -> Result<bool, Stop> {
    let assembly = parts.store.assemble_jobs(tenant, which).await?;
    if assembly.jobs.is_empty() {
        return Ok(false);
    }
    let surroundings = Surroundings::new(&assembly.surroundings);
    let mut tally = Tally::default();
    let mut edits = Vec::new();
    for job in &assembly.jobs {
        if let Some((edit, fate)) = again(tenant, job, &surroundings, now)? {
            tally.note(fate);
            edits.push(edit);
        }
    }
    commit(assembly, &edits, tally, import).await?;
    count(parts, tally);
    Ok(true)
}

/// Tells that these jobs are gone, which an answer that was asked for at this moment did not show.
pub(crate) async fn tell_gone(
    parts: &Parts,
    tenant: &Tenant,
    ids: &[i64],
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
    import: Import<'_>,
) -> Result<(), Stop> {
    if ids.is_empty() {
        return Ok(());
    }
    let gone_since = Which::Gone(ids, asked_at);
    let assembly = parts.store.assemble_jobs(tenant, gone_since).await?;
    if assembly.jobs.is_empty() {
        return Ok(());
    }
    let mut tally = Tally::default();
    let mut edits = Vec::new();
    for job in &assembly.jobs {
        edits.push(gone(tenant, job, now)?);
        tally.deleted += 1;
    }
    commit(assembly, &edits, tally, import).await?;
    count(parts, tally);
    Ok(())
}

async fn commit(
    assembly: Assembly,
    edits: &[Edit],
    tally: Tally,
    import: Import<'_>,
) -> Result<(), Stop> {
    let Some((refresh, run)) = import else {
        assembly.commit(edits, None).await?;
        return Ok(());
    };
    let mut moved = run.clone();
    let counts = &mut moved.counts;
    counts.opened += tally.opened;
    counts.updated += tally.updated;
    counts.closed += tally.closed;
    counts.deleted += tally.deleted;
    if !assembly
        .commit(edits, Some((refresh, &moved.stored())))
        .await?
    {
        return Err(Stop::Abandon);
    }
    *run = moved;
    Ok(())
}

fn count(parts: &Parts, tally: Tally) {
    let changed = tally.opened + tally.updated + tally.closed + tally.deleted;
    let changed = u64::try_from(changed).unwrap_or_default();
    parts
        .metrics
        .polled(Resource::Jobs, RecordAction::Changed, changed);
}

/// None when the document is as it was.
fn again(
    tenant: &Tenant,
    stored: &StoredJob,
    surroundings: &Surroundings,
    now: DateTime<Utc>,
) -> Result<Option<(Edit, Fate)>, Stop> {
    let job: Job = restored(&stored.content);
    let told = document(stored.id, &job, &stored.parts, surroundings);
    let after = serde_json::to_value(&told).map_err(|_| unspeakable(stored.id))?;
    let departments = job.department_id.map(|id| surroundings.ancestry(id));
    if stored.document.as_ref() == Some(&after) {
        return Ok(None);
    }
    let happened = happened(stored.document.as_ref(), stored.sequence > 0, &after);
    let words = words(&told);
    let announcement = happened.change.map(|change| {
        let sequence = stored.sequence + 1;
        job_changed(tenant, sequence, change, happened.fields, told, now)
    });
    let edit = Edit {
        id: stored.id,
        document: Some(after),
        status: job.status.as_str(),
        confidential: job.confidential,
        department_ids: departments.unwrap_or_default(),
        office_ids: job.office_ids,
        words,
        announcement: announcement
            .transpose()
            .map_err(|_| unspeakable(stored.id))?,
    };
    Ok(Some((edit, happened.fate)))
}

fn gone(tenant: &Tenant, stored: &StoredJob, now: DateTime<Utc>) -> Result<Edit, Stop> {
    let job: Job = restored(&stored.content);
    let last: Option<v1::Job> = stored
        .document
        .as_ref()
        .filter(|_| stored.sequence > 0)
        .and_then(read_back);
    let announcement = last.map(|last| {
        let sequence = stored.sequence + 1;
        job_changed(tenant, sequence, Change::Deleted, Vec::new(), last, now)
    });
    Ok(Edit {
        id: stored.id,
        document: None,
        status: job.status.as_str(),
        confidential: job.confidential,
        department_ids: Vec::new(),
        office_ids: Vec::new(),
        words: String::new(),
        announcement: announcement
            .transpose()
            .map_err(|_| unspeakable(stored.id))?,
    })
}

fn read_back(document: &Value) -> Option<v1::Job> {
    serde_json::from_value(document.clone()).ok()
}

fn unspeakable(job: i64) -> Stop {
    tracing::error!(job, "the event about a job cannot be written");
    Stop::Retry(Problem::new(Code::Internal))
}
