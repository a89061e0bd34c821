//! The client of one credential.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use domain::UserId;

use crate::auth::{Auth, Key};
use crate::budget::{Budget, Purpose, RateLimit};
use crate::config::Config;
use crate::credential::{Credential, Introspection, Partner};
use crate::error::Error;
use crate::http::Http;
use crate::learned::Learned;
use crate::token::{Origin, Tokens};
use crate::v1;
use crate::version::Version;
use crate::wire;

/// Calls Greenhouse with one credential, within one budget. Cheap to clone; clones share token and budget.
///
/// Typed operations are reached by resource: `client.candidates().find_by_email(…)`.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    purpose: Purpose,
    calls: Arc<AtomicU32>,
    /// Where the ids of rows are noted that cannot be read; none: they make what is read unreadable.
    unread: Option<Arc<Mutex<Vec<i64>>>>,
}

struct Shared {
    http: Http,
    config: Config,
    /// Address of the API without a slash at the end.
    base: String,
    version: Version,
    auth: Auth,
    budget: Arc<dyn Budget>,
    told_absent: AtomicBool,
    learned: Learned,
}

impl Client {
    /// A client that has not called anybody yet. Its calls are [`Purpose::Work`].
    #[must_use]
    pub fn new(
        http: &Http,
        config: &Config,
        credential: Credential,
        budget: Arc<dyn Budget>,
    ) -> Self {
        let shared = Shared {
            http: http.clone(),
            base: config.api_url.as_str().trim_end_matches('/').to_owned(),
            config: config.clone(),
            version: credential.version(),
            auth: auth(http, config, credential),
            budget,
            told_absent: AtomicBool::new(false),
            learned: Learned::default(),
        };
        Self {
            shared: Arc::new(shared),
            purpose: Purpose::Work,
            calls: Arc::default(),
            unread: None,
        }
    }

    /// The same client, with another purpose for its calls, which are counted anew.
    #[must_use]
    pub fn with_purpose(&self, purpose: Purpose) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            purpose,
            calls: Arc::default(),
            unread: None,
        }
    }

    /// The same client for reading by ids, which leaves out what cannot be read of the records that are there. Whoever takes
    /// what is not shown for gone asks [`Client::take_unread`] first.
    #[must_use]
    pub fn leaving_out_unread(&self) -> Self {
        Self {
            unread: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// Ids of the records that were left out since this was last asked.
    #[must_use]
    pub fn take_unread(&self) -> Vec<i64> {
        let unread = self.unread.as_deref().map(lock);
        unread
            .map(|mut ids| std::mem::take(&mut *ids))
            .unwrap_or_default()
    }

    /// Where to note what cannot be read.
    pub(crate) fn unread(&self) -> Option<MutexGuard<'_, Vec<i64>>> {
        self.unread.as_deref().map(lock)
    }

    /// How many calls this client and its clones have sent since this was last asked, tokens apart: one operation may take
    /// several.
    #[must_use]
    pub fn take_calls(&self) -> u32 {
        self.calls.swap(0, Ordering::Relaxed)
    }

    /// The version of the API that the credential is for. What it cannot do is asked where it matters, such as
    /// [`crate::Notes::can_be_read`].
    #[must_use]
    pub fn version(&self) -> Version {
        self.shared.version
    }

    /// Proves that the credential works: v3 fetches a new token, whatever is cached, which costs nothing of the budget;
    /// v1, which has no tokens, makes the cheapest call, and whether the key may make it does not matter.
    ///
    /// # Errors
    /// [`Error::Credential`] or [`Error::Unauthorized`] if it is refused, [`Error::NotServed`] if v1 is no more,
    /// [`Error::NotSent`], [`Error::Unavailable`] or [`Error::Throttled`] if it could not be asked.
    pub async fn verify_token(&self) -> Result<(), Error> {
        match &self.shared.auth {
            Auth::Tokens(tokens) => tokens.fresh().await.map(drop),
            Auth::Key(_) => match self.call(&v1::cheapest(), wire::read_nothing).await {
                Err(Error::Forbidden { .. }) => Ok(()),
                // Nothing about the call can be wrong but its version.
                Err(Error::Rejected { status, .. }) => Err(Error::NotServed { status }),
                answer => answer,
            },
        }
    }

    /// Asks the authorisation server what our token is good for; costs nothing of the budget. v1 has nobody to ask: the
    /// answer says what we know ourselves.
    ///
    /// # Errors
    /// As [`Client::verify_token`].
    pub async fn introspect(&self) -> Result<Introspection, Error> {
        match &self.shared.auth {
            Auth::Tokens(tokens) => tokens.introspect().await,
            Auth::Key(key) => Ok(Introspection {
                active: true,
                sub: key.acting_user,
                ..Introspection::default()
            }),
        }
    }

    /// See [`Http::greenhouse_clock`].
    #[must_use]
    pub fn greenhouse_clock(&self) -> Option<DateTime<Utc>> {
        self.http().greenhouse_clock()
    }

    pub(crate) fn http(&self) -> &Http {
        &self.shared.http
    }

    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    pub(crate) fn base(&self) -> &str {
        &self.shared.base
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.shared.auth
    }

    /// The user on whose behalf v1 writes; none in v3, where the token tells.
    pub fn acting_user(&self) -> Option<UserId> {
        match &self.shared.auth {
            Auth::Tokens(_) => None,
            Auth::Key(key) => key.acting_user,
        }
    }

    pub(crate) fn budget(&self) -> &dyn Budget {
        self.shared.budget.as_ref()
    }

    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    pub(crate) fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn learned(&self) -> &Learned {
        &self.shared.learned
    }

    /// Passes on what an answer tells about the limit; that it tells nothing, once.
    pub(crate) fn observe(&self, seen: RateLimit) {
        let told = &self.shared.told_absent;
        if seen != RateLimit::Absent || !told.swap(true, Ordering::Relaxed) {
            self.shared.budget.observe(seen);
        }
    }
}

fn lock(ids: &Mutex<Vec<i64>>) -> MutexGuard<'_, Vec<i64>> {
    ids.lock().unwrap_or_else(PoisonError::into_inner)
}

fn auth(http: &Http, config: &Config, credential: Credential) -> Auth {
    let (client, origin) = match credential {
        Credential::ClientCredentials {
            client_id,
            client_secret,
            acting_user,
        } => (
            Partner {
                client_id,
                client_secret,
            },
            Origin::Client(acting_user),
        ),
        Credential::AuthorizationCode { partner, tokens } => (partner, Origin::Kept(tokens)),
        Credential::ApiKey {
            api_key,
            acting_user,
        } => {
            return Auth::Key(Key {
                api_key,
                acting_user,
            });
        }
    };
    let tokens = Tokens::new(http.clone(), config.clone(), client, origin);
    Auth::Tokens(Arc::new(tokens))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("version", &self.shared.version)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
