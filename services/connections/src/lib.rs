//! HTTP API of connections: connect a tenant's Greenhouse account, and learn at once what is missing.
//!
//! Verifying writes nothing to the customer's account. Secrets go in and never come out.
#![deny(missing_docs)]

mod access;
mod api;
mod authorise;
mod connect;
mod extract;
mod keeper;
mod manage;
mod openapi;
mod page;
mod problem;
mod provision;
mod request;
mod verify;

use std::sync::Arc;

use accounts::Accounts;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use boot::metrics::Metrics;
use store::Store;
use store::seal::Keyring;

pub use access::RoleTokens;
pub use authorise::Authorisation;
pub use keeper::{keep, keep_once};

use problem::Failure;

/// Largest body of a request.
const MAX_BODY: usize = 64 * 1024;

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
    pub tokens: RoleTokens,
    /// What it takes to be let in by admins in their browsers; none where Intrro is no partner of Greenhouse's.
    pub authorisation: Option<Authorisation>,
}

/// Puts routes of another service behind the same tokens; every role may use them.
pub fn guard(routes: Router, tokens: &RoleTokens) -> Router {
    let access = Arc::new(access::Access::new(tokens));
    routes.route_layer(from_fn_with_state(access, access::check))
}

/// The routes under `/v1`; all but the document of the API are behind a token.
pub fn router(parts: Parts) -> Router {
    let access = Arc::new(access::Access::new(&parts.tokens));
    let shared = Arc::new(api::Shared {
        store: parts.store,
        keys: parts.keys,
        accounts: parts.accounts,
        metrics: parts.metrics,
        authorisation: parts.authorisation,
    });
    let routes = Router::new()
        .route("/v1/connections", post(connect::connect).get(manage::list))
        .route(
            "/v1/connections/{id}",
            get(manage::show)
                .patch(manage::change)
                .delete(manage::disconnect),
        )
        .route("/v1/connections/{id}/findings", get(manage::findings))
        .route("/v1/connections/{id}/settings", get(manage::settings))
        .route("/v1/connections/{id}/verify", post(verify::verify_again))
        .route("/v1/connections/{id}/rotate", post(connect::rotate))
        .route("/v1/connections/{id}/pause", post(manage::pause))
        .route("/v1/connections/{id}/resume", post(manage::resume))
        .route("/v1/connections/{id}/provision", post(provision::provision))
        .route("/v1/connections/links", post(authorise::make_link))
        .with_state(Arc::clone(&shared))
        .route("/v1/{*rest}", any(async || Failure::no_such_route()))
        .method_not_allowed_fallback(async || Failure::method_not_allowed())
        .layer(from_fn_with_state(Arc::clone(&access), access::check))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let pages = Router::new()
        .route("/connect/greenhouse", get(authorise::begin))
        .with_state((Arc::clone(&shared), access))
        .merge(
            Router::new()
                .route("/connect/greenhouse/callback", get(authorise::end))
                .with_state(shared),
        );
    Router::new()
        .route("/v1/openapi.json", get(openapi::document))
        .merge(pages)
        .merge(routes)
}
