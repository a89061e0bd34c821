//! The connection pool that all clients of a process share.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::Config;
use crate::operation::Operation;

/// Told after each exchange: operation, class of the outcome (`ok`, `created`, `conflict`, `unprocessable`,
/// `unauthorized`, `forbidden`, `not_found`, `throttled`, `server`, `timeout`, `network`), time it took.
type OnCall = Arc<dyn Fn(Operation, &'static str, Duration) + Send + Sync>;

/// The shared HTTP client; cheap to clone.
#[derive(Clone)]
pub struct Http {
    pub(crate) client: reqwest::Client,
    pub(crate) clock: Arc<Clock>,
    on_call: Option<OnCall>,
}

/// The HTTP client cannot be set up, for lack of the system's root certificates for example.
#[derive(Debug, thiserror::Error)]
#[error("HTTP client: {0}")]
pub struct HttpError(#[source] reqwest::Error);

impl Http {
    /// Sets up the pool. Proxy variables of the environment are ignored: a credential takes no detours.
    ///
    /// # Errors
    /// [`HttpError`] if TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, HttpError> {
        // reqwest panics without a process-wide provider; the error says that there is one already.
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!(
                "intrro-greenhouse-bridge/",
                env!("CARGO_PKG_VERSION")
            ))
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(config.idle_timeout)
            .tcp_nodelay(true)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(HttpError)?;
        Ok(Self {
            client,
            clock: Arc::default(),
            on_call: None,
        })
    }

    /// Has `hook` told of every exchange. It runs on the caller's task and must be quick.
    #[must_use]
    pub fn on_call(
        self,
        hook: impl Fn(Operation, &'static str, Duration) + Send + Sync + 'static,
    ) -> Self {
        Self {
            on_call: Some(Arc::new(hook)),
            ..self
        }
    }

    /// What Greenhouse's clock shows now, by the last answer to a call with any credential; none before the first one.
    #[must_use]
    pub fn greenhouse_clock(&self) -> Option<DateTime<Utc>> {
        self.clock.now()
    }

    pub(crate) fn report(&self, operation: Operation, class: &'static str, took: Duration) {
        if let Some(hook) = &self.on_call {
            hook(operation, class, took);
        }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}
