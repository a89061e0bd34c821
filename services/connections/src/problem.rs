//! Errors of the API: problem+json (RFC 9457) with our codes.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Code;
use serde_json::json;

/// An answer that is not the one asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    status: StatusCode,
    title: &'static str,
    field: Option<&'static str>,
    detail: String,
    code: Option<Code>,
}

impl Failure {
    pub(crate) fn unauthorized() -> Failure {
        Failure {
            status: StatusCode::UNAUTHORIZED,
            title: "A valid admin token is needed",
            field: None,
            detail: "Send `Authorization: Bearer` with the value of BRIDGE_ADMIN_TOKEN.".to_owned(),
            code: None,
        }
    }

    pub(crate) fn not_found() -> Failure {
        Failure {
            status: StatusCode::NOT_FOUND,
            title: "There is no such connection",
            field: None,
            detail: "Connections are made with POST /v1/connections.".to_owned(),
            code: None,
        }
    }

    pub(crate) fn invalid(field: &'static str, detail: impl ToString) -> Failure {
        Failure {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: "The request is not right",
            field: Some(field),
            detail: detail.to_string(),
            code: Some(Code::InvalidField),
        }
    }

    pub(crate) fn unavailable() -> Failure {
        Failure {
            status: StatusCode::SERVICE_UNAVAILABLE,
            title: "The bridge cannot do this right now",
            field: None,
            detail: "Its database does not answer. Try again.".to_owned(),
            code: None,
        }
    }

    /// Whether it is the bridge's failure rather than the caller's.
    pub(crate) fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }

    pub(crate) fn internal() -> Failure {
        Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: "The bridge failed",
            field: None,
            detail: Code::Internal.remedy().to_owned(),
            code: Some(Code::Internal),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        tracing::warn!(%error, "the database failed a request");
        Failure::unavailable()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = Json(json!({
            "type": self.code.map_or("about:blank".to_owned(), |code| format!("urn:bridge:{}", code.number())),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "field": self.field,
            "reason": self.field.map(|_| &self.detail),
            "code": self.code,
        }));
        (
            self.status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response()
    }
}
