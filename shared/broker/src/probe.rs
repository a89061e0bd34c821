//! Notices a consumer that looks alive and gets nothing: a quorum queue without a leader, or a consumer the
//! broker has forgotten. Looks at the very queue we consume instead of sending canary messages through another
//! one, and never publishes: a connection that publishes can be blocked by an alarm, and its acks with it.

use std::time::Duration;

use lapin::{
    Connection, ErrorKind,
    options::QueueDeclareOptions,
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{FieldTable, ShortString},
};

use crate::{Cause, lane::Lane};

/// Longest wait for an answer; never longer than the interval.
const PATIENCE: Duration = Duration::from_secs(5);
const MISSES: u32 = 3;

/// Returns when the lane must be rebuilt, and why.
pub(crate) async fn watch(
    connection: &Connection,
    lane: &Lane,
    queue: &str,
    every: Duration,
) -> (Cause, String) {
    let patience = PATIENCE.min(every);
    let mut misses = 0;
    let mut received = lane.received();
    loop {
        tokio::time::sleep(every).await;
        let before = std::mem::replace(&mut received, lane.received());
        let finding = match tokio::time::timeout(patience, ready_messages(connection, queue)).await
        {
            Ok(Ok(ready)) if ready > 0 && lane.is_idle() && received == before => {
                Some(format!("{ready} messages are ready and none is delivered"))
            }
            Ok(Ok(_)) => None,
            Ok(Err(error)) if is_not_found(&error) => return (Cause::Cancelled, error.to_string()),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the queue does not answer".to_owned()),
        };
        match finding {
            None => misses = 0,
            Some(finding) => {
                misses += 1;
                tracing::warn!(queue, misses, finding, "queue probe missed");
                if misses >= MISSES {
                    return (Cause::Stalled, finding);
                }
            }
        }
    }
}

/// On a throw-away channel: a missing queue closes it.
async fn ready_messages(connection: &Connection, queue: &str) -> lapin::Result<u32> {
    let channel = connection.create_channel().await?;
    let passive = QueueDeclareOptions {
        passive: true,
        ..Default::default()
    };
    // The name was short enough to be consumed from.
    let name = ShortString::try_new(queue).unwrap_or_default();
    let state = channel
        .queue_declare(name, passive, FieldTable::default())
        .await?;
    let _ = channel.close(200, "done".into()).await;
    Ok(state.message_count())
}

fn is_not_found(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(e)
        if matches!(e.kind(), AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND)))
}
