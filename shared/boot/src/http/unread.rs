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

/// How much of it: more than anybody has under way who sees the answer and stops.
const ENOUGH: usize = 16 * 1024 * 1024;

/// Says of an answer whether it ends the connection, and lets the caller finish.
pub(super) async fn end_with_answer(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let (back, mut unread) = oneshot::channel();
    let lent = Lent {
        body: Some(body),
        is_awaited: head.headers.contains_key(header::EXPECT),
        back: Some(back),
    };
    let request = Request::from_parts(head, Body::new(lent));
    let mut response = next.run(request).await;
    if let Ok(rest) = unread.try_recv() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        if let Some(rest) = rest {
            tokio::spawn(tokio::time::timeout(PATIENCE, read_off(rest)));
        }
    }
    response
}

async fn read_off(mut rest: Body) {
    let mut read = 0;
    while read < ENOUGH
        && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut rest).poll_frame(context)).await
    {
        read += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// A body that is given back if it is dropped before its end.
struct Lent {
    body: Option<Body>,
    /// The caller sends nothing before a `100 Continue`, which hyper gives as soon as the body is polled.
    is_awaited: bool,
    /// Without the body where there is nothing to read off.
    back: Option<oneshot::Sender<Option<Body>>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.is_awaited = false;
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
            let _ = back.send((!self.is_awaited).then_some(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const MIB: usize = 1024 * 1024;

    /// Whoever sends 64 MiB, and how much of it was taken.
    struct Sender(Arc<AtomicUsize>);

    impl HttpBody for Sender {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            if self.0.load(Ordering::Relaxed) == 64 * MIB {
                return Poll::Ready(None);
            }
            self.0.fetch_add(MIB, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(vec![0; MIB].into()))))
        }
    }

    #[tokio::test]
    async fn no_more_is_read_off_than_a_sender_who_stops_may_have_under_way() {
        let taken = Arc::new(AtomicUsize::new(0));
        read_off(Body::new(Sender(Arc::clone(&taken)))).await;
        assert_eq!(taken.load(Ordering::Relaxed), 16 * MIB);
    }

    #[tokio::test]
    async fn who_waits_to_be_asked_for_a_body_is_only_asked_by_who_wants_it() {
        for (is_awaited, is_polled, is_read_off) in [
            (false, false, true),
            (true, false, false),
            (true, true, true),
        ] {
            let (back, mut unread) = oneshot::channel();
            let mut lent = Lent {
                body: Some(Body::new(Sender(Arc::default()))),
                is_awaited,
                back: Some(back),
            };
            if is_polled {
                poll_fn(|context| Pin::new(&mut lent).poll_frame(context)).await;
            }
            drop(lent);
            assert_eq!(unread.try_recv().unwrap().is_some(), is_read_off);
        }
    }
}
