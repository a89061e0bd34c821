//! v1's refusals. Their bodies come in several shapes, and so they do here: with a message, without one, with and without
//! a field.

use hyper::{StatusCode, header::HeaderValue};
use serde_json::{Value, json};

use super::settings::{ActingUserDenied, ActingUserMissing, PermissionMissing, UnknownReference};
use crate::{
    body::{Flaw, FlawKind, Unfit},
    http::reply::Reply,
    meter::Reading,
    org::Refused,
};

/// 401: no key, an unknown one, or one with a password.
pub(super) fn invalid_key() -> Reply {
    let body = json!({"message": "Invalid Basic Auth credentials"});
    Reply::json(StatusCode::UNAUTHORIZED, &body)
}

/// v1 is no more. Nobody has told how that looks, so the status is whatever the setting says.
pub(super) fn switched_off(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::GONE);
    let body = json!({"message": "This version of the API is no longer available"});
    Reply::json(status, &body)
}

/// The key may not use this endpoint.
pub(super) fn not_permitted(setting: PermissionMissing) -> Reply {
    let status = match setting {
        PermissionMissing::Forbidden => StatusCode::FORBIDDEN,
        PermissionMissing::Unauthorized => StatusCode::UNAUTHORIZED,
    };
    let message = "This API Key does not have permission for this endpoint";
    Reply::json(status, &json!({ "message": message }))
}

/// 403: a GET with a body.
pub(super) fn body_on_get() -> Reply {
    Reply::forbidden()
}

/// 404: of a path, a record, or a user named by `On-Behalf-Of`.
pub(super) fn not_found() -> Reply {
    Reply::no_route()
}

/// A write that names nobody it is made for.
pub(super) fn acting_user_missing(setting: ActingUserMissing) -> Reply {
    match setting {
        ActingUserMissing::NotFound => not_found(),
        ActingUserMissing::Unprocessable => missing("On-Behalf-Of"),
    }
}

/// The user the write is made for has no right to it.
pub(super) fn denied(setting: ActingUserDenied) -> Reply {
    match setting {
        ActingUserDenied::Forbidden => {
            Reply::json(StatusCode::FORBIDDEN, &json!({"message": "Access denied"}))
        }
        ActingUserDenied::NotFound => {
            let body = json!({"errors": [{"message": "Not found"}]});
            Reply::json(StatusCode::NOT_FOUND, &body)
        }
    }
}

/// 429: when to come back, and nothing about the window.
pub(crate) fn too_many(reading: Reading) -> Reply {
    Reply::json(
        StatusCode::TOO_MANY_REQUESTS,
        &json!({"message": "Too Many Requests"}),
    )
    .with("x-ratelimit-reset", HeaderValue::from(reading.reset))
    .with("retry-after", HeaderValue::from(reading.retry_after))
}

/// 422 about a missing key, which comes without a message.
pub(super) fn missing(field: &str) -> Reply {
    let message = format!("Missing required field: {field}");
    listed(None, &[error(&message, Some(field))])
}

/// 422 about one field or parameter.
pub(super) fn invalid(field: &str, reason: &str) -> Reply {
    listed(Some("Validation error"), &[error(reason, Some(field))])
}

/// 422 about the state of a record, which comes without a message and without a field.
pub(super) fn wrong_state(reason: &str) -> Reply {
    listed(None, &[error(reason, None)])
}

/// What the organisation said no to.
pub(super) fn refused(setting: UnknownReference) -> impl Fn(Refused) -> Reply {
    move |(field, reason)| {
        let unknown = ["is unknown", "is not a job"].contains(&reason.as_str());
        if unknown && setting == UnknownReference::NotFound {
            return not_found();
        }
        invalid(&field, &sentence(&reason))
    }
}

/// A body that is not what it should be. Unknown keys are told of before missing ones, and those before the rest.
pub(super) fn unfit(unfit: Unfit) -> Reply {
    let flaws = match unfit {
        Unfit::NotJson => {
            let body = json!({"message": "Your request included invalid JSON."});
            return Reply::json(StatusCode::BAD_REQUEST, &body);
        }
        Unfit::Flaws(flaws) => flaws,
    };
    let of = |kind| flaws.iter().filter(move |flaw| flaw.kind == kind);
    let each = |kind, say: fn(&Flaw) -> String| -> Vec<Value> {
        of(kind)
            .map(|flaw| error(&say(flaw), Some(&flaw.path)))
            .collect()
    };
    let unknown = each(FlawKind::Unknown, |flaw| {
        format!("Invalid attribute: {}", flaw.path)
    });
    if !unknown.is_empty() {
        return listed(Some("Your request included invalid JSON."), &unknown);
    }
    let missing = each(FlawKind::Missing, |flaw| {
        format!("Missing required field: {}", flaw.path)
    });
    if !missing.is_empty() {
        return listed(None, &missing);
    }
    let invalid = each(FlawKind::Invalid, |flaw| sentence(&flaw.reason));
    listed(Some("Validation error"), &invalid)
}

fn error(message: &str, field: Option<&str>) -> Value {
    match field {
        Some(field) => json!({"message": message, "field": field}),
        None => json!({"message": message}),
    }
}

fn listed(message: Option<&str>, errors: &[Value]) -> Reply {
    let body = match message {
        Some(message) => json!({"message": message, "errors": errors}),
        None => json!({"errors": errors}),
    };
    Reply::json(StatusCode::UNPROCESSABLE_ENTITY, &body)
}

/// `is not one of: a, b` as v1 words it.
fn sentence(reason: &str) -> String {
    if let Some(words) = reason.strip_prefix("is not one of: ") {
        return format!("Must be one of: {words}");
    }
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}
