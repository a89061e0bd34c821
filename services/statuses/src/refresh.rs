//! `StatusRefreshRequested`: everything it asks for is looked at once more, page by page, and the request is answered.
//!
//! What has changed is told like any other change, detected by REFRESH. A request that cannot be done now because
//! somebody has to act is answered with the reason and not kept: once the tenant works again, everything is looked at
//! anyway. Greenhouse's own troubles and its limit are waited out for a day.

use std::sync::Arc;

use accounts::due::{Pace, keep_working};
use accounts::health::set_aside;
use accounts::{Stop, rest_after};
use boot::metrics::Stage;
use chrono::TimeDelta;
use domain::status::DetectedBy;
use domain::{Code, Problem};
use harvest::Purpose;
use progress::Naming;
use proto::{Notice, v1};
use store::lease::keep_until_lost;
use store::outbox::Announcement;
use store::refreshes::{Account, Refresh};
use tokio_util::sync::CancellationToken;

use crate::Context;
use crate::apart::Apart;
use crate::observer::Observer;

/// Requests worked on at once.
const AT_ONCE: usize = 4;
/// Of those, of one tenant.
const EACH: i64 = 2;
/// How long a request is kept while Greenhouse is away or allows no more calls.
const PATIENCE: TimeDelta = TimeDelta::hours(24);

/// Works on whatever is due, once; answers how many requests that were.
pub(crate) async fn refresh_due(context: &Context, stop: &CancellationToken) -> usize {
    let refreshes = take(context, AT_ONCE).await;
    let refreshes = refreshes
        .into_iter()
        .map(|refresh| perform(context, refresh, stop));
    futures::future::join_all(refreshes).await.len()
}

/// Works on requests until the token is cancelled; what is in hand is given back after its page.
pub(crate) async fn keep_refreshing(context: Arc<Context>, stop: CancellationToken) {
    let claim = |free| {
        let context = Arc::clone(&context);
        async move { take(&context, free).await }
    };
    let work = |refresh| {
        let (context, stop) = (Arc::clone(&context), stop.clone());
        async move { perform(&context, refresh, &stop).await }
    };
    let pace = Pace {
        hands: AT_ONCE,
        look_interval: context.config.look_interval,
    };
    keep_working(pace, &stop, claim, work).await;
}

async fn take(context: &Context, room: usize) -> Vec<Refresh> {
    let (store, lease) = (&context.store, context.config.lease);
    let due = store.claim_refreshes(room as i64, EACH, lease).await;
    due.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot claim refreshes");
        Vec::new()
    })
}

async fn perform(context: &Context, mut refresh: Refresh, stop: &CancellationToken) {
    let outcome = match refresh.account.clone() {
        None => Ok(Some(Problem::new(Code::NotConnected))),
        Some(account) if !account.usable => {
            let code = account.reason.unwrap_or(Code::ConnectionPaused);
            Ok(Some(Problem::new(code)))
        }
        Some(account) => {
            let (store, lease) = (&context.store, context.config.lease);
            let held = refresh.clone();
            let lost = keep_until_lost(held.clock.taken, lease, || {
                store.extend_refresh(&held, lease)
            });
            let looked = tokio::select! {
                looked = Box::pin(look(context, &account, &mut refresh, stop)) => looked,
                () = lost => Err(Stop::Abandon),
            };
            looked.map(|()| None)
        }
    };
    let ended = match outcome {
        Ok(problem) => answer(context, &refresh, problem).await,
        Err(why) => carry_out(context, &refresh, why).await,
    };
    if let Err(error) = ended {
        // The lease ends by itself.
        tracing::warn!(tenant = %refresh.tenant, %error, "cannot end a refresh");
    }
}

/// Looks at everything that is asked for and was not looked at yet.
async fn look(
    context: &Context,
    account: &Account,
    refresh: &mut Refresh,
    stop: &CancellationToken,
) -> Result<(), Stop> {
    let tenant = refresh.tenant.clone();
    let accounts = &context.accounts;
    let client = accounts.client_at(&tenant, account.connection, account.revision);
    let observer = Observer {
        context,
        tenant: &tenant,
        connection: account.connection,
        settings: &account.settings,
        client: client.await?.with_purpose(Purpose::Poll),
        clock: refresh.clock,
        detected_by: DetectedBy::Refresh,
    };
    let looked = look_at_all(&observer, refresh, stop).await;
    match looked {
        Ok(()) => Ok(()),
        Err(why) => Err(why.told_apart(&observer.client).await),
    }
}

async fn look_at_all(
    observer: &Observer<'_>,
    refresh: &mut Refresh,
    stop: &CancellationToken,
) -> Result<(), Stop> {
    let (store, config) = (&observer.context.store, &observer.context.config);
    // No more than one call reads: where it has come to is noted before the next one, which the limit may refuse.
    let at_once = observer.client.applications().ids_per_call();
    loop {
        let page = store.refresh_page(refresh, at_once as i64).await?;
        let Some(reached) = page.last().copied() else {
            return Ok(());
        };
        if stop.is_cancelled() {
            return Err(Stop::Rest(std::time::Duration::ZERO));
        }
        let Apart {
            rows: found,
            unread,
        } = observer.read(&page).await?;
        if found.is_empty() && unread.is_empty() {
            observer.doubt_nothing().await?;
        }
        let sorted = observer.sort(&found).await?;
        // What cannot be told yet, or not be read, is told by the poll.
        let seen = observer.observe(&sorted.tracked, &sorted.news).await?;
        refresh.counts.followed += page.len() as i32;
        refresh.counts.read += found.len() as i32;
        refresh.counts.changed += seen.changed.len() as i32;
        if !store
            .advance_refresh(refresh, reached, config.lease)
            .await?
        {
            return Err(Stop::Abandon);
        }
    }
}

async fn carry_out(context: &Context, refresh: &Refresh, why: Stop) -> Result<(), store::Error> {
    let (store, tenant) = (&context.store, &refresh.tenant);
    let too_long = refresh.clock.now() - refresh.created_at > PATIENCE;
    match why {
        Stop::Abandon => Ok(()),
        // Without a delay it is not the limit: the process ends, or the connection has just changed.
        Stop::Rest(delay) if too_long && !delay.is_zero() => {
            answer(context, refresh, Some(Code::Throttled.into())).await
        }
        Stop::Rest(delay) => store.release_refresh(refresh, delay, false).await,
        Stop::Retry(problem) if too_long => answer(context, refresh, Some(problem)).await,
        Stop::Retry(problem) => {
            let delay = rest_after(refresh.failures + 1, problem.code);
            tracing::warn!(%tenant, code = problem.code.as_str(), detail = problem.detail, "a refresh failed");
            context.metrics.retry(Stage::Poll, problem.code);
            store.release_refresh(refresh, delay, true).await
        }
        Stop::Pause(problem) => {
            if let Some(account) = &refresh.account {
                // It is answered and does not rest.
                let _ = set_aside(store, tenant, account.revision, &problem, "a refresh").await;
            }
            answer(context, refresh, Some(problem)).await
        }
    }
}

async fn answer(
    context: &Context,
    refresh: &Refresh,
    problem: Option<Problem>,
) -> Result<(), store::Error> {
    let store = &context.store;
    let unknown = store.unknown_candidates(refresh).await?;
    let Some(answer) = announcement(refresh, unknown, problem.as_ref()) else {
        return Ok(());
    };
    if !store.answer_refresh(refresh, &answer).await? {
        tracing::info!(tenant = %refresh.tenant, "a refresh took longer than its lease");
    }
    Ok(())
}

fn announcement(
    refresh: &Refresh,
    unknown: i32,
    problem: Option<&Problem>,
) -> Option<Announcement> {
    let now = refresh.clock.now();
    let code = problem.map(|problem| problem.code);
    let notice = Notice::from(v1::StatusesRefreshed {
        request_id: refresh.request_id.clone(),
        counts: Some(v1::statuses_refreshed::Counts {
            followed: refresh.counts.followed,
            read: refresh.counts.read,
            changed: refresh.counts.changed,
            unknown_candidates: unknown,
        }),
        code: code.map_or_else(String::new, |code| code.as_str().to_owned()),
        remedy: code.map_or_else(String::new, |code| code.remedy().to_owned()),
        refreshed_at: Some(now.into()),
    });
    // Two events of one batch have arrived at the same time, and may have chosen the same id.
    let (request, row) = (&refresh.request_id, refresh.id);
    let arrived = refresh.created_at.timestamp_micros();
    let naming = Naming {
        tenant: &refresh.tenant,
        unique: format!("refreshes/{request}/{arrived}/{row}"),
        subject: request,
        ordering_key: format!("refresh:{request}"),
        time: now,
        trace: refresh.trace.as_deref(),
    };
    let written = naming.announcement(&notice);
    written
        .inspect_err(|error| tracing::error!(%error, "a refresh's answer cannot be written"))
        .ok()
}
