//! The client of one credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::budget::{Budget, Purpose, RateLimit};
use crate::config::Config;
use crate::credential::{Credential, Introspection};
use crate::error::Error;
use crate::http::Http;
use crate::token::Tokens;

/// Calls Greenhouse with one credential, within one budget. Cheap to clone; clones share token and budget.
///
/// Typed operations are reached by resource: `client.candidates().find_by_email(…)`.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    purpose: Purpose,
}

struct Shared {
    http: Http,
    config: Config,
    /// Address of the API without a slash at the end.
    base: String,
    tokens: Arc<Tokens>,
    budget: Arc<dyn Budget>,
    told_absent: AtomicBool,
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
        let tokens = Tokens::new(http.clone(), config.clone(), credential);
        let shared = Shared {
            http: http.clone(),
            base: config.api_url.as_str().trim_end_matches('/').to_owned(),
            config: config.clone(),
            tokens: Arc::new(tokens),
            budget,
            told_absent: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
            purpose: Purpose::Work,
        }
    }

    /// The same client, with another purpose for its calls.
    #[must_use]
    pub fn with_purpose(&self, purpose: Purpose) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            purpose,
        }
    }

    /// Fetches a new token, whatever is cached: proves that the credential works, costs nothing of the budget.
    ///
    /// # Errors
    /// [`Error::Credential`] if it is refused, [`Error::NotSent`] or [`Error::Throttled`] if it could not be asked.
    pub async fn verify_token(&self) -> Result<(), Error> {
        self.shared.tokens.fresh().await.map(drop)
    }

    /// Asks the authorisation server what our token is good for; costs nothing of the budget.
    ///
    /// # Errors
    /// As [`Client::verify_token`].
    pub async fn introspect(&self) -> Result<Introspection, Error> {
        self.shared.tokens.introspect().await
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

    pub(crate) fn tokens(&self) -> &Arc<Tokens> {
        &self.shared.tokens
    }

    pub(crate) fn budget(&self) -> &dyn Budget {
        self.shared.budget.as_ref()
    }

    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Passes on what an answer tells about the limit; that it tells nothing, once.
    pub(crate) fn observe(&self, seen: RateLimit) {
        let told = &self.shared.told_absent;
        if seen != RateLimit::Absent || !told.swap(true, Ordering::Relaxed) {
            self.shared.budget.observe(seen);
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
