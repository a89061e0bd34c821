//! Once a night a sample of everything is compared with Greenhouse, so that a miss that no detector noticed is counted
//! and repaired instead of staying wrong for ever.
//!
//! Only what should have been told by now counts as a mismatch. What Greenhouse no longer shows is told as deleted only
//! when it is not shown for two nights in a row while its job is: a hidden job hides its applications. Where the person
//! is gone with it, that is told too. Whatever shows again after that was hidden, and is told again.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use accounts::Stop;
use boot::metrics::Mismatch;
use domain::status::DetectedBy;
use domain::{ApplicationId, CandidateId, JobId};
use harvest::Application;
use store::applications::Gone;

use crate::news::is_fresh;
use crate::observer::{Observer, Tracked};

/// For how long Greenhouse must not show an application before it counts as gone: more than one night.
const PATIENCE: Duration = Duration::from_secs(20 * 60 * 60);

/// Compares these (at most 50) with Greenhouse, counts what differs, and tells it.
pub(crate) async fn compare(observer: &Observer<'_>, ids: &[ApplicationId]) -> Result<(), Stop> {
    let metrics = &observer.context.metrics;
    let read = observer.read(ids).await?;
    let found = read.rows;
    let tracked = observer.followed(&found).await?;
    let now = observer.now();
    let settled: Vec<&Application> = found.iter().filter(|one| !is_fresh(one, now)).collect();
    let auditor = Observer {
        client: observer.client.clone(),
        detected_by: DetectedBy::StageHistory,
        ..*observer
    };
    let seen = auditor.observe(&tracked, &settled).await?;
    metrics.audited(ids.len() as u64);
    metrics.mismatches(Mismatch::State, seen.changed.len() as u64);
    for application in &seen.changed {
        tracing::warn!(tenant = %observer.tenant, %application, "an audit found a change that nobody had told");
    }
    // Of those at which Greenhouse fails nothing is known.
    let met = found.iter().map(|one| one.id).chain(read.unread);
    let shown: HashSet<ApplicationId> = met.collect();
    let hidden: Vec<ApplicationId> = ids
        .iter()
        .copied()
        .filter(|id| !shown.contains(id))
        .collect();
    let gone = gone(&auditor, &hidden).await?;
    // People first: what is told as gone is not looked at again.
    let gone = [gone_with_their_people(&auditor, &gone).await?, gone].concat();
    let told = auditor.tell_gone(&gone).await?;
    metrics.mismatches(Mismatch::Gone, told.len() as u64);
    Ok(())
}

/// Which of those that Greenhouse does not show are gone.
async fn gone(
    observer: &Observer<'_>,
    hidden: &[ApplicationId],
) -> Result<Vec<ApplicationId>, Stop> {
    if hidden.is_empty() {
        return Ok(Vec::new());
    }
    let store = &observer.context.store;
    let long = store.missed_applications(observer.tenant, hidden, PATIENCE);
    let tracked = observer.tracked(&long.await?).await?;
    let jobs: HashSet<JobId> = tracked.values().filter_map(|known| known.job).collect();
    let jobs: Vec<JobId> = jobs.into_iter().collect();
    let visible = observer.client.jobs().by_ids(&jobs).await?;
    let visible: HashSet<JobId> = visible.into_iter().map(|job| job.id).collect();
    Ok(in_sight(&tracked, &visible))
}

/// Tells of those people behind gone applications whom Greenhouse does not know any more; returns whatever is followed of
/// them.
async fn gone_with_their_people(
    observer: &Observer<'_>,
    gone: &[ApplicationId],
) -> Result<Vec<ApplicationId>, Stop> {
    let tracked = observer.tracked(gone).await?;
    let people: BTreeSet<CandidateId> = tracked.values().map(|known| known.greenhouse).collect();
    let people: Vec<CandidateId> = people.into_iter().collect();
    let deleted = observer.client.candidates().gone_among(&people).await?;
    for person in &deleted {
        observer.erase(*person, Gone::Absent).await?;
    }
    let store = &observer.context.store;
    Ok(store.followed_of(observer.tenant, &deleted).await?)
}

fn in_sight(tracked: &Tracked, jobs: &HashSet<JobId>) -> Vec<ApplicationId> {
    let in_sight = tracked.values().filter(|known| {
        // Those that are told already are compared in case they show again.
        let job = known.job;
        !known.absent && job.is_none_or(|job| jobs.contains(&job))
    });
    in_sight.map(|known| known.application).collect()
}
