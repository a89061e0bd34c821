//! Reading a body within bounds: of its own size, of all bodies in memory together, and of time. What has only been
//! announced takes no room: anybody may announce anything.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use domain::webhook::Refusal;
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

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
    ///
    /// Each piece takes its room when it is there. Bodies that have begun may then wait for each other, but none for ever:
    /// whoever finds no room in time gives back what it has.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Held, Refusal> {
        if announced(headers).is_some_and(|length| length > self.limit) {
            return Err(Refusal::Oversized);
        }
        let until = Instant::now() + self.patience;
        let mut stream = body.into_data_stream();
        let mut bytes = BytesMut::new();
        let mut room = self.room_for(0, until).await?;
        while let Some(piece) = timeout_at(until, stream.next())
            .await
            .map_err(|_| Refusal::Slow)?
        {
            let piece = piece.map_err(|_| Refusal::Truncated)?;
            if bytes.len() + piece.len() > self.limit {
                return Err(Refusal::Oversized);
            }
            room.merge(self.room_for(piece.len(), until).await?);
            bytes.extend_from_slice(&piece);
        }
        Ok(Held {
            bytes: bytes.freeze(),
            _room: room,
        })
    }

    async fn room_for(
        &self,
        bytes: usize,
        until: Instant,
    ) -> Result<OwnedSemaphorePermit, Refusal> {
        let permits = u32::try_from(bytes).map_err(|_| Refusal::Oversized)?;
        let room = Arc::clone(&self.room).acquire_many_owned(permits);
        timeout_at(until, room)
            .await
            .map_err(|_| Refusal::Overloaded)?
            .map_err(|_| Refusal::Overloaded)
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

    /// A body whose first bytes have come, and no others ever.
    fn begun(first: &'static str) -> Body {
        let first = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(first))]);
        Body::from_stream(first.chain(futures::stream::pending()))
    }

    #[tokio::test]
    async fn what_was_only_announced_keeps_nobody_out() {
        let (reader, all) = (reader(10), of_length(10));
        let mut silent = std::pin::pin!(reader.read(&all, begun("01")));
        assert!(futures::poll!(silent.as_mut()).is_pending());
        let other = reader.read(&of_length(8), Body::from("01234567")).await;
        assert!(other.is_ok(), "{:?}", refused(other));
    }

    /// A body of ten bytes in two pieces, before each of which everybody else has a turn.
    fn in_turns() -> Body {
        let pieces = ["012345", "6789"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        let turn = |piece| async move {
            tokio::task::yield_now().await;
            piece
        };
        Body::from_stream(futures::stream::iter(pieces).then(turn))
    }

    #[tokio::test]
    async fn two_that_have_begun_do_not_wait_for_each_other_for_ever() {
        let (reader, all) = (reader(10), of_length(10));
        let both = [(); 2].map(|()| reader.read(&all, in_turns()));
        for read in futures::future::join_all(both).await {
            let gave_up = refused(read);
            assert!(matches!(
                gave_up,
                None | Some(Refusal::Overloaded | Refusal::Slow)
            ));
        }
        assert!(reader.read(&all, in_turns()).await.is_ok());
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
