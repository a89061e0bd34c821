//! One call reads what belongs to many applications, and fails if Greenhouse fails at one of them: then the others are read
//! apart from it. Deliberately absent: trying again, which the next look does.

use std::collections::VecDeque;

use domain::ApplicationId;
use harvest::{Cause, Error};

/// What was read of some applications.
#[derive(Debug)]
pub(crate) struct Apart<T> {
    pub(crate) rows: Vec<T>,
    /// Those of which nothing could be read, because Greenhouse fails at each of them.
    pub(crate) unread: Vec<ApplicationId>,
}

/// Reads all of them at once. Where that fails, the first and the last are read alone. If both fail it is Greenhouse
/// that fails and not one record, and an outage has cost three calls; else the others are halved until what fails is alone.
///
/// # Errors
/// The first error, where everything fails or there was just one to read; one that cannot be about a record at once.
pub(crate) async fn apart<'a, T, F>(
    ids: &'a [ApplicationId],
    read: impl Fn(&'a [ApplicationId]) -> F,
) -> Result<Apart<T>, Error>
where
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let failure = match read(ids).await {
        Ok(rows) => return Ok(Apart::whole(rows)),
        Err(error) if ids.len() > 1 && may_be_about_one(&error) => error,
        Err(error) => return Err(error),
    };
    let mut apart = Apart::whole(Vec::new());
    let (mut parts, mut answers) = (ends_first(ids), false);
    while let Some(part) = parts.pop_front() {
        match read(part).await {
            Ok(rows) => {
                answers = true;
                apart.rows.extend(rows);
            }
            Err(error) if !may_be_about_one(&error) => return Err(error),
            Err(error) => match *part {
                [id] => apart.leave_out(id, &error),
                _ => {
                    let (one, other) = part.split_at(part.len() / 2);
                    parts.extend([one, other]);
                }
            },
        }
        if !answers && apart.unread.len() > 1 {
            return Err(failure);
        }
    }
    Ok(apart)
}

/// Whether Greenhouse answers at all, by what it said to another question after `failure`.
///
/// # Errors
/// The failure where it does not; what says more than that it answers: a limit, or that it refuses whoever asks.
pub(crate) fn answers<T>(other: Result<T, Error>, failure: &Error) -> Result<(), Error> {
    match other {
        Ok(_) | Err(Error::Forbidden { .. } | Error::NotFound { .. } | Error::Rejected { .. }) => {
            Ok(())
        }
        Err(
            error @ (Error::Denied { .. }
            | Error::Throttled { .. }
            | Error::Unauthorized { .. }
            | Error::NotServed { .. }
            | Error::Credential { .. }),
        ) => Err(error),
        Err(
            Error::NotSent { .. }
            | Error::Unavailable { .. }
            | Error::Unknown { .. }
            | Error::Accepted { .. }
            | Error::Processing { .. },
        ) => Err(failure.clone()),
    }
}

/// A single one that fails is left out as well, where what was read a moment ago shows that Greenhouse answers.
pub(crate) fn or_without<T>(
    ids: &[ApplicationId],
    read: Result<Apart<T>, Error>,
) -> Result<Apart<T>, Error> {
    match (ids, read) {
        (&[id], Err(error)) if may_be_about_one(&error) => {
            let mut apart = Apart::whole(Vec::new());
            apart.leave_out(id, &error);
            Ok(apart)
        }
        (_, read) => read,
    }
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

    fn leave_out(&mut self, application: ApplicationId, error: &Error) {
        tracing::warn!(%application, %error, "an application is left out, Greenhouse fails at it");
        self.unread.push(application);
    }
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

    use super::*;

    fn ids(numbers: &[i64]) -> Vec<ApplicationId> {
        numbers.iter().copied().map(ApplicationId).collect()
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
        let read = apart(&all, |some| {
            calls.set(calls.get() + 1);
            let fails = some.iter().any(|id| bad.contains(id));
            ready(if fails {
                Err(error.clone())
            } else {
                Ok(some.to_vec())
            })
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
            assert!(calls <= 1 + 15 * bad.len(), "{bad:?}: {calls} calls");
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

    #[test]
    fn another_question_tells_whether_greenhouse_answers() {
        let limit = Error::Throttled {
            retry_after: std::time::Duration::from_secs(7),
        };
        let about_one = Error::Rejected {
            operation: harvest::Operation::ApplicationsList,
            status: 422,
            message: String::new(),
            fields: Vec::new(),
        };
        let failure = &about_one;
        assert_eq!(answers(Ok(false), failure), Ok(()));
        assert_eq!(answers::<bool>(Err(limit.clone()), failure), Err(limit));
        let away = answers::<bool>(Err(fails()), failure);
        assert_eq!(away, Err(about_one.clone()));
    }

    #[tokio::test]
    async fn a_limit_and_a_single_one_are_not_read_again() {
        let limit = Error::Throttled {
            retry_after: std::time::Duration::from_secs(7),
        };
        let (stopped, calls) = read(50, &[3], &limit).await;
        assert_eq!((stopped.unwrap_err(), calls), (limit, 1));
        let (single, calls) = read(1, &[1], &fails()).await;
        assert_eq!(calls, 1);
        let left = or_without(&ids(&[1]), single).unwrap();
        assert_eq!(left.unread, ids(&[1]));
    }
}
