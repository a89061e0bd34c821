//! A prospect who applied: Greenhouse replaces the application by one to a job, under a new id.
//!
//! The new one is followed for the same introductions, in the transaction that tells the end of the old one.

use std::collections::{HashMap, HashSet};

use accounts::Stop;
use domain::ApplicationId;
use domain::status::{Snapshot, Status};
use harvest::Application;
use store::applications::{Successor, TrackedApplication};

use crate::observer::{Observer, Tracked};
use crate::people;

/// For each application that is newly converted, what takes its place; none where nothing is found.
pub(crate) async fn successors(
    observer: &Observer<'_>,
    tracked: &Tracked,
    applications: &[&Application],
) -> Result<HashMap<ApplicationId, Option<Successor>>, Stop> {
    let is_new = |known: &TrackedApplication| {
        let last = known.snapshot.as_ref();
        last.is_none_or(|last| last.status != Status::Converted)
    };
    let converted: Vec<(&Application, &TrackedApplication)> = applications
        .iter()
        .filter(|one| one.status.known() == Some(Status::Converted))
        .filter_map(|one| Some((*one, tracked.get(&one.id)?)))
        .filter(|(_, known)| is_new(known))
        .collect();
    if converted.is_empty() {
        return Ok(HashMap::new());
    }
    let people: Vec<_> = converted
        .iter()
        .map(|(_, known)| known.greenhouse)
        .collect();
    let theirs = observer
        .client
        .applications()
        .of_candidates(&people)
        .await?;
    let ids: Vec<ApplicationId> = theirs.iter().map(|one| one.id).collect();
    let mut taken: HashSet<ApplicationId> = observer
        .tracked(&ids)
        .await?
        .into_values()
        .filter(|known| known.converted_from.is_some() || known.snapshot.is_some())
        .map(|known| known.application)
        .collect();
    let mut found = HashMap::new();
    for (old, known) in converted {
        let successor = choose(old, &theirs, &taken);
        taken.extend(successor.map(|new| new.id));
        let successor = successor.map(|new| Successor {
            application: new.id,
            job: new.job_id,
            origin: origin(known),
        });
        found.insert(old.id, successor);
    }
    Ok(found)
}

/// The first application made after it by the same person; one to a job that the prospect was considered for first.
fn choose<'a>(
    old: &Application,
    theirs: &'a [Application],
    taken: &HashSet<ApplicationId>,
) -> Option<&'a Application> {
    let follows = |new: &&Application| {
        new.candidate_id == old.candidate_id
            && !new.prospect
            && new.id > old.id
            && !taken.contains(&new.id)
    };
    let wanted = |new: &Application| {
        let job = new.job_id;
        job.is_some_and(|job| old.job_id == Some(job) || old.prospective_job_ids.contains(&job))
    };
    let candidates = theirs.iter().filter(follows);
    candidates.min_by_key(|new| (!wanted(new), new.id))
}

/// Where the prospect's application stood before it was converted.
fn origin(known: &TrackedApplication) -> Snapshot {
    let last = known.snapshot.clone();
    last.unwrap_or_else(|| Snapshot {
        prospect: true,
        ..people::never_seen(known)
    })
}
