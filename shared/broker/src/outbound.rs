//! One message to publish and what became of it.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use lapin::{
    protocol::BasicProperties,
    types::{FieldTable, ShortString},
};

use crate::{config::FRAME_MAX, headers};

/// A header frame cannot be split, and RabbitMQ closes the connection on one larger than [`FRAME_MAX`]: that would
/// take every other message of the same wave with it.
pub(crate) const MAX_HEADER_BYTES: usize = FRAME_MAX as usize / 8 * 7;

/// One message to publish. `Debug` shows neither body nor headers: both may be about people.
#[derive(Clone, Default)]
pub struct Outbound {
    /// Exchange, `""` for the default one.
    pub exchange: String,
    /// Routing key.
    pub routing_key: String,
    /// AMQP `message_id`; the consumer's key for recognising repetitions. `""` leaves it out.
    pub message_id: String,
    /// AMQP `type`; `""` leaves it out.
    pub type_: String,
    /// AMQP `content_type`; `""` leaves it out.
    pub content_type: String,
    /// Headers, written as AMQP long strings.
    pub headers: BTreeMap<String, String>,
    /// Body, sent as it is.
    pub body: Bytes,
    /// AMQP `timestamp`, seconds since 1970.
    pub timestamp: Option<u64>,
    /// Survives a broker restart (delivery mode 2).
    pub persistent: bool,
    /// What a dead letter keeps of the message it was made from; `Carried::default()` for any other.
    pub carried: Carried,
}

/// Original headers and properties with their AMQP types, opaque to callers. `headers` win over these.
#[derive(Clone, Default)]
pub struct Carried(pub(crate) BasicProperties);

impl Outbound {
    /// A persistent message without type, headers or timestamp.
    pub fn new(
        exchange: impl Into<String>,
        routing_key: impl Into<String>,
        message_id: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            exchange: exchange.into(),
            routing_key: routing_key.into(),
            message_id: message_id.into(),
            body: body.into(),
            persistent: true,
            ..Self::default()
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("exchange", &self.exchange)
            .field("routing_key", &self.routing_key)
            .field("message_id", &self.message_id)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carried")
    }
}

/// What became of one published message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a message that is not confirmed must not be marked as published"]
pub enum Outcome {
    /// The broker has it in every queue it was routed to. On an exchange with an alternate exchange (both of
    /// ours) that may be `intrro.unrouted`, when nobody has bound a queue: kept, not returned.
    Confirmed,
    /// No queue wanted it, its exchange does not exist or may not be written to, or (code 0) it has no AMQP
    /// form. Sending it again changes nothing before somebody changes the topology or the message.
    Returned {
        /// AMQP reply code, e.g. 312 NO_ROUTE; 0 when it was never sent.
        code: u16,
        /// The broker's words.
        text: String,
    },
    /// The broker said no, e.g. because a queue is full. Try again later.
    Nacked,
    /// No answer: it may or may not have been stored, now or later. Send it again under the same `message_id`.
    Unknown,
}

impl Outcome {
    /// Stable name for metric labels.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Returned { .. } => "returned",
            Self::Nacked => "nacked",
            Self::Unknown => "timeout",
        }
    }
}

/// A message in lapin's terms.
pub(crate) struct Encoded {
    pub(crate) exchange: ShortString,
    pub(crate) routing_key: ShortString,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Bytes,
}

impl Outbound {
    /// The AMQP form, or why there is none: lapin panics on names beyond 255 bytes.
    pub(crate) fn encode(self) -> Result<Encoded, &'static str> {
        let mut properties = self.carried.0;
        let mut table = properties.headers().clone().unwrap_or_default();
        headers::extend(&mut table, &self.headers)?;
        if headers::size(&table) > MAX_HEADER_BYTES {
            return Err("the headers are larger than 56 KiB");
        }
        if table != FieldTable::default() {
            properties = properties.with_headers(table);
        }
        if !self.message_id.is_empty() {
            properties = properties.with_message_id(short(
                self.message_id,
                "message_id is longer than 255 bytes",
            )?);
        }
        if !self.type_.is_empty() {
            properties = properties.with_type(short(self.type_, "type is longer than 255 bytes")?);
        }
        if !self.content_type.is_empty() {
            let value = short(self.content_type, "content_type is longer than 255 bytes")?;
            properties = properties.with_content_type(value);
        }
        if let Some(seconds) = self.timestamp {
            properties = properties.with_timestamp(seconds);
        }
        Ok(Encoded {
            exchange: short(self.exchange, "exchange is longer than 255 bytes")?,
            routing_key: short(self.routing_key, "routing_key is longer than 255 bytes")?,
            properties: properties.with_delivery_mode(if self.persistent { 2 } else { 1 }),
            body: self.body,
        })
    }
}

fn short(text: String, otherwise: &'static str) -> Result<ShortString, &'static str> {
    ShortString::try_new(text).map_err(|_| otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_amqp_cannot_express_is_an_error_not_a_panic() {
        let long = "x".repeat(256);
        assert!(
            Outbound::new("e", long.as_str(), "id", "")
                .encode()
                .is_err()
        );
        assert!(Outbound::new("e", "k", long.as_str(), "").encode().is_err());
        let mut bomb = Outbound::new("e", "k", "id", "");
        bomb.headers
            .insert("h".into(), "x".repeat(MAX_HEADER_BYTES));
        assert!(bomb.encode().is_err());
    }

    #[test]
    fn messages_are_persistent_unless_asked_otherwise() {
        let encoded = Outbound::new("e", "k", "id", "").encode().unwrap();
        assert_eq!(*encoded.properties.delivery_mode(), Some(2));
        assert_eq!(*encoded.properties.headers(), None);
    }
}
