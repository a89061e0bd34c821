//! Takes imports that are due and carries out how they end, a few connections at once.

use std::sync::Arc;
use std::time::Duration;

use accounts::due::{Pace, keep_working};
use accounts::health::set_aside;
use accounts::{Stop, rest_after};
use boot::metrics::Stage;
use chrono::TimeDelta;
use domain::{Code, Problem};
use futures::future::join_all;
use store::jobs::Refresh;
use tokio_util::sync::CancellationToken;

use crate::Parts;
use crate::finish::{answer_stranded, give_up};
use crate::import::{Stopped, import};
use crate::run::Run;

/// How long a request waits while Greenhouse does not let an import come to its end.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// When an import that came to nothing is tried anew.
const NEXT_TRY: Duration = Duration::from_secs(600);

/// Imports once whatever is due, a few connections at once; answers how many.
pub(crate) async fn refresh_due(parts: &Parts, stop: &CancellationToken) -> usize {
    strand(parts).await;
    let due = take(parts, parts.config.concurrency).await;
    let imports = due.into_iter().map(|due| perform(parts, due, stop));
    join_all(imports).await.len()
}

/// Imports until the token is cancelled, then gives back what is in hand.
pub(crate) async fn keep_importing(parts: Arc<Parts>, stop: CancellationToken) {
    let claim = |free| {
        let parts = Arc::clone(&parts);
        async move { take(&parts, free).await }
    };
    let work = |due| {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        async move { perform(&parts, due, &stop).await }
    };
    let pace = Pace {
        hands: parts.config.concurrency,
        look_interval: parts.config.look_interval,
    };
    keep_working(pace, &stop, claim, work).await;
}

/// Answers requests that no import can, until the token is cancelled: it must not wait for a hand.
pub(crate) async fn keep_answering(parts: Arc<Parts>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        strand(&parts).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(parts.config.look_interval) => {}
        }
    }
}

async fn strand(parts: &Parts) {
    if let Err(error) = answer_stranded(parts).await {
        tracing::warn!(%error, "cannot answer requests for jobs");
    }
}

async fn take(parts: &Parts, room: usize) -> Vec<Refresh> {
    let due = parts
        .store
        .claim_job_refreshes(room as i64, parts.config.lease)
        .await;
    due.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot claim imports of jobs");
        Vec::new()
    })
}

async fn perform(parts: &Parts, refresh: Refresh, stop: &CancellationToken) {
    let Err(Stopped { why, run }) = import(parts, &refresh, stop).await else {
        return;
    };
    let carried = carry_out(parts, &refresh, &run, why).await;
    if let Err(error) = carried {
        // The lease ends by itself, and the import goes on.
        tracing::warn!(tenant = %refresh.tenant, %error, "cannot give an import of jobs back");
    }
}

async fn carry_out(
    parts: &Parts,
    refresh: &Refresh,
    run: &Run,
    why: Stop,
) -> Result<(), store::Error> {
    let tenant = &refresh.tenant;
    let release = async |delay, failed| {
        let run = run.stored();
        let released = parts
            .store
            .release_job_refresh(refresh, &run, delay, failed);
        released.await.map(drop)
    };
    match why {
        Stop::Abandon => {
            tracing::info!(%tenant, "the lease of an import of jobs was lost");
            Ok(())
        }
        // Without a delay nothing holds it up: this process ends, or the connection has changed.
        Stop::Rest(delay) if !delay.is_zero() && is_overdue(refresh) => {
            come_to_nothing(parts, refresh, &Code::Throttled.into()).await;
            Ok(())
        }
        Stop::Rest(delay) => release(delay, false).await,
        // To go on soon would show the same; whoever asked is told now, and the next import begins anew.
        Stop::Retry(problem)
            if problem.code == Code::JobsVanished || run.is_stuck() || is_overdue(refresh) =>
        {
            come_to_nothing(parts, refresh, &problem).await;
            Ok(())
        }
        Stop::Retry(problem) => {
            report(parts, refresh, &problem, "an import of jobs failed");
            let delay = rest_after(refresh.failures + 1, problem.code);
            release(delay, true).await
        }
        Stop::Pause(problem) => {
            let (store, revision) = (&parts.store, refresh.revision);
            let rest = set_aside(store, tenant, revision, &problem, "an import of jobs").await;
            release(rest, false).await
        }
    }
}

/// Whether somebody has waited for too long.
fn is_overdue(refresh: &Refresh) -> bool {
    refresh
        .asked_at
        .is_some_and(|asked| refresh.clock.now() - asked > PATIENCE)
}

/// Ends an import, tells whoever asked why, and leaves Greenhouse alone for a while.
async fn come_to_nothing(parts: &Parts, refresh: &Refresh, problem: &Problem) {
    report(parts, refresh, problem, "an import of jobs came to nothing");
    if let Err(why) = give_up(parts, refresh, problem, NEXT_TRY).await {
        tracing::warn!(tenant = %refresh.tenant, ?why, "cannot end an import of jobs");
    }
}

fn report(parts: &Parts, refresh: &Refresh, problem: &Problem, what: &'static str) {
    tracing::warn!(tenant = %refresh.tenant, code = problem.code.as_str(), detail = problem.detail, what);
    parts.metrics.retry(Stage::Refresh, problem.code);
}
