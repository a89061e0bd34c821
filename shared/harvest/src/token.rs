//! The bearer token of one credential: fetched when needed, kept until shortly before it expires, one refresh at a
//! time. It lives in memory only; v3's client credentials give a new one at any time.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::answer::Answer;
use crate::call::{Failure, exchange};
use crate::config::Config;
use crate::credential::{Credential, Introspection};
use crate::error::{Cause, Error};
use crate::http::Http;
use crate::operation::Operation;
use crate::v3;

/// Lifetime where the answer tells none: the documented one.
const LIFETIME: Duration = Duration::from_secs(3600);
/// No token is trusted for longer, whatever the answer tells.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How long before its end a token is replaced; a tenth of the lifetime if that is less.
const EARLY: Duration = Duration::from_secs(300);
/// For how long a failure answers those who wait in line for the same token, and how long an early refresh rests.
const REST: Duration = Duration::from_secs(1);

/// A token, ready to be sent.
pub(crate) struct Token {
    header: HeaderValue,
    text: SecretString,
    replace_at: Instant,
    ends_at: Instant,
}

impl Token {
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// The token of one credential.
pub(crate) struct Tokens {
    http: Http,
    config: Config,
    credential: Credential,
    current: RwLock<Option<Arc<Token>>>,
    /// Held while fetching; remembers a failure and until when it stands.
    fetching: Mutex<Option<(Instant, Error)>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<serde_json::Value>,
    expires_at: Option<v3::Moment>,
}

impl Tokens {
    pub(crate) fn new(http: Http, config: Config, credential: Credential) -> Self {
        Self {
            http,
            config,
            credential,
            current: RwLock::new(None),
            fetching: Mutex::new(None),
        }
    }

    /// A token that is good for now. Shortly before its end it is replaced in the background, so that no call waits.
    pub(crate) async fn current(self: &Arc<Self>, until: Instant) -> Result<Arc<Token>, Error> {
        let now = Instant::now();
        match self.cached() {
            Some(token) if now < token.replace_at => Ok(token),
            Some(token) if now < token.ends_at => {
                self.replace_in_background();
                Ok(token)
            }
            stale => self.replace(stale.as_ref(), until).await,
        }
    }

    /// A token other than `refused`, which somebody else may have fetched in the meantime.
    pub(crate) async fn replace(
        &self,
        refused: Option<&Arc<Token>>,
        until: Instant,
    ) -> Result<Arc<Token>, Error> {
        let in_line = tokio::time::timeout_at(until, self.fetching.lock());
        let Ok(mut failed) = in_line.await else {
            return Err(not_sent(Cause::Timeout));
        };
        match (self.cached(), refused) {
            (Some(current), Some(refused)) if !Arc::ptr_eq(&current, refused) => {
                return Ok(current);
            }
            (Some(current), None) => return Ok(current),
            _ => {}
        }
        match &*failed {
            Some((stands_until, error)) if Instant::now() < *stands_until => {
                Err(error.for_the_rest(*stands_until - Instant::now()))
            }
            _ => self.fetch(&mut failed, until).await,
        }
    }

    /// A token fetched now, whatever is cached.
    pub(crate) async fn fresh(&self) -> Result<Arc<Token>, Error> {
        let until = Instant::now() + self.config.deadline;
        let mut failed = self.fetching.lock().await;
        self.fetch(&mut failed, until).await
    }

    pub(crate) async fn introspect(self: &Arc<Self>) -> Result<Introspection, Error> {
        let until = Instant::now() + self.config.deadline;
        let token = self.current(until).await?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token.text.expose_secret())
            .append_pair("token_type_hint", "access_token")
            .finish();
        let body = self.post("introspect", form, until).await?;
        v3::introspection::read(&body).map_err(|error| not_sent(Cause::from(error)))
    }

    fn cached(&self) -> Option<Arc<Token>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    fn replace_in_background(self: &Arc<Self>) {
        let tokens = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(mut failed) = tokens.fetching.try_lock() else {
                return;
            };
            let resting = matches!(&*failed, Some((until, _)) if Instant::now() < *until);
            let needed = tokens
                .cached()
                .is_none_or(|token| token.replace_at <= Instant::now());
            if needed && !resting {
                let until = Instant::now() + tokens.config.deadline;
                // The old token is good for a while: whoever needs a new one then meets the error.
                let _not_yet = tokens.fetch(&mut failed, until).await;
            }
        });
    }

    async fn fetch(
        &self,
        failed: &mut MutexGuard<'_, Option<(Instant, Error)>>,
        until: Instant,
    ) -> Result<Arc<Token>, Error> {
        let fetched = self.request(until).await;
        **failed = fetched.as_ref().err().map(|error| {
            let rest = error.retry_after().unwrap_or(REST);
            (Instant::now() + rest, error.clone())
        });
        let token = Arc::new(fetched?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn request(&self, until: Instant) -> Result<Token, Error> {
        let Credential::ClientCredentials { acting_user, .. } = &self.credential;
        let mut form = "grant_type=client_credentials".to_owned();
        if let Some(user) = acting_user {
            form.push_str(&format!("&sub={user}"));
        }
        let asked = Instant::now();
        let body = self.post("token", form, until).await?;
        let answer: TokenAnswer =
            serde_json::from_slice(&body).map_err(|error| not_sent(Cause::from(error)))?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", answer.access_token))
            .map_err(|_| not_sent(Cause::Request("the token does not fit into a header")))?;
        header.set_sensitive(true);
        let lifetime = answer.lifetime(Utc::now());
        Ok(Token {
            header,
            replace_at: asked + lifetime - EARLY.min(lifetime / 10),
            ends_at: asked + lifetime,
            text: answer.access_token.into(),
        })
    }

    /// One call of the authorisation server. Nothing was sent to the API yet, so whatever goes wrong here leaves the
    /// call that needs the token unsent.
    async fn post(&self, path: &str, form: String, until: Instant) -> Result<Bytes, Error> {
        let base = self.config.auth_url.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}/{path}"))
            .map_err(|_| not_sent(Cause::Request("the address is none")))?;
        let mut request = reqwest::Request::new(Method::POST, url);
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.basic()?);
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        *request.body_mut() = Some(form.into());
        let max_body = self.config.max_body;
        match exchange(&self.http, Operation::Token, request, until, max_body).await {
            Ok(answer) => accept(answer),
            Err(Failure::Unsent(cause) | Failure::Sent(cause)) => Err(not_sent(cause)),
        }
    }

    fn basic(&self) -> Result<HeaderValue, Error> {
        let Credential::ClientCredentials {
            client_id,
            client_secret,
            ..
        } = &self.credential;
        let pair = format!("{client_id}:{}", client_secret.expose_secret());
        let mut header = HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(pair)))
            .map_err(|_| not_sent(Cause::Request("the credential does not fit into a header")))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

impl TokenAnswer {
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

fn accept(answer: Answer) -> Result<Bytes, Error> {
    let status = answer.status.as_u16();
    let refused = matches!(status, 400..=407 | 409..=428 | 430..=499);
    if refused {
        return Err(Error::Credential {
            status,
            detail: answer.message(),
        });
    }
    answer
        .success(Operation::Token)
        .map(|success| success.body)
        .map_err(|error| match error {
            Error::Unavailable { cause } => not_sent(cause),
            other => other,
        })
}

fn not_sent(cause: Cause) -> Error {
    Error::NotSent { cause }
}

#[cfg(test)]
mod tests {
    use super::*;

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
