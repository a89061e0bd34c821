//! The authorization code of OAuth 2, by which a partner is let in (v3): where to send the admin, and from the code they
//! bring back to tokens, and from a refresh token to the next ones.
//!
//! Facts (Greenhouse's partner guide): a code is good for a minute and once; an access token for an hour; a refresh token
//! for a day, and each refresh gives a new one. Deliberately absent: keeping any of it. That is for whoever implements
//! [`crate::AccessTokens`], over [`Http::exchange_code`] and [`Http::refresh_tokens`].

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::config::Config;
use crate::credential::{AccessToken, Partner};
use crate::error::{Cause, Error};
use crate::http::Http;
use crate::token::{TokenAnswer, Unanswered, ask};

/// How long a refresh token is good for, where the answer does not tell.
const REFRESH_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What an authorization or a refresh gives. The refresh token works once: store it before anything is used.
#[derive(Debug, Clone)]
pub struct AuthorizedTokens {
    /// For calls.
    pub access: AccessToken,
    /// For the next tokens.
    pub refresh_token: SecretString,
    /// How long the refresh token is good for from now on.
    pub refresh_good_for: Duration,
    /// The scopes that were granted, where the answer tells; none are told otherwise.
    pub scopes: Vec<String>,
}

/// Where an admin agrees that we act for them.
///
/// `state` comes back with the code: bind it to tenant and session, use it once.
///
/// # Errors
/// [`Error::NotSent`] if the authorisation server's address is none.
pub fn authorize_url<'a>(
    config: &Config,
    client_id: &str,
    redirect_uri: &Url,
    state: &str,
    scopes: impl IntoIterator<Item = &'a str>,
) -> Result<Url, Error> {
    let base = config.auth_url.as_str().trim_end_matches('/');
    let cause = Cause::Request("the address is none");
    let mut url = Url::parse(&format!("{base}/authorize")).map_err(|_| Error::NotSent { cause })?;
    let scopes: Vec<&str> = scopes.into_iter().collect();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("scope", &scopes.join(" "))
        .append_pair("state", state);
    Ok(url)
}

impl Http {
    /// The tokens for a code that an admin brought back to `redirect_uri`.
    ///
    /// # Errors
    /// [`Error::Credential`] if the code is refused, or the client that we are, [`Error::NotSent`] or [`Error::Throttled`] if it was not used,
    /// [`Error::Unknown`] if it may be used up: the admin has to agree again then.
    pub async fn exchange_code(
        &self,
        config: &Config,
        partner: &Partner,
        code: &SecretString,
        redirect_uri: &Url,
    ) -> Result<AuthorizedTokens, Error> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose_secret())
            .append_pair("redirect_uri", redirect_uri.as_str())
            .finish();
        self.tokens_for(config, partner, form, None).await
    }

    /// The next tokens.
    ///
    /// # Errors
    /// [`Error::Credential`] if the refresh token is refused, or the client that we are, [`Error::NotSent`] or [`Error::Throttled`] if it was not
    /// used, [`Error::Unknown`] if it may be used up: trying it again is all that is left, and if it is refused then the
    /// tenant has to consent again.
    pub async fn refresh_tokens(
        &self,
        config: &Config,
        partner: &Partner,
        refresh_token: &SecretString,
    ) -> Result<AuthorizedTokens, Error> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", refresh_token.expose_secret())
            .finish();
        let kept = Some(refresh_token);
        self.tokens_for(config, partner, form, kept).await
    }

    /// `kept`: the refresh token that goes on to count where the answer brings none.
    async fn tokens_for(
        &self,
        config: &Config,
        partner: &Partner,
        form: String,
        kept: Option<&SecretString>,
    ) -> Result<AuthorizedTokens, Error> {
        let until = Instant::now() + config.deadline;
        let asked = ask(self, config, partner, "token", form, until).await;
        let told = asked.map_err(|unanswered| match unanswered {
            Unanswered::Clear(error) => error,
            Unanswered::Refused(refusal) => refusal.of_partner(),
            Unanswered::Open(cause) => Error::Unknown { cause },
        })?;
        let unreadable = |error: serde_json::Error| Error::Unknown {
            cause: Cause::from(error),
        };
        let answer: TokenAnswer = serde_json::from_slice(&told.body).map_err(unreadable)?;
        let rest: Rest = serde_json::from_slice(&told.body).map_err(unreadable)?;
        let refresh_token = rest.refresh_token.filter(|token| !token.is_empty());
        let refresh_token = refresh_token.map(SecretString::from).or(kept.cloned());
        let cause = Cause::Request("no refresh token came back");
        Ok(AuthorizedTokens {
            access: answer.access(&told.headers),
            refresh_token: refresh_token.ok_or(Error::Unknown { cause })?,
            refresh_good_for: lifetime(rest.refresh_token_expires_in),
            scopes: words(rest.scope.as_deref()),
        })
    }
}

/// What comes with the access token.
#[derive(Deserialize)]
struct Rest {
    refresh_token: Option<String>,
    refresh_token_expires_in: Option<f64>,
    scope: Option<String>,
}

fn lifetime(seconds: Option<f64>) -> Duration {
    seconds
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .map_or(REFRESH_LIFETIME, |told| told.min(REFRESH_LIFETIME))
}

fn words(scope: Option<&str>) -> Vec<String> {
    let words = scope.unwrap_or_default().split_whitespace();
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_is_sent_with_everything_in_the_address() {
        let here: Url = "https://auth.example".parse().unwrap();
        let config = Config::new(here.clone(), here);
        let back = "https://bridge.example/connect/greenhouse/callback"
            .parse()
            .unwrap();
        let scopes = ["harvest:jobs:list", "harvest:users:list"];
        let url = authorize_url(&config, "partner", &back, "a state&", scopes).unwrap();
        assert_eq!(
            url.as_str(),
            "https://auth.example/authorize?response_type=code&client_id=partner\
             &redirect_uri=https%3A%2F%2Fbridge.example%2Fconnect%2Fgreenhouse%2Fcallback\
             &scope=harvest%3Ajobs%3Alist+harvest%3Ausers%3Alist&state=a+state%26"
        );
    }

    #[test]
    fn a_refresh_token_is_trusted_for_a_day_at_most() {
        assert_eq!(lifetime(None), REFRESH_LIFETIME);
        assert_eq!(lifetime(Some(3600.0)), Duration::from_secs(3600));
        for odd in [-1.0, 0.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(lifetime(Some(odd)), REFRESH_LIFETIME, "{odd}");
        }
    }
}
