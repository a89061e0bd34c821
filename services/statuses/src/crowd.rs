//! Many applications that changed at once, as when a recruiter moves hundreds of people: where a look takes a call for each,
//! they are left to a poll, whose page shows five hundred. Such a poll counts as a look at each of them, but not as the last
//! one: what no poll shows as its webhook announced is read by itself in the end. Deliberately absent: looking.

use std::collections::HashSet;
use std::time::Duration;

use accounts::{Stop, hands};
use store::webhooks::Task;

use crate::behind::{self, announced, due_at, is_found, may_show_later};
use crate::observer::Observer;

/// So many are looked at one by one: a poll takes several calls where many have changed.
const CROWD: usize = 20;
/// How soon it is seen whether a poll has come.
const REST: Duration = Duration::from_secs(2);

/// Settles tasks whose changes a poll has told, and gives back those that are left to one. Answers which these are; the
/// others are to be looked at.
pub(crate) async fn left_to_polls(
    observer: &Observer<'_>,
    tasks: &[Task],
) -> Result<HashSet<i64>, Stop> {
    if observer.client.applications().ids_per_call() > 1 {
        return Ok(HashSet::new());
    }
    let (store, connection) = (&observer.context.store, observer.connection);
    let polled = store.polled(connection).await?;
    if !polled.awaited && !is_crowd(tasks) {
        return Ok(HashSet::new());
    }
    let known = behind::known(observer, tasks).await?;
    let is_followed = |task: &&Task| announced(task).is_some_and(|(id, _)| known.contains_key(&id));
    let followed = tasks.iter().filter(is_followed).cloned();
    let (found, open): (Vec<Task>, Vec<Task>) =
        followed.partition(|task| is_found(&known, task, polled.began_at));
    let (looked_at, due): (Vec<Task>, Vec<Task>) = open
        .into_iter()
        .partition(|task| polled.began_at > Some(due_at(task)));
    let awaited = polled.awaited || is_crowd(&due) && store.want_poll(connection).await?;
    let left = if awaited { due } else { Vec::new() };
    let mut later = if is_crowd(&looked_at) {
        looked_at
    } else {
        Vec::new()
    };
    later.retain(|task| may_show_later(&known, task));
    if let Err(error) = store.settle_tasks(&found).await {
        // They come back when their leases end, and are found again.
        tracing::warn!(%error, "cannot settle what a poll has told");
    }
    hands::rest(store, &left, REST).await;
    behind::wait(store, &later).await;
    let done = [found, left, later].concat();
    Ok(done.iter().map(|task| task.id).collect())
}

fn is_crowd(tasks: &[Task]) -> bool {
    let applications: HashSet<_> = tasks
        .iter()
        .filter_map(announced)
        .map(|one| one.0)
        .collect();
    applications.len() > CROWD
}
