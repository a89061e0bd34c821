//! Errors of the API: what can go wrong here, as problems.

use std::borrow::Cow;
use std::time::Duration;

use accounts::AccountError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use boot::http::Problem;
use domain::Code;
use serde_json::json;
use store::connections::{ConnectionError, Finding};

use crate::access::Role;

/// When to ask again while Greenhouse does not answer.
const GREENHOUSE_AWAY: Duration = Duration::from_secs(30);

/// When to ask again while another request creates: that takes a dozen calls.
const UNDER_WAY: Duration = Duration::from_secs(10);

/// An answer that is not the one asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(Problem);

impl Failure {
    /// In the catalogue's words.
    fn of(status: StatusCode, code: Code) -> Failure {
        Failure(Problem::of(status, code))
    }

    pub(crate) fn token_not_accepted() -> Failure {
        Failure::of(StatusCode::UNAUTHORIZED, Code::TokenNotAccepted)
    }

    pub(crate) fn not_permitted(needed: Role) -> Failure {
        let problem = Problem::of(StatusCode::FORBIDDEN, Code::NotPermitted);
        let detail = format!("It needs a token of the role {}.", needed.as_str());
        Failure(problem.detailed(detail))
    }

    pub(crate) fn too_many_attempts(wait: Duration) -> Failure {
        let problem = Problem::of(StatusCode::TOO_MANY_REQUESTS, Code::TooManyAttempts);
        Failure(problem.after(wait))
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
        Failure(Problem::invalid(field, detail))
    }

    /// A new credential or acting user that does not work, where the old one stays.
    pub(crate) fn refused(field: &'static str, reason: Code, findings: Vec<Finding>) -> Failure {
        let problem = Problem::of(StatusCode::UNPROCESSABLE_ENTITY, reason).about(field);
        Failure(match findings.is_empty() {
            true => problem,
            false => problem.with("findings", json!(findings)),
        })
    }

    /// A new credential or acting user about which Greenhouse did not answer. What the catalogue would have one do is for
    /// work, which goes on by itself; this request has to be sent again.
    pub(crate) fn unverified(why: Code) -> Failure {
        let problem = Problem::of(StatusCode::SERVICE_UNAVAILABLE, why);
        let problem = problem.detailed(
            "Nothing was changed, because Greenhouse did not answer whether it works. Send the request again in half a minute; see status.greenhouse.io if it lasts.",
        );
        Failure(problem.after(GREENHOUSE_AWAY))
    }

    /// The same about the field under the name that it has in this request.
    pub(crate) fn about(self, field: &'static str) -> Failure {
        match self.0.field() {
            Some(_) => Failure(self.0.about(field)),
            None => self,
        }
    }

    pub(crate) fn unavailable() -> Failure {
        Failure(Problem::unavailable())
    }

    pub(crate) fn internal() -> Failure {
        Failure::of(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
    }

    /// This process lacks a key. Another one may have it, and an operator can give it: no fault to report.
    fn sealed() -> Failure {
        Failure::of(StatusCode::SERVICE_UNAVAILABLE, Code::CredentialSealed)
    }

    /// Greenhouse does not know the client that we are.
    pub(crate) fn partner_refused() -> Failure {
        Failure::of(StatusCode::SERVICE_UNAVAILABLE, Code::PartnerRefused)
    }

    /// Somebody else creates in the same Greenhouse.
    pub(crate) fn under_way() -> Failure {
        let problem = Problem::of(StatusCode::CONFLICT, Code::ProvisionUnderWay);
        Failure(problem.after(UNDER_WAY))
    }

    /// No admin can authorise this bridge in a browser.
    pub(crate) fn no_partner() -> Failure {
        let problem = Problem::of(StatusCode::NOT_FOUND, Code::RouteUnknown);
        let problem = problem.titled("This bridge has no client of Greenhouse's");
        Failure(problem.detailed(
            "Set GREENHOUSE_CLIENT_ID, GREENHOUSE_CLIENT_SECRET and BRIDGE_PUBLIC_URL, or connect with client_credentials.",
        ))
    }

    /// For people: status, what happened, what to do.
    pub(crate) fn told(&self) -> (StatusCode, String, String) {
        let Failure(problem) = self;
        let (title, detail) = (problem.title().to_owned(), problem.detail().to_owned());
        (problem.status(), title, detail)
    }

    /// Whether it is the bridge's failure rather than the caller's.
    pub(crate) fn is_ours(&self) -> bool {
        self.0.status().is_server_error()
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
                Failure::sealed()
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
                Failure::sealed()
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
