//! Looking at connections, changing their settings, pausing, resuming, disconnecting.

use std::sync::Arc;

use accounts::health;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use boot::metrics::AdminAction;
use chrono::DateTime;
use domain::Tenant;
use serde_json::{Value, json};
use store::connections::{After, Configuration, Connection};
use uuid::Uuid;

use crate::access::{As, AsAdmin, AsOperator, AsViewer};
use crate::api::{Shared, shown};
use crate::connect::acting_as;
use crate::extract::{Asked, Body, Id};
use crate::problem::Failure;
use crate::request::{Change, Pause};

/// Connections on one page, unless the caller asks for fewer.
const PAGE: i64 = 100;

/// `GET /v1/connections`.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, _: AsViewer, asked: Asked) -> Response {
    let answer = page(&shared, &asked).await;
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

async fn page(shared: &Shared, asked: &Asked) -> Result<Value, Failure> {
    asked.only(&["tenant", "cursor", "limit"])?;
    let tenant = asked.get("tenant").map(Tenant::try_from).transpose();
    let tenant = tenant.map_err(|error| Failure::invalid("tenant", error))?;
    let limit = match asked.get("limit").map(str::parse) {
        None => PAGE,
        Some(Ok(limit @ 1..=PAGE)) => limit,
        Some(_) => {
            let reason = format!("is a whole number from 1 to {PAGE}");
            return Err(Failure::invalid("limit", reason));
        }
    };
    let after = match asked.get("cursor") {
        None => None,
        Some(cursor) => Some(read_cursor(cursor).ok_or_else(|| {
            Failure::invalid("cursor", "is not the `next_cursor` of an earlier answer")
        })?),
    };
    // One more than asked for tells whether there is a next page.
    let found = shared.store.connections(tenant.as_ref(), after, limit + 1);
    let mut found = found.await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more);
    Ok(json!({
        "connections": found.iter().map(shown).collect::<Vec<_>>(),
        "next_cursor": last.map(write_cursor),
    }))
}

fn write_cursor(last: &Connection) -> String {
    format!(
        "{}.{}",
        last.created_at.timestamp_micros(),
        last.id.simple()
    )
}

fn read_cursor(cursor: &str) -> Option<After> {
    let (micros, id) = cursor.split_once('.')?;
    Some(After {
        created_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
        id: id.parse().ok()?,
    })
}

/// `GET /v1/connections/{id}`.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, _: AsViewer, Id(id): Id) -> Response {
    let answer = known(&shared, id).await.map(|found| shown(&found));
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

/// `GET /v1/connections/{id}/findings`.
pub(crate) async fn findings(
    State(shared): State<Arc<Shared>>,
    _: AsViewer,
    Id(id): Id,
) -> Response {
    let answer = known(&shared, id).await.map(|found| {
        json!({
            "state": found.state.as_str(),
            "reason": found.reason,
            "findings": found.findings,
            "verified_at": found.verified_at,
        })
    });
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

/// `GET /v1/connections/{id}/settings`: what holds now, and who changed what.
pub(crate) async fn settings(
    State(shared): State<Arc<Shared>>,
    _: AsViewer,
    Id(id): Id,
) -> Response {
    let answer = history(&shared, id).await;
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

async fn history(shared: &Shared, id: Uuid) -> Result<Value, Failure> {
    let found = known(shared, id).await?;
    let changes = shared.store.settings_history(id, PAGE).await?;
    let change = |change: &store::connections::SettingsChange| {
        json!({
            "changed_at": change.changed_at,
            "changed_by": change.changed_by,
            "settings": change.changes,
        })
    };
    Ok(json!({
        "settings": found.chosen,
        "effective_settings": found.settings,
        "history": changes.iter().map(change).collect::<Vec<_>>(),
    }))
}

async fn known(shared: &Shared, id: Uuid) -> Result<Connection, Failure> {
    let found = shared.store.connection(id).await?;
    found.ok_or_else(Failure::not_found)
}

/// `PATCH /v1/connections/{id}`.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    As(role): AsAdmin,
    Id(id): Id,
    Body(body): Body,
) -> Response {
    let answer = match Change::parse(&body) {
        Ok(change) => configure(&shared, id, change, role.as_str()).await,
        Err(failure) => Err(failure),
    };
    shared.answer(AdminAction::Update, StatusCode::OK, answer)
}

async fn configure(shared: &Shared, id: Uuid, change: Change, by: &str) -> Result<Value, Failure> {
    let (mut acting, mut looked) = (None, None);
    if let Some(user) = change.acting_user {
        let known = known(shared, id).await?;
        let (user, health) = acting_as(shared, &known, user).await?;
        acting = Some((user, known.revision));
        looked = Some(health);
    }
    let change = Configuration {
        settings: &change.settings,
        acting_user: acting,
        webhook_secrets: change.webhook_secrets.as_deref(),
        by,
    };
    let store = &shared.store;
    let configured = store
        .configure_connection(&shared.keys, id, &change)
        .await?;
    let configured = configured.ok_or_else(Failure::not_found)?;
    let Some(health) = looked else {
        return Ok(shown(&configured));
    };
    let (tenant, revision) = (&configured.tenant, configured.revision);
    let told = health::announcement;
    let verified = store
        .change_health(tenant, revision, true, |_| health, told)
        .await?;
    Ok(shown(verified.as_ref().unwrap_or(&configured)))
}

/// `POST /v1/connections/{id}/pause`.
pub(crate) async fn pause(
    State(shared): State<Arc<Shared>>,
    _: AsOperator,
    Id(id): Id,
    Body(body): Body,
) -> Response {
    let answer = match Pause::parse(&body) {
        Ok(pause) => hold(&shared, id, pause).await,
        Err(failure) => Err(failure),
    };
    shared.answer(AdminAction::Pause, StatusCode::OK, answer)
}

async fn hold(shared: &Shared, id: Uuid, pause: Pause) -> Result<Value, Failure> {
    let held = shared
        .store
        .hold_connection(id, &pause.reason, pause.lasts, health::announcement)
        .await?;
    held.as_ref().map(shown).ok_or_else(Failure::not_found)
}

/// `POST /v1/connections/{id}/resume`.
pub(crate) async fn resume(
    State(shared): State<Arc<Shared>>,
    _: AsOperator,
    Id(id): Id,
) -> Response {
    let released = shared
        .store
        .release_connection(id, health::announcement)
        .await;
    let answer = released
        .map_err(Failure::from)
        .and_then(|found| found.as_ref().map(shown).ok_or_else(Failure::not_found));
    shared.answer(AdminAction::Resume, StatusCode::OK, answer)
}

/// `DELETE /v1/connections/{id}`: 204, and the secrets are gone.
pub(crate) async fn disconnect(
    State(shared): State<Arc<Shared>>,
    _: AsAdmin,
    Id(id): Id,
) -> Response {
    let ended = shared.store.disconnect(id, health::announcement).await;
    shared.accounts.forget(id);
    let answer = ended
        .map_err(Failure::from)
        .and_then(|ended| ended.ok_or_else(Failure::not_found));
    match answer {
        Ok(ended) => {
            tracing::info!(tenant = %ended.tenant, "disconnected");
            let counted = shared.answer(AdminAction::Disconnect, StatusCode::OK, Ok(Value::Null));
            drop(counted);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(failure) => shared.answer(AdminAction::Disconnect, StatusCode::OK, Err(failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_that_is_none_is_noticed() {
        for wrong in [
            "",
            ".",
            "1",
            "1.x",
            "x.00000000000000000000000000000000",
            "99999999999999999999.0",
        ] {
            assert!(read_cursor(wrong).is_none(), "{wrong}");
        }
    }
}
