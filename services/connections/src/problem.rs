//! Errors of the API: problem+json (RFC 9457) with our codes.

use std::borrow::Cow;
use std::time::Duration;

use accounts::AccountError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Code;
use serde_json::{Value, json};
use store::connections::{ConnectionError, Finding};

use crate::access::Role;

/// An answer that is not the one asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    status: StatusCode,
    code: Code,
    title: Cow<'static, str>,
    detail: String,
    field: Option<Cow<'static, str>>,
    findings: Vec<Finding>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// In the catalogue's words.
    fn of(status: StatusCode, code: Code) -> Failure {
        Failure {
            status,
            code,
            title: code.cause().trim_end_matches('.').into(),
            detail: code.remedy().to_owned(),
            field: None,
            findings: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn token_not_accepted() -> Failure {
        Failure::of(StatusCode::UNAUTHORIZED, Code::TokenNotAccepted)
    }

    pub(crate) fn not_permitted(needed: Role) -> Failure {
        Failure {
            detail: format!("It needs a token of the role {}.", needed.as_str()),
            ..Failure::of(StatusCode::FORBIDDEN, Code::NotPermitted)
        }
    }

    pub(crate) fn too_many_attempts(wait: Duration) -> Failure {
        Failure {
            retry_after: Some(wait),
            ..Failure::of(StatusCode::TOO_MANY_REQUESTS, Code::TooManyAttempts)
        }
    }

    pub(crate) fn not_found() -> Failure {
        Failure::of(StatusCode::NOT_FOUND, Code::ConnectionUnknown)
    }

    pub(crate) fn no_such_route() -> Failure {
        Failure::of(StatusCode::NOT_FOUND, Code::RouteUnknown)
    }

    pub(crate) fn method_not_allowed() -> Failure {
        Failure::of(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed)
    }

    pub(crate) fn too_large() -> Failure {
        Failure::of(StatusCode::PAYLOAD_TOO_LARGE, Code::RequestTooLarge)
    }

    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, detail: impl ToString) -> Failure {
        Failure {
            title: "The request is not right".into(),
            detail: detail.to_string(),
            field: Some(field.into()),
            ..Failure::of(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidField)
        }
    }

    /// A new credential or acting user that does not work, where the old one stays.
    pub(crate) fn refused(field: &'static str, reason: Code, findings: Vec<Finding>) -> Failure {
        Failure {
            field: Some(field.into()),
            findings,
            ..Failure::of(StatusCode::UNPROCESSABLE_ENTITY, reason)
        }
    }

    /// The same about the field under the name that it has in this request.
    pub(crate) fn about(mut self, field: &'static str) -> Failure {
        if let Some(named) = &mut self.field {
            *named = field.into();
        }
        self
    }

    pub(crate) fn unavailable() -> Failure {
        Failure {
            retry_after: Some(Duration::from_secs(5)),
            ..Failure::of(StatusCode::SERVICE_UNAVAILABLE, Code::BridgeUnavailable)
        }
    }

    pub(crate) fn greenhouse_unavailable() -> Failure {
        Failure {
            retry_after: Some(Duration::from_secs(30)),
            ..Failure::of(StatusCode::SERVICE_UNAVAILABLE, Code::GreenhouseUnavailable)
        }
    }

    pub(crate) fn internal() -> Failure {
        Failure::of(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
    }

    /// No admin can authorise this bridge in a browser.
    pub(crate) fn no_partner() -> Failure {
        Failure {
            title: "This bridge has no client of Greenhouse's".into(),
            detail: "Set GREENHOUSE_CLIENT_ID, GREENHOUSE_CLIENT_SECRET and BRIDGE_PUBLIC_URL, or connect with client_credentials."
                .to_owned(),
            ..Failure::of(StatusCode::NOT_FOUND, Code::RouteUnknown)
        }
    }

    /// For people: status, what happened, what to do.
    pub(crate) fn told(&self) -> (StatusCode, String, String) {
        (self.status, self.title.to_string(), self.detail.clone())
    }

    /// Whether it is the bridge's failure rather than the caller's.
    pub(crate) fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:bridge:{}", self.code.number()),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "code": self.code,
        });
        if let Some(field) = &self.field {
            body["field"] = json!(field);
            body["reason"] = json!(self.detail);
        }
        if !self.findings.is_empty() {
            body["findings"] = json!(self.findings);
        }
        body
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        tracing::warn!(%error, "the database failed a request");
        Failure::unavailable()
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Failure {
        match error {
            ConnectionError::Store(error) => error.into(),
            ConnectionError::Setting(wrong) => Failure::invalid(wrong.field, wrong.reason),
            ConnectionError::Seal(error) => {
                tracing::error!(%error, "a credential cannot be sealed or opened");
                Failure::internal()
            }
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Failure {
        match error {
            AccountError::Store(error) => error.into(),
            AccountError::Absent => Failure::not_found(),
            AccountError::Sealed => {
                tracing::error!(%error, "a credential cannot be opened");
                Failure::internal()
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        response
    }
}
