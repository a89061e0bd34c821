//! Tasks that are not settled are given back: the limit, a pause or Greenhouse's trouble lets nobody go on now.

use std::time::Duration;

use domain::Code;
use store::Store;
use store::webhooks::Task;

use crate::health::set_aside;
use crate::{Stop, rest_after};

/// Gives back tasks of one connection that could not be acted on, or not to the end; `work` names it in logs. Answers
/// what the caller has to count as a failure.
pub async fn give_back(store: &Store, tasks: &[Task], why: Stop, work: &str) -> Option<Code> {
    let first = tasks.first()?;
    let tenant = &first.tenant;
    match why {
        Stop::Abandon => None,
        Stop::Rest(delay) => {
            rest(store, tasks, delay).await;
            None
        }
        Stop::Retry(problem) => {
            tracing::warn!(%tenant, work, code = problem.code.as_str(), detail = problem.detail, "what webhooks told is looked at again");
            repeat(store, tasks, problem.code).await;
            Some(problem.code)
        }
        Stop::Pause(problem) => {
            let delay = set_aside(store, tenant, first.revision, &problem, work).await;
            rest(store, tasks, delay).await;
            None
        }
    }
}

/// Gives back tasks that have to wait.
pub async fn rest(store: &Store, tasks: &[Task], delay: Duration) {
    release(store, tasks, delay, false).await;
}

/// Gives back tasks of which Greenhouse, though it answers, does not show what is to be seen yet.
pub async fn try_again(store: &Store, tasks: &[Task]) {
    repeat(store, tasks, Code::UnexpectedAnswer).await;
}

/// Gives back tasks that a look failed at: the more often, the later it is repeated.
async fn repeat(store: &Store, tasks: &[Task], code: Code) {
    let attempts = tasks.iter().map(|task| task.attempts).max();
    let delay = rest_after(attempts.unwrap_or_default() + 1, code);
    release(store, tasks, delay, true).await;
}

async fn release(store: &Store, tasks: &[Task], delay: Duration, failed: bool) {
    if tasks.is_empty() {
        return;
    }
    if let Err(error) = store.release_tasks(tasks, delay, failed).await {
        // They come back when their leases end.
        tracing::warn!(%error, "cannot give back what webhooks told");
    }
}
