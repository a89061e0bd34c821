//! What the handlers have in common: what they work with, how a connection looks, how an answer is counted.

use std::sync::Arc;

use accounts::Accounts;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use boot::metrics::{AdminAction, AdminResult, Metrics};
use serde_json::{Value, json};
use store::Store;
use store::connections::Connection;
use store::seal::Keyring;

use crate::authorise::Authorisation;
use crate::problem::Failure;

/// What the handlers work with.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) authorisation: Option<Authorisation>,
}

impl Shared {
    pub(crate) fn authorisation(&self) -> Result<&Authorisation, Failure> {
        self.authorisation.as_ref().ok_or_else(Failure::no_partner)
    }

    /// Counts what an admin did, and answers.
    pub(crate) fn answer(
        &self,
        action: AdminAction,
        status: StatusCode,
        answer: Result<Value, Failure>,
    ) -> Response {
        let result = match &answer {
            Ok(_) => AdminResult::Ok,
            Err(failure) if failure.is_ours() => AdminResult::Failed,
            Err(_) => AdminResult::Invalid,
        };
        self.metrics.admin_action(action, result);
        match answer {
            Ok(body) => (status, Json(body)).into_response(),
            Err(failure) => failure.into_response(),
        }
    }
}

/// A connection as callers see it; the credential is not part of it.
pub(crate) fn shown(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "tenant": connection.tenant,
        "auth": {
            "kind": connection.auth_kind.as_str(),
            "api": connection.api.as_str(),
            "acting_user_id": connection.acting_user,
        },
        "state": connection.state.as_str(),
        "reason": connection.reason,
        "findings": connection.findings,
        "paused": connection.held.as_ref().map(|held| json!({ "reason": held.reason, "until": held.until })),
        "settings": connection.chosen,
        "effective_settings": connection.settings,
        "revision": connection.revision,
        "verified_at": connection.verified_at,
        "created_at": connection.created_at,
        "updated_at": connection.updated_at,
    })
}
