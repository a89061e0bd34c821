//! The way of one v1 request: metered, then the key, the path, the permission, the user it is made for, in this order. The
//! key comes before the path, so that without one every path is 401.

use hyper::{HeaderMap, Method, header::HeaderValue};

use super::{Found, call::Call, refusal};
use crate::{
    http::{
        effect::base_url,
        pipeline::Arrived,
        reply::{Answer, Reply},
    },
    meter::Reading,
    stamp::Stamp,
    v3::call::Touched,
    world::{State, World},
};

/// Answers a request to v1.
pub(crate) fn answer(
    world: &World,
    state: &mut State,
    arrived: &Arrived,
    found: Option<Found>,
    now: Stamp,
) -> (Reply, Option<Touched>) {
    if let Some(status) = state.settings.v1.switched_off {
        return (refusal::switched_off(status), None);
    }
    let reading = measure(state, &arrived.head.headers, now);
    if let Some(reading) = reading.filter(|reading| !reading.allowed) {
        return (refusal::too_many(reading), None);
    }
    let mut touched = None;
    let base = base_url(world, &arrived.head);
    let reply = pass(state, arrived, found, now, &base, &mut touched);
    let reply = reply.unwrap_or_else(|refusal| refusal);
    (metered(reply, reading), touched)
}

fn pass(
    state: &mut State,
    arrived: &Arrived,
    found: Option<Found>,
    now: Stamp,
    base: &str,
    touched: &mut Option<Touched>,
) -> Answer {
    let head = &arrived.head;
    let key = state.api_keys.brought(&head.headers);
    let key = key.ok_or_else(refusal::invalid_key)?;
    let Found { operation, ids } = found.ok_or_else(refusal::not_found)?;
    if !key.permissions.contains(operation.permission) {
        return Err(refusal::not_permitted(state.settings.v1.permission_missing));
    }
    let org = key.org;
    let reads = head.method == Method::GET;
    if reads && (arrived.too_large || !arrived.body.is_empty()) {
        return Err(refusal::body_on_get());
    }
    let acting = if reads {
        0
    } else {
        acting_user(state, org, &head.headers)?
    };
    if arrived.too_large {
        return Err(Reply::too_large());
    }
    let State { orgs, settings, .. } = state;
    let mut call = Call {
        org: &mut orgs[org],
        settings,
        base,
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: &arrived.body,
        acting,
        ids,
        now,
        touched: Touched::default(),
    };
    let reply = (operation.run)(&mut call);
    *touched = Some(call.touched);
    reply
}

/// Who a write is made for: a number, and one that means somebody who still works there. An e-mail address means nobody.
fn acting_user(state: &State, org: usize, headers: &HeaderMap) -> Result<i64, Reply> {
    let Some(header) = headers.get("on-behalf-of") else {
        let setting = state.settings.v1.acting_user_missing;
        return Err(refusal::acting_user_missing(setting));
    };
    let id = header.to_str().ok().and_then(|text| text.parse().ok());
    let org = &state.orgs[org];
    let colleague = |id: &i64| org.colleague(*id);
    id.filter(colleague).ok_or_else(refusal::not_found)
}

/// Counts a request against its key's window; those without a known key share one.
fn measure(state: &mut State, headers: &HeaderMap, now: Stamp) -> Option<Reading> {
    let State {
        api_keys,
        api_meter,
        settings,
        ..
    } = state;
    let key = api_keys.brought(headers).map(|key| key.key.as_str());
    let limit = match settings.rate_limit {
        0 => 0,
        _ => settings.v1.rate_limit,
    };
    let length = settings.v1.rate_window;
    api_meter.count(key.unwrap_or("v1"), limit, length, now)
}

/// Only successes tell of the window.
fn metered(reply: Reply, reading: Option<Reading>) -> Reply {
    let Some(reading) = reading.filter(|_| reply.status.is_success()) else {
        return reply;
    };
    reply
        .with("x-ratelimit-limit", HeaderValue::from(reading.limit))
        .with(
            "x-ratelimit-remaining",
            HeaderValue::from(reading.remaining),
        )
}
