//! Works on what is due, a few pieces at once: polls, imports of jobs, refreshes. Whoever has a hand free claims more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many at once, and how often to look.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Pieces of work in hand at once.
    pub hands: usize,
    /// How long to wait before looking again while no hand becomes free.
    pub look_interval: Duration,
}

/// Claims as many pieces as there are free hands and works on each in a task of its own, until the token is cancelled; then
/// waits for what is in hand. `claim` answers no more than it is asked for, and nothing while the database is away.
pub async fn keep_working<T, Claiming, Working>(
    pace: Pace,
    stop: &CancellationToken,
    claim: impl Fn(usize) -> Claiming,
    work: impl Fn(T) -> Working,
) where
    Claiming: Future<Output = Vec<T>>,
    Working: Future<Output = ()> + Send + 'static,
{
    let hands = Arc::new(Semaphore::new(pace.hands));
    let freed = Arc::new(Notify::new());
    let under_way = TaskTracker::new();
    while !stop.is_cancelled() {
        let free = hands.available_permits();
        let claimed = if free > 0 {
            claim(free).await
        } else {
            Vec::new()
        };
        for piece in claimed {
            // Nobody else takes hands, and nobody closes the semaphore.
            let Ok(hand) = Arc::clone(&hands).acquire_owned().await else {
                break;
            };
            let (working, freed) = (work(piece), Arc::clone(&freed));
            under_way.spawn(async move {
                working.await;
                drop(hand);
                freed.notify_one();
            });
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = freed.notified() => {}
            () = tokio::time::sleep(pace.look_interval) => {}
        }
    }
    under_way.close();
    under_way.wait().await;
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const PACE: Pace = Pace {
        hands: 2,
        look_interval: Duration::from_secs(3600),
    };

    #[tokio::test]
    async fn a_hand_that_becomes_free_claims_more_and_never_are_there_more_than_hands() {
        let left = Arc::new(Mutex::new((0..7).collect::<Vec<u32>>()));
        let stop = CancellationToken::new();
        let (busy, most) = (Arc::new(Mutex::new(0_usize)), Arc::new(Mutex::new(0_usize)));
        let claim = |free: usize| {
            let mut left = left.lock().unwrap();
            let from = left.len().saturating_sub(free);
            let claimed = left.split_off(from);
            async move { claimed }
        };
        let work = |piece: u32| {
            let (busy, most, stop) = (Arc::clone(&busy), Arc::clone(&most), stop.clone());
            async move {
                {
                    let mut busy = busy.lock().unwrap();
                    *busy += 1;
                    let mut most = most.lock().unwrap();
                    *most = (*most).max(*busy);
                }
                tokio::task::yield_now().await;
                *busy.lock().unwrap() -= 1;
                if piece == 0 {
                    stop.cancel();
                }
            }
        };
        keep_working(PACE, &stop, claim, work).await;
        assert!(left.lock().unwrap().is_empty());
        assert_eq!((*busy.lock().unwrap(), *most.lock().unwrap()), (0, 2));
    }

    #[tokio::test]
    async fn what_is_in_hand_is_finished() {
        let stop = CancellationToken::new();
        let done = Arc::new(Mutex::new(false));
        let begun = Arc::new(Notify::new());
        let end = Arc::new(Notify::new());
        let work = |()| {
            let (done, begun, end) = (Arc::clone(&done), Arc::clone(&begun), Arc::clone(&end));
            async move {
                begun.notify_one();
                end.notified().await;
                *done.lock().unwrap() = true;
            }
        };
        let ending = async {
            begun.notified().await;
            stop.cancel();
            end.notify_one();
        };
        let claim = |_| async { vec![()] };
        let pace = Pace { hands: 1, ..PACE };
        tokio::join!(keep_working(pace, &stop, claim, work), ending);
        assert!(*done.lock().unwrap());
    }
}
