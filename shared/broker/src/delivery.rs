//! One message as it came from the queue. Carries no way to settle it: a [`crate::Batch`] is settled as a whole.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use lapin::{protocol::BasicProperties, types::FieldTable};

use crate::headers;

/// A message that was delivered this often may be what kills its consumers, and is handed out alone.
const SUSPECT: u32 = 2;

/// One delivered message. `Debug` shows neither body nor headers: both may be about people.
#[derive(Clone)]
pub struct Delivery {
    /// The body, untouched.
    pub body: Bytes,
    /// Headers with a plain value, as text. Nested ones (`x-death`) are only in the copy a dead letter carries.
    pub headers: BTreeMap<String, String>,
    /// AMQP `content_type`.
    pub content_type: Option<String>,
    /// AMQP `message_id`, for us the event id.
    pub message_id: Option<String>,
    /// AMQP `type`, for us the event type.
    pub type_: Option<String>,
    /// AMQP `timestamp`, seconds since 1970.
    pub timestamp: Option<u64>,
    /// Queue it was taken from.
    pub queue: Arc<str>,
    /// Exchange it was published to.
    pub exchange: String,
    /// Routing key it was published with.
    pub routing_key: String,
    /// The broker delivered it before, to us or somebody else.
    pub redelivered: bool,
    /// How often it was delivered before and came back, 0 at first. From `x-delivery-count`, and on RabbitMQ
    /// 4.3, where that counts only failures, from `x-acquired-count`. A hint: it restarts when republished.
    pub delivery_count: u32,
    pub(crate) properties: BasicProperties,
}

impl Delivery {
    pub(crate) fn from_lapin(message: lapin::message::Delivery, queue: &Arc<str>) -> Self {
        let properties = message.properties;
        Self {
            body: message.data.into(),
            headers: properties
                .headers()
                .as_ref()
                .map(headers::to_strings)
                .unwrap_or_default(),
            content_type: owned(properties.content_type().as_ref()),
            message_id: owned(properties.message_id().as_ref()),
            type_: owned(properties.kind().as_ref()),
            timestamp: *properties.timestamp(),
            queue: Arc::clone(queue),
            exchange: message.exchange.into(),
            routing_key: message.routing_key.into(),
            redelivered: message.redelivered,
            delivery_count: delivery_count(&properties),
            properties,
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("queue", &self.queue)
            .field("message_id", &self.message_id)
            .field("type", &self.type_)
            .field("bytes", &self.body.len())
            .field("delivery_count", &self.delivery_count)
            .finish_non_exhaustive()
    }
}

/// Whether this message must not share a batch, or a prefetch window, with others.
pub(crate) fn is_suspect(message: &lapin::message::Delivery) -> bool {
    message.redelivered && delivery_count(&message.properties) >= SUSPECT
}

fn owned(text: Option<&lapin::types::ShortString>) -> Option<String> {
    text.map(|t| t.as_str().to_owned())
}

fn delivery_count(properties: &BasicProperties) -> u32 {
    let Some(table) = properties.headers() else {
        return 0;
    };
    let returned = counter(table, "x-delivery-count");
    // Counts this delivery as well.
    let acquired = counter(table, "x-acquired-count").saturating_sub(1);
    returned.max(acquired)
}

fn counter(table: &FieldTable, name: &str) -> u32 {
    let value = table
        .inner()
        .get(name)
        .and_then(headers::integer)
        .unwrap_or(0);
    u32::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lapin::types::AMQPValue;

    fn counted(name: &str, count: i64) -> u32 {
        let mut table = FieldTable::default();
        table.insert(name.into(), AMQPValue::LongLongInt(count));
        delivery_count(&BasicProperties::default().with_headers(table))
    }

    #[test]
    fn both_generations_of_brokers_are_understood() {
        assert_eq!(counted("x-delivery-count", 3), 3);
        assert_eq!(counted("x-acquired-count", 1), 0);
        assert_eq!(counted("x-acquired-count", 3), 2);
        assert_eq!(counted("x-delivery-count", -1), 0);
        assert_eq!(delivery_count(&BasicProperties::default()), 0);
    }

    #[test]
    fn debug_shows_neither_body_nor_headers() {
        let mut message = lapin::message::Delivery::mock(
            1,
            "e".into(),
            "k".into(),
            false,
            b"Ada Lovelace".to_vec(),
        );
        let mut table = FieldTable::default();
        table.insert("who".into(), AMQPValue::LongString("Ada".into()));
        message.properties = message.properties.with_headers(table);
        let shown = format!("{:?}", Delivery::from_lapin(message, &"q".into()));
        assert!(
            !shown.contains("Ada") && shown.contains("bytes: 12"),
            "{shown}"
        );
    }
}
