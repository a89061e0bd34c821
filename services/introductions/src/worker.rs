//! Takes operations from the ledger and runs their handlers, as many at once as there is room for.

use std::future::pending;
use std::ops::RangeInclusive;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use accounts::health::set_aside;
use boot::metrics::{Outcome, Queue, Stage};
use boot::telemetry;
use domain::{Code, OperationKind, Tenant, backoff};
use futures::FutureExt;
use store::claim::{Claim, Want};
use store::journal::{JournalError, Release, StepWrite};
use store::lease::keep_until_lost;
use store::wake::News;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{Instrument, Span};

use crate::handler::{self, Failure, settle_failed};
use crate::hands::{Hands, Held};
use crate::stop::Stop;
use crate::{Context, applications, outage};

/// How long to wait for news before looking anyway: a notification is a hint, delays end without one.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// Longest pause between two tries to give an operation back.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// For how long it is tried to give an operation back: as long as a batch waits for a database that restarts or fails over.
/// The end of the lease does not end that, for whoever has taken the operation up by then is not disturbed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nobody works on an operation for longer. What hangs beyond that comes back as if its process had died.
const LONGEST_WORK: Duration = Duration::from_secs(600);
/// How long an operation rests that the database stopped: as long as it has been here, within these.
const REST: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(30);

/// The hands of this process and what they are busy with.
pub(crate) struct Crew {
    context: Arc<Context>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A hand of the crew that waits for an operation. The crew does not go home before it is dropped.
pub(crate) struct FreeHand {
    crew: Arc<Crew>,
    held: Held,
    _at_work: TaskTrackerToken,
    /// For how long the operation would be its own.
    pub(crate) lease: Duration,
}

impl Crew {
    pub(crate) fn new(context: Arc<Context>, stop: CancellationToken) -> Crew {
        Crew {
            context,
            tasks: TaskTracker::new(),
            stop,
        }
    }

    /// Works until the token is cancelled, then waits for the operations in hand.
    pub(crate) async fn work(&self) {
        let Crew {
            context,
            tasks,
            stop,
        } = self;
        let hands = &context.hands;
        while !stop.is_cancelled() {
            let (taken, found) = match take(context, hands).await {
                Ok(claims) => claims,
                Err(error) => {
                    tracing::warn!(%error, "cannot claim operations");
                    (Vec::new(), Found::Everything)
                }
            };
            for claim in taken {
                let held = hands.hold(&claim.tenant);
                self.spawn(claim, held);
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = pause(context, hands, &found) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// A hand for an operation of this kind, if most of them are idle: then nobody waits for one, and to take the
    /// operation at once is nobody's loss.
    pub(crate) fn free_hand(
        self: &Arc<Crew>,
        tenant: &Tenant,
        kind: OperationKind,
    ) -> Option<FreeHand> {
        // Before the look whether work ends, so that the end waits for it.
        let at_work = self.tasks.token();
        let config = &self.context.config;
        if self.stop.is_cancelled() || !handler::KINDS.contains(&kind) {
            return None;
        }
        let held = self.context.hands.hold_if_idle(tenant, config)?;
        Some(FreeHand {
            crew: Arc::clone(self),
            held,
            _at_work: at_work,
            lease: config.lease,
        })
    }

    fn spawn(&self, claim: Claim, held: Held) {
        let context = Arc::clone(&self.context);
        let stop = self.stop.clone();
        let span = span(&claim);
        let performed = async move {
            let _held = held;
            perform(&context, claim, &stop).await;
        };
        self.tasks.spawn(performed.instrument(span));
    }
}

impl FreeHand {
    /// Performs the operation, which was claimed for this hand.
    pub(crate) fn perform(self, claim: Claim) {
        self.crew.spawn(claim, self.held);
    }
}

/// Performs what can be claimed now, one after another.
pub(crate) async fn work_once(context: &Context) -> usize {
    let Ok((taken, _)) = take(context, &context.hands).await else {
        return 0;
    };
    let found = taken.len();
    for claim in taken {
        perform(context, claim, &CancellationToken::new()).await;
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
        kind = claim.kind.as_str(),
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
        () = hands.one_freed(), if !full && matches!(found, Found::Shares) => {}
        () = context.wake.wait(News::Work, LOOK_INTERVAL) => {}
    }
}

/// Runs one operation's handler and carries out its decision.
async fn perform(context: &Context, claim: Claim, stop: &CancellationToken) {
    // A handler that panics is a bug of ours, and this one operation's: without an entry it would keep its lease, be taken
    // up first of its tenant's, and panic again, for ever.
    let handling = AssertUnwindSafe(handler::handle(context, &claim)).catch_unwind();
    let handled = tokio::select! {
        handled = handling => handled,
        () = keep(context, &claim) => {
            // Its hand is free again; what it may have sent is looked for by whoever takes the operation up.
            return tracing::error!(operation = %claim.operation, "gave up an operation that hangs");
        }
    };
    let handled = handled.unwrap_or_else(|_| {
        let stop = Stop::Retry(Code::Internal.into());
        Err(handler::Stopped::unaware(&claim, stop))
    });
    outage::learn(
        context,
        &claim,
        handled.as_ref().err().map(|stopped| &stopped.stop),
    )
    .await;
    let Err(stopped) = handled else {
        return context
            .metrics
            .processed(Outcome::Ack, claim.clock.elapsed());
    };
    context
        .metrics
        .processed(stopped.stop.outcome(), claim.clock.elapsed());
    tracing::info!(
        operation = %claim.operation, tenant = %claim.tenant, kind = claim.kind.as_str(), attempt = claim.attempts,
        code = stopped.stop.code().map(Code::as_str), field = stopped.stop.field(), "operation stopped"
    );
    let learnt = stopped.learnt.clone();
    match carry_out(context, &claim, stopped).await {
        Ok(()) | Err(JournalError::LeaseLost | JournalError::Barred) => {}
        Err(JournalError::Unavailable) => give_back(context, &claim, learnt, stop).await,
        Err(JournalError::Refused) => end_try_bare(context, &claim).await,
    }
}

/// Keeps the operation ours beside the work on it. Where that is lost the work is not interrupted, for it may be that it has
/// just been done: nothing is sent any more, and what is written meets the fence. Returns where the work hangs.
async fn keep(context: &Context, claim: &Claim) {
    let (store, lease) = (&context.store, context.config.lease);
    let kept = keep_until_lost(claim.clock.taken, lease, || store.extend(claim, lease));
    if tokio::time::timeout(LONGEST_WORK, kept).await.is_ok() {
        pending::<()>().await;
    }
}

/// Gives back an operation that the database stopped, once it takes that. Where it does not for long, or the process ends
/// before, the end of the lease gives the operation back.
async fn give_back(
    context: &Context,
    claim: &Claim,
    learnt: Vec<StepWrite>,
    stop: &CancellationToken,
) {
    let begun = Instant::now();
    let mut attempt = 1;
    loop {
        let age = (claim.clock.now() - claim.created_at)
            .to_std()
            .unwrap_or_default();
        let rest = age.clamp(*REST.start(), *REST.end());
        let release = Release::waiting(Code::DatabaseUnavailable, rest).with_steps(learnt.clone());
        if context.journal.release(claim, release).await != Err(JournalError::Unavailable) {
            return;
        }
        let pause = backoff::within(LONGEST_PAUSE, attempt, rand::random());
        if begun.elapsed() + pause > PATIENCE {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => attempt += 1,
        }
    }
}

/// Ends a try of which the database cannot hold what was learnt or decided: without either. What was sent is on disk since
/// before it was, so the next try looks for it.
async fn end_try_bare(context: &Context, claim: &Claim) {
    let tries = backoff::MAX_ATTEMPTS;
    let given_back = match backoff::next(claim.attempts + 1, tries, rand::random()) {
        Some(delay) => {
            let release = Release::failed(Code::Internal, delay);
            context.journal.release(claim, release).await
        }
        None => {
            let applied = applications::so_far(claim, &[], Vec::new());
            let failure = Failure::parked(Code::Internal.into(), &applied);
            settle_failed(context, claim, failure, Vec::new()).await
        }
    };
    // Where this is not taken either, the end of the lease gives it back.
    if let Err(error) = given_back {
        tracing::warn!(operation = %claim.operation, %error, "cannot give an operation back");
    }
}

/// # Errors
/// Those of the journal: what was decided is not written then, or not known to be.
async fn carry_out(
    context: &Context,
    claim: &Claim,
    stopped: handler::Stopped,
) -> Result<(), JournalError> {
    let handler::Stopped {
        stop,
        learnt,
        applied,
    } = stopped;
    let release = match stop {
        Stop::Abandon => return Err(JournalError::LeaseLost),
        Stop::GiveBack => return Err(JournalError::Unavailable),
        Stop::Wait { delay, code } => {
            if matches!(code, Code::CredentialSealed | Code::PartnerRefused) {
                // No fault of the tenant, which is told nothing: an alert tells whoever runs this process.
                context.metrics.retry(Stage::Write, code);
            }
            Release::waiting(code, delay)
        }
        Stop::Retry(problem) => {
            let Some(delay) = Stop::rest(&problem, claim.attempts + 1, rand::random()) else {
                let failure = Failure::exhausted(problem, &applied);
                return settle_failed(context, claim, failure, learnt).await;
            };
            context.metrics.retry(Stage::Write, problem.code);
            Release::failed(problem.code, delay)
        }
        Stop::Pause(problem) => {
            let (store, tenant) = (&context.store, &claim.tenant);
            let rest =
                set_aside(store, tenant, claim.revision, &problem, claim.kind.as_str()).await;
            Release::waiting(problem.code, rest)
                .announcing(handler::refusal(claim, &problem, &applied))
        }
        Stop::Fail(problem) => {
            let failure = Failure::refused(problem, &applied);
            return settle_failed(context, claim, failure, learnt).await;
        }
        Stop::Park(problem) => {
            let failure = Failure::parked(problem, &applied);
            return settle_failed(context, claim, failure, learnt).await;
        }
    };
    let release = release.with_steps(learnt);
    context.journal.release(claim, release).await
}
