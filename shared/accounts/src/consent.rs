//! Tokens of connections that an admin authorised: one process renews them at a time, and stores what it got before
//! anybody uses it.
//!
//! A refresh token works once. A process that dies between Greenhouse's answer and the storing leaves one behind that may
//! be used up; when its lease ends the next process tries it. Either Greenhouse still takes it, or the connection asks for
//! the admin's consent anew: it never stops in silence.

use std::sync::Arc;
use std::time::Duration;

use domain::crash::{CrashPoint, crash_here};
use domain::{Code, Problem, Tenant};
use futures::FutureExt;
use futures::future::BoxFuture;
use harvest::{
    AccessToken, AccessTokens, AuthorizedTokens, Cause, Config, Error, Http, Partner, Whose,
};
use secrecy::{ExposeSecret, SecretString};
use store::Store;
use store::connections::{NewTokens, Tokens};
use store::seal::Keyring;
use uuid::Uuid;

use crate::health;

/// A renewal belongs to one process for so long; longer than a call may take.
const LEASE: Duration = Duration::from_secs(30);
/// Whoever waits for another process's renewal looks so often whether it is there.
const LOOK: Duration = Duration::from_millis(100);
/// How long before its end an access token is renewed, unless a sixth of its life is less: earlier than a client
/// replaces its own copy.
const EARLY: Duration = Duration::from_secs(600);
/// How often a fresh pair of tokens is tried to be stored while the database is away, a second apart. These are the only
/// tokens that are good: without them the tenant's admin has to consent again.
const STORING: usize = 600;

/// The tokens of one connection.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) http: Http,
    pub(crate) config: Config,
    pub(crate) partner: Partner,
    pub(crate) tenant: Tenant,
    pub(crate) connection: Uuid,
    pub(crate) revision: i64,
}

/// What became of an attempt to renew.
enum Renewal {
    /// These tokens are stored.
    Ours(AccessToken),
    /// Somebody else is at it, or has just finished.
    Elsewhere,
}

impl AccessTokens for Consent {
    fn access_token<'a>(
        &'a self,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<AccessToken, Error>> {
        self.usable(refused).boxed()
    }
}

impl Consent {
    async fn usable(&self, refused: Option<&SecretString>) -> Result<AccessToken, Error> {
        loop {
            let tokens = self.read().await?;
            let current = good(&tokens, refused);
            if let Some(token) = &current
                && tokens.access_left > EARLY.min(tokens.access_lasts / 6)
            {
                return Ok(token.clone());
            }
            match (self.renew(tokens).await, current) {
                (Ok(Renewal::Ours(token)), _) => return Ok(token),
                (Ok(Renewal::Elsewhere), Some(token)) => return Ok(token),
                (Ok(Renewal::Elsewhere), None) => tokio::time::sleep(LOOK).await,
                // What is in the way may be gone before the token ends.
                (
                    Err(
                        Error::NotSent { .. }
                        | Error::Throttled { .. }
                        | Error::Credential {
                            whose: Whose::Partner,
                            ..
                        },
                    ),
                    Some(token),
                ) => {
                    return Ok(token);
                }
                (Err(error), _) => return Err(error),
            }
        }
    }

    /// Renews the tokens if the refresh token is good for less than `left`.
    pub(crate) async fn keep_alive(&self, left: Duration) -> Result<(), Error> {
        let tokens = self.read().await?;
        if tokens.refresh_left < left {
            self.renew(tokens).await?;
        }
        Ok(())
    }

    async fn read(&self) -> Result<Tokens, Error> {
        let read = self.store.tokens(&self.keys, &self.tenant, self.connection);
        match read.await {
            Ok(Some(tokens)) => Ok(tokens),
            Ok(None) => Err(Error::Credential {
                status: 0,
                detail: "the connection has no tokens".to_owned(),
                whose: Whose::Consent,
            }),
            Err(error) => {
                tracing::warn!(%error, "the tokens cannot be read");
                Err(not_now())
            }
        }
    }

    /// On a task of its own: whoever asked may give up waiting, but an answer must not be lost.
    async fn renew(&self, tokens: Tokens) -> Result<Renewal, Error> {
        let consent = self.clone();
        let renewal = tokio::spawn(async move { consent.renew_to_the_end(tokens).await });
        renewal.await.unwrap_or_else(|_| Err(not_now()))
    }

    async fn renew_to_the_end(&self, tokens: Tokens) -> Result<Renewal, Error> {
        let leased = self
            .store
            .lease_tokens(self.connection, tokens.generation, LEASE)
            .await;
        let lease = match leased {
            Ok(Some(lease)) => lease,
            Ok(None) => return Ok(Renewal::Elsewhere),
            Err(_) => return Err(not_now()),
        };
        let asked = self
            .http
            .refresh_tokens(&self.config, &self.partner, &tokens.refresh);
        match asked.await {
            Ok(new) => self.keep(tokens.generation, new).await,
            Err(
                error @ Error::Credential {
                    whose: Whose::Consent,
                    ..
                },
            ) => {
                // Whoever slept over its lease sent what somebody else had renewed by then.
                if !self.give_up(lease, true).await {
                    return Ok(Renewal::Elsewhere);
                }
                self.ask_for_consent(tokens.interrupted).await;
                Err(error)
            }
            Err(Error::Unknown { cause }) => {
                self.give_up(lease, false).await;
                Err(Error::NotSent { cause })
            }
            Err(error) => {
                self.give_up(lease, true).await;
                Err(error)
            }
        }
    }

    async fn keep(&self, generation: i64, new: AuthorizedTokens) -> Result<Renewal, Error> {
        let access = new.access.clone();
        let new = to_store(new);
        crash_here(CrashPoint::ConsentBeforeStore);
        for _ in 0..STORING {
            let (keys, tenant) = (&self.keys, &self.tenant);
            let kept = self
                .store
                .keep_tokens(keys, tenant, self.connection, generation, &new);
            match kept.await {
                Ok(true) => {
                    crash_here(CrashPoint::ConsentAfterStore);
                    // Where that took longer than the lease, somebody else was refused the token that it used up.
                    if let Err(error) = health::consent_is_there(&self.store, self.connection).await
                    {
                        tracing::warn!(tenant = %self.tenant, %error, "cannot take back that consent is needed");
                    }
                    return Ok(Renewal::Ours(access));
                }
                // The tenant authorised us anew, or disconnected, or somebody else renewed them as well.
                Ok(false) => return Ok(Renewal::Elsewhere),
                Err(error) => tracing::warn!(%error, "new tokens cannot be stored yet"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(not_now())
    }

    /// Tells whether the tokens were still this process's to renew.
    async fn give_up(&self, lease: Uuid, unsent: bool) -> bool {
        let released = self.store.release_tokens(self.connection, lease, unsent);
        released.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the right to renew is kept until its lease ends");
            false
        })
    }

    async fn ask_for_consent(&self, interrupted: bool) {
        let evidence = if interrupted {
            "the refresh token was refused, after a renewal that broke off"
        } else {
            "the refresh token was refused"
        };
        let problem = Problem::new(Code::ConsentNeeded).field(evidence);
        let (store, tenant, revision) = (&self.store, &self.tenant, self.revision);
        // Whoever needs the tokens meets the same refusal, and rests for itself.
        let _ = health::set_aside(store, tenant, revision, &problem, "a renewal").await;
    }
}

/// The token of a consent that is not stored yet.
pub(crate) struct Fresh(pub(crate) AccessToken);

impl AccessTokens for Fresh {
    fn access_token<'a>(
        &'a self,
        _refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<AccessToken, Error>> {
        std::future::ready(Ok(self.0.clone())).boxed()
    }
}

/// A pair of tokens as it is stored.
pub fn to_store(new: AuthorizedTokens) -> NewTokens {
    NewTokens {
        access: new.access.token,
        refresh: new.refresh_token,
        access_lasts: new.access.good_for,
        refresh_lasts: new.refresh_good_for,
    }
}

fn good(tokens: &Tokens, refused: Option<&SecretString>) -> Option<AccessToken> {
    let is_refused =
        refused.is_some_and(|refused| refused.expose_secret() == tokens.access.expose_secret());
    let ends = tokens.access_left <= tokens.access_lasts / 60;
    (!is_refused && !ends).then(|| AccessToken {
        token: tokens.access.clone(),
        good_for: tokens.access_left,
    })
}

fn not_now() -> Error {
    Error::NotSent {
        cause: Cause::Request("the tokens cannot be had right now"),
    }
}
