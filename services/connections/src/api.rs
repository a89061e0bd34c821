//! The handlers: read, verify, store, show.

use std::sync::Arc;

use accounts::{Accounts, health};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use boot::metrics::{AdminAction, AdminResult, Metrics};
use domain::Tenant;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::connections::{Connection, ConnectionError, Credential, Health, NewConnection};
use store::seal::Keyring;
use uuid::Uuid;

use crate::problem::Failure;
use crate::request::{Change, Connect};
use crate::verify::verify;

/// What the handlers work with.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) metrics: Arc<Metrics>,
}

/// `POST /v1/connections`: connects a tenant, or connects it again with another credential.
pub(crate) async fn connect(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let answer = match Connect::parse(&body) {
        Ok(request) => store_verified(&shared, request).await,
        Err(failure) => Err(failure),
    };
    shared.answer(AdminAction::Connect, StatusCode::CREATED, answer)
}

async fn store_verified(shared: &Shared, request: Connect) -> Result<Connection, Failure> {
    let credential = Credential::ClientCredentials {
        client_id: request.client_id,
        client_secret: request.client_secret,
    };
    let client = shared
        .accounts
        .unmetered(credential.clone(), request.acting_user);
    let findings = verify(&client, request.acting_user).await;
    let new = NewConnection {
        tenant: request.tenant,
        credential,
        acting_user: request.acting_user,
        health: Health::of(findings),
    };
    let connection = shared
        .store
        .connect_tenant(&shared.keys, &new, health::announcement)
        .await?;
    tracing::info!(tenant = %connection.tenant, state = connection.state.as_str(), "connected");
    Ok(connection)
}

/// `POST /v1/connections/{id}/verify`: looks again, with the credential that is stored. What waits goes on if it can.
pub(crate) async fn verify_again(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let answer = match id.parse::<Uuid>() {
        Ok(id) => look_again(&shared, id).await,
        Err(_) => Err(Failure::not_found()),
    };
    shared.answer(AdminAction::Verify, StatusCode::OK, answer)
}

async fn look_again(shared: &Shared, id: Uuid) -> Result<Connection, Failure> {
    let known = shared.store.connection(id).await?;
    let tenant = known.ok_or_else(Failure::not_found)?.tenant;
    let unsealed = shared.store.credential(&shared.keys, &tenant).await?;
    let unsealed = unsealed.ok_or_else(Failure::not_found)?;
    let acting_user = unsealed.connection.acting_user;
    let client = shared.accounts.unmetered(unsealed.credential, acting_user);
    let health = Health::of(verify(&client, acting_user).await);
    let revision = unsealed.connection.revision;
    let verified = shared
        .store
        .change_health(&tenant, revision, true, |_| health, health::announcement)
        .await?;
    match verified {
        Some(connection) => Ok(connection),
        // Somebody connected it anew while we looked: that look is the newer one.
        None => shared
            .store
            .connection(id)
            .await?
            .ok_or_else(Failure::not_found),
    }
}

/// `GET /v1/connections/{id}`.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let answer = match id.parse::<Uuid>() {
        Ok(id) => shared
            .store
            .connection(id)
            .await
            .map_err(Failure::from)
            .and_then(|found| found.ok_or_else(Failure::not_found)),
        Err(_) => Err(Failure::not_found()),
    };
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

/// Which tenant's connection is wanted.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    tenant: Option<String>,
}

/// `GET /v1/connections?tenant=…`.
pub(crate) async fn of_tenant(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let tenant = wanted.tenant.as_deref().unwrap_or_default();
    let answer = match Tenant::try_from(tenant) {
        Ok(tenant) => shared
            .store
            .connection_of(&tenant)
            .await
            .map_err(Failure::from)
            .and_then(|found| found.ok_or_else(Failure::not_found)),
        Err(error) => Err(Failure::invalid("tenant", error)),
    };
    shared.answer(AdminAction::Show, StatusCode::OK, answer)
}

/// `PATCH /v1/connections/{id}`.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let answer = match (id.parse::<Uuid>(), Change::parse(&body)) {
        (Ok(id), Ok(change)) => configure(&shared, id, change).await,
        (Err(_), _) => Err(Failure::not_found()),
        (_, Err(failure)) => Err(failure),
    };
    shared.answer(AdminAction::Update, StatusCode::OK, answer)
}

async fn configure(shared: &Shared, id: Uuid, change: Change) -> Result<Connection, Failure> {
    let settings = Value::Object(change.settings);
    let secrets = change.webhook_secrets.as_deref();
    let configured = shared
        .store
        .configure_connection(&shared.keys, id, &settings, secrets)
        .await?;
    configured.ok_or_else(Failure::not_found)
}

impl Shared {
    fn answer(
        &self,
        action: AdminAction,
        status: StatusCode,
        answer: Result<Connection, Failure>,
    ) -> Response {
        match answer {
            Ok(connection) => {
                self.metrics.admin_action(action, AdminResult::Ok);
                (status, Json(shown(&connection))).into_response()
            }
            Err(failure) => {
                self.metrics.admin_action(
                    action,
                    if failure.is_ours() {
                        AdminResult::Failed
                    } else {
                        AdminResult::Invalid
                    },
                );
                failure.into_response()
            }
        }
    }
}

/// A connection as callers see it; the credential is not part of it.
fn shown(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "tenant": connection.tenant,
        "auth": { "kind": connection.auth_kind.as_str(), "acting_user_id": connection.acting_user },
        "state": connection.state.as_str(),
        "reason": connection.reason,
        "findings": connection.findings,
        "settings": connection.settings,
        "revision": connection.revision,
        "verified_at": connection.verified_at,
        "created_at": connection.created_at,
    })
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Failure {
        match error {
            ConnectionError::Store(error) => error.into(),
            ConnectionError::Seal(error) => {
                tracing::error!(%error, "a credential cannot be sealed");
                Failure::internal()
            }
        }
    }
}
