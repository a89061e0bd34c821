//! Takes polls that are due and carries out how they end, a few connections at once.

use std::sync::Arc;

use accounts::due::{Pace, keep_working};
use accounts::health::set_aside;
use accounts::{Stop, rest_after};
use boot::metrics::{Resource, Stage};
use futures::future::join_all;
use store::lease::keep_until_lost;
use store::polls::{Ending, Poll};
use tokio_util::sync::CancellationToken;

use crate::{Context, poll};

/// Polls once whatever is due, a few connections at once; answers how many.
pub(crate) async fn poll_due(context: &Context) -> usize {
    let due = take(context, context.config.concurrency).await;
    let never = CancellationToken::new();
    let polls = due.into_iter().map(|poll| perform(context, poll, &never));
    join_all(polls).await.len()
}

/// Polls until the token is cancelled, then gives back what is in hand.
pub(crate) async fn keep_polling(context: Arc<Context>, stop: CancellationToken) {
    let claim = |free| {
        let context = Arc::clone(&context);
        async move { take(&context, free).await }
    };
    let work = |poll| {
        let (context, stop) = (Arc::clone(&context), stop.clone());
        async move { perform(&context, poll, &stop).await }
    };
    let pace = Pace {
        hands: context.config.concurrency,
        look_interval: context.config.look_interval,
    };
    keep_working(pace, &stop, claim, work).await;
}

async fn take(context: &Context, room: usize) -> Vec<Poll> {
    let due = context
        .store
        .claim_polls(room as i64, context.config.lease)
        .await;
    due.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot claim polls");
        Vec::new()
    })
}

async fn perform(context: &Context, poll: Poll, stop: &CancellationToken) {
    let (store, lease) = (&context.store, context.config.lease);
    let lost = keep_until_lost(poll.clock.taken, lease, || store.extend_poll(&poll, lease));
    let read = tokio::select! {
        // Boxed: whoever holds it and more is too deep for the compiler.
        read = Box::pin(poll::read(context, &poll, stop)) => read,
        () = lost => Err(Stop::Abandon),
    };
    let ending = match read {
        Ok(ending) => ending,
        Err(why) => match carry_out(context, &poll, why).await {
            Some(ending) => ending,
            None => return,
        },
    };
    match store.end_poll(&poll, ending).await {
        Ok(true) => {}
        Ok(false) => {
            return tracing::info!(tenant = %poll.tenant, "a poll took longer than its lease");
        }
        // The lease ends by itself, and the same window is read again.
        Err(error) => return tracing::warn!(tenant = %poll.tenant, %error, "cannot end a poll"),
    }
    if let Ending::Read { .. } = ending {
        let now = poll.clock.now().timestamp_millis() as f64 / 1e3;
        context.metrics.poll_succeeded(Resource::Applications, now);
    }
}

/// How a stopped poll is given back; none when it is no longer ours.
async fn carry_out(context: &Context, poll: &Poll, why: Stop) -> Option<Ending> {
    let tenant = &poll.tenant;
    match why {
        Stop::Abandon => {
            tracing::info!(%tenant, "the lease of a poll was lost");
            None
        }
        Stop::Rest(delay) => Some(Ending::Rest(delay)),
        Stop::Retry(problem) => {
            let delay = rest_after(poll.failures + 1, problem.code);
            tracing::warn!(%tenant, code = problem.code.as_str(), detail = problem.detail, "a poll failed");
            context.metrics.retry(Stage::Poll, problem.code);
            Some(Ending::Failed(delay))
        }
        Stop::Pause(problem) => {
            let store = &context.store;
            let rest = set_aside(store, tenant, poll.revision, &problem, "a poll").await;
            Some(Ending::Rest(rest))
        }
    }
}
