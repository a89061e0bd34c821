//! Applications: what they need to be accepted, how they are made and edited.

use serde_json::Value;

use super::{
    Org, Refused,
    custom_fields::CustomValues,
    refused,
    rows::{Application, ApplicationStage, JobStage, Status},
};
use crate::{stamp::Stamp, table::Meta};

/// An application as asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) prospect: bool,
    pub(crate) job_id: Option<i64>,
    pub(crate) initial_stage_id: Option<i64>,
    pub(crate) credits: Credits,
    pub(crate) created_at: Option<Stamp>,
    pub(crate) custom_fields: Option<Vec<Value>>,
    /// Custom fields that were read already, because v1 writes them in another way.
    pub(crate) values: Option<CustomValues>,
    pub(crate) prospecting: Prospecting,
}

/// Who and what an application is credited to; `None` leaves things as they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Credits {
    pub(crate) source_id: Option<i64>,
    pub(crate) referrer_id: Option<i64>,
    pub(crate) recruiter_id: Option<i64>,
    pub(crate) coordinator_id: Option<i64>,
}

/// Where a prospect is filed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prospecting {
    pub(crate) job_ids: Vec<i64>,
    pub(crate) pool_id: Option<i64>,
    pub(crate) pool_stage_id: Option<i64>,
    pub(crate) owner_id: Option<i64>,
    pub(crate) department_id: Option<i64>,
    pub(crate) office_id: Option<i64>,
}

/// An edit of an application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) credits: Credits,
    pub(crate) pool_id: Option<i64>,
    pub(crate) pool_stage_id: Option<i64>,
    pub(crate) rejected_at: Option<Stamp>,
    pub(crate) created_at: Option<Stamp>,
    pub(crate) custom_fields: Option<Vec<Value>>,
}

impl Org {
    /// Makes a checked application.
    pub(crate) fn apply(
        &mut self,
        candidate_id: i64,
        mut draft: Draft,
        now: Stamp,
        ready_at: Stamp,
    ) -> i64 {
        let mut meta = Meta {
            ready_at,
            ..Meta::new(self.ids.next("application"), now)
        };
        meta.created_at = draft.created_at.unwrap_or(now);
        let id = meta.id;
        let values = draft.values.take();
        let items = draft.custom_fields.as_deref().unwrap_or_default();
        let values = values.or_else(|| self.custom_values("application", items).ok());
        let stage = draft.initial_stage_id;
        let stage = stage.or_else(|| {
            self.stages_of(draft.job_id?)
                .first()
                .map(|stage| stage.meta.id)
        });
        let prospect = draft.prospect;
        if prospect {
            self.file_prospect(id, &draft.prospecting, now, ready_at);
        }
        self.applications
            .insert(Application::drafted(meta, candidate_id, draft, values));
        if let Some(stage) = stage {
            self.enter_stage(id, stage, now, ready_at);
        }
        self.touch_candidate(candidate_id, now);
        let action = match prospect {
            true => "new_prospect_application",
            false => "new_candidate_application",
        };
        self.announce_application(action, id);
        id
    }

    /// Edits an application after checking the whole edit.
    pub(crate) fn edit_application(
        &mut self,
        id: i64,
        edit: Edit,
        now: Stamp,
    ) -> Result<(), Refused> {
        let Some(application) = self.applications.get(id) else {
            return Err(refused("id", "is unknown"));
        };
        let candidate_id = application.candidate_id;
        self.check_edit(application, &edit)?;
        let items = edit.custom_fields.as_deref();
        let values = items
            .map(|items| self.custom_values("application", items))
            .transpose()?;
        self.applications.change(id, |application| {
            application.credit(&edit.credits);
            application.rejected_at = edit.rejected_at.or(application.rejected_at);
            application.meta.created_at = edit.created_at.unwrap_or(application.meta.created_at);
            application.custom_fields = values.or_else(|| application.custom_fields.take());
            application.meta.updated_at = now;
            application.last_activity_at = Some(now);
        });
        self.refile_prospect(id, edit.pool_id, edit.pool_stage_id, now);
        if let Some(rejected_at) = edit.rejected_at {
            self.date_rejection(id, rejected_at, now);
        }
        self.touch_candidate(candidate_id, now);
        self.announce_application("application_updated", id);
        Ok(())
    }

    fn date_rejection(&mut self, application_id: i64, rejected_at: Stamp, now: Stamp) {
        let own = self
            .rejection_details
            .find("application_ids", application_id);
        let Some(detail) = own.map(|detail| detail.meta.id).next_back() else {
            return;
        };
        self.rejection_details.change(detail, |detail| {
            detail.rejected_at = Some(rejected_at);
            detail.meta.updated_at = now;
        });
    }

    /// Active stages of a job, in order.
    pub(crate) fn stages_of(&self, job_id: i64) -> Vec<&JobStage> {
        let mut stages: Vec<&JobStage> = self
            .job_stages
            .find("job_ids", job_id)
            .filter(|stage| stage.active)
            .collect();
        stages.sort_by_key(|stage| stage.sort_order);
        stages
    }

    /// Closes the visit to the present stage and opens one to another: a new row, even for a stage visited before.
    pub(crate) fn enter_stage(
        &mut self,
        application_id: i64,
        job_stage_id: i64,
        now: Stamp,
        ready_at: Stamp,
    ) {
        self.leave_stage(application_id, now);
        let Some(name) = self
            .job_stages
            .get(job_stage_id)
            .map(|stage| stage.name.clone())
        else {
            return;
        };
        let visit = self.application_stages.insert(ApplicationStage {
            meta: Meta {
                ready_at,
                ..Meta::new(self.ids.next("application_stage"), now)
            },
            application_id,
            job_interview_stage_id: job_stage_id,
            entered_at: Some(now),
            exited_at: None,
            days_in_stage: 0,
            current: true,
        });
        self.applications.change(application_id, |application| {
            application.stage_id = Some(visit);
            application.stage_name = Some(name);
        });
    }

    /// Closes the visit to the present stage.
    pub(crate) fn leave_stage(&mut self, application_id: i64, now: Stamp) {
        let current = self
            .application_stages
            .find("application_ids", application_id)
            .find(|visit| visit.current);
        let Some(visit) = current.map(|visit| visit.meta.id) else {
            return;
        };
        self.application_stages.change(visit, |visit| {
            visit.current = false;
            visit.exited_at = Some(now);
            visit.meta.updated_at = now;
            let entered = visit.entered_at.unwrap_or(now);
            visit.days_in_stage = (now.millis() - entered.millis()) / 86_400_000;
        });
    }
}

impl Application {
    fn drafted(
        meta: Meta,
        candidate_id: i64,
        draft: Draft,
        custom_fields: Option<CustomValues>,
    ) -> Self {
        Self {
            agency_note_id: None,
            candidate_id,
            coordinator_id: draft.credits.coordinator_id,
            job_id: draft.job_id,
            job_post_id: None,
            recruiter_id: draft.credits.recruiter_id,
            referrer_id: draft.credits.referrer_id,
            source_id: draft.credits.source_id,
            stage_id: None,
            stage_name: None,
            status: Status::InProcess,
            needs_decision: None,
            prospect: draft.prospect,
            rejected_at: None,
            last_activity_at: Some(meta.born),
            location_address: None,
            answers: None,
            prospective_job_ids: draft.prospecting.job_ids,
            custom_fields,
            meta,
        }
    }

    fn credit(&mut self, credits: &Credits) {
        self.source_id = credits.source_id.or(self.source_id);
        self.referrer_id = credits.referrer_id.or(self.referrer_id);
        self.recruiter_id = credits.recruiter_id.or(self.recruiter_id);
        self.coordinator_id = credits.coordinator_id.or(self.coordinator_id);
    }
}
