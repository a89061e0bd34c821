//! What recruiters do to a job and its stages once it is there.

use serde::Deserialize;

use super::{Org, Refused, refused, rows::JobStage, structure::ids};
use crate::{stamp::Stamp, table::Meta};

/// What an edit of a job changes; absent keys stay.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobEdit {
    /// A new name.
    pub name: Option<String>,
    /// A new number of the customer's.
    pub requisition_id: Option<String>,
    /// New notes.
    pub notes: Option<String>,
    /// Another department.
    pub department_id: Option<i64>,
    /// Other offices.
    pub office_ids: Option<Vec<i64>>,
    /// Hidden from everybody outside the hiring team, or no longer.
    pub confidential: Option<bool>,
}

impl Org {
    pub(crate) fn edit_job(&mut self, id: i64, edit: JobEdit, now: Stamp) -> Result<(), Refused> {
        let department = edit.department_id;
        if department.is_some_and(|id| self.departments.get(id).is_none()) {
            return Err(refused("department_id", "is unknown"));
        }
        let mut offices = edit.office_ids.iter().flatten();
        if offices.any(|id| self.offices.get(*id).is_none()) {
            return Err(refused("office_ids", "names an office that does not exist"));
        }
        let changed = self.jobs.change(id, |job| {
            job.name = edit.name.unwrap_or_else(|| job.name.clone());
            job.requisition_id = edit.requisition_id.or_else(|| job.requisition_id.take());
            job.notes = edit.notes.or_else(|| job.notes.take());
            job.department_id = department.or(job.department_id);
            job.office_ids = edit.office_ids.or_else(|| job.office_ids.take());
            job.confidential = edit.confidential.unwrap_or(job.confidential);
            job.meta.updated_at = now;
        });
        if !changed {
            return Err(refused("job_id", "is unknown"));
        }
        self.announce_job("job_updated", id);
        Ok(())
    }

    /// Deletes a job with its posts, stages, openings, team and applications.
    pub(crate) fn delete_job(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        if self.jobs.get(id).is_none() {
            return Err(refused("job_id", "is unknown"));
        }
        for application in ids(self.applications.find("job_ids", id).map(|row| &row.meta)) {
            self.delete_application(application, now)?;
        }
        for post in ids(self.job_posts.find("job_ids", id).map(|row| &row.meta)) {
            let places = self.job_post_locations.find("job_post_ids", post);
            for place in ids(places.map(|row| &row.meta)) {
                self.job_post_locations.remove(place);
            }
            self.job_posts.remove(post);
        }
        for stage in ids(self.job_stages.find("job_ids", id).map(|row| &row.meta)) {
            self.job_stages.remove(stage);
        }
        for opening in ids(self.openings.find("job_ids", id).map(|row| &row.meta)) {
            self.openings.remove(opening);
        }
        for owner in ids(self.job_owners.find("job_ids", id).map(|row| &row.meta)) {
            self.job_owners.remove(owner);
        }
        let managers = self.job_hiring_managers.find("job_ids", id);
        for manager in ids(managers.map(|row| &row.meta)) {
            self.job_hiring_managers.remove(manager);
        }
        self.announce_job("job_deleted", id);
        self.jobs.remove(id);
        Ok(())
    }

    /// Adds a stage behind the job's others.
    pub(crate) fn add_stage(&mut self, job: i64, name: &str, now: Stamp) -> Result<i64, Refused> {
        if self.jobs.get(job).is_none() {
            return Err(refused("job_id", "is unknown"));
        }
        let last = self.stages_of(job).last().map(|stage| stage.sort_order);
        let meta = Meta::new(self.ids.next("job_interview_stage"), now);
        Ok(self.job_stages.insert(JobStage {
            meta,
            job_id: job,
            sort_order: last.map_or(0, |last| last + 1),
            name: name.to_owned(),
            active: true,
        }))
    }

    /// Renames a stage. Applications in it show the new name; their `updated_at` does not move.
    pub(crate) fn rename_stage(&mut self, id: i64, name: &str, now: Stamp) -> Result<(), Refused> {
        let changed = self.job_stages.change(id, |stage| {
            name.clone_into(&mut stage.name);
            stage.meta.updated_at = now;
        });
        if !changed {
            return Err(refused("stage_id", "is unknown"));
        }
        for application in self.applications_in(id) {
            self.applications
                .change(application, |row| row.stage_name = Some(name.to_owned()));
        }
        Ok(())
    }

    /// Deletes a stage nobody is in; past visits keep its id.
    pub(crate) fn delete_stage(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        let known = self.job_stages.get(id).is_some_and(|stage| stage.active);
        if !known {
            return Err(refused("stage_id", "is unknown"));
        }
        if !self.applications_in(id).is_empty() {
            return Err(refused("stage_id", "still has candidates"));
        }
        self.job_stages.change(id, |stage| {
            stage.active = false;
            stage.meta.updated_at = now;
        });
        self.announce_deleted_stage(id);
        Ok(())
    }

    fn applications_in(&self, stage: i64) -> Vec<i64> {
        self.application_stages
            .find("job_interview_stage_ids", stage)
            .filter(|visit| visit.current)
            .map(|visit| visit.application_id)
            .collect()
    }
}
