//! Notices a consumer that looks alive and gets nothing: a quorum queue without a leader, or a consumer the
//! broker has forgotten. Looks at the very queue we consume instead of sending canary messages through another
//! one, and never publishes: a connection that publishes can be blocked by an alarm, and its acks with it.
//!
//! The queue is bound anew each time, because nobody else would: one that has lost its binding looks like one without work.

use std::time::Duration;

use lapin::{
    Connection, ErrorKind,
    options::{QueueBindOptions, QueueDeclareOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{FieldTable, ShortString},
};

use crate::{Cause, Config, lane::Lane};

/// Longest wait for an answer; never longer than the interval.
const PATIENCE: Duration = Duration::from_secs(5);
const MISSES: u32 = 3;

/// Returns when the lane must be rebuilt, and why.
pub(crate) async fn watch(
    connection: &Connection,
    lane: &Lane,
    queue: &str,
    config: &Config,
) -> (Cause, String) {
    let every = config.probe_interval;
    let patience = PATIENCE.min(every);
    let binding = config.topology.binding(queue);
    let mut misses = 0;
    let mut received = lane.received();
    loop {
        tokio::time::sleep(every).await;
        let before = std::mem::replace(&mut received, lane.received());
        let looked = look(connection, queue, binding.as_ref());
        let finding = match tokio::time::timeout(patience, looked).await {
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

/// Messages that are ready. On a throw-away channel: a missing queue or exchange closes it.
async fn look(
    connection: &Connection,
    queue: &str,
    binding: Option<&(String, &str)>,
) -> lapin::Result<u32> {
    // All names were short enough to be declared.
    let short = |name: &str| ShortString::try_new(name).unwrap_or_default();
    let channel = connection.create_channel().await?;
    let passive = QueueDeclareOptions {
        passive: true,
        ..Default::default()
    };
    let state = channel
        .queue_declare(short(queue), passive, FieldTable::default())
        .await?;
    if let Some((exchange, key)) = binding {
        let (queue, exchange, key) = (short(queue), short(exchange), short(key));
        let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
        channel
            .queue_bind(queue, exchange, key, options, arguments)
            .await?;
    }
    let _ = channel.close(200, "done".into()).await;
    Ok(state.message_count())
}

fn is_not_found(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::ProtocolError(e)
        if matches!(e.kind(), AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND)))
}
