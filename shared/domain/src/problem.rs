//! A [`Code`] together with where it happened.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::Code;

const MAX_FIELD: usize = 200;
const MAX_DETAIL: usize = 500;

/// What went wrong, where, and optionally what the other side said about it.
///
/// `Display` and `Debug` leave the detail out, because Greenhouse may quote a person's data in it: it belongs into the
/// ledger and the answer event, never into a log line or a metric.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which problem of the catalogue.
    pub code: Code,
    /// Where: a JSON path of the event or a setting, such as `job_ids[1]`; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the other side said, at most 500 characters. May hold personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    /// A problem without a place.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            field: None,
            detail: None,
        }
    }

    /// Says where, cut to 200 characters.
    #[must_use]
    pub fn field(mut self, field: impl AsRef<str>) -> Self {
        self.field = Some(field.as_ref().chars().take(MAX_FIELD).collect());
        self
    }

    /// Adds what the other side said, cut to 500 characters.
    #[must_use]
    pub fn detail(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = Some(detail.as_ref().chars().take(MAX_DETAIL).collect());
        self
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code.number(), self.code)?;
        if let Some(field) = &self.field {
            write!(f, " at {field}")?;
        }
        write!(f, ": {}", self.code.cause())
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("code", &self.code)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_number_word_place_and_cause() {
        let problem = Problem::new(Code::JobClosed).field("job_ids[1]");
        let expected = format!(
            "BRG-0302 job_closed at job_ids[1]: {}",
            Code::JobClosed.cause()
        );
        assert_eq!(problem.to_string(), expected);
    }

    #[test]
    fn what_the_other_side_said_stays_out_of_display_and_debug() {
        let problem = Problem::new(Code::CandidateRefused).detail("ada@example.com is taken");
        assert!(!format!("{problem} {problem:?}").contains("ada@"));
        assert_eq!(problem.detail.as_deref(), Some("ada@example.com is taken"));
    }

    #[test]
    fn field_and_detail_are_cut() {
        let problem = Problem::new(Code::Internal)
            .field("é".repeat(999))
            .detail("é".repeat(999));
        assert_eq!(problem.field.unwrap().chars().count(), MAX_FIELD);
        assert_eq!(problem.detail.unwrap().chars().count(), MAX_DETAIL);
    }

    #[test]
    fn json_leaves_out_what_is_not_there() {
        let json = serde_json::to_string(&Problem::new(Code::NoJobs)).unwrap();
        assert_eq!(json, r#"{"code":"no_jobs"}"#);
        assert_eq!(
            serde_json::from_str::<Problem>(&json).unwrap(),
            Problem::new(Code::NoJobs)
        );
    }
}
