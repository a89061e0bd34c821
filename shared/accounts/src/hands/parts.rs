//! What one connection has told is acted on part by part: a limit that refuses a call in one of them costs no more than
//! that one.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::webhook::Notice;
use store::webhooks::Task;
use tokio_util::sync::CancellationToken;

use crate::Stop;

/// For how long parts are begun: other connections wait for the hand.
const TURN: Duration = Duration::from_secs(60);

/// How much is acted on at a time, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Most things that the tasks of one part are about.
    pub things: usize,
    /// No part is begun after this.
    pub stop: &'a CancellationToken,
}

/// Acts on the tasks of one connection part by part; `act` settles its part, so that none of it is read again where the
/// limit refuses a call of the next one. All that is `about` one thing is in one part, so that a storm about it is one
/// look; what was named first comes first.
///
/// # Errors
/// Why it does not go on, and the tasks of the part that failed and of all after it.
pub async fn act_in_parts<'t, K: Ord, F>(
    tasks: &'t mut [Task],
    parts: Parts<'_>,
    about: impl Fn(&Notice) -> K,
    act: impl Fn(&'t [Task]) -> F,
) -> Result<(), (&'t [Task], Stop)>
where
    F: Future<Output = Result<(), Stop>>,
{
    let mut places = BTreeMap::new();
    for task in tasks.iter() {
        let next = places.len();
        places.entry(about(&task.notice)).or_insert(next);
    }
    let part_of = |task: &Task| {
        let place = places.get(&about(&task.notice));
        place.map(|place| place / parts.things.max(1))
    };
    tasks.sort_by_key(part_of);
    let tasks: &'t [Task] = tasks;
    let mut reached = 0;
    for part in tasks.chunk_by(|one, next| part_of(one) == part_of(next)) {
        let acted = match parts.may_begin(part) {
            true => act(part).await,
            false => Err(Stop::Rest(Duration::ZERO)),
        };
        if let Err(why) = acted {
            return Err((&tasks[reached..], why));
        }
        reached += part.len();
    }
    Ok(())
}

impl Parts<'_> {
    /// Whether nobody wants the process to end, and the turn is not over.
    fn may_begin(&self, part: &[Task]) -> bool {
        let late = |task: &Task| task.clock.elapsed() > TURN;
        !self.stop.is_cancelled() && !part.iter().any(late)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use chrono::Utc;
    use domain::{JobId, Tenant};
    use store::clock::Clock;
    use uuid::Uuid;

    use super::*;

    /// Tasks about these jobs, claimed a moment ago.
    fn tasks(jobs: &[i64]) -> Vec<Task> {
        let task = |(id, job): (i64, &i64)| Task {
            id,
            lease: Uuid::nil(),
            tenant: Tenant::try_from("acme").unwrap(),
            connection: Uuid::nil(),
            revision: 1,
            notice: Notice::JobChanged {
                job_id: JobId(*job),
            },
            received_at: Utc::now(),
            attempts: 0,
            clock: Clock::new(Utc::now(), Instant::now()),
        };
        (0..).zip(jobs).map(task).collect()
    }

    fn job(notice: &Notice) -> i64 {
        match notice {
            Notice::JobChanged { job_id } => job_id.0,
            other => panic!("no task is about {other:?}"),
        }
    }

    fn ids(tasks: &[Task]) -> Vec<i64> {
        tasks.iter().map(|task| task.id).collect()
    }

    /// Acts on two jobs at a time. Answers the parts that were begun, and what was left with the reason; `meanwhile` is
    /// what a part does.
    async fn act(
        tasks: &mut [Task],
        stop: &CancellationToken,
        meanwhile: impl Fn(&[Task]) -> Result<(), Stop>,
    ) -> (Vec<Vec<i64>>, Option<(Vec<i64>, Stop)>) {
        let begun = Mutex::new(Vec::new());
        let parts = Parts { things: 2, stop };
        let acted = act_in_parts(tasks, parts, job, |part| {
            begun.lock().unwrap().push(ids(part));
            std::future::ready(meanwhile(part))
        });
        let left = acted.await.err().map(|(left, why)| (ids(left), why));
        (begun.into_inner().unwrap(), left)
    }

    #[tokio::test]
    async fn all_about_one_thing_is_in_one_part_and_what_was_named_first_comes_first() {
        let mut tasks = tasks(&[9, 3, 5, 9, 3, 9]);
        let (begun, left) = act(&mut tasks, &CancellationToken::new(), |_| Ok(())).await;
        assert_eq!(begun, [vec![0, 1, 3, 4, 5], vec![2]]);
        assert!(left.is_none());
    }

    #[tokio::test]
    async fn what_stops_one_part_leaves_that_one_and_all_behind_it() {
        let mut tasks = tasks(&[1, 2, 3, 4, 5]);
        let limit = Duration::from_secs(7);
        let second = |part: &[Task]| match part[0].id {
            2 => Err(Stop::Rest(limit)),
            _ => Ok(()),
        };
        let (begun, left) = act(&mut tasks, &CancellationToken::new(), second).await;
        assert_eq!(begun, [[0, 1], [2, 3]]);
        let (left, why) = left.unwrap();
        assert_eq!(left, [2, 3, 4]);
        assert!(matches!(why, Stop::Rest(delay) if delay == limit));
    }

    #[tokio::test]
    async fn no_part_is_begun_once_the_process_is_to_end() {
        let (mut tasks, stop) = (tasks(&[1, 2, 3]), CancellationToken::new());
        let (begun, left) = act(&mut tasks, &stop, |_| {
            stop.cancel();
            Ok(())
        })
        .await;
        assert_eq!(begun, [[0, 1]]);
        assert!(matches!(left, Some((left, Stop::Rest(Duration::ZERO))) if left == [2]));
    }

    #[tokio::test]
    async fn no_part_is_begun_once_the_turn_is_over() {
        let mut tasks = tasks(&[1, 2, 3]);
        // As if the first part had taken so long.
        tasks[2].clock.taken = Instant::now().checked_sub(TURN).unwrap();
        let (begun, left) = act(&mut tasks, &CancellationToken::new(), |_| Ok(())).await;
        assert_eq!(begun, [[0, 1]]);
        assert!(matches!(left, Some((left, Stop::Rest(Duration::ZERO))) if left == [2]));
    }
}
