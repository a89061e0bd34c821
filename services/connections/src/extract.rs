//! What handlers take from a request, with refusals in the words of this API instead of axum's.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::problem::Failure;

/// The connection in the path; what is no id is an unknown one.
pub(crate) struct Id(pub(crate) Uuid);

/// The body, if it is not too large.
pub(crate) struct Body(pub(crate) Bytes);

/// The query.
pub(crate) struct Asked(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) => id.parse().map(Id).map_err(|_| Failure::not_found()),
            Err(_) => Err(Failure::not_found()),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = Bytes::from_request(request, state).await;
        read.map(Body).map_err(|error: BytesRejection| {
            if error.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Failure::too_large()
            } else {
                Failure::invalid("$", "the body did not arrive completely")
            }
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::<HashMap<String, String>>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(_) => Err(Failure::invalid("query", "cannot be read")),
        }
    }
}

impl Asked {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Refuses a parameter that is not one of these: a misspelt filter would show everything.
    pub(crate) fn only(&self, names: &[&str]) -> Result<(), Failure> {
        match self.0.keys().find(|name| !names.contains(&name.as_str())) {
            None => Ok(()),
            Some(_) => {
                let names = names.join(", ");
                Err(Failure::invalid(
                    "query",
                    format!("there are only: {names}"),
                ))
            }
        }
    }
}
