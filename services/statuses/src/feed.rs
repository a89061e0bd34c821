//! `GET /v1/status-events`: the status events once more, by a cursor. Reading changes nothing, so many may read at
//! their own pace, each from wherever it likes.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use boot::http::Problem;
use domain::{Code, Tenant};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::feed::{Cursor, FeedEvent};

/// Events per answer unless `limit` says otherwise.
const USUAL: i64 = 100;
/// Most events per answer.
const MOST: i64 = 1_000;

/// The route. Whoever mounts it puts the check of the bearer token in front.
pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/v1/status-events", get(events))
        .with_state(store)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    tenant: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

async fn events(
    State(store): State<Store>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let Ok(Query(wanted)) = query else {
        // A misspelt tenant would show everybody's.
        let detail = "knows tenant, after and limit, each once";
        return Problem::invalid("query", detail).into_response();
    };
    let (tenant, after, limit) = match read(&wanted) {
        Ok(read) => read,
        Err((field, detail)) => return Problem::invalid(field, detail).into_response(),
    };
    match store.status_events(tenant.as_ref(), after, limit).await {
        Ok(events) => answer(&events, after),
        Err(error) => {
            tracing::warn!(%error, "status events cannot be read");
            Problem::unavailable().into_response()
        }
    }
}

type Read = (Option<Tenant>, Cursor, i64);

fn read(wanted: &Wanted) -> Result<Read, (&'static str, String)> {
    let tenant = wanted.tenant.as_deref().map(Tenant::try_from).transpose();
    let tenant = tenant.map_err(|error| ("tenant", error.to_string()))?;
    let after = wanted.after.as_deref().filter(|after| !after.is_empty());
    let after = after.map(str::parse::<Cursor>).transpose();
    let after = after.map_err(|error| ("after", error.to_string()))?;
    let limit = match wanted.limit.as_deref().map(str::parse) {
        None => USUAL,
        Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
        Some(_) => return Err(("limit", format!("is a whole number from 1 to {MOST}"))),
    };
    Ok((tenant, after.unwrap_or_default(), limit))
}

/// `next` is where to go on, also when there is nothing yet.
fn answer(events: &[FeedEvent], after: Cursor) -> Response {
    let next = events.last().map_or(after, |last| last.cursor);
    let bodies = events
        .iter()
        .map(|event| serde_json::from_slice::<Value>(&event.body));
    match bodies.collect::<Result<Vec<Value>, _>>() {
        Ok(events) => Json(json!({"events": events, "next": next.to_string()})).into_response(),
        Err(error) => {
            tracing::error!(%error, "a stored status event is no JSON");
            Problem::of(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal).into_response()
        }
    }
}
