//! Answers that are given before the request has come as a whole. The connection is of no more use, so it ends with them.
//! Not at once: a socket that is closed over what it has received takes its answer back (RFC 9112, section 9.6), and
//! whoever still sends would only see a broken pipe.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;

/// How long what nobody wants any more is read, and thrown away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says of an answer whether it ends the connection, and lets the caller finish.
pub(super) async fn end_with_answer(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let (back, mut unread) = oneshot::channel();
    let lent = Lent {
        body: Some(body),
        back: Some(back),
    };
    let request = Request::from_parts(head, Body::new(lent));
    let mut response = next.run(request).await;
    if let Ok(rest) = unread.try_recv() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        tokio::spawn(tokio::time::timeout(PATIENCE, read_off(rest)));
    }
    response
}

async fn read_off(mut rest: Body) {
    while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut rest).poll_frame(context)).await {}
}

/// A body that is given back if it is dropped before its end.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.body.as_ref().map(HttpBody::size_hint);
        hint.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(rest), Some(back)) = (rest, self.back.take()) {
            // Refused only where the request was given up as well.
            let _ = back.send(rest);
        }
    }
}
