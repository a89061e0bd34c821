//! Where an application stands in the hiring process, and what has changed since it was last looked at.
//!
//! Detectors (poll, webhook, stage history) produce an [`Observation`]; [`diff`] turns it and the last [`Snapshot`] into
//! [`Change`]s in the order in which they happened. Deliberately absent: sequence numbers, which the store hands out, and
//! phases, which are a tenant's setting.

mod diff;
#[cfg(test)]
mod every_pair;
#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod properties;
mod reading;
mod replay;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod ticks;
mod visits;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use diff::{diff, next_snapshot};

use crate::ids::{JobId, JobStageId, RejectionReasonId, StageId};
use crate::words::{UnknownWord, words};

words! {
    /// Greenhouse's status of an application, under the words of our events.
    Status, "status" {
        /// Being considered: `in_process` in v3, `active` in v1 and webhooks.
        InProcess = "ACTIVE",
        /// Turned down, by either side.
        Rejected = "REJECTED",
        /// Hired.
        Hired = "HIRED",
        /// A prospect's application that was replaced by one to a job.
        Converted = "CONVERTED",
        /// Gone from Greenhouse. No status of Greenhouse's: [`Observation::gone`] makes it.
        Deleted = "DELETED",
    }
}

impl Status {
    /// Reads Greenhouse's own word, of either API version.
    ///
    /// # Errors
    /// On a word that neither version has.
    pub fn from_greenhouse(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "in_process" | "active" => Ok(Self::InProcess),
            "rejected" => Ok(Self::Rejected),
            "hired" => Ok(Self::Hired),
            "converted" => Ok(Self::Converted),
            _ => {
                let known = ["in_process", "active", "rejected", "hired", "converted"];
                Err(UnknownWord::new(
                    "Greenhouse status",
                    word,
                    &known.map(str::to_owned),
                ))
            }
        }
    }
}

words! {
    /// How well the time of a change is known.
    Quality, "time quality" {
        /// Greenhouse gives the time of this change.
        Exact = "EXACT",
        /// Greenhouse gives a time close to it, such as that of the last activity.
        Approximate = "APPROXIMATE",
        /// Nothing but the time of observation is known.
        Unknown = "UNKNOWN",
    }
}

words! {
    /// What made us look.
    DetectedBy, "detector" {
        /// The regular poll.
        Poll = "POLL",
        /// A webhook of Greenhouse.
        Webhook = "WEBHOOK",
        /// A repair from the stage history.
        StageHistory = "STAGE_HISTORY",
        /// A `StatusRefreshRequested`.
        Refresh = "REFRESH",
        /// The import itself, which made or found the application.
        Import = "IMPORT",
    }
}

/// A stage of a job's interview plan. The id alone says which one it is: recruiters rename stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The stage of the plan, not the application's visit to it.
    pub job_stage_id: JobStageId,
    /// Its name at the time of observation.
    pub name: Option<String>,
}

/// What is known about an application at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Status.
    pub status: Status,
    /// Stage; none for prospects, the hired, the converted and the deleted. Rejected applications keep theirs.
    pub stage: Option<Stage>,
    /// The job applied to; none for a prospect without one.
    pub job_id: Option<JobId>,
    /// Whether the person has not applied (yet).
    pub prospect: bool,
    /// Greenhouse's time of the last change that is accounted for; set by [`next_snapshot`], detectors leave it empty.
    #[serde(default)]
    pub as_of: Option<DateTime<Utc>>,
    /// Whether it was the candidate who said no; only of rejected applications, and as it was told. Set by [`next_snapshot`].
    #[serde(default)]
    pub withdrawn: bool,
    /// Why it was turned down, as it was told; only of rejected applications, and none where a version told it that did not
    /// remember it. Set by [`next_snapshot`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
}

impl Snapshot {
    /// Whether both are the same place to a consumer. Stage names and times do not count; for reasons see
    /// [`Rejection::says_otherwise`].
    #[must_use]
    pub fn same_state(&self, other: &Self) -> bool {
        let id = |snapshot: &Self| snapshot.stage.as_ref().map(|stage| stage.job_stage_id);
        (self.status, id(self), self.job_id, self.prospect)
            == (other.status, id(other), other.job_id, other.prospect)
    }
}

/// One stay of an application in a stage (`/v3/application_stages`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Id of the row; v3 applications carry that of the current visit as `stage_id`.
    pub id: StageId,
    /// Stage of the interview plan.
    pub job_stage_id: JobStageId,
    /// Name of that stage, where known.
    pub name: Option<String>,
    /// Job of that stage, where known; tells at which visit a transfer to another job took place.
    pub job_id: Option<JobId>,
    /// Begin; may be missing on rows that Greenhouse filled in later.
    pub entered_at: Option<DateTime<Utc>>,
    /// End; none while it lasts.
    pub exited_at: Option<DateTime<Utc>>,
    /// Whether the application is there now.
    pub current: bool,
}

/// Greenhouse's key of the reasons with which candidates say no.
const THEY_REJECTED_US: &str = "THEY_REJECTED_US";

/// Why an application was turned down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The reason's id.
    pub reason_id: Option<RejectionReasonId>,
    /// The reason's name.
    pub reason: Option<String>,
    /// Greenhouse's key of the reason's type, such as `WE_REJECTED_THEM`.
    pub kind: Option<String>,
}

impl Rejection {
    /// Whether it was the candidate who said no.
    #[must_use]
    pub fn is_withdrawal(&self) -> bool {
        self.kind.as_deref() == Some(THEY_REJECTED_US)
    }

    /// Whether it is worth telling after `told`: the first reason at all, or one of another type. One without a type, or with
    /// a name that this process does not know, says nothing new.
    #[must_use]
    pub fn says_otherwise(&self, told: &Self) -> bool {
        let first = told.reason_id.is_none() && self.reason_id.is_some();
        first || (self.kind.is_some() && self.kind != told.kind)
    }
}

/// What a detector saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The application as it was read. A stage or job that is missing where there ought to be one counts as unknown,
    /// not as a change.
    pub snapshot: Snapshot,
    /// The visit at which the application says it is (v3 only); what its history shows beyond happened after it was read.
    pub visit: Option<StageId>,
    /// All its stage visits in any order, read after the application; empty if not read (always in v1).
    pub history: Vec<Visit>,
    /// Why it was turned down, if it was.
    pub rejection: Option<Rejection>,
    /// When it was turned down, if it was.
    pub rejected_at: Option<DateTime<Utc>>,
    /// Greenhouse's time of the last activity.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Greenhouse's time of the last update (v3 only). An observation that is older than the last one is ignored; without
    /// this time, that of the last activity tells.
    pub updated_at: Option<DateTime<Utc>>,
    /// When we looked (database clock).
    pub observed_at: DateTime<Utc>,
    /// What made us look.
    pub detected_by: DetectedBy,
    /// Whether the person is known to be anonymised: Greenhouse then blanks or resets fields, and only the status counts.
    pub anonymised: bool,
    /// Whether the application began under our eyes: a first look then tells its whole history, not only where it stands.
    pub from_start: bool,
}

impl Observation {
    /// That an application is gone from Greenhouse, which says so itself or has not shown it for long.
    ///
    /// What was read before `now`, by the clock that stamps applications, and arrives later does not bring it back. A clock
    /// that shows less than what is `known` already happened is wrong: it is gone nonetheless. `observed_at`: the same
    /// moment by the database's clock.
    #[must_use]
    pub fn gone(
        known: &Snapshot,
        now: DateTime<Utc>,
        observed_at: DateTime<Utc>,
        detected_by: DetectedBy,
    ) -> Self {
        Self {
            snapshot: Snapshot {
                status: Status::Deleted,
                stage: None,
                ..known.clone()
            },
            visit: None,
            history: Vec::new(),
            rejection: None,
            rejected_at: None,
            last_activity_at: None,
            updated_at: Some(known.as_of.map_or(now, |known| known.max(now))),
            observed_at,
            detected_by,
            anonymised: false,
            from_start: false,
        }
    }

    /// Whether it is gone and nobody has said so: a comparison has not found it for long.
    #[must_use]
    pub fn is_by_absence(&self) -> bool {
        self.snapshot.status == Status::Deleted && self.detected_by == DetectedBy::StageHistory
    }
}

/// One step of an application through the hiring process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// State before; none for the first change of an application.
    pub previous: Option<Snapshot>,
    /// State after.
    pub current: Snapshot,
    /// Why, if this change is a rejection.
    pub rejection: Option<Rejection>,
    /// When it happened, as well as `quality` says.
    pub occurred_at: DateTime<Utc>,
    /// How well that time is known.
    pub quality: Quality,
    /// Whether it was missed when it happened and is told late: a later change was seen, or it was found by a repair.
    pub backfilled: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greenhouse_has_two_words_for_in_process() {
        assert_eq!(Status::from_greenhouse("in_process"), Ok(Status::InProcess));
        assert_eq!(Status::from_greenhouse("active"), Ok(Status::InProcess));
        assert!(Status::from_greenhouse("ACTIVE").is_err());
    }

    #[test]
    fn a_snapshot_survives_the_store() {
        let stage = Stage {
            job_stage_id: JobStageId(7),
            name: Some("Offer".into()),
        };
        let snapshot = Snapshot {
            status: Status::InProcess,
            stage: Some(stage),
            job_id: Some(JobId(1)),
            prospect: false,
            as_of: None,
            withdrawn: false,
            rejection: None,
        };
        let json = serde_json::to_string(&snapshot).unwrap();
        assert!(json.contains("\"ACTIVE\""));
        assert_eq!(serde_json::from_str::<Snapshot>(&json).unwrap(), snapshot);
    }
}
