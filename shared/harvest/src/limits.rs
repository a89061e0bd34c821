//! The limit as the headers of an answer tell it. Times are taken by the server's clock where it shows one (`Date`), so
//! that a wrong clock on our side changes nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::budget::RateLimit;
use crate::clock::date;

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);

/// Epoch seconds begin here: a smaller number is a length.
const EPOCHS: i64 = 1_000_000_000;
/// As seconds it is a moment thousands of years ahead: these are milliseconds.
const EPOCH_MILLIS: i64 = 100_000_000_000;

/// `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
pub(crate) fn rate_limit(headers: &HeaderMap, local: DateTime<Utc>) -> RateLimit {
    match number::<u32>(headers, "x-ratelimit-limit") {
        // No calls at all is no limit: who believed it would never ask again.
        None | Some(0) => RateLimit::Absent,
        Some(limit) => RateLimit::Window {
            limit,
            remaining: number(headers, "x-ratelimit-remaining"),
            resets_in: resets_in(headers, local),
        },
    }
}

/// How long a 429 or 503 asks us to stay away: `Retry-After`, else `X-RateLimit-Reset`, else a `window`. Whatever stands there,
/// it is 1 s to 1 h.
pub(crate) fn retry_after(headers: &HeaderMap, local: DateTime<Utc>, window: Duration) -> Duration {
    headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| delay(value.trim(), headers, local))
        .or_else(|| resets_in(headers, local))
        .unwrap_or(window)
        .clamp(SHORTEST, LONGEST)
}

/// Seconds (fractions are rounded up) or an HTTP date; a date in the past means now.
fn delay(value: &str, headers: &HeaderMap, local: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<f64>() {
        let usable = seconds.is_finite() && seconds >= 0.0;
        return usable.then(|| Duration::from_secs_f64(seconds.ceil().min(LONGEST.as_secs_f64())));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?.to_utc();
    let wait = until - date(headers).unwrap_or(local);
    Some(wait.to_std().unwrap_or_default())
}

/// `X-RateLimit-Reset`: epoch seconds, seconds from now or a date. Fractions are rounded up. What only makes sense as
/// milliseconds is taken for those; what makes none ends no window, for none lasts an hour.
fn resets_in(headers: &HeaderMap, local: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim();
    let now = date(headers).unwrap_or(local);
    let too_long = i64::try_from(LONGEST.as_secs()).ok()? + 1;
    let wait = match seconds(value) {
        Some(..0) => return None,
        Some(seconds) if seconds < too_long => TimeDelta::try_seconds(seconds)?,
        Some(millis) if millis < EPOCHS => TimeDelta::try_milliseconds(millis)?,
        Some(seconds) if seconds < EPOCH_MILLIS => DateTime::from_timestamp(seconds, 0)? - now,
        Some(millis) => DateTime::from_timestamp_millis(millis)? - now,
        None => moment(value)? - now,
    };
    let wait = wait.to_std().unwrap_or_default();
    (wait <= LONGEST).then_some(wait)
}

/// Whole seconds, rounded up.
fn seconds(value: &str) -> Option<i64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let more = fraction.bytes().any(|digit| digit != b'0');
    whole.parse::<i64>().ok()?.checked_add(i64::from(more))
}

fn moment(value: &str) -> Option<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc2822(value).or_else(|_| DateTime::parse_from_rfc3339(value));
    read.ok().map(|moment| moment.to_utc())
}

fn number<N: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<N> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;
    use reqwest::header::{HeaderName, HeaderValue};

    const NOW: &str = "2026-11-24T10:00:00Z";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    fn wait(pairs: &[(&'static str, &'static str)]) -> u64 {
        let window = Version::V3.window();
        retry_after(&headers(pairs), NOW.parse().unwrap(), window).as_secs()
    }

    #[test]
    fn retry_after_is_between_a_second_and_an_hour_whatever_it_says() {
        for (value, seconds) in [
            ("7", 7),
            ("0", 1),
            ("1.5", 2),
            ("864000", 3600),
            ("1e300", 3600),
            ("Tue, 24 Nov 2026 10:00:12 GMT", 12),
            ("Tue, 24 Nov 2026 09:00:00 GMT", 1),
            ("Sat, 24 Nov 2029 10:00:00 GMT", 3600),
            ("-1", 30),
            ("NaN", 30),
            ("inf", 30),
            ("soon", 30),
            ("", 30),
        ] {
            assert_eq!(wait(&[("retry-after", value)]), seconds, "{value:?}");
        }
    }

    #[test]
    fn without_a_usable_retry_after_the_reset_counts() {
        let reset = ("x-ratelimit-reset", "1795514409");
        assert_eq!(wait(&[reset]), 9);
        assert_eq!(wait(&[("retry-after", "soon"), reset]), 9);
        assert_eq!(wait(&[("x-ratelimit-reset", "1")]), 1);
        assert_eq!(wait(&[("x-ratelimit-reset", "-9223372036854775808")]), 30);
        assert_eq!(wait(&[]), 30);
    }

    #[test]
    fn the_reset_is_a_moment_or_a_length_in_any_form() {
        for (value, seconds) in [
            ("1795514409.5", 10),
            ("1795514409.0", 9),
            ("25", 25),
            ("0", 1),
            ("24.2", 25),
            ("2026-11-24T10:00:09Z", 9),
            ("Tue, 24 Nov 2026 10:00:09 GMT", 9),
            ("-5", 30),
            ("soon", 30),
            ("1.x", 30),
        ] {
            assert_eq!(wait(&[("x-ratelimit-reset", value)]), seconds, "{value:?}");
        }
    }

    #[test]
    fn what_only_makes_sense_as_milliseconds_is_taken_for_those() {
        for (value, seconds) in [
            ("1795514409000", 9),
            ("1795514400000", 1),
            ("25000", 25),
            ("3600", 3600),
        ] {
            assert_eq!(wait(&[("x-ratelimit-reset", value)]), seconds, "{value:?}");
        }
    }

    #[test]
    fn an_end_that_no_window_has_is_not_believed() {
        for value in [
            "1795600800",
            "1795600800000",
            "1795514409000000",
            "9223372036854775807",
            "500000000",
            "2027-11-24T10:00:09Z",
        ] {
            assert_eq!(wait(&[("x-ratelimit-reset", value)]), 30, "{value:?}");
        }
    }

    #[test]
    fn the_servers_clock_counts_where_it_is_shown() {
        let seen = rate_limit(
            &headers(&[
                ("x-ratelimit-limit", "75"),
                ("x-ratelimit-remaining", "74"),
                ("x-ratelimit-reset", "1795514409"),
                ("date", "Tue, 24 Nov 2026 10:00:04 GMT"),
            ]),
            "2030-01-01T00:00:00Z".parse().unwrap(),
        );
        assert_eq!(
            seen,
            RateLimit::Window {
                limit: 75,
                remaining: Some(74),
                resets_in: Some(Duration::from_secs(5)),
            }
        );
    }

    #[test]
    fn no_headers_no_limit() {
        let seen = rate_limit(&HeaderMap::new(), NOW.parse().unwrap());
        assert_eq!(seen, RateLimit::Absent);
    }

    #[test]
    fn a_limit_that_allows_nothing_is_not_believed() {
        for limit in ["0", "-1", "none"] {
            let told = [("x-ratelimit-limit", limit), ("x-ratelimit-remaining", "0")];
            let seen = rate_limit(&headers(&told), NOW.parse().unwrap());
            assert_eq!(seen, RateLimit::Absent, "{limit}");
        }
    }
}
