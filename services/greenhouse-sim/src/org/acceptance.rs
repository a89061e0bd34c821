//! What an application needs to be accepted. Everything is checked before anything is changed.

use super::{
    Org, Refused,
    applying::{Credits, Draft, Edit, Prospecting},
    refused,
    rows::{Application, JobStatus, Status},
};

impl Org {
    /// Whether the acting user may make this application; nothing is changed.
    pub(crate) fn check_draft(&self, draft: &Draft, acting: i64) -> Result<(), Refused> {
        if let Some(job_id) = draft.job_id {
            self.check_job("job_id", job_id, acting)?;
            self.check_initial_stage(draft, job_id)?;
        }
        for job_id in &draft.prospecting.job_ids {
            self.check_job("job_ids", *job_id, acting)?;
        }
        self.check_credits(&draft.credits)?;
        self.check_pool(
            "prospect_pool_stage_id",
            draft.prospecting.pool_id,
            draft.prospecting.pool_stage_id,
        )?;
        self.check_prospecting(&draft.prospecting)?;
        let items = draft.custom_fields.as_deref().unwrap_or_default();
        self.custom_values("application", items).map(drop)
    }

    /// Whether an edit fits the application, but for its custom fields.
    pub(crate) fn check_edit(&self, application: &Application, edit: &Edit) -> Result<(), Refused> {
        if application.status == Status::Converted {
            return Err(refused("status", "is converted: it cannot be edited"));
        }
        if edit.rejected_at.is_some() && application.status != Status::Rejected {
            return Err(refused(
                "rejected_at",
                "can only be set on a rejected application",
            ));
        }
        if (edit.pool_id.is_some() || edit.pool_stage_id.is_some()) && !application.prospect {
            return Err(refused("prospect_pool_id", "can only be set on a prospect"));
        }
        self.check_credits(&edit.credits)?;
        let filed = self.filing_of(application.meta.id);
        let pool = edit.pool_id.or(filed.and_then(|filed| filed.pool_id));
        self.check_pool("prospect_stage_id", pool, edit.pool_stage_id)
    }

    fn check_job(&self, field: &str, job_id: i64, acting: i64) -> Result<(), Refused> {
        let job = self
            .visible_job(job_id, acting)
            .ok_or_else(|| refused(field, "is not a job"))?;
        match job.status {
            JobStatus::Open => Ok(()),
            JobStatus::Closed | JobStatus::Draft => {
                Err(refused(field, format!("is a {} job", job.status.word())))
            }
        }
    }

    fn check_initial_stage(&self, draft: &Draft, job_id: i64) -> Result<(), Refused> {
        let known = |stage: i64| {
            self.stages_of(job_id)
                .iter()
                .any(|known| known.meta.id == stage)
        };
        match draft.initial_stage_id {
            Some(stage) if !known(stage) => {
                Err(refused("initial_stage_id", "is not a stage of the job"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_credits(&self, credits: &Credits) -> Result<(), Refused> {
        let known = |field, id: Option<i64>, known: &dyn Fn(i64) -> bool| match id {
            Some(id) if !known(id) => Err(refused(field, "is unknown")),
            _ => Ok(()),
        };
        known("source_id", credits.source_id, &|id| {
            self.sources.get(id).is_some()
        })?;
        known("referrer_id", credits.referrer_id, &|id| {
            self.referrers.get(id).is_some()
        })?;
        known("recruiter_id", credits.recruiter_id, &|id| {
            self.colleague(id)
        })?;
        known("coordinator_id", credits.coordinator_id, &|id| {
            self.colleague(id)
        })
    }

    pub(super) fn check_pool(
        &self,
        stage_field: &str,
        pool: Option<i64>,
        stage: Option<i64>,
    ) -> Result<(), Refused> {
        let active = |pool| self.prospect_pools.get(pool).is_some_and(|row| row.active);
        if pool.is_some_and(|pool| !active(pool)) {
            return Err(refused("prospect_pool_id", "is unknown"));
        }
        let row = stage.and_then(|stage| self.prospect_pool_stages.get(stage));
        if stage.is_some() && row.map(|row| row.prospect_pool_id) != pool {
            return Err(refused(stage_field, "is not a stage of the pool"));
        }
        Ok(())
    }

    fn check_prospecting(&self, prospecting: &Prospecting) -> Result<(), Refused> {
        if prospecting.owner_id.is_some_and(|id| !self.colleague(id)) {
            return Err(refused("prospect_owner_id", "is unknown"));
        }
        if prospecting
            .department_id
            .is_some_and(|id| self.departments.get(id).is_none())
        {
            return Err(refused("prospective_department_id", "is unknown"));
        }
        if prospecting
            .office_id
            .is_some_and(|id| self.offices.get(id).is_none())
        {
            return Err(refused("prospective_office_id", "is unknown"));
        }
        if prospecting.office_id.is_some() && prospecting.department_id.is_none() {
            return Err(refused(
                "prospective_office_id",
                "needs prospective_department_id",
            ));
        }
        Ok(())
    }
}
