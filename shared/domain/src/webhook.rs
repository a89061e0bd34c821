//! What a webhook of Greenhouse tells us: that something happened to a thing, by its id.
//!
//! A webhook carries the whole person; none of that is kept. Whoever acts on a notice reads the thing again, or acts on
//! the ids alone where the thing is gone. Deliveries come in any order, late and more than once, so a notice says that
//! there is something to look at, never how things stand: how they stood only tells whether what is read is older.
//! Deliberately absent: Greenhouse's JSON.

mod action;
mod standing;

pub use action::{Action, Refusal};
pub use standing::Standing;

use serde::{Deserialize, Serialize};

use crate::ids::{
    ApplicationId, CandidateId, DepartmentId, JobId, JobPostId, JobStageId, OfficeId,
};
use crate::words::words;

words! {
    /// A service that acts on notices.
    Consumer, "consumer" {
        /// Follows applications and candidates.
        Statuses = "statuses",
        /// Keeps the jobs.
        Jobs = "jobs",
    }
}

/// That something happened, to what. Serialised as `{"kind": …, "ids": {…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "ids", rename_all = "snake_case")]
pub enum Notice {
    /// An application is new, moved, or was hired, unhired, rejected, unrejected or edited, or an offer of it was: read
    /// it again. It may be one that nobody follows.
    ApplicationChanged {
        /// Which.
        application_id: ApplicationId,
        /// Whose, where the webhook says so.
        candidate_id: Option<CandidateId>,
        /// How it stood, where the webhook says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands: Option<Standing>,
    },
    /// An application is gone; it cannot be read any more.
    ApplicationDeleted {
        /// Which.
        application_id: ApplicationId,
        /// Whose, where the webhook says so.
        candidate_id: Option<CandidateId>,
    },
    /// Something about a person other than an application changed.
    CandidateChanged {
        /// Who.
        candidate_id: CandidateId,
    },
    /// A person is gone, with all applications. No notice about any of the applications comes along.
    CandidateDeleted {
        /// Who.
        candidate_id: CandidateId,
        /// Applications that are gone with them, as far as the webhook names them.
        application_ids: Vec<ApplicationId>,
    },
    /// Two records of one person became one. Sent instead of a deletion of the duplicate.
    CandidateMerged {
        /// The record that is gone.
        candidate_id: CandidateId,
        /// The record that has its applications now.
        new_candidate_id: CandidateId,
    },
    /// A person's data were erased; the record and its applications stay.
    CandidateAnonymized {
        /// Who.
        candidate_id: CandidateId,
    },
    /// A job is new, or was edited, approved, opened or closed: read it again.
    JobChanged {
        /// Which.
        job_id: JobId,
    },
    /// A job is gone.
    JobDeleted {
        /// Which.
        job_id: JobId,
    },
    /// A job post is new or was edited: read it again.
    JobPostChanged {
        /// Which.
        job_post_id: JobPostId,
        /// Its job; none for a post that collects prospects.
        job_id: Option<JobId>,
    },
    /// A job post is gone.
    JobPostDeleted {
        /// Which.
        job_post_id: JobPostId,
        /// Its job; none for a post that collected prospects.
        job_id: Option<JobId>,
    },
    /// A stage of a job's interview plan is gone.
    JobStageDeleted {
        /// Which.
        job_stage_id: JobStageId,
        /// Of which job, where the webhook says so.
        job_id: Option<JobId>,
    },
    /// A department is gone.
    DepartmentDeleted {
        /// Which.
        department_id: DepartmentId,
    },
    /// An office is gone.
    OfficeDeleted {
        /// Which.
        office_id: OfficeId,
    },
}

impl Notice {
    /// Who acts on it.
    #[must_use]
    pub const fn consumer(&self) -> Consumer {
        match self {
            Self::ApplicationChanged { .. }
            | Self::ApplicationDeleted { .. }
            | Self::CandidateChanged { .. }
            | Self::CandidateDeleted { .. }
            | Self::CandidateMerged { .. }
            | Self::CandidateAnonymized { .. } => Consumer::Statuses,
            Self::JobChanged { .. }
            | Self::JobDeleted { .. }
            | Self::JobPostChanged { .. }
            | Self::JobPostDeleted { .. }
            | Self::JobStageDeleted { .. }
            | Self::DepartmentDeleted { .. }
            | Self::OfficeDeleted { .. } => Consumer::Jobs,
        }
    }

    /// The word for what happened, such as `application_changed`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ApplicationChanged { .. } => "application_changed",
            Self::ApplicationDeleted { .. } => "application_deleted",
            Self::CandidateChanged { .. } => "candidate_changed",
            Self::CandidateDeleted { .. } => "candidate_deleted",
            Self::CandidateMerged { .. } => "candidate_merged",
            Self::CandidateAnonymized { .. } => "candidate_anonymized",
            Self::JobChanged { .. } => "job_changed",
            Self::JobDeleted { .. } => "job_deleted",
            Self::JobPostChanged { .. } => "job_post_changed",
            Self::JobPostDeleted { .. } => "job_post_deleted",
            Self::JobStageDeleted { .. } => "job_stage_deleted",
            Self::DepartmentDeleted { .. } => "department_deleted",
            Self::OfficeDeleted { .. } => "office_deleted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    fn all() -> Vec<Notice> {
        let (application_id, candidate_id) = (ApplicationId(1), CandidateId(2));
        let (job_id, job_post_id) = (JobId(3), JobPostId(4));
        vec![
            Notice::ApplicationChanged {
                application_id,
                candidate_id: Some(candidate_id),
                stands: None,
            },
            Notice::ApplicationChanged {
                application_id,
                candidate_id: None,
                stands: Some(Standing {
                    status: Status::InProcess,
                    job_stage_id: Some(JobStageId(9)),
                    active_at: Some(chrono::DateTime::UNIX_EPOCH),
                }),
            },
            Notice::ApplicationDeleted {
                application_id,
                candidate_id: None,
            },
            Notice::CandidateChanged { candidate_id },
            Notice::CandidateDeleted {
                candidate_id,
                application_ids: vec![application_id],
            },
            Notice::CandidateMerged {
                candidate_id,
                new_candidate_id: CandidateId(5),
            },
            Notice::CandidateAnonymized { candidate_id },
            Notice::JobChanged { job_id },
            Notice::JobDeleted { job_id },
            Notice::JobPostChanged {
                job_post_id,
                job_id: Some(job_id),
            },
            Notice::JobPostDeleted {
                job_post_id,
                job_id: None,
            },
            Notice::JobStageDeleted {
                job_stage_id: JobStageId(6),
                job_id: Some(job_id),
            },
            Notice::DepartmentDeleted {
                department_id: DepartmentId(7),
            },
            Notice::OfficeDeleted {
                office_id: OfficeId(8),
            },
        ]
    }

    #[test]
    fn a_notice_is_stored_under_its_kind_and_read_back() {
        for notice in all() {
            let stored = serde_json::to_value(&notice).unwrap();
            assert_eq!(stored["kind"], notice.kind());
            assert_eq!(serde_json::from_value::<Notice>(stored).unwrap(), notice);
        }
    }

    #[test]
    fn what_is_about_people_goes_to_the_statuses_and_the_rest_to_the_jobs() {
        for notice in all() {
            let people = ["application_", "candidate_"];
            let about_people = people.iter().any(|word| notice.kind().starts_with(word));
            assert_eq!(
                notice.consumer() == Consumer::Statuses,
                about_people,
                "{notice:?}"
            );
        }
    }
}
