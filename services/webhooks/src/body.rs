//! Reading a body within bounds: of its own size, of all bodies in memory together, and of time.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use domain::webhook::Refusal;
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::Config;

/// Lets in as many bytes as fit.
pub(crate) struct Reader {
    room: Arc<Semaphore>,
    limit: usize,
    patience: std::time::Duration,
}

/// A body, and its place in memory.
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Reader {
    pub(crate) fn new(config: &Config) -> Reader {
        // Room for one at least, however the two settings were chosen.
        let room = config.bytes_in_hand.max(config.body_limit);
        Reader {
            room: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
            limit: config.body_limit,
            patience: config.body_patience,
        }
    }

    /// Reads the whole body. A body that says that it is too large is not read at all.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Held, Refusal> {
        let length = announced(headers);
        if length.is_some_and(|length| length > self.limit) {
            return Err(Refusal::Oversized);
        }
        let most = length.unwrap_or(self.limit);
        let permits = u32::try_from(most).map_err(|_| Refusal::Oversized)?;
        let room = Arc::clone(&self.room).acquire_many_owned(permits);
        let room = timeout(self.patience, room)
            .await
            .map_err(|_| Refusal::Overloaded)?
            .map_err(|_| Refusal::Overloaded)?;
        let collected = collect(body.into_data_stream(), length.unwrap_or_default(), most);
        let bytes = timeout(self.patience, collected)
            .await
            .map_err(|_| Refusal::Slow)??;
        Ok(Held { bytes, _room: room })
    }
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

async fn collect(
    mut stream: BodyDataStream,
    expected: usize,
    most: usize,
) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::with_capacity(expected);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Refusal::Truncated)?;
        if bytes.len() + piece.len() > most {
            return Err(Refusal::Oversized);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn reader(limit: usize) -> Reader {
        Reader::new(&Config {
            body_limit: limit,
            bytes_in_hand: limit,
            body_patience: Duration::from_millis(20),
            ..Config::default()
        })
    }

    fn of_length(length: usize) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, length.into())])
    }

    fn refused(read: Result<Held, Refusal>) -> Option<Refusal> {
        read.err()
    }

    #[tokio::test]
    async fn a_body_of_the_limit_is_read_and_one_byte_more_is_not() {
        let reader = reader(10);
        for headers in [HeaderMap::new(), of_length(10)] {
            let held = reader.read(&headers, Body::from("0123456789")).await;
            assert_eq!(held.ok().unwrap().bytes, "0123456789");
        }
        let long = reader
            .read(&HeaderMap::new(), Body::from("0123456789x"))
            .await;
        assert_eq!(refused(long), Some(Refusal::Oversized));
    }

    #[tokio::test]
    async fn a_body_that_says_that_it_is_too_large_is_not_read() {
        let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let read = reader(10).read(&of_length(11), never).await;
        assert_eq!(refused(read), Some(Refusal::Oversized));
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let read = reader(10).read(&of_length(5), never).await;
        assert_eq!(refused(read), Some(Refusal::Slow));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_truncated() {
        let pieces = [
            Ok(Bytes::from("01234")),
            Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
        ];
        let body = Body::from_stream(futures::stream::iter(pieces));
        let read = reader(10).read(&of_length(10), body).await;
        assert_eq!(refused(read), Some(Refusal::Truncated));
    }

    #[tokio::test]
    async fn bodies_beyond_the_room_wait_and_then_give_up() {
        let reader = reader(10);
        let held = reader.read(&of_length(6), Body::from("012345")).await;
        let second = reader.read(&of_length(6), Body::from("012345")).await;
        assert_eq!(refused(second), Some(Refusal::Overloaded));
        drop(held);
        let third = reader.read(&of_length(6), Body::from("012345")).await;
        assert!(third.is_ok());
    }
}
