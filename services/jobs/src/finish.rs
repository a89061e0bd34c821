//! The end of an import: the watermark moves and whoever asked is answered, in one transaction.

use accounts::Stop;
use boot::metrics::Resource;
use chrono::{DateTime, Utc};
use domain::{Code, Problem, Tenant};
use proto::envelope::EncodeError;
use proto::v1;
use store::jobs::{Finish, Refresh, Request, Verdict};
use store::outbox::Announcement;
use uuid::Uuid;

use crate::Parts;
use crate::event::{jobs_refreshed, not_refreshed};
use crate::run::Run;

/// Stranded requests answered at once.
const STRANDED: i64 = 500;

/// What is next.
pub(crate) enum Next {
    /// Nothing: it has ended.
    Ended,
    /// Somebody asked while it ran: what changed meanwhile is read before they are answered. With the database's clock.
    CatchUp(DateTime<Utc>),
}

/// Ends an import that has read everything and told everything.
pub(crate) async fn finish(parts: &Parts, refresh: &Refresh, run: &Run) -> Result<Next, Stop> {
    let finish = parts.store.finish_job_refresh(refresh).await?;
    let finish = finish.ok_or(Stop::Abandon)?;
    // What was deleted before it asked may have been read before that: who wants everything read waits for an import that
    // begins later.
    let joined = |request: &&Request| !request.whole || run.full && request.asked_at <= run.began;
    let late = |request: &&Request| request.asked_at > run.pass_began;
    if !run.catching_up && finish.waiting.iter().filter(joined).any(|one| late(&one)) {
        return Ok(Next::CatchUp(finish.now));
    }
    let answered: Vec<Request> = finish
        .waiting
        .iter()
        .filter(joined)
        .filter(|one| !late(one))
        .cloned()
        .collect();
    let answers = answers(&refresh.tenant, run, &finish, &answered).map_err(|error| {
        tracing::error!(%error, "the answer to a request for jobs cannot be written");
        Stop::Retry(Problem::new(Code::Internal))
    })?;
    let verdict = Verdict::Read {
        watermark: run.watermark(refresh),
        began: run.began,
        full: run.full,
    };
    let (now, open, requests) = (finish.now, finish.open, answered.len());
    finish.commit(verdict, &ids(&answered), &answers).await?;
    let seconds = now.timestamp_millis() as f64 / 1e3;
    parts.metrics.poll_succeeded(Resource::Jobs, seconds);
    tracing::info!(
        tenant = %refresh.tenant,
        full = run.full,
        calls = run.calls,
        read = run.counts.read,
        open,
        requests,
        milliseconds = milliseconds(run, now),
        "jobs are fresh"
    );
    Ok(Next::Ended)
}

/// Ends an import that came to nothing, and says why to whoever asked.
pub(crate) async fn give_up(
    parts: &Parts,
    refresh: &Refresh,
    problem: &Problem,
    again: std::time::Duration,
) -> Result<(), Stop> {
    let finish = parts.store.finish_job_refresh(refresh).await?;
    let finish = finish.ok_or(Stop::Abandon)?;
    let answers: Vec<Announcement> = finish
        .waiting
        .iter()
        .filter_map(|request| refusal(&refresh.tenant, request, problem, finish.now))
        .collect();
    let requests = ids(&finish.waiting);
    finish
        .commit(Verdict::Failed(again), &requests, &answers)
        .await?;
    Ok(())
}

/// Tells those who asked for the jobs of a tenant whose Greenhouse cannot be asked.
pub(crate) async fn answer_stranded(parts: &Parts) -> Result<(), store::Error> {
    let stranded = parts.store.stranded_job_requests(STRANDED).await?;
    if stranded.requests.is_empty() {
        return Ok(());
    }
    let answers: Vec<Announcement> = stranded
        .requests
        .iter()
        .filter_map(|one| refusal(&one.tenant, &one.request, &one.code.into(), Utc::now()))
        .collect();
    stranded.commit(&answers).await
}

fn answers(
    tenant: &Tenant,
    run: &Run,
    finish: &Finish,
    answered: &[Request],
) -> Result<Vec<Announcement>, EncodeError> {
    let refreshed = |request_id: &str| v1::JobsRefreshed {
        request_id: request_id.to_owned(),
        full: run.full,
        counts: Some(run.counts.told(finish.open)),
        refreshed_at: Some(finish.now.into()),
        duration_ms: milliseconds(run, finish.now),
        calls: run.calls,
        not_read: run
            .not_read
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        ..v1::JobsRefreshed::default()
    };
    if answered.is_empty() && run.counts.is_news() {
        let alone = jobs_refreshed(tenant, run.id, None, refreshed(""), finish.now)?;
        return Ok(vec![alone]);
    }
    answered
        .iter()
        .map(|request| {
            let refreshed = refreshed(&request.request_id);
            jobs_refreshed(tenant, run.id, Some(request), refreshed, finish.now)
        })
        .collect()
}

fn refusal(
    tenant: &Tenant,
    request: &Request,
    problem: &Problem,
    now: DateTime<Utc>,
) -> Option<Announcement> {
    let refused = not_refreshed(&request.request_id, problem, now);
    // No import came of it: the request's row alone tells this answer from any other.
    jobs_refreshed(tenant, Uuid::nil(), Some(request), refused, now)
        .inspect_err(
            |error| tracing::error!(%error, "a refusal of a request for jobs cannot be written"),
        )
        .ok()
}

fn ids(requests: &[Request]) -> Vec<i64> {
    requests.iter().map(|request| request.id).collect()
}

fn milliseconds(run: &Run, now: DateTime<Utc>) -> i32 {
    i32::try_from((now - run.began).num_milliseconds()).unwrap_or(i32::MAX)
}
