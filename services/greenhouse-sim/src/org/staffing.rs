//! Openings, close reasons, and who looks after a job.

use super::{
    Org, Refused, refused,
    rows::{CloseReason, JobHiringManager, JobOwner, JobStatus, Opening},
};
use crate::{stamp::Stamp, table::Meta};

impl Org {
    pub(crate) fn add_close_reason(&mut self, name: &str, now: Stamp) -> i64 {
        let meta = Meta::new(self.ids.next("close_reason"), now);
        self.close_reasons.insert(CloseReason {
            meta,
            name: name.to_owned(),
        })
    }

    pub(crate) fn add_openings(&mut self, job_id: i64, count: u32, now: Stamp) {
        let custom_fields = self.custom_fields.blank("opening");
        for sort_order in 0..i64::from(count) {
            let meta = Meta::new(self.ids.next("opening"), now);
            self.openings.insert(Opening {
                opening_id: Some(format!("{}-{}", job_id % 1000, sort_order + 1)),
                meta,
                job_id,
                opened_at: Some(now),
                closed_at: None,
                sort_order,
                application_id: None,
                close_reason_id: None,
                target_start_on: None,
                open: true,
                custom_fields: Some(custom_fields.clone()),
            });
        }
    }

    /// Puts somebody in charge of a job; kinds are `sourcer`, `recruiter` and `coordinator`. The first of a kind is the
    /// responsible one.
    pub(crate) fn add_owner(&mut self, job_id: i64, user_id: i64, kind: &'static str, now: Stamp) {
        let first = !self
            .job_owners
            .find("job_ids", job_id)
            .any(|owner| owner.kind == kind);
        let meta = Meta::new(self.ids.next("job_owner"), now);
        self.job_owners.insert(JobOwner {
            meta,
            job_id,
            user_id,
            kind,
            responsible: first && kind != "sourcer",
        });
        self.join_team(job_id, user_id);
    }

    pub(crate) fn add_hiring_manager(&mut self, job_id: i64, user_id: i64, now: Stamp) {
        let meta = Meta::new(self.ids.next("job_hiring_manager"), now);
        self.job_hiring_managers.insert(JobHiringManager {
            meta,
            user_id,
            job_id,
        });
        self.join_team(job_id, user_id);
    }

    /// Fills the job's first open opening with an application; the last one closes the job.
    pub(super) fn fill_opening(
        &mut self,
        job_id: i64,
        application_id: i64,
        now: Stamp,
    ) -> Result<i64, Refused> {
        let mut open = self
            .openings
            .find("job_ids", job_id)
            .filter(|opening| opening.open);
        let Some(id) = open.next().map(|opening| opening.meta.id) else {
            return Err(refused("opening_id", "names no open opening"));
        };
        let last = open.next().is_none();
        drop(open);
        let hires = |reason: &&CloseReason| reason.name.starts_with("Hire -");
        let reason = self.close_reasons.iter().find(hires);
        let reason = reason.map(|reason| reason.meta.id);
        self.openings.change(id, |opening| {
            opening.open = false;
            opening.closed_at = Some(now);
            opening.application_id = Some(application_id);
            opening.close_reason_id = reason;
            opening.meta.updated_at = now;
        });
        if last {
            self.set_job(job_id, JobStatus::Closed, now)?;
        }
        Ok(id)
    }

    /// Takes somebody out of the opening they filled, and opens the job again if need be.
    pub(super) fn vacate_opening(&mut self, application_id: i64, now: Stamp) {
        let filled = self.openings.find("application_ids", application_id);
        let Some((id, job_id)) = filled
            .map(|opening| (opening.meta.id, opening.job_id))
            .next_back()
        else {
            return;
        };
        self.openings.change(id, |opening| {
            opening.open = true;
            opening.closed_at = None;
            opening.application_id = None;
            opening.close_reason_id = None;
            opening.meta.updated_at = now;
        });
        let closed = |org: &Self| {
            org.jobs
                .get(job_id)
                .is_some_and(|job| job.status == JobStatus::Closed)
        };
        if closed(self) {
            let _ = self.set_job(job_id, JobStatus::Open, now);
        }
    }

    /// Closes every open opening of a job, or opens what its closing closed.
    pub(super) fn close_openings(&mut self, job_id: i64, reason: Option<i64>, now: Stamp) {
        let open = self
            .openings
            .find("job_ids", job_id)
            .filter(|opening| opening.open);
        for id in super::structure::ids(open.map(|opening| &opening.meta)) {
            self.openings.change(id, |opening| {
                opening.open = false;
                opening.closed_at = Some(now);
                opening.close_reason_id = reason;
                opening.meta.updated_at = now;
            });
        }
    }

    /// Opens the openings nobody was hired into.
    pub(super) fn reopen_openings(&mut self, job_id: i64, now: Stamp) {
        let own = || self.openings.find("job_ids", job_id);
        if own().any(|opening| opening.open) {
            return;
        }
        let empty = own().filter(|opening| opening.application_id.is_none());
        let empty = super::structure::ids(empty.map(|opening| &opening.meta));
        if empty.is_empty() {
            self.add_openings(job_id, 1, now);
        }
        for id in empty {
            self.openings.change(id, |opening| {
                opening.open = true;
                opening.closed_at = None;
                opening.close_reason_id = None;
                opening.meta.updated_at = now;
            });
        }
    }

    fn join_team(&mut self, job_id: i64, user_id: i64) {
        self.jobs.change(job_id, |job| {
            if !job.hiring_team.contains(&user_id) {
                job.hiring_team.push(user_id);
            }
        });
    }
}
