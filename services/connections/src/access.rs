//! Who may call: whoever presents the admin token. Compared in constant time; too many wrong ones are turned away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::problem::Failure;

/// Wrong tokens allowed per [`WINDOW`], over all callers: a guesser must not get further by changing addresses.
const ATTEMPTS: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);

/// The token's hash and the count of wrong ones.
pub(crate) struct Access {
    expected: [u8; 32],
    wrong: Mutex<(Instant, u32)>,
}

impl Access {
    pub(crate) fn new(token: &SecretString) -> Access {
        Access {
            expected: Sha256::digest(token.expose_secret()).into(),
            wrong: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Hashing first makes the comparison independent of the token's length.
    fn is_right(&self, presented: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(presented).into();
        presented.ct_eq(&self.expected).into()
    }

    /// Counts a wrong token; `false` when there were too many.
    fn may_try_again(&self) -> bool {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.0.elapsed() > WINDOW {
            *wrong = (Instant::now(), 0);
        }
        wrong.1 += 1;
        wrong.1 <= ATTEMPTS
    }
}

/// Lets a request with the right token through. The right one is never turned away for the wrong ones of others.
pub(crate) async fn check(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let presented = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    if presented.is_some_and(|(_, token)| access.is_right(token.trim())) {
        return next.run(request).await;
    }
    if access.may_try_again() {
        return Failure::unauthorized().into_response();
    }
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_right() {
        let access = Access::new(&"s3cret".into());
        assert!(access.is_right("s3cret"));
        for wrong in ["", "s3cre", "s3cret ", "S3CRET"] {
            assert!(!access.is_right(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn wrong_tokens_are_limited() {
        let access = Access::new(&"s3cret".into());
        assert!((0..ATTEMPTS).all(|_| access.may_try_again()));
        assert!(!access.may_try_again());
    }
}
