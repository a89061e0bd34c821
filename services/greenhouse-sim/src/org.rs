//! One customer's Greenhouse: its tables, and everything that happens to them, whoever asks for it (the API, a
//! recruiter, a test).

pub(crate) mod acceptance;
pub(crate) mod annotating;
pub(crate) mod announcing;
pub(crate) mod applying;
pub(crate) mod bulk;
pub mod custom_fields;
pub(crate) mod edits;
pub(crate) mod fields;
pub(crate) mod ids;
pub mod jobs;
pub(crate) mod merging;
pub(crate) mod moving;
pub mod people;
pub mod posting;
pub(crate) mod prospecting;
pub mod recruiting;
pub mod rows;
pub(crate) mod staffing;
pub(crate) mod structure;
mod telling;

use bulk::Promise;
use custom_fields::Definitions;
use edits::Edits;
use ids::Ids;
use rows::{
    Application, ApplicationStage, AppliedTag, BulkRequest, Candidate, CloseReason, Department,
    Job, JobHiringManager, JobOwner, JobPost, JobPostLocation, JobStage, Note, Office, Opening,
    ProspectDetail, ProspectPool, ProspectPoolStage, Referrer, RejectionDetail, RejectionReason,
    Source, Tag, User, Webhook,
};

use crate::{stamp::Stamp, table::Table, webhooks::Mailbox};

/// One customer's data.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) ids: Ids,
    pub(crate) candidates: Table<Candidate>,
    pub(crate) edits: Edits,
    pub(crate) applications: Table<Application>,
    pub(crate) application_stages: Table<ApplicationStage>,
    pub(crate) jobs: Table<Job>,
    pub(crate) job_stages: Table<JobStage>,
    pub(crate) notes: Table<Note>,
    pub(crate) tags: Table<Tag>,
    pub(crate) applied_tags: Table<AppliedTag>,
    pub(crate) users: Table<User>,
    pub(crate) referrers: Table<Referrer>,
    pub(crate) sources: Table<Source>,
    pub(crate) rejection_reasons: Table<RejectionReason>,
    pub(crate) rejection_details: Table<RejectionDetail>,
    pub(crate) custom_fields: Definitions,
    pub(crate) departments: Table<Department>,
    pub(crate) offices: Table<Office>,
    pub(crate) job_posts: Table<JobPost>,
    pub(crate) job_post_locations: Table<JobPostLocation>,
    pub(crate) openings: Table<Opening>,
    pub(crate) job_owners: Table<JobOwner>,
    pub(crate) job_hiring_managers: Table<JobHiringManager>,
    pub(crate) close_reasons: Table<CloseReason>,
    pub(crate) prospect_pools: Table<ProspectPool>,
    pub(crate) prospect_pool_stages: Table<ProspectPoolStage>,
    pub(crate) prospect_details: Table<ProspectDetail>,
    pub(crate) bulk_requests: Table<BulkRequest>,
    pub(crate) webhooks: Table<Webhook>,
    promises: Vec<Promise>,
    mailbox: Option<Mailbox>,
    /// Who acts when a token names no user.
    pub(crate) service_user: i64,
}

/// Why something could not be done: the field and the reason.
pub type Refused = (String, String);

/// A refusal about one field.
pub(crate) fn refused(field: &str, reason: impl Into<String>) -> Refused {
    (field.to_owned(), reason.into())
}

impl Org {
    pub(crate) fn empty(number: usize, name: &str, now: Stamp) -> Self {
        let mut org = Self {
            id: 4_001_000_000 + i64::try_from(number).unwrap_or_default(),
            name: name.to_owned(),
            ids: Ids::of_organisation(number),
            candidates: Table::default(),
            edits: Edits::default(),
            applications: Table::default(),
            application_stages: Table::default(),
            jobs: Table::default(),
            job_stages: Table::default(),
            notes: Table::default(),
            tags: Table::default(),
            applied_tags: Table::default(),
            users: Table::default(),
            referrers: Table::default(),
            sources: Table::default(),
            rejection_reasons: Table::default(),
            rejection_details: Table::default(),
            custom_fields: Definitions::default(),
            departments: Table::default(),
            offices: Table::default(),
            job_posts: Table::default(),
            job_post_locations: Table::default(),
            openings: Table::default(),
            job_owners: Table::default(),
            job_hiring_managers: Table::default(),
            close_reasons: Table::default(),
            prospect_pools: Table::default(),
            prospect_pool_stages: Table::default(),
            prospect_details: Table::default(),
            bulk_requests: Table::default(),
            webhooks: Table::default(),
            promises: Vec::new(),
            mailbox: None,
            service_user: 0,
        };
        org.service_user = org.add_service_user(now);
        org
    }

    /// A job the user may see: confidential ones only from their hiring team.
    pub(crate) fn visible_job(&self, job_id: i64, user_id: i64) -> Option<&Job> {
        self.jobs.get(job_id).filter(|job| job.visible_to(user_id))
    }

    /// Whether an application shows nothing of a confidential job to somebody outside; a prospect's, if any of the jobs they
    /// are considered for is confidential to them.
    pub(crate) fn shows_application(&self, application: &Application, user_id: i64) -> bool {
        let visible = |job| self.visible_job(job, user_id).is_some();
        let hidden = |job: &i64| {
            let job = self.jobs.get(*job);
            job.is_some_and(|job| !job.visible_to(user_id))
        };
        application.job_id.is_none_or(visible)
            && !application.prospective_job_ids.iter().any(hidden)
    }

    /// Whether somebody is known from anything but jobs that are confidential to the user.
    pub(crate) fn shows_candidate(&self, id: i64, user_id: i64) -> bool {
        let mut own = self.applications.find("candidate_ids", id).peekable();
        own.peek().is_none() || own.any(|application| self.shows_application(application, user_id))
    }

    /// Whether a user may write about a candidate: private ones are for Site Admins.
    pub(crate) fn may_write_about(&self, id: i64, user_id: i64) -> bool {
        let user = self.users.get(user_id);
        let private = self.candidates.get(id).and_then(|row| row.private);
        self.shows_candidate(id, user_id)
            && (private != Some(true) || user.is_some_and(|user| user.site_admin))
    }

    /// A candidate that exists and is no longer being processed.
    pub(crate) fn ready_candidate(&self, id: i64, now: Stamp) -> Option<&Candidate> {
        self.candidates
            .get(id)
            .filter(|candidate| candidate.meta.ready_at <= now)
    }

    /// An application that exists and is no longer being processed.
    pub(crate) fn ready_application(&self, id: i64, now: Stamp) -> Option<&Application> {
        self.applications
            .get(id)
            .filter(|application| application.meta.ready_at <= now)
    }
}
