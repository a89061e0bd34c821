//! The `data` of an event, from JSON or protobuf, into a command.

use std::borrow::Cow;

use prost::Message;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::{Reason, Refusal};
use crate::event::Reader;
use crate::{Command, Kind};

/// The data as it came, its encoding known.
pub(super) enum Data<'a> {
    /// JSON text.
    Json(Cow<'a, str>),
    /// Protobuf bytes.
    Protobuf(Cow<'a, [u8]>),
}

/// Reads the data of a command of this kind.
pub(super) fn read(kind: Kind, data: Data<'_>) -> Result<Command, Refusal> {
    match data {
        Data::Json(text) => Command::read(kind, Json(&text)),
        Data::Protobuf(bytes) => Command::read(kind, Protobuf(&bytes)),
    }
}

struct Json<'a>(&'a str);

impl Reader for Json<'_> {
    type Error = Refusal;

    fn read<M: Message + Default + DeserializeOwned>(self) -> Result<M, Refusal> {
        // The path costs an allocation per key, so only what fails is read a second time to learn it.
        serde_json::from_str(self.0).or_else(|_| {
            let mut deserializer = serde_json::Deserializer::from_str(self.0);
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
                let path = path(&error.path().to_string());
                refuse(self.0, &error.into_inner(), path)
            })
        })
    }
}

struct Protobuf<'a>(&'a [u8]);

impl Reader for Protobuf<'_> {
    type Error = Refusal;

    /// By way of JSON, which knows more rules than protobuf (times within the years 1 to 9999, enum values that exist,
    /// depth): one set of rules for both, at a price only the rarer encoding pays.
    fn read<M: Message + Default + Serialize + DeserializeOwned>(self) -> Result<M, Refusal> {
        let message = M::decode(self.0).map_err(|_| {
            Refusal::at(
                Reason::MalformedBody,
                "$.data",
                "not the protobuf bytes of this message",
            )
        })?;
        let text = serde_json::to_string(&message).map_err(|_| {
            Refusal::at(
                Reason::InvalidField,
                "$.data",
                "holds a value that JSON cannot write",
            )
        })?;
        Json(&text).read()
    }
}

/// The path from the event's root. Below custom fields the names are the sender's, so it ends there.
fn path(below_data: &str) -> String {
    let known = ["customFields", "custom_fields"].iter().find_map(|name| {
        let at = below_data.find(name)?;
        below_data.get(..at + name.len())
    });
    match known.unwrap_or(below_data) {
        "." => "$.data".to_owned(),
        path => format!("$.data.{path}"),
    }
}

fn refuse(text: &str, error: &serde_json::Error, path: String) -> Refusal {
    match error.classify() {
        Category::Data => Refusal::at(Reason::InvalidField, path, expectation(&error.to_string())),
        Category::Syntax | Category::Eof | Category::Io => {
            // Members that the contract does not know are skipped; what breaks off in one of them has the sender's names in
            // its path.
            let path = match serde_json::from_str::<IgnoredAny>(text) {
                Ok(IgnoredAny) => path,
                Err(_) => "$.data".to_owned(),
            };
            Refusal::at(Reason::MalformedBody, path, "not readable as JSON")
        }
    }
}

/// The part of serde's message that speaks of the contract. The rest quotes the value, which may be somebody's name;
/// a value can also contain the separator, so only what follows the last one counts.
fn expectation(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(text, _)| text);
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("duplicate field") => "given twice".to_owned(),
        None => OWN_WORDS
            .iter()
            .find(|words| message.starts_with(**words))
            .map_or_else(
                || "not what the contract says".to_owned(),
                |words| (*words).to_owned(),
            ),
    }
}

/// Messages of our own readers, without values.
const OWN_WORDS: [&str; 2] = ["contains U+0000", "nested more than 16 levels deep"];

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: Kind, text: &str) -> Refusal {
        read(kind, Data::Json(text.into())).unwrap_err()
    }

    #[test]
    fn the_path_leads_to_the_field_and_the_detail_shows_no_value() {
        let refusal = refused(
            Kind::IntroductionAccepted,
            r#"{"candidate":{"emails":[{"value":"a@x.example"},{"value":{"secret":1}}]}}"#,
        );
        assert_eq!(refusal.reason, Reason::InvalidField);
        assert_eq!(
            refusal.path.as_deref(),
            Some("$.data.candidate.emails[1].value")
        );
        assert_eq!(refusal.detail, "expected a text");

        let text = r#"{"jobIds":["1","ann, expected ben@x.example"]}"#;
        let refusal = refused(Kind::IntroductionAccepted, text);
        assert_eq!(refusal.path.as_deref(), Some("$.data.jobIds[1]"));
        assert_eq!(refusal.detail, "expected a whole number");
    }

    #[test]
    fn names_of_custom_fields_are_kept_out_of_the_path() {
        let text = r#"{"customFields":{"Ann Example":"\u0000"}}"#;
        let refusal = refused(Kind::IntroductionAccepted, text);
        assert_eq!(refusal.path.as_deref(), Some("$.data.customFields"));
        assert_eq!(refusal.detail, "contains U+0000");
    }

    #[test]
    fn names_that_only_the_sender_knows_are_kept_out_of_the_path() {
        let broken = r#"{"requestId":"r","Ann\u0000Example":[}"#;
        let refusal = refused(Kind::JobsRefreshRequested, broken);
        assert_eq!(refusal.reason, Reason::MalformedBody);
        assert_eq!(refusal.path.as_deref(), Some("$.data"));
        let half_a_character = r#"{"requestId":"\ud800","Ann Example":["\ud800"]}"#;
        let refusal = refused(Kind::JobsRefreshRequested, half_a_character);
        assert_eq!(refusal.reason, Reason::MalformedBody);
        assert_eq!(refusal.path.as_deref(), Some("$.data.requestId"));
    }

    #[test]
    fn an_enum_value_nobody_knows_is_refused_with_those_that_exist() {
        let refusal = refused(
            Kind::JobsRefreshRequested,
            r#"{"requestId":"r","scope":"HALF"}"#,
        );
        assert_eq!(refusal.path.as_deref(), Some("$.data.scope"));
        assert!(refusal.detail.contains("CHANGED"), "{}", refusal.detail);
    }

    #[test]
    fn the_name_of_an_enum_value_may_be_written_in_any_case() {
        for scope in ["FULL", "full", "Full"] {
            let text = format!(r#"{{"requestId":"r","scope":"{scope}"}}"#);
            let command = read(Kind::JobsRefreshRequested, Data::Json(text.into())).unwrap();
            let Command::JobsRefreshRequested(request) = command else {
                panic!("another kind")
            };
            assert_eq!(request.scope(), crate::Scope::Full, "{scope}");
        }
    }

    #[test]
    fn depth_ends_in_a_refusal() {
        let deep = format!("{{\"customFields\":{{\"a\":{}", "[".repeat(100_000));
        assert_eq!(
            refused(Kind::IntroductionAccepted, &deep).reason,
            Reason::InvalidField
        );
        let deep = format!("{{\"candidate\":{}", "[".repeat(100_000));
        assert_eq!(
            refused(Kind::IntroductionAccepted, &deep).reason,
            Reason::InvalidField
        );
    }
}
