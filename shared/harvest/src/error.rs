//! What went wrong, by what the caller does next.

use std::time::Duration;

use crate::custom_fields::CustomFieldValue;
use crate::operation::Operation;

/// A call that did not give its answer. No variant's text holds a token, a URL or an unmasked e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Certainly not executed: no connection, or no token. May be repeated, writes included.
    #[error("not sent: {cause}")]
    NotSent {
        /// What was in the way.
        cause: Cause,
    },
    /// The local budget does not allow the call now; certainly not sent.
    #[error("local budget: ask again in {} s", retry_after.as_secs())]
    Denied {
        /// When to ask again.
        retry_after: Duration,
    },
    /// Greenhouse does not allow the call now (429, or a read's 503 that says for how long); not executed.
    #[error("throttled by Greenhouse for {} s", retry_after.as_secs())]
    Throttled {
        /// When to call again, 1 s to 1 h.
        retry_after: Duration,
    },
    /// The credential is no longer accepted (401 with a fresh token), or lacks the acting user without whom v1 takes no
    /// write; not executed.
    #[error("Greenhouse refuses the credential: {detail}")]
    Unauthorized {
        /// Greenhouse's words.
        detail: String,
    },
    /// The credential or its user lacks a right (403); not executed.
    #[error("not allowed: {operation} needs {scope}")]
    Forbidden {
        /// What was asked for.
        operation: Operation,
        /// The scope (v3) or permission (v1) it needs, [`Operation::needs`]. The right of the acting user may be what is
        /// missing instead: Greenhouse does not say.
        scope: &'static str,
    },
    /// The thing addressed does not exist, or must not be seen (404, and v1's 403 of one record); not executed.
    #[error("{operation}: not found")]
    NotFound {
        /// What was asked for.
        operation: Operation,
        /// It may be there, and not be shown to whoever acts (403).
        hidden: bool,
    },
    /// Greenhouse does not serve this version of its API to this account, as was announced of v1; not executed.
    #[error("this version of Harvest is not served ({status})")]
    NotServed {
        /// HTTP status. What it is was not announced.
        status: u16,
    },
    /// Refused for what it says (other 4xx); not executed, and would be refused again, but for what stands in the way for now
    /// (409, 423, 425). A write is refused for what the caller brought. A read, also one that a write needs first, brings
    /// nothing: it is we who asked wrongly.
    #[error("refused with {status}: {message}")]
    Rejected {
        /// What was asked for.
        operation: Operation,
        /// HTTP status.
        status: u16,
        /// Greenhouse's words, at most 300 characters, e-mail addresses masked.
        message: String,
        /// What is wrong in detail; often empty.
        fields: Vec<FieldError>,
    },
    /// A write that may or may not have happened: find out by reading, never by trying again.
    #[error("outcome unknown: {cause}")]
    Unknown {
        /// What happened instead of an answer.
        cause: Cause,
    },
    /// A write that was accepted (2xx) and whose answer cannot be read: it happens, though it may show late. What was made
    /// is found by reading.
    #[error("accepted, and not told what was made: {cause}")]
    Accepted {
        /// What is wrong with the answer.
        cause: Cause,
    },
    /// A read without an answer: safe to repeat.
    #[error("no answer: {cause}")]
    Unavailable {
        /// What happened instead of an answer.
        cause: Cause,
    },
    /// A list tells of somebody who cannot be shown yet, and who may be anybody: that somebody is not in it proves nothing.
    #[error("{operation}: somebody is still being processed")]
    Processing {
        /// What was asked for.
        operation: Operation,
    },
    /// The token endpoint refuses the credential; nothing was sent to the API.
    #[error("no token ({status}): {detail}")]
    Credential {
        /// HTTP status of the token endpoint.
        status: u16,
        /// Its words, at most 300 characters.
        detail: String,
        /// Who alone can give another one.
        whose: Whose,
    },
}

/// Whose credential the token endpoint refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The tenant's: a secret that somebody mistyped or replaced.
    Tenant,
    /// The consent of an admin.
    Consent,
    /// Ours: the client that Greenhouse knows the bridge by as a partner. No tenant can do anything about it.
    Partner,
}

/// What stands between the parts of a field's path: how paths are written is not described, and may be as JSON pointers.
const PATH: [char; 5] = ['.', '[', ']', '/', '#'];

/// What else a refusal of a person may be about.
const OF_A_PERSON: [&str; 21] = [
    "first_name",
    "last_name",
    "company",
    "title",
    "email",
    "email_addresses",
    "phone_numbers",
    "website_addresses",
    "social_media_addresses",
    "addresses",
    "tags",
    "application",
    "applications",
    "job_id",
    "source_id",
    "source",
    "referrer_id",
    "referrer",
    "prospect_pool_id",
    "prospect_pool_stage_id",
    // Somebody who is still being made, or gone.
    "candidate_id",
];

/// One complaint of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field it is about, as Greenhouse names it; complaints that name none are common.
    pub field: Option<String>,
    /// Greenhouse's words, at most 300 characters, e-mail addresses masked.
    pub message: String,
}

/// What happened instead of a usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No connection: refused, unreachable, unknown host, TLS.
    #[error("no connection ({0})")]
    Connect(String),
    /// The deadline passed.
    #[error("deadline passed")]
    Timeout,
    /// The connection broke before the answer was complete.
    #[error("connection broke ({0})")]
    Broken(String),
    /// A status that says nothing about the call: 408, 5xx, one that HTTP does not define, or a proxy's 403.
    #[error("status {0}")]
    Status(u16),
    /// A redirect, which is never followed: the credential must not travel.
    #[error("redirect with status {0}")]
    Redirect(u16),
    /// A success whose body is not what it should be. Says where, not what: the body is personal data.
    #[error("unreadable answer at line {line}, column {column}")]
    Unreadable {
        /// Line in the body, from 1.
        line: usize,
        /// Column in that line, from 1.
        column: usize,
    },
    /// A success whose body is larger than [`crate::Config::max_body`].
    #[error("answer too large")]
    TooLarge,
    /// A next page on another host, or the same page again.
    #[error("link to the next page leads astray")]
    Link,
    /// A request that cannot be built, such as a token that does not fit into a header.
    #[error("cannot be sent ({0})")]
    Request(&'static str),
}

impl Error {
    /// The outcome of an exchange that began and gave no usable answer.
    pub(crate) fn interrupted(operation: Operation, cause: Cause) -> Self {
        if operation.is_write() {
            Self::Unknown { cause }
        } else {
            Self::Unavailable { cause }
        }
    }

    /// The outcome of an exchange whose answer is a success that cannot be read.
    pub(crate) fn unreadable(operation: Operation, cause: Cause) -> Self {
        if operation.is_write() {
            Self::Accepted { cause }
        } else {
            Self::Unavailable { cause }
        }
    }

    /// The same error, of a read that a write needs first: the write was not sent.
    pub(crate) fn before_a_write(self) -> Self {
        match self {
            Self::Unavailable { cause } => Self::NotSent { cause },
            other => other,
        }
    }

    /// The same error, told later: what was to be waited is less by now.
    pub(crate) fn for_the_rest(&self, rest: Duration) -> Self {
        match self {
            Self::Throttled { .. } => Self::Throttled { retry_after: rest },
            other => other.clone(),
        }
    }

    /// The variant in one word, for logs and spans.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NotSent { .. } => "not_sent",
            Self::Denied { .. } => "denied",
            Self::Throttled { .. } => "throttled",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::NotServed { .. } => "not_served",
            Self::Rejected { .. } => "rejected",
            Self::Unknown { .. } => "unknown",
            Self::Accepted { .. } => "accepted",
            Self::Unavailable { .. } => "unavailable",
            Self::Processing { .. } => "processing",
            Self::Credential { .. } => "credential",
        }
    }

    /// The scope or permission that may be missing.
    #[must_use]
    pub fn scope(&self) -> Option<&'static str> {
        match self {
            Self::Forbidden { scope, .. } => Some(scope),
            _ => None,
        }
    }

    /// How long to wait at least, where the limit says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Denied { retry_after } | Self::Throttled { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Whether a refusal complains about this top-level field of the request.
    ///
    /// Complaints without a field count if their words name it: v3 says `Invalid attribute: tags`, or the like. A sentence
    /// may begin with it, so letter case is not minded there, nor are spaces in place of `_`.
    #[must_use]
    pub fn names_field(&self, name: &str) -> bool {
        let Self::Rejected {
            message, fields, ..
        } = self
        else {
            return false;
        };
        if fields.is_empty() {
            return has_name(message, name);
        }
        fields.iter().any(|error| match &error.field {
            Some(field) => field.split(PATH).any(|part| part == name),
            None => has_name(&error.message, name),
        })
    }

    /// Whether a refusal may be about the custom fields that were `sent`: how Greenhouse says so is not described, so it
    /// counts when it names one of them or [speaks of such](Self::speaks_of_custom_fields); and a 422 also when it names
    /// nothing else that a person has, as in `Unprocessable Content`.
    #[must_use]
    pub fn is_about_custom_fields(&self, sent: &[CustomFieldValue]) -> bool {
        let Self::Rejected {
            operation, status, ..
        } = self
        else {
            return false;
        };
        let named = || sent.iter().any(|field| self.names_field(&field.name_key));
        let silent = || *status == 422 && !OF_A_PERSON.iter().any(|name| self.names_field(name));
        operation.is_write()
            && !sent.is_empty()
            && (self.speaks_of_custom_fields() || named() || silent())
    }

    /// Whether a refusal speaks of custom fields at all, or names a part of them.
    #[must_use]
    pub fn speaks_of_custom_fields(&self) -> bool {
        let Self::Rejected {
            message, fields, ..
        } = self
        else {
            return false;
        };
        let parts = [
            "custom_fields",
            "custom_field",
            "custom_field_id",
            "name_key",
        ];
        let speaks = |text: &str| text.to_lowercase().contains("custom field");
        speaks(message)
            || fields.iter().any(|error| speaks(&error.message))
            || parts.iter().any(|part| self.names_field(part))
    }
}

/// Whether a sentence has this name in it, as `first_name` or as `First name`.
fn has_name(text: &str, name: &str) -> bool {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let parts: Vec<&str> = name.split('_').collect();
    let is = |words: &[&str]| {
        words
            .iter()
            .zip(&parts)
            .all(|(word, part)| word.eq_ignore_ascii_case(part))
    };
    words.iter().any(|word| word.eq_ignore_ascii_case(name)) || words.windows(parts.len()).any(is)
}

impl From<crate::budget::Denied> for Error {
    fn from(denied: crate::budget::Denied) -> Self {
        Self::Denied {
            retry_after: denied.retry_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(field: Option<&str>, message: &str) -> Error {
        Error::Rejected {
            operation: Operation::CandidatesCreate,
            status: 422,
            message: "Unprocessable Content".into(),
            fields: vec![FieldError {
                field: field.map(str::to_owned),
                message: message.to_owned(),
            }],
        }
    }

    #[test]
    fn a_field_is_named_by_path_or_by_word() {
        assert!(rejected(Some("tags[0]"), "is unknown").names_field("tags"));
        assert!(rejected(Some("/application/tags/0"), "is unknown").names_field("tags"));
        assert!(rejected(Some("candidate.tags"), "is unknown").names_field("tags"));
        assert!(rejected(None, "Invalid attribute: tags").names_field("tags"));
        assert!(rejected(None, "Tags are invalid").names_field("tags"));
        assert!(rejected(None, "Referrer must exist").names_field("referrer"));
        assert!(rejected(None, "Email addresses is invalid").names_field("email_addresses"));
        assert!(!rejected(None, "First or last name").names_field("first_name"));
        assert!(rejected(None, "Job is closed").names_field("Job"));
        assert!(!rejected(None, "Invalid attribute: candidate_tags").names_field("tags"));
        assert!(!rejected(None, "Resource is invalid").names_field("source"));
        assert!(!rejected(Some("email"), "tags").names_field("tags"));
    }

    #[test]
    fn a_refusal_of_custom_fields_is_known_by_any_of_its_signs() {
        let sent = [CustomFieldValue {
            name_key: "shoe_size".into(),
            value: 43.into(),
        }];
        for refusal in [
            rejected(Some("custom_fields[0]"), "is unknown"),
            rejected(Some("custom_fields[0].name_key"), "is unknown"),
            rejected(Some("name_key"), "is unknown"),
            rejected(Some("shoe_size"), "is not a number"),
            rejected(Some("value"), "CUSTOM FIELD Shoe size not found"),
            rejected(None, "Custom field shoe_size not found"),
            rejected(None, "shoe_size does not exist"),
            rejected(None, "Value is not included in the list"),
            Error::Rejected {
                operation: Operation::CandidatesUpdate,
                status: 422,
                message: "Unprocessable Content".into(),
                fields: Vec::new(),
            },
        ] {
            assert!(refusal.is_about_custom_fields(&sent), "{refusal:?}");
            assert!(!refusal.is_about_custom_fields(&[]), "{refusal:?}");
        }
        for refusal in [
            rejected(Some("email_addresses[0].value"), "is no address"),
            rejected(None, "Invalid attribute: tags"),
            rejected(Some("candidate_id"), "must exist"),
            Error::Rejected {
                operation: Operation::CandidatesUpdate,
                status: 400,
                message: "Bad Request".into(),
                fields: Vec::new(),
            },
            // What the person has is read before it is changed.
            Error::Rejected {
                operation: Operation::CandidatesList,
                status: 422,
                message: "Unprocessable Content".into(),
                fields: Vec::new(),
            },
            Error::NotFound {
                operation: Operation::CandidatesCreate,
                hidden: false,
            },
        ] {
            assert!(!refusal.is_about_custom_fields(&sent), "{refusal:?}");
        }
    }

    #[test]
    fn an_interrupted_write_is_unknown_and_a_read_is_not() {
        let write = Error::interrupted(Operation::NotesCreate, Cause::Timeout);
        assert!(matches!(write, Error::Unknown { .. }));
        let read = Error::interrupted(Operation::NotesList, Cause::Timeout);
        assert!(matches!(read, Error::Unavailable { .. }));
        let write = Error::unreadable(Operation::NotesCreate, Cause::TooLarge);
        assert!(matches!(write, Error::Accepted { .. }));
        let read = Error::unreadable(Operation::NotesList, Cause::TooLarge);
        assert!(matches!(read, Error::Unavailable { .. }));
    }
}
