//! Publishes many messages at once on one confirm channel and tells what became of each.
//!
//! lapin 4.12.3 attaches a returned message to whichever confirm completes next (`acknowledgement.rs` pops a
//! FIFO), so one message's own confirmation says nothing about *that* message having been returned. Here the
//! whole wave is awaited and then every return is matched by what it carries.

use std::collections::HashMap;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use lapin::{
    Channel, Confirmation, ErrorKind,
    message::BasicReturnMessage,
    options::BasicPublishOptions,
    protocol::{AMQPErrorKind, AMQPSoftError, BasicProperties},
    types::ShortString,
};
use tokio::time::{Instant, timeout_at};

use crate::{Outbound, Outcome, Topology};

/// What a return is recognised by. Two messages that share all three are routed alike, so it does not matter
/// which of them a return is counted for: it counts for both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    exchange: ShortString,
    routing_key: ShortString,
    message_id: Option<ShortString>,
}

type Answer = (u64, usize, lapin::Result<Confirmation>);

/// A confirm channel with the publishes that are still unanswered, of this wave and of earlier ones that
/// timed out.
pub(crate) struct Waves {
    channel: Channel,
    number: u64,
    unanswered: FuturesUnordered<BoxFuture<'static, Answer>>,
}

/// How a wave ended, beyond the outcomes.
#[derive(Debug)]
pub(crate) enum Verdict {
    Answered,
    TimedOut,
    /// The channel or connection is of no more use.
    Broken(lapin::Error),
}

/// One wave while it is being answered.
struct Wave {
    keys: Vec<Option<Key>>,
    outcomes: Vec<Option<Outcome>>,
    open: usize,
    returned: Vec<BasicReturnMessage>,
    error: Option<lapin::Error>,
}

impl Waves {
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            channel,
            number: 0,
            unanswered: FuturesUnordered::new(),
        }
    }

    /// Sends all of `messages`, in their order, and waits for every answer or `deadline`.
    pub(crate) async fn publish(
        &mut self,
        messages: Vec<Outbound>,
        deadline: Instant,
        topology: &Topology,
    ) -> (Vec<Outcome>, Verdict) {
        self.number += 1;
        let mut wave = self.send(messages);
        let in_time = timeout_at(deadline, self.answers(&mut wave)).await.is_ok();
        // A return of this wave may have been attached to an answer that is there but not yet looked at.
        while let Some(Some(answer)) = self.unanswered.next().now_or_never() {
            wave.note(answer, self.number);
        }
        let error = wave.error.take();
        let outcomes = wave.judge(error.as_ref(), topology);
        match (error, in_time) {
            (Some(error), _) => (outcomes, Verdict::Broken(error)),
            (None, true) => (outcomes, Verdict::Answered),
            (None, false) => (outcomes, Verdict::TimedOut),
        }
    }

    /// Puts every message into lapin's queue. Each future is polled once, here and in order: the first poll
    /// is what assigns the delivery tag and queues the frames.
    fn send(&mut self, messages: Vec<Outbound>) -> Wave {
        let mut wave = Wave::of(messages.len());
        for (index, message) in messages.into_iter().enumerate() {
            let encoded = match message.encode() {
                Ok(encoded) => encoded,
                Err(why) => {
                    wave.outcomes[index] = Some(Outcome::Returned {
                        code: 0,
                        text: why.to_owned(),
                    });
                    continue;
                }
            };
            let key = Key {
                exchange: encoded.exchange,
                routing_key: encoded.routing_key,
                message_id: encoded.properties.message_id().clone(),
            };
            let publish = publish_one(
                self.channel.clone(),
                key.clone(),
                encoded.properties,
                encoded.body,
            );
            let number = self.number;
            let mut answer = async move { (number, index, publish.await) }.boxed();
            wave.keys[index] = Some(key);
            wave.open += 1;
            match (&mut answer).now_or_never() {
                Some(answer) => wave.note(answer, number),
                None => self.unanswered.push(answer),
            }
        }
        wave
    }

    async fn answers(&mut self, wave: &mut Wave) {
        while wave.open > 0 {
            let Some(answer) = self.unanswered.next().await else {
                return;
            };
            wave.note(answer, self.number);
        }
    }
}

async fn publish_one(
    channel: Channel,
    key: Key,
    properties: BasicProperties,
    body: Bytes,
) -> lapin::Result<Confirmation> {
    let mandatory = BasicPublishOptions {
        mandatory: true,
        immediate: false,
    };
    let sent = channel.basic_publish(key.exchange, key.routing_key, mandatory, &body, properties);
    sent.await?.await
}

impl Wave {
    fn of(count: usize) -> Self {
        Self {
            keys: vec![None; count],
            outcomes: vec![None; count],
            open: 0,
            returned: Vec::new(),
            error: None,
        }
    }

    /// Notes an answer; one for an earlier wave comes too late for an outcome, but may carry our return.
    fn note(&mut self, (number, index, answer): Answer, current: u64) {
        let ours = number == current;
        if ours {
            self.open -= 1;
        }
        let (outcome, returned) = match answer {
            Ok(Confirmation::Ack(returned)) => (Outcome::Confirmed, returned),
            Ok(Confirmation::Nack(returned)) => (Outcome::Nacked, returned),
            // Cannot be: the channel is in confirm mode. Not a promise by the broker, in any case.
            Ok(Confirmation::NotRequested) => (Outcome::Unknown, None),
            Err(error) => {
                self.error.get_or_insert(error);
                return;
            }
        };
        self.returned.extend(returned);
        if ours {
            self.outcomes[index] = Some(outcome);
        }
    }

    fn judge(self, error: Option<&lapin::Error>, topology: &Topology) -> Vec<Outcome> {
        let returned: HashMap<_, _> = self.returned.into_iter().map(keyed).collect();
        let answers = self.outcomes.into_iter().zip(self.keys);
        answers
            .map(|(outcome, key)| match (outcome, key) {
                (Some(Outcome::Confirmed), Some(key)) => {
                    returned.get(&key).cloned().unwrap_or(Outcome::Confirmed)
                }
                (Some(outcome), _) => outcome,
                (None, Some(key)) => refusal(error, &key, topology).unwrap_or(Outcome::Unknown),
                (None, None) => Outcome::Unknown,
            })
            .collect()
    }
}

fn keyed(message: BasicReturnMessage) -> (Key, Outcome) {
    let delivery = message.delivery;
    let key = Key {
        message_id: delivery.properties.message_id().clone(),
        exchange: delivery.exchange,
        routing_key: delivery.routing_key,
    };
    let text = message.reply_text.to_string();
    (
        key,
        Outcome::Returned {
            code: message.reply_code,
            text,
        },
    )
}

/// The broker closes the channel over one message with a bad exchange, and names it: that message must not
/// keep the rest of its batch unanswered for ever.
fn refusal(error: Option<&lapin::Error>, key: &Key, topology: &Topology) -> Option<Outcome> {
    let ErrorKind::ProtocolError(error) = error?.kind() else {
        return None;
    };
    let (code, text) = (error.get_id(), error.get_message().to_string());
    if !text.contains(&format!("exchange '{}'", key.exchange)) {
        return None;
    }
    match error.kind() {
        // One of ours is declared again with the next connection.
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) if topology.owns(key.exchange.as_str()) => {
            Some(Outcome::Nacked)
        }
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND | AMQPSoftError::ACCESSREFUSED) => {
            Some(Outcome::Returned { code, text })
        }
        _ => None,
    }
}
