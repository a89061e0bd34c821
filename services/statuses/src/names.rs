//! Names of stages and reasons, read once per connection and then remembered for a while by this process.
//!
//! Names are decoration: ids decide what is a change. A renamed stage may carry its old name for as long.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{JobId, JobStageId, RejectionReasonId};
use harvest::{Client, Error, JobInterviewStage, RejectionReason};
use uuid::Uuid;

/// How long names are remembered.
const LASTS: Duration = Duration::from_secs(600);

/// The names of all connections this process polls.
#[derive(Default)]
pub(crate) struct Names {
    known: Mutex<HashMap<Uuid, Known>>,
}

struct Known {
    since: Instant,
    stages: HashMap<JobStageId, JobInterviewStage>,
    /// None until they were read: an organisation has a few dozen, in one page.
    reasons: Option<HashMap<RejectionReasonId, RejectionReason>>,
}

impl Names {
    /// The stages of interview plans with these ids. `jobs`: where they probably belong; all stages of a job are
    /// read at once, because its applications will go on to the others.
    pub(crate) async fn stages(
        &self,
        client: &Client,
        connection: Uuid,
        jobs: &[JobId],
        ids: &[JobStageId],
    ) -> Result<HashMap<JobStageId, JobInterviewStage>, Error> {
        if !self.missing(connection, ids).is_empty() {
            let read = client.job_interview_stages().of_jobs(jobs).await?;
            self.learn(connection, read);
            let missing = self.missing(connection, ids);
            let read = client.job_interview_stages().by_ids(&missing).await?;
            // What Greenhouse no longer shows has no name, and is not asked for again.
            self.learn(connection, missing.into_iter().map(nameless).collect());
            self.learn(connection, read);
        }
        Ok(self.with(connection, |known| {
            let found = ids.iter().filter_map(|id| known.stages.get(id));
            found.map(|stage| (stage.id, stage.clone())).collect()
        }))
    }

    /// The stage that has this name in the plan of this job; none where no living stage has it, or several have.
    pub(crate) async fn stage_called(
        &self,
        client: &Client,
        connection: Uuid,
        job: JobId,
        name: &str,
    ) -> Result<Option<JobStageId>, Error> {
        if let Some(found) = self.called(connection, job, name) {
            return Ok(Some(found));
        }
        let read = client.job_interview_stages().of_jobs(&[job]).await?;
        self.learn(connection, read);
        Ok(self.called(connection, job, name))
    }

    fn called(&self, connection: Uuid, job: JobId, name: &str) -> Option<JobStageId> {
        self.with(connection, |known| {
            let mut named = known.stages.values().filter(|stage| {
                stage.active && stage.job_id == Some(job) && stage.name.as_deref() == Some(name)
            });
            let only = named.next().map(|stage| stage.id);
            only.filter(|_| named.next().is_none())
        })
    }

    /// The reason with this id.
    pub(crate) async fn reason(
        &self,
        client: &Client,
        connection: Uuid,
        id: RejectionReasonId,
    ) -> Result<Option<RejectionReason>, Error> {
        let find = |known: &mut Known| Some(known.reasons.as_ref()?.get(&id).cloned());
        if let Some(remembered) = self.with(connection, find) {
            return Ok(remembered);
        }
        let read = client.rejection_reasons().list(true).await?;
        let reasons = read.into_iter().map(|reason| (reason.id, reason)).collect();
        self.with(connection, |known| known.reasons = Some(reasons));
        Ok(self.with(connection, find).flatten())
    }

    fn missing(&self, connection: Uuid, ids: &[JobStageId]) -> Vec<JobStageId> {
        self.with(connection, |known| {
            let unknown = ids.iter().filter(|id| !known.stages.contains_key(id));
            unknown.copied().collect()
        })
    }

    fn learn(&self, connection: Uuid, stages: Vec<JobInterviewStage>) {
        let stages = stages.into_iter().map(|stage| (stage.id, stage));
        self.with(connection, |known| known.stages.extend(stages));
    }

    fn with<T>(&self, connection: Uuid, act: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| known.since.elapsed() < LASTS);
        act(all.entry(connection).or_insert_with(|| Known {
            since: Instant::now(),
            stages: HashMap::new(),
            reasons: None,
        }))
    }
}

fn nameless(id: JobStageId) -> JobInterviewStage {
    JobInterviewStage {
        id,
        job_id: None,
        name: None,
        sort_order: None,
        active: false,
    }
}
