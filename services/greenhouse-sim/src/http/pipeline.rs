//! The way of one request: read, routed, matched against the fault rules, carried out, answered.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{Request, StatusCode, body::Incoming, http::request::Parts};

use super::{
    connection::Host,
    effect::{bearer, carry_out, metered},
    reply::Reply,
};
use crate::{
    control,
    faults::Fault,
    log::LogEntry,
    meter::Reading,
    routes::{self, Route},
    v1,
    v3::call::Touched,
    world::{State, World},
};

/// How a request ends.
pub(crate) enum Outcome {
    Answer(Reply),
    CutShort(Reply),
    Reset,
}

const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// A request that has been read.
pub(crate) struct Arrived {
    pub(crate) head: Parts,
    /// Empty if it was too large.
    pub(crate) body: Bytes,
    /// Which is a matter for whoever would read the body: route, token and limits come first.
    pub(crate) too_large: bool,
    pub(crate) route: Route,
}

pub(crate) async fn run(request: Request<Incoming>, host: Host, world: Arc<World>) -> Outcome {
    let (head, body) = request.into_parts();
    let (body, too_large) = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => (body.to_bytes(), false),
        Err(error) if error.is::<LengthLimitError>() => (Bytes::new(), true),
        Err(_) => return Outcome::Reset,
    };
    if host != Host::Auth && head.uri.path().starts_with("/_sim") {
        return Outcome::Answer(control::handle(&world, &head, &body));
    }
    let route = routes::find(host, &head.method, head.uri.path());
    let arrived = Arrived {
        head,
        body,
        too_large,
        route,
    };
    let (fault, latency) = {
        let mut state = world.lock();
        let name = arrived.route.name();
        let fault = state
            .rules
            .strike(arrived.head.method.as_str(), arrived.head.uri.path(), name);
        (fault, state.settings.latency)
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency / 2).await;
    }
    let outcome = match fault {
        None => Outcome::Answer(carry_out(&world, &arrived, None)),
        Some(fault) => struck(&world, &arrived, fault).await,
    };
    world.changed.notify_waiters();
    if !latency.is_zero() {
        tokio::time::sleep(latency / 2).await;
    }
    outcome
}

/// Carries a request out the way a fault wants it.
async fn struck(world: &World, arrived: &Arrived, fault: Fault) -> Outcome {
    if let Some(outcome) = prevented(world, arrived, &fault).await {
        return outcome;
    }
    let reply = carry_out(world, arrived, Some(fault.word()));
    world.changed.notify_waiters();
    altered(reply, fault).await
}

/// What a fault does before the effect; an outcome means there will be none.
async fn prevented(world: &World, arrived: &Arrived, fault: &Fault) -> Option<Outcome> {
    let refused = |reply: Option<Reply>| {
        let status = reply.as_ref().map(|reply| reply.status.as_u16());
        note(&mut world.lock(), arrived, None, status, Some(fault.word()));
        Some(reply.map_or(Outcome::Reset, Outcome::Answer))
    };
    match fault {
        Fault::DropBeforeCommit => return refused(None),
        Fault::ErrorBeforeCommit => return refused(Some(Reply::broken())),
        Fault::Refuse { status, body } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
            return refused(Some(Reply::json(status, body)));
        }
        Fault::Answer {
            status,
            headers,
            body,
        } => return refused(Some(Reply::as_told(*status, headers, body))),
        Fault::Throttle { retry_after } => {
            return refused(Some(throttled(world, arrived.route, *retry_after)));
        }
        Fault::TokenRevoked => {
            let headers = &arrived.head.headers;
            let mut state = world.lock();
            match bearer(headers) {
                Some(text) => state.keyring.revoke(text),
                None => state.api_keys.revoke_brought(headers),
            }
        }
        Fault::Late(wait) => tokio::time::sleep(*wait).await,
        Fault::Hold(gate) => gate.pass().await,
        Fault::Exit(code) => std::process::exit(*code),
        Fault::Before(hook) => hook(),
        Fault::CommitThenDrop | Fault::CommitThen500 | Fault::Slow(_) | Fault::TruncatedBody => {}
        Fault::GarbageBody | Fault::HoldAnswer(_) | Fault::After(_) => {}
    }
    None
}

/// What a fault makes of the answer.
async fn altered(reply: Reply, fault: Fault) -> Outcome {
    match fault {
        Fault::CommitThenDrop => return Outcome::Reset,
        Fault::CommitThen500 => return Outcome::Answer(Reply::broken()),
        Fault::TruncatedBody => return Outcome::CutShort(reply),
        Fault::GarbageBody => return Outcome::Answer(reply.garbled()),
        Fault::Slow(wait) => tokio::time::sleep(wait).await,
        Fault::HoldAnswer(gate) => gate.pass().await,
        Fault::After(hook) => hook(),
        Fault::DropBeforeCommit | Fault::ErrorBeforeCommit | Fault::Throttle { .. } => {}
        Fault::Refuse { .. }
        | Fault::Answer { .. }
        | Fault::TokenRevoked
        | Fault::Late(_)
        | Fault::Hold(_)
        | Fault::Exit(_)
        | Fault::Before(_) => {}
    }
    Outcome::Answer(reply)
}

fn throttled(world: &World, route: Route, retry_after: u64) -> Reply {
    let state = world.lock();
    let reset = state.now().millis() / 1000 + i64::try_from(retry_after).unwrap_or_default();
    let limit = state.settings.rate_limit;
    let reading = Reading {
        limit,
        remaining: 0,
        reset,
        retry_after,
        allowed: false,
    };
    match route {
        Route::V1(_) => v1::too_many(reading),
        _ => metered(Reply::too_many(retry_after), (limit > 0).then_some(reading)),
    }
}

/// Writes a request into the log.
pub(super) fn note(
    state: &mut State,
    arrived: &Arrived,
    touched: Option<Touched>,
    status: Option<u16>,
    fault: Option<&'static str>,
) {
    tracing::debug!(operation = arrived.route.name(), status, fault, "request");
    if !state.log.remembers() {
        return state.log.skip();
    }
    let at = state.now();
    let headers = &arrived.head.headers;
    let client = match arrived.route {
        Route::V1(_) => state.api_keys.brought(headers).map(|key| key.key.as_str()),
        _ => bearer(headers)
            .and_then(|text| state.keyring.token(text))
            .map(|token| {
                state.keyring.credentials[token.credential]
                    .client_id
                    .as_str()
            }),
    };
    let touched = touched.unwrap_or_default();
    state.log.add(|number| LogEntry {
        number,
        at,
        method: arrived.head.method.to_string(),
        path: arrived.head.uri.path().to_owned(),
        query: arrived.head.uri.query().unwrap_or_default().to_owned(),
        operation: arrived.route.name(),
        client_id: client.map(str::to_owned),
        status,
        fault,
        candidate_id: touched.candidate_id,
        application_id: touched.application_id,
        job_id: touched.job_id,
    });
}
