//! One call reads what belongs to many applications, and fails if Greenhouse fails at one of them: then the others are read
//! apart from it. Deliberately absent: waiting, and trying again later, which the next look does.

use std::collections::VecDeque;

use domain::ApplicationId;
use harvest::{Cause, Error};
use tokio::time::Instant;

/// What was read of some applications.
#[derive(Debug)]
pub(crate) struct Apart<T> {
    pub(crate) rows: Vec<T>,
    /// Those of which nothing could be read, because Greenhouse fails at each of them.
    pub(crate) unread: Vec<ApplicationId>,
}

/// Reads all of them at once. Where that fails, the first and the last are read alone. If both fail it is Greenhouse
/// that fails and not one record, and an outage has cost three calls; else the others are halved until what fails is alone.
/// Where both are refused, the one before the first tells whether everything is.
/// Where only one is asked for, the one before it tells the same, in two calls. Whoever fails alone is asked for once more:
/// one call that fails proves nothing of a record. Whatever is not read at `until`, because Greenhouse hangs at some, is
/// left to a later look.
///
/// # Errors
/// The first error, where everything fails; one that cannot be about a record at once.
pub(crate) async fn apart<T, F>(
    ids: &[ApplicationId],
    until: Instant,
    read: impl Fn(Vec<ApplicationId>) -> F,
) -> Result<Apart<T>, Error>
where
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let failure = match read(ids.to_vec()).await {
        Ok(rows) => return Ok(Apart::whole(rows)),
        Err(error) if !ids.is_empty() && may_be_about_one(&error) => error,
        Err(error) => return Err(error),
    };
    let mut apart = Apart::whole(Vec::new());
    match ids {
        [id] => match read(vec![before(*id)]).await {
            Ok(_) => apart.unread.push(*id),
            Err(error) if may_be_about_one(&error) => return Err(failure),
            Err(error) => return Err(error),
        },
        _ => apart.halve(ids, until, &read, failure).await?,
    }
    apart.ask_again(until, &read).await?;
    Ok(apart)
}

/// Whether the error may be the doing of one record among those that were asked for.
pub(crate) fn may_be_about_one(error: &Error) -> bool {
    match error {
        Error::Unavailable { cause } => match cause {
            Cause::Status(_)
            | Cause::Unreadable { .. }
            | Cause::TooLarge
            | Cause::Timeout
            | Cause::Broken(_) => true,
            Cause::Connect(_) | Cause::Redirect(_) | Cause::Link | Cause::Request(_) => false,
        },
        Error::NotFound { .. } | Error::Rejected { .. } => true,
        Error::NotSent { .. }
        | Error::Denied { .. }
        | Error::Throttled { .. }
        | Error::Unauthorized { .. }
        | Error::Forbidden { .. }
        | Error::NotServed { .. }
        | Error::Credential { .. } => false,
        // No read ends like this.
        Error::Unknown { .. } | Error::Accepted { .. } | Error::Processing { .. } => false,
    }
}

impl<T> Apart<T> {
    pub(crate) fn whole(rows: Vec<T>) -> Apart<T> {
        Apart {
            rows,
            unread: Vec::new(),
        }
    }

    async fn halve<F>(
        &mut self,
        ids: &[ApplicationId],
        until: Instant,
        read: &impl Fn(Vec<ApplicationId>) -> F,
        failure: Error,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Vec<T>, Error>>,
    {
        let (mut parts, mut answers) = (ends_first(ids), false);
        while let Some(part) = parts.pop_front() {
            if answers && Instant::now() >= until {
                self.unread.extend_from_slice(part);
                continue;
            }
            match read(part.to_vec()).await {
                Ok(rows) => {
                    answers = true;
                    self.rows.extend(rows);
                }
                Err(error) if !may_be_about_one(&error) => return Err(error),
                Err(_) => match *part {
                    [id] => self.unread.push(id),
                    _ => {
                        let (one, other) = part.split_at(part.len() / 2);
                        parts.extend([one, other]);
                    }
                },
            }
            if !answers && self.unread.len() > 1 {
                match &failure {
                    // It may be just these two that are refused.
                    Error::NotFound { .. } | Error::Rejected { .. } => {}
                    _ => return Err(failure),
                }
                match read(vec![before(ids[0])]).await {
                    Ok(_) => answers = true,
                    Err(error) if may_be_about_one(&error) => return Err(failure),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn ask_again<F>(
        &mut self,
        until: Instant,
        read: &impl Fn(Vec<ApplicationId>) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Vec<T>, Error>>,
    {
        for application in std::mem::take(&mut self.unread) {
            if Instant::now() >= until {
                self.unread.push(application);
                continue;
            }
            match read(vec![application]).await {
                Ok(rows) => self.rows.extend(rows),
                Err(error) if may_be_about_one(&error) => {
                    tracing::warn!(%application, %error, "an application is left out, Greenhouse fails at it");
                    self.unread.push(application);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Another application, whether or not there is one: of one that does not exist a list shows nothing.
fn before(id: ApplicationId) -> ApplicationId {
    ApplicationId(match id.0 {
        ..=1 => id.0.saturating_add(1),
        _ => id.0 - 1,
    })
}

/// The first one, the last one, and what is between them.
fn ends_first(ids: &[ApplicationId]) -> VecDeque<&[ApplicationId]> {
    let (first, rest) = ids.split_at(1);
    let (between, last) = rest.split_at(rest.len() - 1);
    let parts = [first, last, between].into_iter();
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::ready;
    use std::time::Duration;

    use super::*;

    fn ids(numbers: &[i64]) -> Vec<ApplicationId> {
        numbers.iter().copied().map(ApplicationId).collect()
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn fails() -> Error {
        Error::Unavailable {
            cause: Cause::Status(500),
        }
    }

    /// Reads so many, each call failing with `error` that names one of the `bad` ones; answers how many calls that took, too.
    async fn read(
        count: i64,
        bad: &[i64],
        error: &Error,
    ) -> (Result<Apart<ApplicationId>, Error>, usize) {
        let (all, bad) = (ids(&(1..=count).collect::<Vec<_>>()), ids(bad));
        let calls = Cell::new(0);
        let read = apart(&all, later(), |some| {
            calls.set(calls.get() + 1);
            let fails = some.iter().any(|id| bad.contains(id));
            ready(if fails { Err(error.clone()) } else { Ok(some) })
        });
        (read.await, calls.get())
    }

    #[tokio::test]
    async fn what_fails_alone_is_left_out_and_the_others_are_read() {
        let none: &[i64] = &[];
        for bad in [none, &[1], &[2], &[50], &[7, 30], &[1, 25, 26, 49]] {
            let (read, calls) = read(50, bad, &fails()).await;
            let read = read.unwrap();
            let mut unread = read.unread;
            unread.sort_unstable();
            assert_eq!(unread, ids(bad));
            assert_eq!(read.rows.len(), 50 - bad.len());
            assert!(calls <= 1 + 16 * bad.len(), "{bad:?}: {calls} calls");
        }
    }

    #[tokio::test]
    async fn an_outage_costs_three_calls() {
        for count in [2, 3, 50] {
            let all: Vec<i64> = (1..=count).collect();
            let (read, calls) = read(count, &all, &fails()).await;
            assert_eq!((read.unwrap_err(), calls), (fails(), 3));
        }
    }

    #[tokio::test]
    async fn a_single_one_that_fails_is_told_from_an_outage_by_another_one() {
        let (read_alone, calls) = read(1, &[1], &fails()).await;
        assert_eq!((read_alone.unwrap().unread, calls), (ids(&[1]), 3));
        let (down, calls) = read(1, &[1, 2], &fails()).await;
        assert_eq!((down.unwrap_err(), calls), (fails(), 2));
    }

    #[tokio::test]
    async fn what_fails_for_a_moment_is_left_out_of_nothing() {
        for (count, failing) in [(1, 1), (3, 1), (3, 2)] {
            let all = ids(&(1..=count).collect::<Vec<_>>());
            let calls = Cell::new(0);
            let read = apart(&all, later(), |some| {
                calls.set(calls.get() + 1);
                ready(if calls.get() <= failing {
                    Err(fails())
                } else {
                    Ok(some)
                })
            });
            let mut read = read.await.unwrap();
            read.rows.sort_unstable();
            assert_eq!(
                (read.rows, read.unread),
                (all, Vec::new()),
                "{failing} calls"
            );
        }
    }

    #[tokio::test]
    async fn those_it_has_no_time_for_are_left_to_a_later_look() {
        for (count, bad, calls_made) in [(50, 7, 3), (1, 1, 2)] {
            let all = ids(&(1..=count).collect::<Vec<_>>());
            let calls = Cell::new(0);
            let read = apart(&all, Instant::now(), |some| {
                calls.set(calls.get() + 1);
                let fails_at = some.contains(&ApplicationId(bad));
                ready(if fails_at { Err(fails()) } else { Ok(some) })
            });
            let read = read.await.unwrap();
            assert_eq!(read.rows.len() + read.unread.len(), all.len());
            assert!(read.unread.contains(&ApplicationId(bad)));
            assert!(calls.get() <= calls_made, "{} calls", calls.get());
        }
    }

    #[tokio::test]
    async fn a_limit_is_not_asked_again() {
        let limit = Error::Throttled {
            retry_after: std::time::Duration::from_secs(7),
        };
        let (stopped, calls) = read(50, &[3], &limit).await;
        assert_eq!((stopped.unwrap_err(), calls), (limit, 1));
    }
}
