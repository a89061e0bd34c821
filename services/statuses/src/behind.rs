//! What webhooks announced against what is known: reads may lag behind writes, so a webhook may come before Greenhouse's API
//! shows its change. It is then looked for again, for a minute; a poll would be late, as it comes rarely while webhooks do.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use accounts::Stop;
use accounts::hands::rest;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ApplicationId;
use domain::status::Status;
use domain::webhook::{Notice, Standing};
use store::Store;
use store::webhooks::Task;

use crate::news::RECORDED;
use crate::observer::{Observer, Tracked};

/// How old a task is when it is looked at again. After the last one the poll is the net.
const AGAIN: [TimeDelta; 3] = [
    TimeDelta::seconds(3),
    TimeDelta::seconds(15),
    TimeDelta::seconds(60),
];

/// A look may come a little before its time, for clocks and calls take theirs: it is not repeated for that.
const EARLY: TimeDelta = TimeDelta::seconds(1);

/// Tasks that cost no call: somebody has looked since their webhooks came, and knows what they announced.
pub(crate) async fn found(observer: &Observer<'_>, tasks: &[Task]) -> Result<HashSet<i64>, Stop> {
    let tracked = known(observer, tasks).await?;
    let found = tasks.iter().filter(|task| is_found(&tracked, task, None));
    Ok(found.map(|task| task.id).collect())
}

/// Whether somebody has looked since the task's webhook came, and knows what it announced. So has a poll that began after it
/// and found nothing new. No task tells why somebody is rejected, which may have been entered while that look was under way,
/// and is shown by no poll that finds nothing new: of them only a look counts since a poll that began after the webhook.
/// `polled_at`: when the last one began that has ended.
pub(crate) fn is_found(tracked: &Tracked, task: &Task, polled_at: Option<DateTime<Utc>>) -> bool {
    announced(task).is_some_and(|(id, stands)| {
        let told = Some(task.received_at);
        let known = tracked.get(&id);
        let observed_at = known.and_then(|known| known.observed_at);
        // Of what was never seen no poll has told anything.
        let is_known = known.is_some_and(|known| known.snapshot.is_some());
        let is_seen = match stands.status {
            Status::Rejected => polled_at > told && observed_at > polled_at,
            _ => observed_at > told || is_known && polled_at > told,
        };
        is_seen && is_reached(tracked, id, stands)
    })
}

/// Tasks to be looked at again: Greenhouse has shown their applications, but not as their webhooks announced, or does not
/// show them yet.
pub(crate) async fn missed(
    observer: &Observer<'_>,
    tasks: &[Task],
    shown: &HashSet<ApplicationId>,
) -> Result<HashSet<i64>, Stop> {
    let tracked = known(observer, tasks).await?;
    let is_missed = |task: &&Task| {
        announced(task).is_some_and(|(id, stands)| {
            (shown.contains(&id) || is_new(&tracked, id, stands))
                && !is_reached(&tracked, id, stands)
                && next_look(task).is_some()
        })
    };
    Ok(tasks.iter().filter(is_missed).map(|task| task.id).collect())
}

/// Gives tasks back until they are looked at again, those together that came together. One whose last look has come due
/// since it was chosen comes back at once.
pub(crate) async fn wait(store: &Store, tasks: &[Task]) {
    let [.., last] = AGAIN;
    let looks: Vec<TimeDelta> = tasks
        .iter()
        .map(|task| next_look(task).unwrap_or(last))
        .collect();
    for age in AGAIN {
        let due = tasks.iter().zip(&looks).filter(|one| *one.1 == age);
        let due: Vec<Task> = due.map(|one| one.0.clone()).collect();
        let left = due
            .iter()
            .filter_map(|task| (age - aged(task)).to_std().ok());
        rest(store, &due, left.max().unwrap_or(Duration::ZERO)).await;
    }
}

/// How old a task will be when it is looked at next, if it is not found now.
pub(crate) fn next_look(task: &Task) -> Option<TimeDelta> {
    let now = aged(task) + EARLY;
    AGAIN.into_iter().find(|age| *age > now)
}

/// Since when the look is due that is next: the first one since the webhook came.
pub(crate) fn due_at(task: &Task) -> DateTime<Utc> {
    let now = aged(task) + EARLY;
    let last = AGAIN.into_iter().rfind(|age| *age <= now);
    task.received_at + last.unwrap_or_default()
}

fn aged(task: &Task) -> TimeDelta {
    task.clock.now() - task.received_at
}

/// What a task's webhook said of which application.
pub(crate) fn announced(task: &Task) -> Option<(ApplicationId, &Standing)> {
    match &task.notice {
        Notice::ApplicationChanged {
            application_id,
            stands,
            ..
        } => stands.as_ref().map(|stands| (*application_id, stands)),
        _ => None,
    }
}

/// The followed ones of which something was announced.
pub(crate) async fn known(observer: &Observer<'_>, tasks: &[Task]) -> Result<Tracked, Stop> {
    let ids: BTreeSet<ApplicationId> = tasks
        .iter()
        .filter_map(announced)
        .map(|one| one.0)
        .collect();
    let ids: Vec<ApplicationId> = ids.into_iter().collect();
    observer.tracked(&ids).await
}

/// Whether a poll that has looked may find more later: what shows as announced is not touched again.
pub(crate) fn may_show_later(tracked: &Tracked, task: &Task) -> bool {
    let reached = announced(task).is_some_and(|(id, stands)| is_reached(tracked, id, stands));
    !reached && next_look(task).is_some()
}

/// Whether the change came so soon after the last one known, as after the creation, that reads may not show the application
/// yet. Both times are Greenhouse's.
fn is_new(tracked: &Tracked, id: ApplicationId, stands: &Standing) -> bool {
    let snapshot = tracked.get(&id).and_then(|known| known.snapshot.as_ref());
    let times = snapshot.and_then(|known| known.as_of.zip(stands.active_at));
    times.is_some_and(|(as_of, active_at)| active_at - as_of < RECORDED)
}

/// Whether nothing is missing of what was announced. What was never seen is waited for elsewhere.
fn is_reached(tracked: &Tracked, id: ApplicationId, stands: &Standing) -> bool {
    let snapshot = tracked.get(&id).and_then(|known| known.snapshot.as_ref());
    snapshot.is_none_or(|known| stands.is_reached(known))
}
