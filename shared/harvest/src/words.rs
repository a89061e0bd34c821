//! What a refusal says.
//!
//! Bodies of refusals are read defensively: `message` and `errors` are optional, `errors` holds objects, strings or
//! `{field: words}`, none of it may be there at all, and the body may be plain text.

use serde_json::Value;

use crate::error::FieldError;

/// Longest text taken over from Greenhouse, in characters.
const MAX_TEXT: usize = 300;
/// Most complaints taken over from one refusal.
const MAX_FIELDS: usize = 20;
/// What stands for words that are not there.
pub(crate) const NO_WORDS: &str = "no message";

/// The words of a refusal, e-mail addresses masked.
pub(crate) struct Words {
    /// The sentence; [`NO_WORDS`] if it says nothing.
    pub(crate) message: String,
    /// What it complains of, field by field.
    pub(crate) fields: Vec<FieldError>,
}

impl Words {
    /// Those of a body, which may be empty.
    pub(crate) fn of(body: &[u8]) -> Self {
        let body = serde_json::from_slice(body).unwrap_or_else(|_| plain(body));
        let mut fields = Vec::new();
        collect(body.get("errors").unwrap_or(&Value::Null), &mut fields);
        // An error alone has no list around it.
        if fields.is_empty() && body.get("field").is_some() {
            collect(&body, &mut fields);
        }
        fields.truncate(MAX_FIELDS);
        let message = ["message", "error_description", "error"]
            .iter()
            .find_map(|key| body.get(key)?.as_str())
            .or_else(|| body.as_str())
            .map(clean)
            .or_else(|| fields.first().map(|first| first.message.clone()))
            .unwrap_or_else(|| NO_WORDS.to_owned());
        Self { message, fields }
    }

    /// Whether there are any.
    pub(crate) fn are_there(&self) -> bool {
        self.message != NO_WORDS
    }

    /// Whether these are v1's words about an endpoint that the API key is not permitted.
    pub(crate) fn are_about_the_endpoint(&self) -> bool {
        let words = self.message.to_lowercase();
        ["api key", "permission", "endpoint"]
            .iter()
            .all(|part| words.contains(part))
    }

    /// Whether they [tell the end of v1](tells_of_an_end).
    pub(crate) fn tell_of_an_end(&self) -> bool {
        tells_of_an_end(&self.message)
    }
}

/// Whether this tells the end of v1, which is announced; what v1 says from then on is not.
pub(crate) fn tells_of_an_end(message: &str) -> bool {
    let words = message.to_lowercase();
    let ends = [
        "deprecated",
        "sunset",
        "retired",
        "discontinued",
        "removed",
        "no longer",
    ];
    let of_the_api = |word: &str| matches!(word, "api" | "endpoint" | "harvest" | "v1" | "version");
    ends.iter().any(|end| words.contains(end)) && has_word(&words, of_the_api)
}

/// Whether this speaks of what proves who is asking, which may come to an end by itself.
pub(crate) fn speaks_of_a_credential(message: &str) -> bool {
    let of_a_credential = |word: &str| {
        let one = word.strip_suffix('s').unwrap_or(word);
        matches!(one, "key" | "credential" | "token" | "user" | "permission")
    };
    has_word(&message.to_lowercase(), of_a_credential)
}

fn has_word(words: &str, wanted: impl Fn(&str) -> bool) -> bool {
    words.split(|c: char| !c.is_alphanumeric()).any(wanted)
}

/// A body that is no JSON is its own words; a page of markup comes from something in front of Greenhouse and says
/// nothing about the call.
fn plain(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => Value::Null,
        page if page.starts_with('<') => Value::Null,
        words => Value::from(words),
    }
}

fn collect(errors: &Value, fields: &mut Vec<FieldError>) {
    match errors {
        Value::Array(list) => list.iter().for_each(|error| collect(error, fields)),
        Value::String(text) => fields.push(FieldError {
            field: text
                .strip_prefix("Invalid attribute: ")
                .map(|name| clean(name.trim())),
            message: clean(text),
        }),
        Value::Object(object) => match object.get("message").and_then(Value::as_str) {
            Some(message) => fields.push(FieldError {
                field: object.get("field").and_then(Value::as_str).map(clean),
                message: clean(message),
            }),
            None => object
                .iter()
                .for_each(|(field, said)| within(field, said, fields)),
        },
        _ => {}
    }
}

/// What is said of a field, or of those inside of it, which are then named by their path.
fn within(field: &str, said: &Value, fields: &mut Vec<FieldError>) {
    match said {
        Value::Object(inner) => inner
            .iter()
            .for_each(|(name, said)| within(&format!("{field}.{name}"), said, fields)),
        _ => fields.push(FieldError {
            field: Some(clean(field)),
            message: clean(&text_of(said)),
        }),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Value::Object(object) => object.values().map(text_of).collect::<Vec<_>>().join(", "),
        _ => NO_WORDS.to_owned(),
    }
}

/// Masks e-mail addresses (Greenhouse quotes what it refuses) and shortens.
fn clean(text: &str) -> String {
    let delimiter = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>()[]{},;:=".contains(c);
    let masked: String = text
        .split_inclusive(delimiter)
        .flat_map(|piece| {
            let word = piece.trim_end_matches(delimiter);
            if word.contains('@') || word.contains("%40") {
                ["[e-mail]", &piece[word.len()..]]
            } else {
                [piece, ""]
            }
        })
        .collect();
    masked.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(body: &str) -> (String, Vec<(Option<String>, String)>) {
        let Words { message, fields } = Words::of(body.as_bytes());
        let fields = fields.into_iter().map(|f| (f.field, f.message)).collect();
        (message, fields)
    }

    #[test]
    fn every_recorded_shape_of_a_refusal_is_read() {
        let field = |name: &str, text: &str| vec![(Some(name.to_owned()), text.to_owned())];
        assert_eq!(
            words(r#"{"message":"Validation error","errors":[{"message":"Bad","field":"type"}]}"#),
            ("Validation error".into(), field("type", "Bad"))
        );
        assert_eq!(
            words(r#"{"errors":[{"message":"Missing","field":"body"}]}"#),
            ("Missing".into(), field("body", "Missing"))
        );
        assert_eq!(
            words(r#"{"message":"Unprocessable Content","errors":["Invalid query params: x"]}"#).1,
            vec![(None, "Invalid query params: x".into())]
        );
        assert_eq!(
            words(r#"{"errors":[{"per_page":"`600` is too much"}]}"#).1,
            field("per_page", "`600` is too much")
        );
        assert_eq!(
            words(r#"{"errors":{"name":["is blank","is bad"]}}"#).1,
            field("name", "is blank, is bad")
        );
        assert_eq!(
            words(r#"{"errors":["Invalid attribute: tags"]}"#).1,
            field("tags", "Invalid attribute: tags")
        );
    }

    #[test]
    fn a_refusal_without_words_is_a_refusal() {
        for body in [
            "",
            "null",
            "[]",
            "<html>",
            "{\"errors\":7}",
            "{\"message\":null}",
        ] {
            assert_eq!(words(body), ("no message".into(), vec![]), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_is_its_own_words() {
        for (body, said) in [
            (
                " Access denied for ada@x.org\n",
                "Access denied for [e-mail]",
            ),
            (r#""Access denied""#, "Access denied"),
            (r#"{"message":"Acc"#, r#"{"message":"Acc"#),
        ] {
            assert_eq!(words(body), (said.into(), vec![]), "{body}");
        }
        assert_eq!(words(&"é".repeat(400)).0.chars().count(), 300);
    }

    #[test]
    fn addresses_are_masked_and_texts_are_short() {
        let (message, _) = words(r#"{"message":"'ada@example.com' taken, <b@c.d>; ok"}"#);
        assert_eq!(message, "'[e-mail]' taken, <[e-mail]>; ok");
        let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(400));
        assert_eq!(words(&long).0.chars().count(), 300);
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_or_shows_an_address(text in "\\PC{0,40}", json in any::<bool>()) {
            let body = if json {
                serde_json::json!({ "message": format!("{text} a@b.c"), "errors": [text] }).to_string()
            } else {
                format!("{text} a@b.c")
            };
            prop_assert!(!words(&body).0.contains("a@b.c"));
        }
    }
}
