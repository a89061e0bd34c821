//! Acts on what webhooks told, a few connections at once and one hand per connection: however much a Greenhouse that
//! hangs has told, it takes one hand, and what it tells meanwhile is looked at together when that hand is free.

mod back;
mod parts;

pub use back::{give_back, rest, try_again};
pub use parts::{Parts, act_in_parts};

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::webhook::Consumer;
use store::Store;
use store::lease::keep_until_lost;
use store::wake::{News, Wake};
use store::webhooks::{Lanes, Task, by_connection};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// How long to wait for news before looking anyway.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// What is claimed, and by how many.
#[derive(Debug, Clone, Copy)]
pub struct Claims {
    /// For whom.
    pub consumer: Consumer,
    /// Most tasks of one claim.
    pub tasks: i64,
    /// How long they stay ours after the process was killed. It is extended while somebody acts on them.
    pub lease: Duration,
    /// Connections acted on at once.
    pub hands: usize,
}

impl Claims {
    /// What is due of these connections, by connection. Nothing while the database is away: it is asked again.
    pub async fn take(&self, store: &Store, lanes: Lanes<'_>) -> Vec<Vec<Task>> {
        let claimed = store.claim_tasks(self.consumer, self.tasks, self.lease, lanes);
        let tasks = claimed.await.unwrap_or_else(|error| {
            tracing::warn!(consumer = self.consumer.as_str(), %error, "cannot claim what webhooks told");
            Vec::new()
        });
        by_connection(tasks)
    }
}

/// Takes tasks and gives those of each connection to `act`, which settles them or gives them back, until the token is
/// cancelled; then waits until what is in hand is settled or given back.
pub async fn keep_acting<F>(
    store: &Store,
    claims: Claims,
    wake: &Wake,
    stop: &CancellationToken,
    act: impl Fn(Vec<Task>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let hands = Hands::new(claims.hands);
    let under_way = TaskTracker::new();
    while !stop.is_cancelled() {
        // What nobody here could begin with is left to others.
        let most = hands.free.available_permits();
        if most == 0 {
            tokio::select! {
                () = stop.cancelled() => {}
                () = hands.freed.notified() => {}
            }
            continue;
        }
        let busy = hands.busy();
        let taken = claims.take(store, Lanes { most, busy: &busy }).await;
        if taken.is_empty() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.wait(News::Webhooks(claims.consumer), LOOK_INTERVAL) => {}
                () = hands.freed.notified() => {}
            }
        }
        for tasks in taken {
            let Some(first) = tasks.first() else { continue };
            let hand = hands.take(first.connection).await;
            let acting = act(tasks);
            under_way.spawn(async move {
                acting.await;
                drop(hand);
            });
        }
    }
    under_way.close();
    under_way.wait().await;
}

/// Acts on tasks of one claim for as long as they are ours; none if somebody else has them now.
pub async fn while_ours<T>(
    store: &Store,
    tasks: &[Task],
    lease: Duration,
    acting: impl Future<Output = T>,
) -> Option<T> {
    let first = tasks.first()?;
    tokio::select! {
        acted = Box::pin(acting) => Some(acted),
        () = keep_until_lost(first.clock.taken, lease, || store.extend_tasks(tasks, lease)) => {
            let (tenant, connection) = (&first.tenant, first.connection);
            tracing::info!(%tenant, %connection, "the lease of what webhooks told was lost");
            None
        }
    }
}

/// Who is acting on what.
struct Hands {
    free: Arc<Semaphore>,
    busy: Arc<Mutex<BTreeSet<Uuid>>>,
    freed: Arc<Notify>,
}

/// One connection is being acted on until this is dropped.
struct Hand {
    connection: Uuid,
    busy: Arc<Mutex<BTreeSet<Uuid>>>,
    freed: Arc<Notify>,
    /// Given back before anybody hears of it. Not none before: nobody closes the semaphore.
    permit: Option<OwnedSemaphorePermit>,
}

impl Hands {
    fn new(hands: usize) -> Hands {
        Hands {
            free: Arc::new(Semaphore::new(hands)),
            busy: Arc::default(),
            freed: Arc::default(),
        }
    }

    fn busy(&self) -> Vec<Uuid> {
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.iter().copied().collect()
    }

    async fn take(&self, connection: Uuid) -> Hand {
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        self.busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(connection);
        Hand {
            connection,
            busy: Arc::clone(&self.busy),
            freed: Arc::clone(&self.freed),
            permit,
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.connection);
        drop(self.permit.take());
        self.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_is_busy_until_its_hand_is_dropped() {
        let hands = Hands::new(2);
        let connection = Uuid::now_v7();
        let hand = hands.take(connection).await;
        assert_eq!(hands.busy(), [connection]);
        drop(hand);
        assert!(hands.busy().is_empty());
        hands.freed.notified().await;
        assert_eq!(hands.free.available_permits(), 2);
    }
}
