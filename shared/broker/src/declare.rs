//! Making the topology exist, on a channel that is thrown away. Deliberately never deletes, purges or alters
//! anything: what exists differently is reported as [`Mismatch`], with the remedy for an operator. Only an exchange that
//! lacks nothing but our alternate exchange is taken as it is: the platform may have declared it before us.

mod topic;

use domain::Code;
use futures::{FutureExt, TryFutureExt};
use lapin::{
    Channel, Connection, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio_util::sync::CancellationToken;

use crate::{Cause, Config, Error, Mismatch, Topology, config::FRAME_MAX, connection};

/// Deliveries of one message before the broker dead-letters it. Set by us because the default differs: none
/// on RabbitMQ 3.10, 20 on 4.x.
const DELIVERY_LIMIT: i64 = 20;
/// For queues in which messages wait for people. RabbitMQ 4.x would *drop* a message there after 20 returns,
/// and -1 for "no limit" is refused by 3.10, so: a limit nobody reaches.
const NO_DELIVERY_LIMIT: i64 = i32::MAX as i64;
/// Bytes a work queue holds before publishers are told no (nack).
const WORK_BYTES: i64 = 2 << 30;
/// Bytes dead letters and unrouted messages may take.
const PARKED_BYTES: i64 = 2 << 30;

/// How far the stream of statuses reaches back, and how many bytes it may take; whichever is reached first.
const HISTORY_AGE: &str = "400D";
const HISTORY_BYTES: i64 = 20 << 30;
/// Retention drops whole segments, so they must be small against it; the default is 500 MB.
const HISTORY_SEGMENT_BYTES: i64 = 100 << 20;

/// Makes every exchange, queue and binding exist, over a connection of its own. May be called at any time by
/// any number of processes.
///
/// # Errors
/// [`Error::Mismatch`] when something exists with other properties, an exchange without our alternate exchange apart;
/// otherwise as for connecting.
pub async fn declare(config: &Config) -> Result<(), Error> {
    let connection = connection::open(config, "topology", FRAME_MAX).await?;
    let declared = declare_on(&connection, config).await;
    connection::close(connection).await;
    declared
}

/// As [`declare`], for a process that has no other business with the broker and so does not wait for it: tries again, for as
/// long as it takes, until it succeeded or `token` is cancelled. Every consumer and publisher declares by itself as it connects.
pub async fn declare_when_reachable(config: Config, token: CancellationToken) {
    let mut known = None;
    for attempt in 0.. {
        let declared = tokio::select! {
            declared = declare(&config) => declared,
            () = token.cancelled() => return,
        };
        let Err(error) = declared else {
            tracing::info!("the topology is declared");
            return;
        };
        // An outage is one line in the log rather than one per attempt.
        let code = Cause::from(&error).code().map(Code::as_str);
        let error = Some(error.full());
        if known != error {
            tracing::warn!(code, error, "the topology is not declared yet");
            known = error;
        }
        let wait = connection::backoff(attempt, connection::RECONNECT_CAP, rand::random());
        tokio::select! {
            () = token.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// As [`declare`], on a throw-away channel of `connection`: a mismatch closes only that channel.
pub(crate) async fn declare_on(connection: &Connection, config: &Config) -> Result<(), Error> {
    let topology = &config.topology;
    let mut declarer = Declarer::open(connection, config).await?;
    let (dead, unrouted) = (topology.dead(), topology.unrouted());

    for parked in [&dead, &unrouted] {
        declarer.exchange(parked, ExchangeKind::Fanout, &[]).await?;
        declarer.queue(parked, &parked_arguments()).await?;
        declarer.bind(parked, parked, "").await?;
    }
    for name in [topology.events(), topology.greenhouse_events()] {
        topic::declare(&mut declarer, &name, &unrouted).await?;
    }
    for (name, key) in topology.work_queues() {
        declarer.queue(&name, &work_arguments(&dead)).await?;
        declarer.bind(&name, &topology.events(), key).await?;
    }
    let history = topology.status_history();
    declarer.queue(&history, &history_arguments()).await?;
    for key in Topology::told_of_statuses() {
        let events = topology.greenhouse_events();
        declarer.bind(&history, &events, key).await?;
    }
    declarer.close().await
}

/// Declares on a throw-away channel. Each request has the time limit to itself: on a slow line all of them together take
/// long, which is no outage.
struct Declarer<'a> {
    connection: &'a Connection,
    config: &'a Config,
    channel: Channel,
}

impl<'a> Declarer<'a> {
    async fn open(connection: &'a Connection, config: &'a Config) -> Result<Self, Error> {
        let channel = connection::channel(connection, config).await?;
        Ok(Self {
            connection,
            config,
            channel,
        })
    }

    /// Goes on after the broker closed the channel over a mismatch.
    async fn reopen(&mut self) -> Result<(), Error> {
        self.channel = connection::channel(self.connection, self.config).await?;
        Ok(())
    }

    async fn exchange(
        &self,
        name: &str,
        kind: ExchangeKind,
        arguments: &[Argument],
    ) -> Result<(), Error> {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let what = match kind {
            ExchangeKind::Fanout => "a durable fanout exchange",
            _ => "a durable topic exchange",
        };
        let table = table(arguments);
        let declared = self
            .channel
            .exchange_declare(short(name)?, kind, options, table);
        let declared = declared.map_err(|e| refine(e, "exchange", name, what, arguments));
        connection::in_time(self.config, declared).await
    }

    /// Asks whether a topic exchange is there, however it was declared.
    async fn exists(&self, exchange: &str) -> Result<(), Error> {
        let options = ExchangeDeclareOptions {
            passive: true,
            ..Default::default()
        };
        let (name, kind) = (short(exchange)?, ExchangeKind::Topic);
        let asked = self
            .channel
            .exchange_declare(name, kind, options, FieldTable::default());
        connection::in_time(self.config, asked.map_err(Error::from_lapin)).await
    }

    async fn queue(&self, name: &str, arguments: &[Argument]) -> Result<(), Error> {
        let options = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        let table = table(arguments);
        let declared = self.channel.queue_declare(short(name)?, options, table);
        let declared = declared.map_err(|e| refine(e, "queue", name, "a durable queue", arguments));
        connection::in_time(self.config, declared).await.map(drop)
    }

    async fn bind(&self, queue: &str, exchange: &str, key: &str) -> Result<(), Error> {
        let options = QueueBindOptions::default();
        let (queue, exchange, key) = (short(queue)?, short(exchange)?, short(key)?);
        let bound = self
            .channel
            .queue_bind(queue, exchange, key, options, FieldTable::default());
        connection::in_time(self.config, bound.map_err(Error::from_lapin)).await
    }

    async fn close(self) -> Result<(), Error> {
        let closing = self.channel.close(200, "done".into());
        // What cannot be closed is gone already.
        connection::in_time(self.config, closing.map(|_| Ok(()))).await
    }
}

type Argument = (&'static str, AMQPValue);

/// At-least-once dead lettering needs `reject-publish`: with `drop-head` RabbitMQ silently falls back to
/// at-most-once.
fn work_arguments(dead: &str) -> Vec<Argument> {
    vec![
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", AMQPValue::LongLongInt(DELIVERY_LIMIT)),
        ("x-dead-letter-exchange", text(dead)),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
        ("x-max-length-bytes", AMQPValue::LongLongInt(WORK_BYTES)),
    ]
}

/// A full parking queue refuses rather than forgets: its publishers see a nack and keep what they have.
fn parked_arguments() -> Vec<Argument> {
    vec![
        ("x-queue-type", text("quorum")),
        (
            "x-delivery-limit",
            AMQPValue::LongLongInt(NO_DELIVERY_LIMIT),
        ),
        ("x-overflow", text("reject-publish")),
        ("x-max-length-bytes", AMQPValue::LongLongInt(PARKED_BYTES)),
    ]
}

/// A stream keeps what was read, for whoever comes next; readers do not disturb each other.
fn history_arguments() -> Vec<Argument> {
    vec![
        ("x-queue-type", text("stream")),
        ("x-max-age", text(HISTORY_AGE)),
        ("x-max-length-bytes", AMQPValue::LongLongInt(HISTORY_BYTES)),
        (
            "x-stream-max-segment-size-bytes",
            AMQPValue::LongLongInt(HISTORY_SEGMENT_BYTES),
        ),
    ]
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn table(arguments: &[Argument]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert((*name).into(), value.clone());
    }
    table
}

fn short(name: &str) -> Result<ShortString, Error> {
    ShortString::try_new(name).map_err(|e| Error::Refused(format!("name '{name}': {e}")))
}

/// Turns 406 PRECONDITION_FAILED into [`Mismatch`]; anything else stays what it is.
fn refine(
    error: lapin::Error,
    kind: &'static str,
    name: &str,
    what: &str,
    arguments: &[Argument],
) -> Error {
    let broker_said = match error.kind() {
        lapin::ErrorKind::ProtocolError(e)
            if matches!(
                e.kind(),
                AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED)
            ) =>
        {
            e.get_message().to_string()
        }
        _ => return Error::from_lapin(error),
    };
    let arguments: Vec<_> = arguments
        .iter()
        .map(|(k, v)| format!("{k}={}", shown(v)))
        .collect();
    let expected = match arguments.is_empty() {
        true => what.to_owned(),
        false => format!("{what} with {}", arguments.join(", ")),
    };
    let remedy = remedy(kind, name);
    Error::Mismatch(Box::new(Mismatch {
        kind,
        name: name.to_owned(),
        expected,
        broker_said,
        remedy,
    }))
}

fn remedy(kind: &str, name: &str) -> String {
    match kind {
        "queue" => format!(
            "let '{name}' run empty (or move its messages with a shovel), delete it, and start the bridge again, which declares it anew"
        ),
        _ => format!(
            "delete exchange '{name}' in a quiet moment, start the bridge, which declares it anew, and let whoever else declares it use the same properties or declare it passively"
        ),
    }
}

fn shown(value: &AMQPValue) -> String {
    match value {
        AMQPValue::LongString(text) => text.to_string(),
        AMQPValue::LongLongInt(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_queue_relies_on_the_brokers_default_delivery_limit() {
        for arguments in [work_arguments("dead"), parked_arguments()] {
            assert!(
                arguments
                    .iter()
                    .any(|(name, _)| *name == "x-delivery-limit")
            );
        }
    }
}
