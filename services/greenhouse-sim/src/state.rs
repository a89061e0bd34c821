//! Looking into a simulator from a test: copies of rows, counts, the log, the rate windows.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    log::LogEntry,
    meter::WindowUse,
    org::{
        Org,
        rows::{
            Application, ApplicationStage, Candidate, CustomField, CustomFieldOption, Department,
            Job, JobPost, JobStage, Note, Office, Opening, ProspectDetail, ProspectPool,
            ProspectPoolStage, Referrer, RejectionReason, Source, User,
        },
    },
    stamp::Stamp,
    table::{Row, Table},
    world::{State, World},
};

/// One organisation as it is now, whatever the API shows of it. Lists are in order of creation.
#[derive(Clone, Debug)]
pub struct View {
    world: Arc<World>,
    organisation: Option<String>,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "named after the tables")]
pub struct Counts {
    pub candidates: usize,
    pub applications: usize,
    pub application_stages: usize,
    pub jobs: usize,
    pub notes: usize,
    pub candidate_tags: usize,
    pub applied_candidate_tags: usize,
    pub users: usize,
    pub referrers: usize,
    pub sources: usize,
}

impl View {
    pub(crate) fn new(world: Arc<World>, organisation: Option<String>) -> Self {
        Self {
            world,
            organisation,
        }
    }

    /// Row counts.
    pub fn counts(&self) -> Counts {
        self.org(counts).unwrap_or_default()
    }

    /// All candidates.
    pub fn candidates(&self) -> Vec<Candidate> {
        self.all(|org| &org.candidates)
    }

    /// Candidates with this e-mail address, in any case.
    pub fn candidates_by_email(&self, email: &str) -> Vec<Candidate> {
        let email = email.to_lowercase();
        self.org(|org| {
            org.candidates
                .find("email", email.as_str())
                .cloned()
                .collect()
        })
        .unwrap_or_default()
    }

    /// One candidate.
    pub fn candidate(&self, id: i64) -> Option<Candidate> {
        self.org(|org| org.candidates.get(id).cloned()).flatten()
    }

    /// All applications.
    pub fn applications(&self) -> Vec<Application> {
        self.all(|org| &org.applications)
    }

    /// One application.
    pub fn application(&self, id: i64) -> Option<Application> {
        self.org(|org| org.applications.get(id).cloned()).flatten()
    }

    /// The applications of a candidate.
    pub fn applications_of(&self, candidate_id: i64) -> Vec<Application> {
        self.org(|org| {
            org.applications
                .find("candidate_ids", candidate_id)
                .cloned()
                .collect()
        })
        .unwrap_or_default()
    }

    /// The stages an application has been in.
    pub fn stages_of_application(&self, application_id: i64) -> Vec<ApplicationStage> {
        let find = |org: &Org| {
            org.application_stages
                .find("application_ids", application_id)
                .cloned()
                .collect()
        };
        self.org(find).unwrap_or_default()
    }

    /// All notes, orphans included.
    pub fn notes(&self) -> Vec<Note> {
        self.all(|org| &org.notes)
    }

    /// The notes of a candidate.
    pub fn notes_of(&self, candidate_id: i64) -> Vec<Note> {
        self.org(|org| {
            org.notes
                .find("candidate_ids", candidate_id)
                .cloned()
                .collect()
        })
        .unwrap_or_default()
    }

    /// All jobs, confidential ones included.
    pub fn jobs(&self) -> Vec<Job> {
        self.all(|org| &org.jobs)
    }

    /// The job of this name.
    pub fn job_named(&self, name: &str) -> Option<Job> {
        self.org(|org| org.jobs.iter().find(|job| job.name == name).cloned())
            .flatten()
    }

    /// The active stages of a job, in order.
    pub fn stages_of_job(&self, job_id: i64) -> Vec<JobStage> {
        self.org(|org| org.stages_of(job_id).into_iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Every stage of every job, deleted ones included.
    pub fn job_stages(&self) -> Vec<JobStage> {
        self.all(|org| &org.job_stages)
    }

    /// All posts, deleted ones and those for prospects included.
    pub fn job_posts(&self) -> Vec<JobPost> {
        self.all(|org| &org.job_posts)
    }

    /// All openings.
    pub fn openings(&self) -> Vec<Opening> {
        self.all(|org| &org.openings)
    }

    /// All departments.
    pub fn departments(&self) -> Vec<Department> {
        self.all(|org| &org.departments)
    }

    /// All offices.
    pub fn offices(&self) -> Vec<Office> {
        self.all(|org| &org.offices)
    }

    /// All prospect pools.
    pub fn prospect_pools(&self) -> Vec<ProspectPool> {
        self.all(|org| &org.prospect_pools)
    }

    /// The stages of all prospect pools.
    pub fn prospect_pool_stages(&self) -> Vec<ProspectPoolStage> {
        self.all(|org| &org.prospect_pool_stages)
    }

    /// Where an application is filed, if it is a prospect's.
    pub fn prospect_detail(&self, application_id: i64) -> Option<ProspectDetail> {
        self.org(|org| org.filing_of(application_id).cloned())
            .flatten()
    }

    /// All custom fields, archived ones included.
    pub fn custom_fields(&self) -> Vec<CustomField> {
        self.all(|org| &org.custom_fields.fields)
    }

    /// The options of all custom fields, archived ones included.
    pub fn custom_field_options(&self) -> Vec<CustomFieldOption> {
        self.all(|org| &org.custom_fields.options)
    }

    /// All users, service accounts included.
    pub fn users(&self) -> Vec<User> {
        self.all(|org| &org.users)
    }

    /// All referrers.
    pub fn referrers(&self) -> Vec<Referrer> {
        self.all(|org| &org.referrers)
    }

    /// All sources.
    pub fn sources(&self) -> Vec<Source> {
        self.all(|org| &org.sources)
    }

    /// All rejection reasons, defaults included.
    pub fn rejection_reasons(&self) -> Vec<RejectionReason> {
        self.all(|org| &org.rejection_reasons)
    }

    /// The remembered requests of all organisations, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.world.lock().log.entries().cloned().collect()
    }

    /// The remembered requests of one operation, `candidates:create` for example.
    pub fn calls(&self, operation: &str) -> Vec<LogEntry> {
        self.world
            .lock()
            .log
            .entries()
            .filter(|entry| entry.operation == operation)
            .cloned()
            .collect()
    }

    /// Requests since the start, forgotten ones included.
    pub fn request_count(&self) -> u64 {
        self.world.lock().log.count()
    }

    /// Forgets the log.
    pub fn clear_log(&self) {
        self.world.lock().log.clear();
    }

    /// The rate windows of one client, oldest first. Windows without a request are not there.
    pub fn rate_windows(&self, client_id: &str) -> Vec<WindowUse> {
        self.world.lock().api_meter.windows(client_id)
    }

    /// The token host's windows of one client.
    pub fn token_windows(&self, client_id: &str) -> Vec<WindowUse> {
        self.world.lock().token_meter.windows(client_id)
    }

    /// API requests of one client answered 429 by its window; faults do not count.
    pub fn throttled(&self, client_id: &str) -> u32 {
        self.rate_windows(client_id)
            .iter()
            .map(|window| window.throttled)
            .sum()
    }

    /// The simulator's clock.
    pub fn now(&self) -> Stamp {
        self.world.lock().now()
    }

    /// Resolves once `holds` does; looked at after every request and every recruiter's action.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.world.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds(self) {
                return;
            }
            changed.await;
        }
    }

    fn all<T: Row>(&self, table: impl Fn(&Org) -> &Table<T>) -> Vec<T> {
        self.org(|org| table(org).iter().cloned().collect())
            .unwrap_or_default()
    }

    fn org<R>(&self, look: impl FnOnce(&Org) -> R) -> Option<R> {
        let state: &State = &self.world.lock();
        state.org(self.organisation.as_deref()).map(look)
    }
}

pub(crate) fn counts(org: &Org) -> Counts {
    Counts {
        candidates: org.candidates.len(),
        applications: org.applications.len(),
        application_stages: org.application_stages.len(),
        jobs: org.jobs.len(),
        notes: org.notes.len(),
        candidate_tags: org.tags.len(),
        applied_candidate_tags: org.applied_tags.len(),
        users: org.users.len(),
        referrers: org.referrers.len(),
        sources: org.sources.len(),
    }
}
