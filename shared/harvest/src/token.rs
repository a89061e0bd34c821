//! The bearer token of one credential: fetched when needed, kept until shortly before it expires, one refresh at a
//! time. It lives in memory only; client credentials give a new one at any time, and the tokens of an authorization
//! code are kept by whoever implements [`AccessTokens`].

mod server;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::UserId;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout_at};
use url::form_urlencoded;

use crate::answer::Success;
use crate::auth::Proof;
use crate::config::Config;
use crate::credential::{AccessToken, AccessTokens, Introspection, Partner};
use crate::error::{Cause, Error};
use crate::http::Http;
use crate::v3;
pub(crate) use server::{Refusal, TokenAnswer, Unanswered, ask};

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
    fn new(asked: Instant, token: AccessToken) -> Result<Self, Error> {
        let text = token.token;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", text.expose_secret()))
            .map_err(|_| not_sent(Cause::Request("the token does not fit into a header")))?;
        header.set_sensitive(true);
        let lifetime = token.good_for;
        Ok(Self {
            header,
            text,
            replace_at: asked + lifetime - EARLY.min(lifetime / 10),
            ends_at: asked + lifetime,
        })
    }

    pub(crate) fn prove(&self) -> Proof {
        Proof::bearer(self.header.clone())
    }
}

/// Where tokens come from.
pub(crate) enum Origin {
    /// Client credentials, for this user.
    Client(Option<UserId>),
    /// An authorization code, kept elsewhere.
    Kept(Arc<dyn AccessTokens>),
}

impl Origin {
    fn refused(&self) -> fn(Refusal) -> Error {
        match self {
            Self::Client(_) => Refusal::of_tenant,
            Self::Kept(_) => Refusal::of_partner,
        }
    }
}

/// Why there is no token, and until when that stands.
type Failed = Option<(Instant, Error)>;

/// What is sent instead of a token that was refused.
pub(crate) enum Substitute<'a> {
    /// Somebody else has replaced it in the meantime; others send this one too.
    Shared(Arc<Token>),
    /// Fetched for this call.
    Own(Untried<'a>),
}

/// A token that nobody else in this process sends before this call was answered. Whoever shares a token can find it
/// refused because a call of somebody else had it revoked; when this one is refused, it is the credential that is. (The
/// tokens of an authorization code may be shared with other processes; one that renewed it a moment ago can mislead us.)
pub(crate) struct Untried<'a> {
    tokens: &'a Tokens,
    failed: MutexGuard<'a, Failed>,
    token: Arc<Token>,
}

impl Untried<'_> {
    pub(crate) fn prove(&self) -> Proof {
        self.token.prove()
    }

    /// Lets everybody send it, or, where it was refused, lets those in line know.
    pub(crate) fn tried(mut self, refusal: Option<Error>) {
        *self.failed = refusal.map(|error| (Instant::now() + REST, error));
        self.tokens.keep(&self.token);
    }
}

/// The token of one credential.
pub(crate) struct Tokens {
    http: Http,
    config: Config,
    client: Partner,
    origin: Origin,
    current: RwLock<Option<Arc<Token>>>,
    /// Held while fetching, and while a new token is tried; remembers a failure and until when it stands.
    fetching: Mutex<Failed>,
}

impl Tokens {
    pub(crate) fn new(http: Http, config: Config, client: Partner, origin: Origin) -> Self {
        Self {
            http,
            config,
            client,
            origin,
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

    /// The token that calls in line wait for, where there is none or it has ended.
    async fn replace(
        &self,
        ended: Option<&Arc<Token>>,
        until: Instant,
    ) -> Result<Arc<Token>, Error> {
        let mut failed = self.in_line(until).await?;
        match self.other_than(ended) {
            Some(current) => Ok(current),
            None => {
                standing(&failed)?;
                self.fetch(&mut failed, until).await
            }
        }
    }

    /// What to send instead of a token that was refused.
    pub(crate) async fn instead_of(
        &self,
        refused: &Arc<Token>,
        until: Instant,
    ) -> Result<Substitute<'_>, Error> {
        let mut failed = self.in_line(until).await?;
        // The credential was refused a moment ago, with a token newer than this one.
        if matches!(&*failed, Some((_, Error::Unauthorized { .. }))) {
            standing(&failed)?;
        }
        if let Some(current) = self.other_than(Some(refused)) {
            return Ok(Substitute::Shared(current));
        }
        standing(&failed)?;
        let token = self
            .obtain_or_rest(&mut failed, Some(refused), until)
            .await?;
        Ok(Substitute::Own(Untried {
            tokens: self,
            failed,
            token: Arc::new(token),
        }))
    }

    async fn in_line(&self, until: Instant) -> Result<MutexGuard<'_, Failed>, Error> {
        let in_line = timeout_at(until, self.fetching.lock());
        in_line.await.map_err(|_| not_sent(Cause::Timeout))
    }

    /// What is kept, unless it is `known`.
    fn other_than(&self, known: Option<&Arc<Token>>) -> Option<Arc<Token>> {
        let current = self.cached()?;
        let other = known.is_none_or(|known| !Arc::ptr_eq(&current, known));
        other.then_some(current)
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
        let asked = self.ask("introspect", form, until).await;
        let told = asked.map_err(|unanswered| unanswered.not_sent(self.origin.refused()))?;
        v3::introspection::read(&told.body).map_err(|error| not_sent(Cause::from(error)))
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
            let resting = standing(&failed).is_err();
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
        failed: &mut MutexGuard<'_, Failed>,
        until: Instant,
    ) -> Result<Arc<Token>, Error> {
        let token = Arc::new(self.obtain_or_rest(failed, None, until).await?);
        self.keep(&token);
        Ok(token)
    }

    fn keep(&self, token: &Arc<Token>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(token));
    }

    /// A failure stands for a while.
    async fn obtain_or_rest(
        &self,
        failed: &mut MutexGuard<'_, Failed>,
        refused: Option<&Arc<Token>>,
        until: Instant,
    ) -> Result<Token, Error> {
        let obtained = self.obtain(refused, until).await;
        **failed = obtained.as_ref().err().map(|error| {
            let rest = error.retry_after().unwrap_or(REST);
            (Instant::now() + rest, error.clone())
        });
        obtained
    }

    async fn obtain(&self, refused: Option<&Arc<Token>>, until: Instant) -> Result<Token, Error> {
        let asked = Instant::now();
        let token = match &self.origin {
            Origin::Client(acting_user) => self.request(*acting_user, until).await?,
            Origin::Kept(tokens) => {
                let refused = refused.map(|token| &token.text);
                let had = timeout_at(until, tokens.access_token(refused)).await;
                had.unwrap_or_else(|_| Err(not_sent(Cause::Timeout)))
                    .map_err(without_token)?
            }
        };
        Token::new(asked, token)
    }

    async fn request(
        &self,
        acting_user: Option<UserId>,
        until: Instant,
    ) -> Result<AccessToken, Error> {
        let mut form = "grant_type=client_credentials".to_owned();
        if let Some(user) = acting_user {
            form.push_str(&format!("&sub={user}"));
        }
        let asked = self.ask("token", form, until).await;
        let told = asked.map_err(|unanswered| unanswered.not_sent(Refusal::of_tenant))?;
        let answer: TokenAnswer =
            serde_json::from_slice(&told.body).map_err(|error| not_sent(Cause::from(error)))?;
        Ok(answer.access(&told.headers))
    }

    async fn ask(&self, path: &str, form: String, until: Instant) -> Result<Success, Unanswered> {
        ask(&self.http, &self.config, &self.client, path, form, until).await
    }
}

/// The failure that stands, for the rest of its time.
fn standing(failed: &Failed) -> Result<(), Error> {
    match failed {
        Some((until, error)) if Instant::now() < *until => {
            Err(error.for_the_rest(*until - Instant::now()))
        }
        _ => Ok(()),
    }
}

/// What the lack of a token means for the call that needed it, whatever became of the refresh: it was not sent.
fn without_token(error: Error) -> Error {
    match error {
        Error::Unknown { cause } | Error::Unavailable { cause } => not_sent(cause),
        other => other,
    }
}

fn not_sent(cause: Cause) -> Error {
    Error::NotSent { cause }
}
