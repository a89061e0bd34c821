//! Takes operations from the ledger and runs their handlers, as many at once as there is room for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use accounts::health;
use boot::metrics::{Metrics, Outcome, Queue, Stage};
use boot::telemetry;
use domain::{Code, Problem, Tenant, backoff};
use store::claim::{Claim, Want};
use store::journal::{JournalError, Release};
use store::wake::News;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, Span};

use crate::stop::Stop;
use crate::{Config, Context, handler};

/// How long to wait for news before looking anyway: a notification is a hint, delays end without one.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Works until the token is cancelled, then waits for the operations in hand.
pub(crate) async fn work(context: Arc<Context>, stop: CancellationToken) {
    let hands = Arc::new(Hands::new(&context.metrics));
    let tasks = TaskTracker::new();
    while !stop.is_cancelled() {
        let (taken, found) = match take(&context, &hands).await {
            Ok(claims) => claims,
            Err(error) => {
                tracing::warn!(%error, "cannot claim operations");
                (Vec::new(), Found::Everything)
            }
        };
        for claim in taken {
            let held = hands.hold(&claim.tenant);
            let context = Arc::clone(&context);
            let span = span(&claim);
            tasks.spawn(
                async move {
                    let _held = held;
                    perform(&context, claim).await;
                }
                .instrument(span),
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = pause(&context, &hands, &found) => {}
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Performs what can be claimed now, one after another.
pub(crate) async fn work_once(context: &Context) -> usize {
    let Ok((taken, _)) = take(context, &Hands::new(&context.metrics)).await else {
        return 0;
    };
    let found = taken.len();
    for claim in taken {
        perform(context, claim).await;
    }
    found
}

/// A try at an operation, in the trace of its event however long ago that was.
fn span(claim: &Claim) -> Span {
    let span = tracing::info_span!(
        "process greenhouse.introductions",
        otel.kind = "consumer",
        messaging.system = "rabbitmq",
        messaging.destination.name = Queue::Introductions.as_str(),
        operation = %claim.operation,
        kind = claim.kind,
        attempt = claim.attempts,
    );
    telemetry::set_parent(&span, claim.trace.as_deref());
    span
}

/// Claims as much as there is room for.
async fn take(context: &Context, hands: &Hands) -> Result<(Vec<Claim>, Found), store::Error> {
    let (total, held) = hands.count();
    let room = context.config.capacity.saturating_sub(total);
    if room == 0 {
        return Ok((Vec::new(), Found::Enough));
    }
    let want = Want {
        kinds: handler::KINDS,
        room,
        room_per_tenant: context.config.capacity_per_tenant,
        held: &held,
        lease: context.config.lease,
    };
    let claims = context.store.claim(&want).await?;
    let found = if claims.len() >= room {
        Found::Enough
    } else if claims.iter().any(|claim| claim.uses_up_share) {
        Found::Shares
    } else {
        Found::Everything
    };
    Ok((claims, found))
}

/// What a claim came to.
enum Found {
    /// All that there is: there is news of whatever comes next.
    Everything,
    /// All that some tenant may have at once: there may be more of it, without news.
    Shares,
    /// As many as there was room for.
    Enough,
}

/// Between two claims: until there is news, and while there is more work than hands, until a quarter of the hands are
/// free, so that one claim takes many. News always counts: it may be of a tenant for whom there is a free hand.
async fn pause(context: &Context, hands: &Hands, found: &Found) {
    let config = &context.config;
    let full = hands
        .count()
        .1
        .iter()
        .any(|(_, held)| *held >= config.capacity_per_tenant);
    tokio::select! {
        () = hands.quarter_free(config), if full || matches!(found, Found::Enough) => {}
        () = hands.freed.notified(), if !full && matches!(found, Found::Shares) => {}
        () = context.wake.wait(News::Work, LOOK_INTERVAL) => {}
    }
}

/// Runs one operation's handler and carries out its decision.
async fn perform(context: &Context, claim: Claim) {
    let Err(stopped) = handler::handle(context, &claim).await else {
        return context.metrics.processed(
            Queue::Introductions,
            Outcome::Ack,
            claim.taken.elapsed(),
        );
    };
    context.metrics.processed(
        Queue::Introductions,
        stopped.stop.outcome(),
        claim.taken.elapsed(),
    );
    tracing::info!(
        operation = %claim.operation, tenant = %claim.tenant, kind = claim.kind, attempt = claim.attempts,
        code = stopped.stop.code().map(Code::as_str), "operation stopped"
    );
    // Whatever cannot be written now is found again when the lease ends.
    let _ = carry_out(context, &claim, stopped).await;
}

async fn carry_out(
    context: &Context,
    claim: &Claim,
    stopped: handler::Stopped,
) -> Result<(), JournalError> {
    let handler::Stopped { stop, learnt } = stopped;
    let release = |delay, counts, code| Release {
        delay,
        counts,
        code,
        steps: learnt.clone(),
        announcements: Vec::new(),
    };
    match stop {
        Stop::Abandon => Ok(()),
        Stop::Wait { delay, code } => {
            context
                .journal
                .release(claim, release(delay, false, Some(code)))
                .await
        }
        Stop::Retry(problem) => {
            let elapsed = (claim.clock() - claim.created_at)
                .to_std()
                .unwrap_or_default();
            let Some(delay) = backoff::next(claim.attempts + 1, elapsed, rand::random()) else {
                let exhausted = Problem {
                    code: Code::RetriesExhausted,
                    ..problem
                };
                return handler::settle_failed(context, claim, exhausted, learnt, true).await;
            };
            context.metrics.retry(Stage::Write, problem.code);
            context
                .journal
                .release(claim, release(delay, true, Some(problem.code)))
                .await
        }
        Stop::Pause(problem) => {
            set_aside(context, claim, &problem).await;
            context
                .journal
                .release(claim, release(Duration::ZERO, false, Some(problem.code)))
                .await
        }
        Stop::Fail(problem) => handler::settle_failed(context, claim, problem, learnt, false).await,
        Stop::Park(problem) => handler::settle_failed(context, claim, problem, learnt, true).await,
    }
}

/// Pauses the claim's tenant. Should that fail, the next operation of the tenant meets the same refusal.
async fn set_aside(context: &Context, claim: &Claim, problem: &Problem) {
    let tenant = &claim.tenant;
    match health::set_aside(&context.store, tenant, claim.revision, problem).await {
        Ok(true) => tracing::warn!(%tenant, code = problem.code.as_str(), "connection set aside"),
        Ok(false) => {}
        Err(error) => tracing::warn!(%tenant, %error, "cannot set the connection aside"),
    }
}

/// What this process has in hand, per tenant.
struct Hands {
    held: Mutex<HashMap<Tenant, usize>>,
    freed: Notify,
    metrics: Arc<Metrics>,
}

impl Hands {
    fn new(metrics: &Arc<Metrics>) -> Hands {
        Hands {
            held: Mutex::default(),
            freed: Notify::new(),
            metrics: Arc::clone(metrics),
        }
    }

    fn hold(self: &Arc<Hands>, tenant: &Tenant) -> Held {
        let mut held = self.lock();
        *held.entry(tenant.clone()).or_default() += 1;
        self.tell(&held);
        drop(held);
        Held {
            hands: Arc::clone(self),
            tenant: tenant.clone(),
        }
    }

    fn count(&self) -> (usize, Vec<(Tenant, usize)>) {
        let held = self.lock();
        let per_tenant: Vec<_> = held
            .iter()
            .map(|(tenant, n)| (tenant.clone(), *n))
            .collect();
        (per_tenant.iter().map(|(_, n)| n).sum(), per_tenant)
    }

    fn tell(&self, held: &HashMap<Tenant, usize>) {
        let all = held.values().sum();
        self.metrics.inflight(Queue::Introductions, all);
    }

    /// Returns when a quarter of all hands, and of those that the busiest tenant may have, are free.
    async fn quarter_free(&self, config: &Config) {
        let enough = |all: usize, held: usize| all.saturating_sub(held) >= (all / 4).max(1);
        loop {
            let (total, held) = self.count();
            let busiest = held.iter().map(|(_, n)| *n).max().unwrap_or_default();
            if enough(config.capacity, total) && enough(config.capacity_per_tenant, busiest) {
                return;
            }
            self.freed.notified().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Tenant, usize>> {
        self.held
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One operation in hand; dropping it makes room.
struct Held {
    hands: Arc<Hands>,
    tenant: Tenant,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.hands.lock();
        if let Some(n) = held.get_mut(&self.tenant) {
            *n -= 1;
            if *n == 0 {
                held.remove(&self.tenant);
            }
        }
        self.hands.tell(&held);
        drop(held);
        self.hands.freed.notify_one();
    }
}
