//! How an application stood when a webhook told of it. Only to know whether what is read afterwards is older: Greenhouse
//! may send a webhook before its API shows the change.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::JobStageId;
use crate::status::{Snapshot, Status};

/// How much later than the webhook's the time of a change must be for it to be another change: times are cut to seconds
/// in places.
const CUT: TimeDelta = TimeDelta::seconds(1);

/// How an application stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its status.
    pub status: Status,
    /// The stage it was in, where the webhook says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_stage_id: Option<JobStageId>,
    /// When something last happened to it, by Greenhouse's clock, where the webhook says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Whether what is known is this, or what came of it since.
    #[must_use]
    pub fn is_reached(&self, known: &Snapshot) -> bool {
        let times = known.as_of.zip(self.active_at);
        self.is_shown(known) || times.is_some_and(|(as_of, active_at)| as_of >= active_at + CUT)
    }

    /// Whether the known one stands like this, as far as both say. Only who is in process is in a stage: of others a webhook
    /// names the last one.
    fn is_shown(&self, known: &Snapshot) -> bool {
        let stage = known.stage.as_ref().map(|stage| stage.job_stage_id);
        let stages = self.job_stage_id.zip(stage);
        let elsewhere = stages.is_some_and(|(told, known)| told != known);
        self.status == known.status && (self.status != Status::InProcess || !elsewhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Stage;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn standing(status: Status, stage: Option<i64>) -> Standing {
        Standing {
            status,
            job_stage_id: stage.map(JobStageId),
            active_at: Some(at(100)),
        }
    }

    /// In process in stage 5 unless the status says otherwise, and touched at this second.
    fn known(status: Status, second: i64) -> Snapshot {
        let stage = Stage {
            job_stage_id: JobStageId(5),
            name: None,
        };
        Snapshot {
            status,
            stage: Some(stage),
            job_id: None,
            prospect: false,
            as_of: Some(at(second)),
            withdrawn: false,
            rejection: None,
        }
    }

    #[test]
    fn who_stands_where_the_webhook_says_has_reached_it() {
        let known = known(Status::InProcess, 90);
        for (stage, reached) in [(Some(5), true), (None, true), (Some(6), false)] {
            let told = standing(Status::InProcess, stage);
            assert_eq!(told.is_reached(&known), reached, "{stage:?}");
        }
        assert!(!standing(Status::Rejected, Some(5)).is_reached(&known));
        let stageless = Snapshot {
            stage: None,
            ..known
        };
        assert!(standing(Status::InProcess, Some(6)).is_reached(&stageless));
    }

    #[test]
    fn the_last_stage_of_who_is_out_of_process_does_not_count() {
        for status in [Status::Rejected, Status::Hired] {
            assert!(standing(status, Some(6)).is_reached(&known(status, 90)));
        }
    }

    #[test]
    fn what_has_gone_on_since_has_been_there() {
        let told = standing(Status::InProcess, Some(6));
        for (second, reached) in [(99, false), (100, false), (101, true)] {
            let known = known(Status::Hired, second);
            assert_eq!(told.is_reached(&known), reached, "{second}");
        }
        let timeless = Standing {
            active_at: None,
            ..told
        };
        assert!(!timeless.is_reached(&known(Status::Hired, 500)));
    }
}
