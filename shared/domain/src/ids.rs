//! Ids as types, so that no two kinds can be mixed up.
//!
//! Text ids are Intrro's: 1 to 255 characters, trimmed, no control characters. Numeric ids are Greenhouse's (and the
//! ledger's own [`OperationId`]): JSON numbers on Greenhouse's wire. Whether an id exists is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest text id, in characters; the contract of the events allows as many bytes.
pub const MAX_TEXT_ID: usize = 255;

/// Why a text is not an id. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Nothing but white space.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// More than [`MAX_TEXT_ID`] characters.
    #[error("{0} must have at most {max} characters", max = MAX_TEXT_ID)]
    TooLong(&'static str),
    /// Line breaks, NUL and the like, which neither a header nor a database column can carry.
    #[error("{0} must not contain control characters")]
    ControlCharacter(&'static str),
}

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                parse_text($what, text).map(Self)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;
            fn try_from(text: &str) -> Result<Self, InvalidId> {
                parse_text($what, text.to_owned()).map(Self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

macro_rules! numeric_id {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// The id as a number.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

text_id! {
    /// A customer of Intrro, as named in the `tenantid` attribute of every event.
    Tenant, "tenant"
}
text_id! {
    /// Intrro's id of one introduction.
    IntroductionId, "introduction id"
}
text_id! {
    /// Intrro's id of the introduced person.
    IntrroCandidateId, "candidate id"
}

numeric_id! {
    /// A person in Greenhouse.
    CandidateId,
    /// One person's application to one job (or a prospect's).
    ApplicationId,
    /// A job in Greenhouse.
    JobId,
    /// An application's visit to a stage: the *instance* id that v3 applications carry as `stage_id`.
    StageId,
    /// A stage of a job's interview plan (`/v3/job_interview_stages`).
    JobStageId,
    /// A job post: what the public sees of a job.
    JobPostId,
    /// A department of the organisation.
    DepartmentId,
    /// An office of the organisation.
    OfficeId,
    /// A Greenhouse user.
    UserId,
    /// A source, such as "Intrro".
    SourceId,
    /// A referrer (`/v3/referrers`), which is not a user.
    ReferrerId,
    /// A candidate tag.
    TagId,
    /// A note on a candidate.
    NoteId,
    /// A reason for a rejection.
    RejectionReasonId,
    /// A custom field.
    CustomFieldId,
    /// An option of a custom field that selects.
    CustomFieldOptionId,
    /// An operation of our own ledger.
    OperationId,
}

fn parse_text(what: &'static str, text: String) -> Result<String, InvalidId> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(InvalidId::Empty(what));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(InvalidId::ControlCharacter(what));
    }
    if trimmed.chars().count() > MAX_TEXT_ID {
        return Err(InvalidId::TooLong(what));
    }
    Ok(if trimmed.len() == text.len() {
        text
    } else {
        trimmed.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ids_are_trimmed_and_keep_everything_else() {
        assert_eq!(Tenant::try_from("  Acmé 1\n").unwrap().as_str(), "Acmé 1");
    }

    #[test]
    fn text_ids_that_cannot_be_ids_say_why() {
        assert_eq!(
            Tenant::try_from(" ").unwrap_err().to_string(),
            "tenant must not be empty"
        );
        assert_eq!(
            IntroductionId::try_from("a\0b"),
            Err(InvalidId::ControlCharacter("introduction id"))
        );
        assert!(IntrroCandidateId::try_from("é".repeat(255)).is_ok());
        let error = IntrroCandidateId::try_from("é".repeat(256)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "candidate id must have at most 255 characters"
        );
    }

    #[test]
    fn serde_checks_text_ids() {
        assert_eq!(
            serde_json::from_str::<Tenant>("\" acme \"")
                .unwrap()
                .to_string(),
            "acme"
        );
        assert!(serde_json::from_str::<Tenant>("\"\"").is_err());
        assert_eq!(
            serde_json::to_string(&Tenant::try_from("acme").unwrap()).unwrap(),
            "\"acme\""
        );
    }

    #[test]
    fn numeric_ids_are_plain_numbers() {
        assert_eq!(
            serde_json::from_str::<CandidateId>("4001693002").unwrap(),
            CandidateId(4_001_693_002)
        );
        assert!(serde_json::from_str::<CandidateId>("\"1\"").is_err());
        assert_eq!(JobId(7).to_string(), "7");
        assert_eq!("7".parse::<JobId>(), Ok(JobId(7)));
    }
}
