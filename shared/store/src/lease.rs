//! Something is ours for as long as somebody works on it: its lease is short, so that another process soon goes on with what
//! one that was killed had in hand, and lasts longer all the while, however long a call takes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::Error;

/// Makes a lease of `lasts` from `since` on last until it is somebody else's, or may be: whoever slept through it stops
/// before they ask. `extend` makes it last as long from now and answers whether it was still ours.
pub async fn keep_until_lost<F>(since: std::time::Instant, lasts: Duration, extend: impl Fn() -> F)
where
    F: Future<Output = Result<bool, Error>>,
{
    let pause = lasts / 3;
    let mut asked = Instant::from_std(since);
    let mut ends = asked + lasts;
    loop {
        sleep_until(ends.min(asked + pause)).await;
        asked = Instant::now();
        if asked >= ends {
            return;
        }
        // One that hangs leaves time for another.
        match timeout_at(ends.min(asked + pause), extend()).await {
            Ok(Ok(true)) => ends = asked + lasts,
            Ok(Ok(false)) => return,
            // Nothing that is read can be kept either; the database may be back before the lease ends.
            Ok(Err(error)) => tracing::warn!(%error, "cannot extend a lease"),
            Err(_) => tracing::warn!("a lease takes long to be extended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use super::*;

    const LASTS: Duration = Duration::from_secs(15);

    /// What becomes of an attempt to extend.
    #[derive(Clone, Copy)]
    enum Attempt {
        Extends,
        Fails,
        Hangs,
        Lost,
    }

    /// Keeps a lease that was taken so many seconds ago. Answers at which of its seconds somebody tried to extend it, and
    /// at which one it was given up.
    async fn keep(late: u64, attempts: &[Attempt]) -> (Vec<u64>, u64) {
        let taken = Instant::now();
        tokio::time::advance(Duration::from_secs(late)).await;
        let (left, tried) = (RefCell::new(attempts.iter()), RefCell::new(Vec::new()));
        let extend = || {
            tried.borrow_mut().push(taken.elapsed().as_secs());
            let attempt = *left.borrow_mut().next().unwrap();
            async move {
                match attempt {
                    Attempt::Extends => Ok(true),
                    Attempt::Fails => Err(Error::Corrupt("test")),
                    Attempt::Hangs => pending().await,
                    Attempt::Lost => Ok(false),
                }
            }
        };
        keep_until_lost(taken.into_std(), LASTS, extend).await;
        let ended = taken.elapsed().as_secs();
        (tried.into_inner(), ended)
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_extended_until_it_is_lost() {
        let attempts = [Attempt::Extends, Attempt::Extends, Attempt::Lost];
        assert_eq!(keep(0, &attempts).await, (vec![5, 10, 15], 15));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_was_long_under_way_is_extended_at_once() {
        let attempts = [Attempt::Extends, Attempt::Lost];
        assert_eq!(keep(11, &attempts).await, (vec![11, 16], 16));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_has_ended_is_given_up_at_once() {
        assert_eq!(keep(15, &[]).await, (Vec::new(), 15));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_or_fails_is_tried_again_before_the_lease_ends() {
        let attempts = [Attempt::Hangs, Attempt::Extends, Attempt::Lost];
        assert_eq!(keep(0, &attempts).await, (vec![5, 10, 15], 15));
        let attempts = [Attempt::Fails, Attempt::Extends, Attempt::Lost];
        assert_eq!(keep(0, &attempts).await, (vec![5, 10, 15], 15));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_cannot_be_extended_is_given_up_when_it_ends() {
        let attempts = [Attempt::Fails, Attempt::Hangs];
        assert_eq!(keep(0, &attempts).await, (vec![5, 10], 15));
        assert_eq!(keep(11, &[Attempt::Fails]).await, (vec![11], 15));
    }
}
