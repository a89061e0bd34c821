//! How long reading that failed rests before it is tried again: polls, imports of jobs, refreshes, looks after webhooks.

use std::time::Duration;

use domain::{Code, backoff};

/// What waits for a server that is away goes on within half a minute of its return (with a look interval on top), and
/// costs that server a call every quarter of a minute until then.
const UNTIL_IT_ANSWERS: Duration = Duration::from_secs(20);
/// Everything else was answered, and the answer does not change soon.
const LONGEST: Duration = Duration::from_secs(120);

/// The rest after `failures` in a row, of which the last one was for this reason.
#[must_use]
pub fn rest_after(failures: u32, code: Code) -> Duration {
    within(failures, code, rand::random())
}

/// The second half of the window, so that a dead server gets fewer calls than one that is well, and not all at once.
fn within(failures: u32, code: Code, random_unit: f64) -> Duration {
    let longest = match code {
        Code::GreenhouseUnavailable | Code::DatabaseUnavailable => UNTIL_IT_ANSWERS,
        _ => LONGEST,
    };
    backoff::within(longest, failures, 0.5 + random_unit / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn who_waits_for_a_server_goes_on_within_half_a_minute_of_its_return() {
        for failures in 1..200 {
            let rest = within(failures, Code::GreenhouseUnavailable, 1.0);
            assert!(rest + SECOND < 30 * SECOND, "{failures}: {rest:?}");
        }
    }

    #[test]
    fn a_dead_server_is_not_hammered_and_tenants_do_not_call_together() {
        let rests = [0.0, 0.3, 1.0].map(|unit| within(200, Code::GreenhouseUnavailable, unit));
        assert_eq!(rests, [10, 13, 20].map(|seconds| seconds * SECOND));
        let first = within(1, Code::GreenhouseUnavailable, 0.0);
        assert_eq!(first, SECOND, "a single failure costs a moment");
    }

    #[test]
    fn what_was_answered_rests_longer() {
        let rest = |failures| within(failures, Code::UnexpectedAnswer, 1.0);
        assert_eq!(
            [1, 6, 7, 200].map(rest),
            [2, 64, 120, 120].map(|s| s * SECOND)
        );
    }
}
