//! Wraps a delivery nobody can use as a message for the dead-letter queue: the same bytes, the original
//! headers under their own names, and `dl-*` headers that say why. Publishing it, and acknowledging the
//! original only after the confirm, is the caller's work.
//!
//! The broker dead-letters by itself as well (delivery limit); those messages carry `x-death` and no `dl-*`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use lapin::{protocol::BasicProperties, types::FieldTable};
use sha2::{Digest, Sha256};

use crate::{
    Delivery, Outbound, Topology, headers,
    outbound::{Carried, MAX_HEADER_BYTES},
};

/// Longest value of a `dl-*` header, in bytes.
const MAX_VALUE: usize = 1024;

/// Why a message is dead; the value of `dl-reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The bytes are not a valid event.
    Malformed,
    /// An event type or major version this build does not know.
    UnknownVersion,
    /// The body is over the limit.
    TooLarge,
}

impl Reason {
    /// The value of `dl-reason`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownVersion => "unknown_version",
            Self::TooLarge => "too_large",
        }
    }
}

/// What is known about a dead message beyond the message itself.
#[derive(Clone, Debug)]
pub struct DeadLetter<'a> {
    /// Why.
    pub reason: Reason,
    /// Stable name of the error, e.g. a `domain::Code`.
    pub class: &'a str,
    /// One sentence for people. Credentials in it are struck out; everything else is written as given.
    pub detail: &'a str,
    /// Where in the body, as a JSON path.
    pub path: Option<&'a str>,
    /// Service that gave up.
    pub service: &'a str,
    /// Replica that gave up.
    pub instance: &'a str,
    /// Program and version that gave up.
    pub image: &'a str,
    /// Tenant, once it is known and trusted.
    pub tenant: Option<&'a str>,
    /// CloudEvents subject, by which messages are kept in order.
    pub ordering_key: Option<&'a str>,
}

/// The message to publish in place of `delivery`: to the exchange `greenhouse.dead`, under the original
/// routing key and `message_id`.
#[must_use]
pub fn dead_letter(topology: &Topology, delivery: &Delivery, why: &DeadLetter<'_>) -> Outbound {
    let cut = |(name, value): (&str, String)| (name.to_owned(), truncated(&value).to_owned());
    let mut told: BTreeMap<String, String> = told(delivery, why).into_iter().map(cut).collect();
    let room = MAX_HEADER_BYTES.saturating_sub(headers::size_of(&told));
    let (kept, omitted) = keep(delivery.properties.headers().as_ref(), room);
    if omitted > 0 {
        told.insert("dl-headers-omitted-bytes".to_owned(), omitted.to_string());
    }
    Outbound {
        exchange: topology.dead(),
        routing_key: delivery.routing_key.clone(),
        message_id: delivery.message_id.clone().unwrap_or_default(),
        type_: delivery.type_.clone().unwrap_or_default(),
        content_type: delivery.content_type.clone().unwrap_or_default(),
        headers: told,
        body: delivery.body.clone(),
        timestamp: delivery.timestamp,
        persistent: true,
        carried: Carried(carry(&delivery.properties, kept)),
    }
}

/// The `dl-*` headers.
fn told(delivery: &Delivery, why: &DeadLetter<'_>) -> Vec<(&'static str, String)> {
    // Without the detail, which may name one message: equal faults get equal fingerprints.
    let path = why.path.unwrap_or_default();
    let fingerprint = format!("{}:{}:{path}", why.reason.as_str(), why.class);
    let dead_at = now();
    // A replayed message was dead before.
    let first_seen = delivery.headers.get("dl-first-seen");
    let first_seen = first_seen.filter(|time| DateTime::parse_from_rfc3339(time).is_ok());
    let mut told = vec![
        ("dl-version", "1".to_owned()),
        ("dl-reason", why.reason.as_str().to_owned()),
        ("dl-error-class", why.class.to_owned()),
        ("dl-error-detail", scrubbed(why.detail)),
        ("dl-fingerprint", fingerprint),
        ("dl-service", why.service.to_owned()),
        ("dl-instance", why.instance.to_owned()),
        ("dl-image", why.image.to_owned()),
        ("dl-source-queue", delivery.queue.to_string()),
        ("dl-exchange", delivery.exchange.clone()),
        ("dl-routing-key", delivery.routing_key.clone()),
        (
            "dl-attempts",
            (u64::from(delivery.delivery_count) + 1).to_string(),
        ),
        ("dl-first-seen", first_seen.unwrap_or(&dead_at).to_owned()),
        ("dl-dead-at", dead_at),
        ("dl-body-sha256", hex(&Sha256::digest(&delivery.body))),
    ];
    let optional = [
        ("dl-path", why.path),
        ("dl-tenant", why.tenant),
        ("dl-ordering-key", why.ordering_key),
        ("dl-schema", delivery.type_.as_deref()),
    ];
    told.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_owned()))),
    );
    told
}

/// The original headers to pass on, and how many bytes of them had to stay behind: beyond `room` they would no longer fit
/// one frame with ours.
fn keep(original: Option<&FieldTable>, room: usize) -> (FieldTable, usize) {
    let mut kept = FieldTable::default();
    for (name, value) in original.into_iter().flatten() {
        if !headers::is_brokers_own(name.as_str()) && !is_forged(name.as_str()) {
            kept.insert(name.clone(), value.clone());
        }
    }
    match headers::size(&kept) {
        size if size > room => (FieldTable::default(), size),
        _ => (kept, 0),
    }
}

/// Our own headers on an incoming message would be believed where we do not overwrite them. Only what a replay
/// legitimately carries passes.
fn is_forged(name: &str) -> bool {
    name.starts_with("dl-") && !matches!(name, "dl-redrive-count" | "dl-parent-message-id")
}

/// Properties that keep their meaning. Left out: `expiration`, which would let the dead letter vanish, and
/// `user_id`, which the broker compares with whoever publishes.
fn carry(original: &BasicProperties, table: FieldTable) -> BasicProperties {
    let mut kept = BasicProperties::default().with_headers(table);
    if let Some(value) = original.content_encoding() {
        kept = kept.with_content_encoding(value.clone());
    }
    if let Some(value) = original.correlation_id() {
        kept = kept.with_correlation_id(value.clone());
    }
    if let Some(value) = original.reply_to() {
        kept = kept.with_reply_to(value.clone());
    }
    if let Some(value) = original.app_id() {
        kept = kept.with_app_id(value.clone());
    }
    if let Some(value) = original.priority() {
        kept = kept.with_priority(*value);
    }
    kept
}

/// Strikes out what follows an authentication scheme and the user part of an address.
fn scrubbed(detail: &str) -> String {
    let mut words = Vec::new();
    let mut secret_follows = false;
    for word in detail.split(' ') {
        let is_secret = std::mem::replace(
            &mut secret_follows,
            word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic"),
        );
        words.push(match (is_secret, word.split_once("://"), word.rfind('@')) {
            (true, _, _) => "***".to_owned(),
            (false, Some((scheme, _)), Some(at)) => format!("{scheme}://***{}", &word[at..]),
            _ => word.to_owned(),
        });
    }
    words.join(" ")
}

fn truncated(value: &str) -> &str {
    &value[..value.floor_char_boundary(MAX_VALUE)]
}

fn now() -> String {
    DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lapin::types::AMQPValue;

    const WHY: DeadLetter<'static> = DeadLetter {
        reason: Reason::Malformed,
        class: "missing_field",
        detail: "no tenant",
        path: Some("$.tenantid"),
        service: "introductions",
        instance: "i-1",
        image: "bridge:1.0.0",
        tenant: Some("acme"),
        ordering_key: Some("c-1"),
    };

    fn delivery(body: &[u8], table: FieldTable) -> Delivery {
        let mut message = lapin::message::Delivery::mock(
            7,
            "intrro.events".into(),
            "intrro.events.v1.X".into(),
            false,
            body.to_vec(),
        );
        message.properties = BasicProperties::default()
            .with_message_id("e-1".into())
            .with_headers(table);
        Delivery::from_lapin(message, &"greenhouse.introductions".into())
    }

    #[test]
    fn every_header_says_what_it_should() {
        let letter = dead_letter(
            &Topology::default(),
            &delivery(b"{}", FieldTable::default()),
            &WHY,
        );
        let expected = [
            ("dl-version", "1"),
            ("dl-reason", "malformed"),
            ("dl-error-class", "missing_field"),
            ("dl-error-detail", "no tenant"),
            ("dl-fingerprint", "malformed:missing_field:$.tenantid"),
            ("dl-service", "introductions"),
            ("dl-instance", "i-1"),
            ("dl-image", "bridge:1.0.0"),
            ("dl-tenant", "acme"),
            ("dl-ordering-key", "c-1"),
            ("dl-source-queue", "greenhouse.introductions"),
            ("dl-exchange", "intrro.events"),
            ("dl-routing-key", "intrro.events.v1.X"),
            ("dl-attempts", "1"),
            ("dl-path", "$.tenantid"),
            (
                "dl-body-sha256",
                "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            ),
        ];
        for (name, value) in expected {
            assert_eq!(letter.headers[name], value, "{name}");
        }
        let (first_seen, dead_at) = ("dl-first-seen", "dl-dead-at");
        assert_eq!(letter.headers[first_seen], letter.headers[dead_at]);
        assert_eq!(
            letter.headers.len(),
            expected.len() + 2,
            "and when: {:?}",
            letter.headers
        );
        assert_eq!(
            (letter.exchange.as_str(), letter.message_id.as_str()),
            ("greenhouse.dead", "e-1")
        );
    }

    #[test]
    fn a_replayed_message_keeps_the_time_at_which_it_first_died() {
        let first = "2026-03-01T12:00:00.000Z";
        let mut table = FieldTable::default();
        table.insert("dl-first-seen".into(), AMQPValue::LongString(first.into()));
        let letter = dead_letter(&Topology::default(), &delivery(b"{}", table), &WHY);
        assert_eq!(letter.headers["dl-first-seen"], first);
        assert_ne!(letter.headers["dl-dead-at"], first);
    }

    #[test]
    fn the_brokers_counters_stay_behind_and_foreign_types_stay_typed() {
        let mut table = FieldTable::default();
        table.insert(
            "x-death".into(),
            AMQPValue::FieldTable(FieldTable::default()),
        );
        table.insert("x-delivery-count".into(), AMQPValue::LongLongInt(4));
        table.insert("number".into(), AMQPValue::LongInt(5));
        let letter = dead_letter(&Topology::default(), &delivery(b"", table), &WHY);
        let kept = letter.carried.0.headers().clone().unwrap();
        assert_eq!(kept.inner().len(), 1);
        assert_eq!(kept.inner().get("number"), Some(&AMQPValue::LongInt(5)));
        assert_eq!(letter.headers["dl-attempts"], "5");
    }

    #[test]
    fn headers_that_would_burst_the_frame_stay_behind_and_are_counted() {
        let mut table = FieldTable::default();
        table.insert(
            "bomb".into(),
            AMQPValue::LongString(vec![b'x'; 120_000].into()),
        );
        let letter = dead_letter(&Topology::default(), &delivery(b"{}", table), &WHY);
        assert!(
            letter.headers["dl-headers-omitted-bytes"]
                .parse::<usize>()
                .unwrap()
                > 120_000
        );
        assert!(letter.encode().is_ok());
    }

    #[test]
    fn no_more_headers_are_kept_than_fit_beside_ours() {
        let text = "x".repeat(2 * MAX_VALUE);
        let why = DeadLetter {
            detail: &text,
            path: Some(&text),
            tenant: Some(&text),
            ordering_key: Some(&text),
            ..WHY
        };
        let with_own = |bytes: usize| {
            let mut table = FieldTable::default();
            let long = AMQPValue::LongString(vec![b'x'; bytes].into());
            table.insert("long".into(), long);
            dead_letter(&Topology::default(), &delivery(b"{}", table), &why)
        };
        let ours = headers::size_of(&with_own(0).headers);
        let most = MAX_HEADER_BYTES - ours - ("long".len() + 2 + 4);
        for (bytes, is_kept) in [(most, true), (most + 1, false)] {
            let letter = with_own(bytes);
            let omitted = letter.headers.contains_key("dl-headers-omitted-bytes");
            assert_eq!(omitted, !is_kept, "{bytes}");
            assert!(letter.encode().is_ok());
        }
    }

    #[test]
    fn long_details_are_cut_between_characters_and_credentials_struck_out() {
        let detail = format!(
            "Authorization: Bearer tok-123 at amqp://u:pw@h/ {}",
            "é".repeat(2000)
        );
        let why = DeadLetter {
            detail: &detail,
            ..WHY
        };
        let letter = dead_letter(
            &Topology::default(),
            &delivery(b"{}", FieldTable::default()),
            &why,
        );
        let shown = &letter.headers["dl-error-detail"];
        assert!(shown.len() <= MAX_VALUE && !shown.contains("tok-123") && !shown.contains("pw"));
    }
}
