//! The HTTP listener every process has: `/live`, `/ready`, `/metrics`. Services merge their own routes into it.
//!
//! `/live` says that the process runs. `/ready` says that it can take work: it asks every registered check. Greenhouse is
//! never one of them, because the bridge takes and keeps work while Greenhouse is away.

mod problem;
mod unread;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use axum_server::Handle;
use domain::Code;
use hyper_util::rt::TokioTimer;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Metrics;
pub use problem::Problem;

/// A check that takes longer has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// The check that fails until the others are there.
const STARTING: &str = "starting";
/// A connection on which no request, or only a part of its head, has come for this long is closed: whoever holds many of
/// them open must not keep Greenhouse's webhooks out.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Open requests get this long to finish when the process stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// The format that has room for exemplars.
const OPEN_METRICS: &str = "application/openmetrics-text";

/// Answer of a check: `Err` with one sentence for people, without secrets.
pub type CheckResult = Result<(), String>;

type CheckFuture = Pin<Box<dyn Future<Output = CheckResult> + Send>>;
type Check = Arc<dyn Fn() -> CheckFuture + Send + Sync>;

/// The checks that decide whether the process can take work. Clones share them.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Arc<RwLock<BTreeMap<&'static str, Check>>>,
    draining: Arc<AtomicBool>,
}

impl std::fmt::Debug for Readiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readiness")
            .field("draining", &self.draining)
            .finish_non_exhaustive()
    }
}

/// One check that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failing {
    /// Name of the check.
    pub check: &'static str,
    /// What is wrong, in one sentence.
    pub reason: String,
}

impl Readiness {
    /// No check, not draining.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Not ready before [`started`](Self::started): for a process that listens before each of its checks is there.
    #[must_use]
    pub fn starting() -> Self {
        let readiness = Self::new();
        readiness.check(STARTING, || async {
            Err("the services are being started".to_owned())
        });
        readiness
    }

    /// Every check is there: from now on they alone decide.
    pub fn started(&self) {
        self.checks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(STARTING);
    }

    /// Adds a check under a name, or replaces the one of that name. It is asked at every `/ready`, so it has to be cheap;
    /// after 2 seconds it counts as failed.
    pub fn check<F, R>(&self, name: &'static str, ask: F)
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = CheckResult> + Send + 'static,
    {
        let check: Check = Arc::new(move || Box::pin(ask()));
        self.checks
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, check);
    }

    /// From now on the process is not ready, because it is about to leave.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// What keeps the process from taking work; empty when it is ready.
    pub async fn failing(&self) -> Vec<Failing> {
        if self.draining.load(Ordering::Acquire) {
            return vec![Failing {
                check: "draining",
                reason: "the process is stopping".to_owned(),
            }];
        }
        let checks = self
            .checks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // All at once: one stuck check must not make the answer as slow as the sum of them.
        let asked: Vec<_> = checks
            .into_iter()
            .map(|(name, ask)| (name, tokio::spawn(asked(ask))))
            .collect();
        let mut failing = Vec::new();
        for (check, answer) in asked {
            if let Err(reason) = answer
                .await
                .unwrap_or_else(|_| Err("the check broke off".to_owned()))
            {
                failing.push(Failing { check, reason });
            }
        }
        failing
    }
}

async fn asked(check: Check) -> CheckResult {
    tokio::time::timeout(CHECK_TIMEOUT, check())
        .await
        .unwrap_or_else(|_| Err("no answer within 2 seconds".to_owned()))
}

#[derive(Clone)]
struct Shared {
    readiness: Readiness,
    metrics: Arc<Metrics>,
}

/// The routes `/live`, `/ready` and `/metrics`. Merge others into it with [`Router::merge`].
pub fn router(readiness: Readiness, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/metrics", get(exposition))
        .with_state(Shared { readiness, metrics })
}

/// Listens on `addr` (port 0: any free one) and serves `router` until `stop` is cancelled; open requests then get
/// 5 seconds. What no route takes is answered with a [`Problem`]. Returns the bound address, and the task to wait for at the end.
///
/// Give it a token of its own, to be cancelled after the services have drained: until then `/live` and `/ready` have to
/// answer, the latter with "draining".
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(
    addr: SocketAddr,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    listen(addr, router, stop, REQUEST_TIMEOUT).await
}

async fn listen(
    addr: SocketAddr,
    router: Router,
    stop: CancellationToken,
    request_timeout: Duration,
) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(addr).await?.into_std()?;
    let bound = listener.local_addr()?;
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)?
        .http1_only()
        .handle(handle.clone())
        .first_request_timeout(request_timeout);
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(request_timeout);
    let router = router
        .fallback(async || Problem::of(StatusCode::NOT_FOUND, Code::RouteUnknown))
        .method_not_allowed_fallback(async || {
            Problem::of(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed)
        })
        .layer(from_fn(unread::end_with_answer));
    // Services that limit attempts want to know where a request comes from.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        let drain = async {
            stop.cancelled().await;
            handle.graceful_shutdown(Some(DRAIN_TIMEOUT));
            std::future::pending::<Infallible>().await
        };
        tokio::select! {
            ended = server.serve(service) => if let Err(error) = ended {
                tracing::error!(%error, "the HTTP listener failed");
            },
            never = drain => match never {},
        }
    });
    Ok((bound, task))
}

async fn live() -> &'static str {
    "live\n"
}

/// Body of `/ready`.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    failing: Vec<Failing>,
}

async fn ready(State(shared): State<Shared>) -> Response {
    let failing = shared.readiness.failing().await;
    let status = if failing.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let report = Report {
        ready: failing.is_empty(),
        failing,
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}

/// Prometheus says that it reads OpenMetrics, and others that they do not.
async fn exposition(State(shared): State<Shared>, request: HeaderMap) -> impl IntoResponse {
    let accepted = request.get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|accepted| accepted.to_str().ok());
    let (content_type, text) = if accepted.any(|types| types.contains(OPEN_METRICS)) {
        let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        (content_type, shared.metrics.open_metrics())
    } else {
        let content_type = "text/plain; version=0.0.4; charset=utf-8";
        (content_type, shared.metrics.exposition())
    };
    ([(header::CONTENT_TYPE, content_type)], text)
}

#[cfg(test)]
mod tests;
