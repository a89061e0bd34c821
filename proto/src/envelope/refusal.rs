//! Why a delivery is refused: words for the dead letter, and whose it is; never anything of the event's data.

use std::fmt;

use super::attributes::Attributes;

/// What is wrong with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not a CloudEvent: no JSON, no UTF-8, a required attribute missing, an unreadable encoding.
    MalformedEnvelope,
    /// A CloudEvent whose data is missing or not readable as what it says to be.
    MalformedBody,
    /// Another major version of the events or of CloudEvents.
    UnknownVersion,
    /// No command has this type.
    UnknownType,
    /// The body is larger than [`super::MAX_BODY`].
    TooLarge,
    /// The envelope does not say whose it is.
    MissingTenant,
    /// An introduction without a job.
    NoJobs,
    /// A field of the data is missing or is not what the contract says.
    InvalidField,
}

impl Reason {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::MalformedEnvelope,
        Self::MalformedBody,
        Self::UnknownVersion,
        Self::UnknownType,
        Self::TooLarge,
        Self::MissingTenant,
        Self::NoJobs,
        Self::InvalidField,
    ];

    /// The stable word, snake_case, by which the catalogue of errors knows it too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedEnvelope => "malformed_envelope",
            Self::MalformedBody => "malformed_body",
            Self::UnknownVersion => "unknown_version",
            Self::UnknownType => "unknown_type",
            Self::TooLarge => "too_large",
            Self::MissingTenant => "missing_tenant",
            Self::NoJobs => "no_jobs",
            Self::InvalidField => "invalid_field",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A delivery that will never be readable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at {}: {detail}", path.as_deref().unwrap_or("$"))]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// Where: the JSON path of the field (`$.data.candidate.emails[0]`). `None`: the message as a whole.
    pub path: Option<String>,
    /// What was expected, in words that hold nothing of the body.
    pub detail: String,
    /// Whose message it is, once the envelope is read: the attribute `tenantid`.
    pub tenant: Option<String>,
    /// What it is ordered by, once the envelope is read: the attribute `subject`.
    pub subject: Option<String>,
}

impl Refusal {
    pub(super) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            path: None,
            detail: detail.into(),
            tenant: None,
            subject: None,
        }
    }

    pub(super) fn at(reason: Reason, path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            reason,
            path: Some(path.into()),
            ..Self::new(reason, detail)
        }
    }

    /// The refusal of a message with this envelope.
    pub(super) fn of(mut self, attributes: &Attributes) -> Self {
        self.tenant = attributes.tenant().ok();
        self.subject.clone_from(&attributes.subject);
        self
    }
}
