//! What recruiters do in Greenhouse: jobs opened and closed, applications moved, rejected, taken back, hired.

use serde::Deserialize;

use super::{
    Org, Refused, refused,
    rows::{Job, JobStage, JobStatus, RejectionDetail, RejectionReason, RejectionType, Status},
};
use crate::{stamp::Stamp, table::Meta};

/// A job to be opened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewJob {
    /// Its name.
    pub name: String,
    /// Its stages in order; none gives it the usual five.
    pub stages: Vec<String>,
    /// Hidden from everybody outside the hiring team.
    pub confidential: bool,
    /// Users of the hiring team.
    pub hiring_team: Vec<i64>,
    /// The customer's own number.
    pub requisition_id: Option<String>,
    /// A department's id.
    pub department_id: Option<i64>,
    /// Offices' ids.
    pub office_ids: Vec<i64>,
    /// How many people it looks for; three unless said.
    pub openings: Option<u32>,
    /// Users who recruit for it, the responsible one first.
    pub recruiters: Vec<i64>,
    /// Users the hired will report to.
    pub hiring_managers: Vec<i64>,
    /// Not open yet.
    pub draft: bool,
}

/// The stages of a job nobody thought about.
pub(crate) const USUAL_STAGES: [&str; 5] = [
    "Application Review",
    "Phone Screen",
    "Technical Interview",
    "Onsite Interview",
    "Offer",
];

/// The openings of a job nobody counted.
const USUAL_OPENINGS: u32 = 3;

impl Org {
    pub(crate) fn add_job(&mut self, new: NewJob, now: Stamp) -> i64 {
        let id = self.jobs.insert(Job {
            meta: Meta::new(self.ids.next("job"), now),
            name: new.name,
            requisition_id: new.requisition_id,
            notes: None,
            confidential: new.confidential,
            status: if new.draft {
                JobStatus::Draft
            } else {
                JobStatus::Open
            },
            opened_at: (!new.draft).then_some(now),
            closed_at: None,
            is_template: Some(false),
            copied_from_id: None,
            department_id: new.department_id,
            office_ids: Some(new.office_ids),
            custom_fields: Some(self.custom_fields.blank("job")),
            hiring_team: new.hiring_team,
        });
        self.add_openings(id, new.openings.unwrap_or(USUAL_OPENINGS), now);
        for user in new.recruiters {
            self.add_owner(id, user, "recruiter", now);
        }
        for user in new.hiring_managers {
            self.add_hiring_manager(id, user, now);
        }
        let usual = USUAL_STAGES.iter().map(|name| (*name).to_owned());
        let names: Vec<String> = if new.stages.is_empty() {
            usual.collect()
        } else {
            new.stages
        };
        for (sort_order, name) in (0..).zip(names) {
            let meta = Meta::new(self.ids.next("job_interview_stage"), now);
            self.job_stages.insert(JobStage {
                meta,
                job_id: id,
                sort_order,
                name,
                active: true,
            });
        }
        self.announce_job("job_created", id);
        id
    }

    pub(crate) fn close_job(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        self.set_job(id, JobStatus::Closed, now)?;
        self.close_openings(id, None, now);
        Ok(())
    }

    pub(crate) fn reopen_job(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        self.set_job(id, JobStatus::Open, now)?;
        self.reopen_openings(id, now);
        Ok(())
    }

    pub(crate) fn add_rejection_reason(
        &mut self,
        name: &str,
        kind: (i64, &str, &str),
        default: bool,
        now: Stamp,
    ) -> i64 {
        let meta = Meta::new(self.ids.next("rejection_reason"), now);
        let kind = RejectionType {
            id: kind.0,
            key: kind.1.to_owned(),
            name: kind.2.to_owned(),
        };
        self.rejection_reasons.insert(RejectionReason {
            meta,
            name: name.to_owned(),
            kind,
            default,
        })
    }

    /// Moves an application to the stage of this name, or to the next one.
    pub(crate) fn move_application(
        &mut self,
        id: i64,
        to: Option<&str>,
        now: Stamp,
    ) -> Result<i64, Refused> {
        let job = self.on_a_job(id, Status::InProcess)?;
        let stages = self.stages_of(job);
        let target = match to {
            Some(name) => stages.iter().position(|stage| stage.name == name),
            None => self.position(id, &stages).map(|at| at + 1),
        };
        let target = target
            .and_then(|at| stages.get(at))
            .ok_or_else(|| refused("stage", "does not exist"))?
            .meta
            .id;
        self.enter_stage(id, target, now, now);
        self.touch_application(id, now);
        self.announce_application("candidate_stage_change", id);
        Ok(target)
    }

    pub(crate) fn reject(
        &mut self,
        id: i64,
        reason: Option<i64>,
        keeps_stage: bool,
        now: Stamp,
    ) -> Result<(), Refused> {
        self.in_state(id, Status::InProcess)?;
        if reason.is_some_and(|reason| self.rejection_reasons.get(reason).is_none()) {
            return Err(refused("rejection_reason_id", "is unknown"));
        }
        self.leave_stage(id, now);
        self.applications.change(id, |application| {
            application.status = Status::Rejected;
            application.rejected_at = Some(now);
            if !keeps_stage {
                application.stage_id = None;
                application.stage_name = None;
            }
        });
        let meta = Meta::new(self.ids.next("rejection_detail"), now);
        self.rejection_details.insert(RejectionDetail {
            meta,
            application_id: id,
            rejected_by_id: None,
            rejection_note_id: None,
            rejection_reason_id: reason,
            rejected_at: Some(now),
            question_custom_fields: None,
        });
        self.touch_application(id, now);
        self.announce_application("reject_candidate", id);
        Ok(())
    }

    /// Takes a rejection back: the application re-enters its last stage, which is a new visit.
    pub(crate) fn unreject(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        self.in_state(id, Status::Rejected)?;
        let details: Vec<i64> = self
            .rejection_details
            .find("application_ids", id)
            .map(|row| row.meta.id)
            .collect();
        for detail in details {
            self.rejection_details.remove(detail);
        }
        self.applications.change(id, |application| {
            application.status = Status::InProcess;
            application.rejected_at = None;
        });
        self.re_enter(id, now);
        self.touch_application(id, now);
        self.announce_application("unreject_candidate", id);
        Ok(())
    }

    pub(crate) fn hire(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        let job = self.on_a_job(id, Status::InProcess)?;
        self.fill_opening(job, id, now)?;
        self.leave_stage(id, now);
        self.applications.change(id, |application| {
            application.status = Status::Hired;
            application.stage_id = None;
            application.stage_name = None;
        });
        self.touch_application(id, now);
        self.announce_application("hire_candidate", id);
        Ok(())
    }

    pub(super) fn set_job(
        &mut self,
        id: i64,
        status: JobStatus,
        now: Stamp,
    ) -> Result<(), Refused> {
        let changed = self.jobs.change(id, |job| {
            job.status = status;
            job.opened_at = job
                .opened_at
                .or_else(|| (status == JobStatus::Open).then_some(now));
            job.closed_at = (status == JobStatus::Closed).then_some(now);
            job.meta.updated_at = now;
        });
        if changed {
            self.announce_job("job_updated", id);
            Ok(())
        } else {
            Err(refused("job_id", "is unknown"))
        }
    }

    pub(super) fn in_state(&self, id: i64, wanted: Status) -> Result<(), Refused> {
        let application = self
            .applications
            .get(id)
            .ok_or_else(|| refused("application_id", "is unknown"))?;
        if application.status == wanted {
            return Ok(());
        }
        let words = (wanted.query_word(), application.status.query_word());
        Err(refused(
            "status",
            format!("must be '{}', is currently '{}'", words.0, words.1),
        ))
    }

    pub(super) fn on_a_job(&self, id: i64, wanted: Status) -> Result<i64, Refused> {
        self.in_state(id, wanted)?;
        let job = self
            .applications
            .get(id)
            .and_then(|application| application.job_id);
        job.ok_or_else(|| refused("application_id", "is a prospect"))
    }

    fn position(&self, id: i64, stages: &[&JobStage]) -> Option<usize> {
        let visit = self
            .application_stages
            .find("application_ids", id)
            .find(|visit| visit.current)?;
        stages
            .iter()
            .position(|stage| stage.meta.id == visit.job_interview_stage_id)
    }

    pub(super) fn touch_application(&mut self, id: i64, now: Stamp) {
        let mut candidate = None;
        self.applications.change(id, |application| {
            application.meta.updated_at = now;
            application.last_activity_at = Some(now);
            candidate = Some(application.candidate_id);
        });
        if let Some(candidate) = candidate {
            self.touch_candidate(candidate, now);
        }
    }
}
