//! Opening, watching and closing one connection, and how long to wait before the next attempt. lapin's own recovery stays off
//! (its default): on 4.12.3 it can leave a consumer silent for ever without an error.

use std::time::Duration;

use futures::{Stream, StreamExt, TryFutureExt};
use lapin::protocol::{AMQPErrorKind, AMQPHardError};
use lapin::{Channel, Connection, ConnectionProperties, ErrorKind, Event};

use crate::{Cause, Config, Error, Monitor};

const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const GOODBYE: Duration = Duration::from_secs(1);
/// Longest pause before connecting again.
pub(crate) const RECONNECT_CAP: Duration = Duration::from_secs(5);

/// Connects once, with frames of at most so many bytes. The address, and with it the password, is read anew.
pub(crate) async fn open(config: &Config, role: &str, frames: u32) -> Result<Connection, Error> {
    let uri = config.current_uri(frames).await?;
    let name = format!("{}/{role}", config.instance);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let connect = Connection::connect_uri(uri, properties);
    in_time(config, connect.map_err(Error::from_lapin)).await
}

/// Opens a channel.
pub(crate) async fn channel(connection: &Connection, config: &Config) -> Result<Channel, Error> {
    in_time(
        config,
        connection.create_channel().map_err(Error::from_lapin),
    )
    .await
}

/// Gives up what the broker does not answer within the connect timeout: a node that lost its quorum keeps the connection
/// alive and declares nothing.
pub(crate) async fn in_time<T>(
    config: &Config,
    asked: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(config.connect_timeout, asked)
        .await
        .map_err(|_| Error::timed_out("no answer within the connect timeout"))?
}

/// Closes for certain: lapin closes a dropped connection only when the last channel is dropped as well, and
/// unsettled batches hold theirs. A broker that does not answer keeps us no longer than a moment; the frame
/// is queued by then, and missed heartbeats end what cannot be written to.
pub(crate) async fn close(connection: Connection) {
    let _ = tokio::time::timeout(GOODBYE, connection.close(200, "done".into())).await;
}

/// Follows the connection's events; returns when it is lost, and why.
pub(crate) async fn lost(
    events: &mut (impl Stream<Item = Event> + Unpin),
    monitor: &Monitor,
) -> (Cause, String) {
    while let Some(event) = events.next().await {
        match event {
            Event::ConnectionBlocked(reason) => {
                tracing::warn!(reason, "the broker blocks this connection");
                monitor.blocked(true);
            }
            Event::ConnectionUnblocked => monitor.blocked(false),
            // lapin reports the exceptions of single channels here as well; those see it themselves.
            Event::Error(error) if !error.is_amqp_soft_error() => {
                return (cause(&error), error.to_string());
            }
            _ => {}
        }
    }
    (Cause::Lost, "the connection ended".to_owned())
}

pub(crate) fn cause(error: &lapin::Error) -> Cause {
    match error.kind() {
        ErrorKind::ProtocolError(error)
            if matches!(error.kind(), AMQPErrorKind::Hard(AMQPHardError::FRAMEERROR)) =>
        {
            Cause::Oversized
        }
        _ => Cause::Lost,
    }
}

/// Full jitter: anything between zero and the doubled, capped step, so that replicas do not return in step.
/// `attempt` counts from 0; `unit` is a random number in `0.0..1.0`.
pub(crate) fn backoff(attempt: u32, cap: Duration, unit: f64) -> Duration {
    let step = BACKOFF_FIRST.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX));
    step.min(cap).mul_f64(unit.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_never_answered_is_given_up() {
        let config = Config::new("amqp://127.0.0.1/%2f".into(), "test").unwrap();
        let never = std::future::pending::<Result<(), Error>>();
        let given_up = in_time(&config, never).await;
        assert!(
            matches!(given_up, Err(Error::Unreachable(_))),
            "{given_up:?}"
        );
    }

    #[test]
    fn waits_double_from_a_fifth_of_a_second_to_five_and_never_exceed_it() {
        assert_eq!(backoff(0, RECONNECT_CAP, 1.0), Duration::from_millis(200));
        assert_eq!(backoff(3, RECONNECT_CAP, 1.0), Duration::from_millis(1600));
        for attempt in [5, 31, 32, 4_000_000] {
            assert_eq!(backoff(attempt, RECONNECT_CAP, 1.0), RECONNECT_CAP);
        }
        assert_eq!(backoff(9, RECONNECT_CAP, 0.0), Duration::ZERO);
    }
}
