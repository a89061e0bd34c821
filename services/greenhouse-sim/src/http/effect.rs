//! What a request does: metered, admitted, carried out, all under one lock.

use hyper::{
    HeaderMap,
    header::{AUTHORIZATION, HOST, HeaderValue},
    http::request::Parts,
};

use super::{
    pipeline::{Arrived, note},
    reply::Reply,
};
use crate::{
    auth::{Kind, Token, authorize, basic, introspect, token},
    meter::Reading,
    routes::Route,
    stamp::Stamp,
    v1,
    v3::{
        Operation,
        call::{Call, Touched},
    },
    world::{State, World},
};

/// The request's whole effect, under one lock.
pub(super) fn carry_out(world: &World, arrived: &Arrived, fault: Option<&'static str>) -> Reply {
    let mut guard = world.lock();
    let state = &mut *guard;
    let now = state.now();
    let (reply, touched) = match arrived.route {
        Route::Token | Route::Introspect | Route::Authorize => {
            (auth_host(state, arrived, now), None)
        }
        Route::V1(found) => v1::answer(world, state, arrived, found, now),
        _ => api(world, state, arrived, now),
    };
    note(state, arrived, touched, Some(reply.status.as_u16()), fault);
    reply
}

fn auth_host(state: &mut State, arrived: &Arrived, now: Stamp) -> Reply {
    let headers = &arrived.head.headers;
    if arrived.too_large {
        return Reply::too_large();
    }
    if matches!(arrived.route, Route::Authorize) {
        return authorize::authorize(state, &arrived.head, &arrived.body, now)
            .unwrap_or_else(|refusal| refusal);
    }
    if matches!(arrived.route, Route::Introspect) {
        return introspect::introspect(state, headers, &arrived.body, now)
            .unwrap_or_else(|refusal| refusal);
    }
    let client = basic::claimed_client(headers).unwrap_or_default();
    let (limit, length) = (state.settings.token_limit, state.settings.token_window);
    let reading = state.token_meter.count(&client, limit, length, now);
    if let Some(reading) = reading.filter(|reading| !reading.allowed) {
        return metered(Reply::too_many(reading.retry_after), Some(reading));
    }
    let answer = token::issue(state, headers, &arrived.body, now).unwrap_or_else(|refusal| refusal);
    metered(answer, reading)
}

fn api(
    world: &World,
    state: &mut State,
    arrived: &Arrived,
    now: Stamp,
) -> (Reply, Option<Touched>) {
    let head = &arrived.head;
    let token = bearer(&head.headers)
        .and_then(|text| state.keyring.token(text))
        .cloned();
    let reading = measure(state, token.as_ref(), now);
    let admitted = match reading {
        Some(reading) if !reading.allowed => Err(Reply::too_many(reading.retry_after)),
        _ => admit(state, arrived.route, token, now),
    };
    let admitted = admitted.and_then(|admitted| match arrived.too_large {
        true => Err(Reply::too_large()),
        false => Ok(admitted),
    });
    let (operation, id, token) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return (metered(refusal, reading), None),
    };
    let org = &mut state.orgs[token.org];
    let mut call = Call {
        site_admin: org.users.get(token.sub).is_some_and(|user| user.site_admin),
        org,
        settings: &state.settings,
        seal: &world.seal,
        base: &base_url(world, head),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: &arrived.body,
        acting: token.sub,
        partner: token.grant.is_some(),
        id: id.unwrap_or_default(),
        word: head.uri.path().rsplit('/').next().unwrap_or_default(),
        now,
        touched: Touched::default(),
    };
    let reply = (operation.run)(&mut call).unwrap_or_else(|refusal| refusal);
    let touched = call.touched;
    (metered(reply, reading), Some(touched))
}

/// Counts a request against its credential's window; those without one share a window.
fn measure(state: &mut State, token: Option<&Token>, now: Stamp) -> Option<Reading> {
    let State {
        orgs,
        keyring,
        api_meter,
        settings,
        ..
    } = state;
    let client = token.map(|token| {
        let credential = &keyring.credentials[token.credential];
        match credential.kind {
            Kind::Custom { .. } => credential.client_id.clone(),
            // A partner has a budget at each customer.
            Kind::Partner { .. } => format!("{}@{}", credential.client_id, orgs[token.org].name),
        }
    });
    api_meter.count(
        &client.unwrap_or_default(),
        settings.rate_limit,
        settings.rate_window,
        now,
    )
}

/// The gate: route, token, scope, in this order.
fn admit(
    state: &State,
    route: Route,
    token: Option<Token>,
    now: Stamp,
) -> Result<(&'static Operation, Option<i64>, Token), Reply> {
    let Route::V3(operation, id) = route else {
        return Err(Reply::no_route());
    };
    let token = token
        .filter(|token| state.token_works(token, now))
        .ok_or_else(Reply::unauthorized)?;
    match state.keyring.allows(&token, operation.scope) {
        true => Ok((operation, id, token)),
        false => Err(Reply::forbidden()),
    }
}

pub(super) fn metered(reply: Reply, reading: Option<Reading>) -> Reply {
    let Some(reading) = reading else { return reply };
    reply
        .with("x-ratelimit-limit", HeaderValue::from(reading.limit))
        .with(
            "x-ratelimit-remaining",
            HeaderValue::from(reading.remaining),
        )
        .with("x-ratelimit-reset", HeaderValue::from(reading.reset))
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

pub(crate) fn base_url(world: &World, head: &Parts) -> String {
    let host = || {
        head.headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default()
    };
    world
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", host()))
}
