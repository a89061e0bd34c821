//! Which operation a path means. In v3 routing comes before everything else, so an unknown path is 404 to anybody; in
//! v1 the key does, so an unknown path has a route there, to nowhere.

use hyper::Method;

use crate::{
    http::connection::Host,
    v1,
    v3::{self, Operation},
};

/// Where a request goes.
#[derive(Clone, Copy)]
pub(crate) enum Route {
    V3(&'static Operation, Option<i64>),
    V1(Option<v1::Found>),
    Token,
    Introspect,
    Authorize,
    Nowhere,
}

impl Route {
    /// The operation's name in logs and fault rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V3(operation, _) => operation.name,
            Self::V1(Some(found)) => found.operation.name,
            Self::Token => "token",
            Self::Introspect => "introspect",
            Self::Authorize => "authorize",
            Self::V1(None) | Self::Nowhere => "",
        }
    }
}

pub(crate) fn find(host: Host, method: &Method, path: &str) -> Route {
    let auth = host != Host::Api && method == Method::POST;
    match path {
        "/token" if auth => return Route::Token,
        "/introspect" if auth => return Route::Introspect,
        "/authorize" if auth || (host != Host::Api && method == Method::GET) => {
            return Route::Authorize;
        }
        _ if host == Host::Auth => return Route::Nowhere,
        _ => {}
    }
    if let Some(rest) = path.strip_prefix("/v1/") {
        return Route::V1(v1::find(method, rest));
    }
    // Nothing of v2 is served, but it asks for an API key as v1 does.
    if ["/v1", "/v2"].contains(&path) || path.starts_with("/v2/") {
        return Route::V1(None);
    }
    let Some(rest) = path.strip_prefix("/v3/") else {
        return Route::Nowhere;
    };
    v3::find(method, rest).map_or(Route::Nowhere, |(operation, id)| Route::V3(operation, id))
}
