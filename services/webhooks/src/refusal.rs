//! How each refusal is answered.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::webhook::Refusal;

/// Greenhouse comes again after a minute at the earliest.
const RETRY_AFTER: &str = "60";

/// The answer: a status and nothing else. Whoever cannot sign gets the same one whatever is wrong, so that it tells
/// neither which connections exist nor how close a guess was.
pub(crate) fn answer(refusal: Refusal) -> Response {
    let status = match refusal {
        Refusal::UnknownConnection | Refusal::Unsigned | Refusal::Forged => {
            // As where the body was not read, with which every connection ends.
            return (StatusCode::UNAUTHORIZED, [(header::CONNECTION, "close")]).into_response();
        }
        Refusal::Truncated => StatusCode::BAD_REQUEST,
        Refusal::Slow => StatusCode::REQUEST_TIMEOUT,
        Refusal::Oversized => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::TooMany | Refusal::Overloaded => {
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, RETRY_AFTER)],
            )
                .into_response();
        }
        Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    status.into_response()
}
