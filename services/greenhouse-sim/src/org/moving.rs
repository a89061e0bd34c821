//! What recruiters do to an application beyond moving it along its own job: transfer, taking a hire back, conversion of a
//! prospect, deletion.

use super::{
    Org, Refused,
    applying::{Credits, Draft},
    refused,
    rows::{JobStatus, Status},
    structure::ids,
};
use crate::stamp::Stamp;

impl Org {
    /// Moves an application to another job under the same id; without a stage it lands on the job's first one.
    pub(crate) fn transfer(
        &mut self,
        id: i64,
        job: i64,
        stage: Option<&str>,
        now: Stamp,
    ) -> Result<i64, Refused> {
        self.on_a_job(id, Status::InProcess)?;
        let stage = self.open_stage(job, stage)?;
        self.applications
            .change(id, |application| application.job_id = Some(job));
        self.enter_stage(id, stage, now, now);
        self.touch_application(id, now);
        self.announce_application("candidate_stage_change", id);
        Ok(stage)
    }

    /// Takes a hire back: the application re-enters its last stage, the opening is vacant again.
    pub(crate) fn unhire(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        self.in_state(id, Status::Hired)?;
        self.vacate_opening(id, now);
        self.applications.change(id, |application| {
            application.status = Status::InProcess;
        });
        self.re_enter(id, now);
        self.touch_application(id, now);
        self.announce_application("unhire_candidate", id);
        Ok(())
    }

    /// Makes a candidate of a prospect: a new application under a new id; the old one stays as converted.
    pub(crate) fn convert(
        &mut self,
        id: i64,
        job: i64,
        stage: Option<&str>,
        now: Stamp,
    ) -> Result<i64, Refused> {
        self.in_state(id, Status::InProcess)?;
        let stage = self.open_stage(job, stage)?;
        let old = self.applications.get(id).filter(|old| old.prospect);
        let Some(old) = old else {
            return Err(refused("application_id", "is no prospect"));
        };
        let candidate = old.candidate_id;
        let draft = Draft {
            job_id: Some(job),
            initial_stage_id: Some(stage),
            credits: Credits {
                source_id: old.source_id,
                referrer_id: old.referrer_id,
                recruiter_id: old.recruiter_id,
                coordinator_id: old.coordinator_id,
            },
            ..Draft::default()
        };
        self.applications
            .change(id, |old| old.status = Status::Converted);
        self.touch_application(id, now);
        Ok(self.apply(candidate, draft, now, now))
    }

    /// Deletes an application with everything that hangs on it.
    pub(crate) fn delete_application(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        let Some(application) = self.applications.get(id) else {
            return Err(refused("application_id", "is unknown"));
        };
        let candidate = application.candidate_id;
        self.announce_deleted_application(id);
        self.forget_application(id);
        self.touch_candidate(candidate, now);
        Ok(())
    }

    pub(super) fn forget_application(&mut self, id: i64) {
        self.applications.remove(id);
        let visits = self.application_stages.find("application_ids", id);
        for visit in ids(visits.map(|row| &row.meta)) {
            self.application_stages.remove(visit);
        }
        let rejections = self.rejection_details.find("application_ids", id);
        for detail in ids(rejections.map(|row| &row.meta)) {
            self.rejection_details.remove(detail);
        }
        let filings = self.prospect_details.find("application_ids", id);
        for detail in ids(filings.map(|row| &row.meta)) {
            self.prospect_details.remove(detail);
        }
    }

    /// Enters the stage of the last visit again, which is a new visit.
    pub(super) fn re_enter(&mut self, id: i64, now: Stamp) {
        let visits = self.application_stages.find("application_ids", id);
        let last = visits.map(|visit| visit.job_interview_stage_id).next_back();
        if let Some(stage) = last {
            self.enter_stage(id, stage, now, now);
        }
    }

    /// A stage of an open job, the first one unless named.
    fn open_stage(&self, job: i64, name: Option<&str>) -> Result<i64, Refused> {
        let open = |job: i64| {
            self.jobs
                .get(job)
                .is_some_and(|job| job.status == JobStatus::Open)
        };
        if !open(job) {
            return Err(refused("job_id", "is no open job"));
        }
        let stages = self.stages_of(job);
        let mut fits = stages
            .iter()
            .filter(|stage| name.is_none_or(|name| stage.name == name));
        let stage = fits.next().map(|stage| stage.meta.id);
        stage.ok_or_else(|| refused("stage", "does not exist"))
    }
}
