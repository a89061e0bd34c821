//! An answer, and every refusal in the words Greenhouse uses. Where its wording is unknown the README says so.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    body::{Body, Frame, SizeHint},
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::Serialize;
use serde_json::{Value, json};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Status, headers and the whole body.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

/// A handler's answer; both sides are sent, the difference is only how far the handler came.
pub(crate) type Answer = Result<Reply, Reply>;

impl Reply {
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self {
            status,
            headers: vec![(CONTENT_TYPE, JSON)],
            body: body.into(),
        }
    }

    /// What a test wants to be answered. What HTTP does not let be a header is left out.
    pub(crate) fn as_told(status: u16, told: &[(String, String)], body: &str) -> Self {
        let mut headers: Vec<(HeaderName, HeaderValue)> = told
            .iter()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
            .collect();
        if headers.iter().all(|(name, _)| name != CONTENT_TYPE) {
            headers.push((CONTENT_TYPE, JSON));
        }
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn created(body: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub(crate) fn accepted(body: &impl Serialize) -> Self {
        Self::json(StatusCode::ACCEPTED, body)
    }

    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// 400: not JSON at all.
    pub(crate) fn bad_request(reason: &str) -> Self {
        Self::json(
            StatusCode::BAD_REQUEST,
            &json!({"message": "Bad Request", "errors": [reason]}),
        )
    }

    pub(crate) fn unauthorized() -> Self {
        let reason =
            "Token could not be decoded. Please ensure your token is from a trusted source.";
        Self::json(
            StatusCode::UNAUTHORIZED,
            &json!({"message": "Unauthorized", "errors": [reason]}),
        )
    }

    pub(crate) fn forbidden() -> Self {
        Self::json(StatusCode::FORBIDDEN, &json!({"message": "Forbidden"}))
    }

    /// 404 of a path nobody serves.
    pub(crate) fn no_route() -> Self {
        Self::json(
            StatusCode::NOT_FOUND,
            &json!({"message": "Resource not found"}),
        )
    }

    /// 404 of a record that does not exist or may not be seen.
    pub(crate) fn no_record() -> Self {
        let body = json!({"message": "Resource not found", "errors": ["Resource not found"]});
        Self::json(StatusCode::NOT_FOUND, &body)
    }

    pub(crate) fn unprocessable(errors: Vec<Value>) -> Self {
        let body = json!({"message": "Unprocessable Content", "errors": errors});
        Self::json(StatusCode::UNPROCESSABLE_ENTITY, &body)
    }

    /// 422 about one field or parameter.
    pub(crate) fn invalid(field: &str, reason: &str) -> Self {
        Self::unprocessable(vec![json!({ field: reason })])
    }

    pub(crate) fn too_large() -> Self {
        Self::json(
            StatusCode::PAYLOAD_TOO_LARGE,
            &json!({"message": "Payload Too Large"}),
        )
    }

    pub(crate) fn too_many(retry_after_seconds: u64) -> Self {
        let mut reply = Self::json(
            StatusCode::TOO_MANY_REQUESTS,
            &json!({"message": "Too Many Requests"}),
        );
        reply
            .headers
            .push((RETRY_AFTER, HeaderValue::from(retry_after_seconds)));
        reply
    }

    pub(crate) fn html(status: StatusCode, html: String) -> Self {
        Self {
            status,
            headers: vec![(CONTENT_TYPE, HTML)],
            body: html.into(),
        }
    }

    /// 500 as a page for people, which is what a broken server sends.
    pub(crate) fn broken() -> Self {
        let body =
            Bytes::from_static(b"<html><body><h1>500 Internal Server Error</h1></body></html>");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            headers: vec![(CONTENT_TYPE, HTML)],
            body,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers
            .push((HeaderName::from_static(name), value.into()));
        self
    }

    /// The same answer with a body that is not JSON.
    pub(crate) fn garbled(mut self) -> Self {
        self.body = Bytes::from_static(b"\x00\xff{]<!-- upstream said what? -->");
        self
    }

    /// The answer as sent.
    pub(crate) fn send(self) -> Response<Sending> {
        self.response(|body| Sending {
            rest: Some(body),
            cut: false,
        })
    }

    /// The whole length announced, half of it sent, then the connection ends.
    pub(crate) fn send_cut(self) -> Response<Sending> {
        let whole = self.body.len().max(2);
        let mut response = self.response(|body| Sending {
            rest: Some(body.slice(..body.len() / 2)),
            cut: true,
        });
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(whole));
        response
    }

    fn response(self, body: impl FnOnce(Bytes) -> Sending) -> Response<Sending> {
        let mut response = Response::new(body(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A body that may break off.
pub(crate) struct Sending {
    rest: Option<Bytes>,
    cut: bool,
}

/// Why a body broke off; hyper closes the connection on it.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the answer was cut short on purpose")
    }
}

impl std::error::Error for Cut {}

impl Body for Sending {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.rest.take() {
            Some(bytes) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ if self.cut => Poll::Ready(Some(Err(Cut))),
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.cut && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.rest {
            Some(bytes) if !self.cut => SizeHint::with_exact(bytes.len() as u64),
            None if !self.cut => SizeHint::with_exact(0),
            _ => SizeHint::new(),
        }
    }
}
