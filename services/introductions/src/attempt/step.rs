//! A remote write of an operation, and what it leaves behind.

use chrono::{DateTime, Utc};
use domain::{StepKind, bounded};

/// A remote write with a name of its own inside the operation.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(super) kind: StepKind,
    pub(super) name: String,
    /// Sending it twice has the effect of sending it once, so it needs no proof.
    pub(super) idempotent: bool,
}

impl Step {
    /// The only write of its kind in the operation.
    pub(crate) fn only(kind: StepKind) -> Step {
        Step {
            kind,
            name: kind.as_str().to_owned(),
            idempotent: false,
        }
    }

    /// One of several, told apart by `key`, which may be as long as Intrro wrote it.
    pub(crate) fn keyed(kind: StepKind, key: impl std::fmt::Display) -> Step {
        Step {
            kind,
            name: format!("{}:{}", kind.as_str(), bounded(&key.to_string())),
            idempotent: false,
        }
    }

    /// Its name inside the operation.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// An edit that writes a difference: after it took effect there is none.
    pub(crate) fn idempotent(self) -> Step {
        Step {
            idempotent: true,
            ..self
        }
    }
}

/// Between when a write that may have been sent may have taken effect, by the database's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    /// Its first send.
    pub(crate) from: DateTime<Utc>,
    /// As long after its last send as what it made may show late.
    pub(crate) to: DateTime<Utc>,
}

/// What a confirmed write left behind.
#[derive(Debug)]
pub(crate) enum Written<T> {
    /// Done now, or found by reading.
    Now(T),
    /// Done by an earlier try, which kept only the id.
    Earlier(Option<i64>),
}

/// What a write answers and a proof finds: something with an id worth keeping.
pub(crate) trait Made {
    /// Id in Greenhouse.
    fn remote_id(&self) -> Option<i64>;

    /// Whether this write made it; else what it was to make was there by another hand.
    fn is_ours(&self) -> bool {
        true
    }
}

impl Made for () {
    fn remote_id(&self) -> Option<i64> {
        None
    }
}
