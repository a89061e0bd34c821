//! From an answer to its meaning: the one place that turns a status into an [`Error`].
//!
//! Bodies of refusals are read defensively: `message` and `errors` are optional, `errors` holds objects, strings or
//! `{field: words}`, none of it may be there at all, and the body may be plain text.

use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::budget::RateLimit;
use crate::error::{Cause, Error, FieldError};
use crate::limits;
use crate::operation::Operation;
use crate::version::Version;

/// Longest text taken over from Greenhouse, in characters.
const MAX_TEXT: usize = 300;
/// Most complaints taken over from one refusal.
const MAX_FIELDS: usize = 20;
const NO_WORDS: &str = "no message";

/// A complete answer, or one whose body did not arrive in full.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Bytes, Cause>,
}

/// The answer of a success.
pub(crate) struct Success {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// # Errors
    /// Every status but 2xx, and a 2xx or a refusal whose body is incomplete.
    pub(crate) fn success(self, operation: Operation, version: Version) -> Result<Success, Error> {
        match self.status.as_u16() {
            200..=299 => match self.body {
                Ok(body) => Ok(Success {
                    headers: self.headers,
                    body,
                }),
                Err(cause) => Err(Error::unreadable(operation, cause)),
            },
            401 | 403 => Err(self.unwelcome(operation, version)),
            404 => Err(Error::NotFound { operation }),
            // Not a record but the whole version is gone, or a way to it: v1 was announced to be switched off.
            410 if operation.is_write() => Err(Error::NotSent {
                cause: Cause::Status(410),
            }),
            410 => Err(Error::Unavailable {
                cause: Cause::Status(410),
            }),
            429 => Err(Error::Throttled {
                retry_after: self.stay_away(version).unwrap_or_else(|| version.window()),
            }),
            // Somebody in front of Greenhouse may have said it after a write was passed on.
            503 if !operation.is_write()
                && let Some(retry_after) = self.stay_away(version) =>
            {
                Err(Error::Throttled { retry_after })
            }
            status @ 300..=399 => Err(Error::interrupted(operation, Cause::Redirect(status))),
            // 408 tells that the server stopped waiting, not how far it got.
            status @ (400..=407 | 409..=499) => match self.garbled() {
                // Its words would tell what is refused. Nothing was executed, so it may be asked again.
                Some(cause) if operation.is_write() => Err(Error::NotSent { cause }),
                Some(cause) => Err(Error::Unavailable { cause }),
                None => {
                    let Words { message, fields } = Words::of(&self);
                    Err(Error::Rejected {
                        status,
                        message,
                        fields,
                    })
                }
            },
            status => Err(Error::interrupted(operation, Cause::Status(status))),
        }
    }

    /// For how long it asks everybody to make no call: 429, and 503 where it says so.
    pub(crate) fn stay_away(&self, version: Version) -> Option<Duration> {
        let asks = match self.status.as_u16() {
            429 => true,
            503 => self.headers.contains_key(RETRY_AFTER),
            _ => false,
        };
        asks.then(|| limits::retry_after(&self.headers, Utc::now(), version.window()))
    }

    /// Whether a 429 is about jobs that add users, of which Greenhouse carries out five at a time: other calls may go on.
    pub(crate) fn is_about_jobs(&self, operation: Operation) -> bool {
        let limit = limits::rate_limit(&self.headers, Utc::now());
        let left = matches!(limit, RateLimit::Window { remaining: Some(left), .. } if left > 0);
        operation == Operation::UsersCreate && left
    }

    /// Why the words of a refusal cannot be read: they broke off, or are no JSON although they are called that.
    fn garbled(&self) -> Option<Cause> {
        let body = match &self.body {
            Ok(body) => body,
            Err(cause) => return Some(cause.clone()),
        };
        let kind = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        if body.is_empty() || !kind.contains("json") {
            return None;
        }
        let read = serde_json::from_slice::<IgnoredAny>(body);
        read.err().map(Cause::from)
    }

    /// 401 and 403. v1 says `This API Key does not have permission for this endpoint` with either of them, and 403
    /// also of a record that the acting user must not see or change, in words that may speak of permission too: that is
    /// a matter of that record alone. To read one record it needs no words, since those of a missing permission are known.
    /// Where there is no record yet, it is the right to make one that they lack. A list is about no record either: it is a
    /// right that lacks, unless the words tell the end of v1.
    fn unwelcome(&self, operation: Operation, version: Version) -> Error {
        let status = self.status.as_u16();
        let Words { message, fields } = Words::of(self);
        let told = message != NO_WORDS;
        let lacks_permission = is_about_the_endpoint(&message);
        match (version, status) {
            (Version::V3, 401) => Error::Unauthorized { detail: message },
            (Version::V1, 401) if !lacks_permission => Error::Unauthorized { detail: message },
            (Version::V1, 403) if !lacks_permission && operation.reads_one_record() => {
                Error::NotFound { operation }
            }
            (Version::V1, 403)
                if told
                    && !lacks_permission
                    && (changes_a_record(operation) || tells_of_an_end(operation, &message)) =>
            {
                Error::Rejected {
                    status,
                    message,
                    fields,
                }
            }
            _ => Error::Forbidden {
                operation,
                scope: operation.needs(version).unwrap_or("none"),
            },
        }
    }

    /// A token that was refused (v3).
    pub(crate) fn refusal(&self) -> Option<Error> {
        (self.status == StatusCode::UNAUTHORIZED).then(|| Error::Unauthorized {
            detail: self.message(),
        })
    }

    /// The words of a refusal, e-mail addresses masked.
    pub(crate) fn message(&self) -> String {
        Words::of(self).message
    }
}

/// What a refusal says.
struct Words {
    message: String,
    fields: Vec<FieldError>,
}

impl Words {
    fn of(answer: &Answer) -> Self {
        let body: &[u8] = match &answer.body {
            Ok(body) if answer.status.is_client_error() => body.as_ref(),
            _ => &[],
        };
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

/// Whether a write is about a record that is there already.
fn changes_a_record(operation: Operation) -> bool {
    let makes_one = matches!(
        operation,
        Operation::CandidatesCreate
            | Operation::ProspectsCreate
            | Operation::CandidateTagsCreate
            | Operation::UsersCreate
    );
    operation.is_write() && !makes_one
}

/// Whether these are v1's words about an endpoint that the API key is not permitted.
fn is_about_the_endpoint(words: &str) -> bool {
    let words = words.to_lowercase();
    ["api key", "permission", "endpoint"]
        .iter()
        .all(|part| words.contains(part))
}

/// Whether a list is refused in words that tell the end of v1, which is announced; what v1 says from then on is not.
fn tells_of_an_end(operation: Operation, words: &str) -> bool {
    let words = words.to_lowercase();
    let ends = [
        "deprecated",
        "sunset",
        "retired",
        "discontinued",
        "removed",
        "no longer",
    ];
    let of_the_api = |word| matches!(word, "api" | "endpoint" | "harvest" | "v1" | "version");
    !operation.is_write()
        && ends.iter().any(|end| words.contains(end))
        && words.split(|c: char| !c.is_alphanumeric()).any(of_the_api)
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

    fn refused(status: u16, body: &str) -> Error {
        refused_by(Version::V3, Operation::CandidatesCreate, status, body)
    }

    fn refused_by(version: Version, operation: Operation, status: u16, body: &str) -> Error {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Ok(Bytes::copy_from_slice(body.as_bytes())),
        };
        answer.success(operation, version).map(|_| ()).unwrap_err()
    }

    fn words(body: &str) -> (String, Vec<(Option<String>, String)>) {
        let Error::Rejected {
            message, fields, ..
        } = refused(422, body)
        else {
            panic!("not rejected");
        };
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

    #[test]
    fn the_status_decides_what_the_caller_does() {
        assert!(matches!(refused(401, ""), Error::Unauthorized { .. }));
        assert!(matches!(
            refused(403, ""),
            Error::Forbidden {
                scope: "harvest:candidates:create",
                ..
            }
        ));
        assert!(matches!(refused(404, ""), Error::NotFound { .. }));
        assert!(matches!(refused(409, ""), Error::Rejected { .. }));
        assert!(matches!(refused(429, ""), Error::Throttled { .. }));
        for status in [302, 408, 500, 502, 503, 504, 599] {
            assert!(
                matches!(refused(status, ""), Error::Unknown { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn what_is_gone_altogether_is_away_and_nothing_was_written() {
        for version in [Version::V1, Version::V3] {
            let gone = |operation| refused_by(version, operation, 410, "");
            let read = gone(Operation::JobsRetrieve);
            assert!(matches!(read, Error::Unavailable { .. }), "{read:?}");
            let write = gone(Operation::NotesCreate);
            assert!(matches!(write, Error::NotSent { .. }), "{write:?}");
        }
    }

    #[test]
    fn v1_says_with_either_status_that_a_permission_is_missing() {
        let words = "This API Key does not have permission for this endpoint";
        let json = format!(r#"{{"message":"{words}"}}"#);
        for (status, body) in [(401, &*json), (403, &*json), (403, words)] {
            let error = refused_by(Version::V1, Operation::NotesCreate, status, body);
            assert_eq!(error.scope(), Some("Candidates: add note"), "{status}");
        }
        for silent in ["", "<html>Forbidden</html>"] {
            let error = refused_by(Version::V1, Operation::NotesCreate, 403, silent);
            assert_eq!(error.scope(), Some("Candidates: add note"), "{silent}");
        }
        let invalid = r#"{"message":"Invalid Basic Auth credentials"}"#;
        let error = refused_by(Version::V1, Operation::NotesCreate, 401, invalid);
        assert!(matches!(error, Error::Unauthorized { .. }));
    }

    #[test]
    fn v1_keeps_single_records_from_the_acting_user() {
        for body in [
            r#"{"message":"Access denied"}"#,
            "Access denied",
            "Access denied for record 7",
            r#"{"message":"User does not have permission to edit this candidate"}"#,
        ] {
            let denied = |operation| refused_by(Version::V1, operation, 403, body);
            let write = denied(Operation::CandidatesUpdate);
            assert!(
                matches!(write, Error::Rejected { status: 403, .. }),
                "{body}"
            );
            let read = denied(Operation::CandidatesRetrieve);
            assert!(matches!(read, Error::NotFound { .. }), "{body}");
            let making = denied(Operation::CandidatesCreate);
            assert_eq!(making.scope(), Some("Candidates: add"), "{body}");
        }
    }

    #[test]
    fn v1_needs_no_words_to_keep_one_record_from_being_read() {
        for silent in ["", "{}", "<html>Forbidden</html>"] {
            let denied = |operation| refused_by(Version::V1, operation, 403, silent);
            let read = denied(Operation::ApplicationsRetrieve);
            assert!(matches!(read, Error::NotFound { .. }), "{silent}");
            let list = denied(Operation::ApplicationsList);
            assert_eq!(list.scope(), Some("Applications: list"), "{silent}");
            let write = denied(Operation::ApplicationsUpdate);
            assert_eq!(write.scope(), Some("Applications: update"), "{silent}");
        }
    }

    #[test]
    fn a_list_of_v1_is_about_no_record() {
        let denied = |words| refused_by(Version::V1, Operation::JobsList, 403, words);
        for words in [
            "Access denied",
            "Access to /v1/jobs is denied by policy",
            "Your access was removed",
            "Your TLS version is not supported",
        ] {
            assert_eq!(denied(words).scope(), Some("Jobs: list"), "{words}");
        }
        for words in [
            "Harvest API v1 has been removed",
            "This version of the API is no longer available",
            "This endpoint is deprecated, use /v3/jobs",
        ] {
            let told = denied(words);
            assert!(
                matches!(told, Error::Rejected { status: 403, .. }),
                "{words}"
            );
        }
        // The job is the record.
        let of_a_job = Operation::JobPostsOfJob;
        let of_a_job = refused_by(Version::V1, of_a_job, 403, "Access denied");
        assert!(matches!(of_a_job, Error::NotFound { .. }));
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
