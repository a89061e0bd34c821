//! What is kept of each record, as it stands in the database. Nothing about people but the ids of staff.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A department or a reason for closing.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// An office.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) location: String,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    Open,
    Draft,
    /// Whatever else a job may be one day: nobody can be introduced to it.
    #[default]
    #[serde(other)]
    Closed,
}

impl Standing {
    /// As it is stored beside the document.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Draft => "draft",
            Standing::Closed => "closed",
        }
    }
}

/// A job's own record.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) requisition_id: String,
    pub(crate) status: Standing,
    pub(crate) confidential: bool,
    pub(crate) department_id: Option<i64>,
    pub(crate) office_ids: Vec<i64>,
    pub(crate) custom_fields: Map<String, Value>,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

/// An advertisement.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Post {
    pub(crate) title: String,
    pub(crate) internal: bool,
    pub(crate) live: bool,
    pub(crate) url: String,
    pub(crate) language: String,
}

/// A place named by a post: in words, or an office.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PostLocation {
    pub(crate) name: Option<String>,
    pub(crate) office_id: Option<i64>,
}

/// A step of the hiring process.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) order: i64,
    pub(crate) active: bool,
}

/// A seat.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Opening {
    pub(crate) opening_id: String,
    pub(crate) open: bool,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) close_reason_id: Option<i64>,
}

/// Somebody who works on filling the job.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Member {
    pub(crate) user_id: i64,
    /// `recruiter`, `coordinator`, `sourcer` or `hiring_manager`.
    pub(crate) role: String,
    pub(crate) responsible: bool,
}

/// As it is stored.
pub(crate) fn stored(content: &impl Serialize) -> Value {
    // Only maps whose keys are no texts cannot be written, and there are none.
    serde_json::to_value(content).unwrap_or_default()
}

/// As it was stored. An earlier version may have kept less: what is missing is empty.
pub(crate) fn restored<'a, T: Deserialize<'a> + Default>(content: &'a Value) -> T {
    T::deserialize(content).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_knows_yet_counts_as_closed() {
        let standing = |content: Value| restored::<Job>(&content).status;
        assert_eq!(standing(json!({"status": "draft"})), Standing::Draft);
        assert_eq!(standing(json!({"status": "paused"})), Standing::Closed);
        assert_eq!(standing(json!({})), Standing::Closed);
        let words = [Standing::Open, Standing::Draft, Standing::Closed].map(|one| stored(&one));
        assert_eq!(words, ["open", "draft", "closed"]);
    }
}
