//! One call of the authorisation server, and what its answer says.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::not_sent;
use crate::answer::{Answer, Success};
use crate::auth::basic;
use crate::call::{Failure, exchange};
use crate::clock;
use crate::config::Config;
use crate::credential::{AccessToken, Partner};
use crate::error::{Cause, Error, Whose};
use crate::http::Http;
use crate::limits;
use crate::operation::Operation;
use crate::version::Version;
use crate::wire::Moment;

/// Lifetime where the answer tells none: the documented one.
const LIFETIME: Duration = Duration::from_secs(3600);
/// No token is trusted for longer, whatever the answer tells.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// The window in which token requests are counted, apart from the API's own.
const WINDOW: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    expires_in: Option<serde_json::Value>,
    expires_at: Option<Moment>,
}

impl TokenAnswer {
    /// `headers`: those it came with. When the token ends is told by the server's clock, so what is left is counted from
    /// when that clock says it answered: a wrong clock on our side would make a good token look ended.
    pub(crate) fn access(self, headers: &HeaderMap) -> AccessToken {
        let now = clock::date(headers).unwrap_or_else(Utc::now);
        AccessToken {
            good_for: self.lifetime(now),
            token: self.access_token.into(),
        }
    }

    /// Either field counts; if there is neither, the documented hour.
    fn lifetime(&self, now: DateTime<Utc>) -> Duration {
        let told = self.expires_in.as_ref();
        let seconds = told
            .and_then(|told| told.as_f64().or_else(|| told.as_str()?.parse().ok()))
            .filter(|seconds| *seconds > 0.0)
            .map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())));
        let moment = || {
            let ends = self.expires_at.as_ref()?.time()?;
            Some((ends - now).to_std().unwrap_or_default())
        };
        seconds.or_else(moment).unwrap_or(LIFETIME).min(LONGEST)
    }
}

/// No usable answer of the authorisation server.
pub(crate) enum Unanswered {
    /// Nothing happened there.
    Clear(Error),
    /// It refuses; nothing happened there either.
    Refused(Refusal),
    /// Something may have happened there.
    Open(Cause),
}

/// What the authorisation server refuses.
pub(crate) struct Refusal {
    status: u16,
    detail: String,
    /// Whether it is the client who asks, whatever it asks for.
    client: bool,
}

impl Refusal {
    /// What it means where the client is the tenant's own.
    pub(crate) fn of_tenant(self) -> Error {
        self.of(Whose::Tenant)
    }

    /// What it means where the client is ours, and asks with what an admin consented to.
    pub(crate) fn of_partner(self) -> Error {
        let whose = match self.client {
            true => Whose::Partner,
            false => Whose::Consent,
        };
        self.of(whose)
    }

    fn of(self, whose: Whose) -> Error {
        Error::Credential {
            status: self.status,
            detail: self.detail,
            whose,
        }
    }
}

impl Unanswered {
    /// Where nothing can have happened that matters: nothing was sent to the API yet, so whatever goes wrong here
    /// leaves the call that needs the token unsent. `refused`: what a refusal means.
    pub(crate) fn not_sent(self, refused: fn(Refusal) -> Error) -> Error {
        match self {
            Self::Clear(error) => error,
            Self::Refused(refusal) => refused(refusal),
            Self::Open(cause) => not_sent(cause),
        }
    }
}

/// One call of the authorisation server.
pub(crate) async fn ask(
    http: &Http,
    config: &Config,
    client: &Partner,
    path: &str,
    form: String,
    until: Instant,
) -> Result<Success, Unanswered> {
    let base = config.auth_url.as_str().trim_end_matches('/');
    let unsent = |what| Unanswered::Clear(not_sent(Cause::Request(what)));
    let url = Url::parse(&format!("{base}/{path}")).map_err(|_| unsent("the address is none"))?;
    let mut request = reqwest::Request::new(Method::POST, url);
    let headers = request.headers_mut();
    let authorization = basic(&client.client_id, client.client_secret.expose_secret());
    headers.insert(AUTHORIZATION, authorization.map_err(Unanswered::Clear)?);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    *request.body_mut() = Some(form.into());
    match exchange(http, Operation::Token, request, until, config.max_body).await {
        Ok(answer) => accept(answer),
        Err(Failure::Unsent(cause)) => Err(Unanswered::Clear(not_sent(cause))),
        Err(Failure::Sent(cause)) => Err(Unanswered::Open(cause)),
    }
}

fn accept(answer: Answer) -> Result<Success, Unanswered> {
    let status = answer.status.as_u16();
    let refused = matches!(status, 400..=407 | 409..=428 | 430..=499);
    if refused {
        let detail = answer.message();
        let client = is_about_the_client(&answer, &detail);
        return Err(Unanswered::Refused(Refusal {
            status,
            detail,
            client,
        }));
    }
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Unanswered::Clear(Error::Throttled {
            retry_after: limits::retry_after(&answer.headers, Utc::now(), WINDOW),
        }));
    }
    answer
        .success(Operation::Token, Version::V3)
        .map_err(|error| match error {
            Error::Unavailable { cause } => Unanswered::Open(cause),
            other => Unanswered::Clear(other),
        })
}

/// In OAuth's words, or in those of an id that cannot be any (`client_id=… does not contain a valid client ID suffix`).
fn is_about_the_client(answer: &Answer, message: &str) -> bool {
    #[derive(Deserialize)]
    struct OAuth {
        error: String,
    }
    let body = answer.body.as_deref().unwrap_or_default();
    let word = serde_json::from_slice(body).map(|OAuth { error }| error);
    let refused = ["invalid_client", "unauthorized_client"];
    word.is_ok_and(|word| refused.contains(&word.as_str())) || message.starts_with("client_id=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_words_blame_the_client() {
        let refusal = |status, body: &'static str| {
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: Ok(body.into()),
            };
            match accept(answer) {
                Err(Unanswered::Refused(refusal)) => refusal.of_partner(),
                _ => panic!("{body}"),
            }
        };
        for (status, body, expected) in [
            (401, r#"{"error":"invalid_client"}"#, Whose::Partner),
            (
                400,
                r#"{"error":"unauthorized_client","error_description":"no"}"#,
                Whose::Partner,
            ),
            (
                400,
                r#"{"message":"client_id=x does not contain a valid client ID suffix"}"#,
                Whose::Partner,
            ),
            (400, r#"{"error":"invalid_grant"}"#, Whose::Consent),
            (401, r#"{"message":"Unauthorized"}"#, Whose::Consent),
            (403, "<html>", Whose::Consent),
        ] {
            let refused = refusal(status, body);
            let Error::Credential { whose, .. } = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(whose, expected, "{body}");
        }
    }

    fn lifetime(json: &str) -> u64 {
        let answer: TokenAnswer = serde_json::from_str(json).unwrap();
        answer
            .lifetime("2026-11-24T10:00:00Z".parse().unwrap())
            .as_secs()
    }

    #[test]
    fn either_form_of_expiry_counts() {
        assert_eq!(lifetime(r#"{"access_token":"x","expires_in":120}"#), 120);
        assert_eq!(lifetime(r#"{"access_token":"x","expires_in":"90"}"#), 90);
        assert_eq!(
            lifetime(r#"{"access_token":"x","expires_at":"2026-11-24T10:30:00.000Z"}"#),
            1800
        );
        assert_eq!(lifetime(r#"{"access_token":"x"}"#), 3600);
        assert_eq!(
            lifetime(r#"{"access_token":"x","expires_in":null,"expires_at":"soon"}"#),
            3600
        );
        assert_eq!(lifetime(r#"{"access_token":"x","expires_in":1e30}"#), 86400);
    }
}
