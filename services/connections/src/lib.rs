//! HTTP API of connections: connect a tenant's Greenhouse account, and learn at once what is missing.
//!
//! Verifying writes nothing to the customer's account. Secrets go in and never come out.
#![deny(missing_docs)]

mod access;
mod api;
mod problem;
mod request;
mod verify;

use std::sync::Arc;

use accounts::Accounts;
use axum::Router;
use axum::routing::{get, post};
use boot::metrics::Metrics;
use secrecy::SecretString;
use store::Store;
use store::seal::Keyring;

/// What the service works with.
pub struct Parts {
    /// Where connections are.
    pub store: Store,
    /// Seals credentials.
    pub keys: Arc<Keyring>,
    /// Greenhouse clients, for verification.
    pub accounts: Arc<Accounts>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What a caller must present.
    pub admin_token: SecretString,
}

/// The routes under `/v1/connections`, all behind the admin token.
pub fn router(parts: Parts) -> Router {
    let access = access::Access::new(&parts.admin_token);
    let shared = Arc::new(api::Shared {
        store: parts.store,
        keys: parts.keys,
        accounts: parts.accounts,
        metrics: parts.metrics,
    });
    Router::new()
        .route("/v1/connections", post(api::connect).get(api::of_tenant))
        .route("/v1/connections/{id}", get(api::show).patch(api::change))
        .route("/v1/connections/{id}/verify", post(api::verify_again))
        .with_state(shared)
        .layer(axum::middleware::from_fn_with_state(
            Arc::new(access),
            access::check,
        ))
        .layer(axum::extract::DefaultBodyLimit::max(64 * 1024))
}
