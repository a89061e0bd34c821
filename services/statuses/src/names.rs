//! Names of stages and reasons, read once per connection and then remembered for a while by this process.
//!
//! Names are decoration: ids decide what is a change. A renamed stage may carry its old name for as long.

use std::collections::{HashMap, HashSet};
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
    /// Jobs whose whole plan was read: a stage that is not among `stages` is not in it.
    plans: HashSet<JobId>,
    /// None until they were read: an organisation has a few dozen, in one page.
    reasons: Option<HashMap<RejectionReasonId, RejectionReason>>,
}

/// A stage as an application calls it.
pub(crate) type Called = (JobId, String);

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
        // What was found is kept here: what this process remembers may end at any moment.
        let mut found = self.with(connection, |known| {
            let known = ids.iter().filter_map(|id| known.stages.get(id));
            by_id(known.cloned())
        });
        if !missing(&found, ids).is_empty() {
            let read = client.job_interview_stages().of_jobs(jobs).await?;
            found.extend(by_id(read.iter().cloned()));
            self.learn(connection, jobs, read);
        }
        let unknown = missing(&found, ids);
        if !unknown.is_empty() {
            let read = client.job_interview_stages().by_ids(&unknown).await?;
            // What Greenhouse no longer shows has no name, and is not asked for again.
            let learnt = unknown.into_iter().map(nameless).chain(read);
            let learnt = by_id(learnt);
            self.learn(connection, &[], learnt.values().cloned().collect());
            found.extend(learnt);
        }
        Ok(found)
    }

    /// The stages that have these names in the plans of these jobs; without those whose name no living stage has, or
    /// several have.
    pub(crate) async fn stages_called(
        &self,
        client: &Client,
        connection: Uuid,
        wanted: &HashSet<Called>,
    ) -> Result<HashMap<Called, JobStageId>, Error> {
        let (mut found, unread) = self.with(connection, |known| {
            let unread = |(job, _): &&Called| !known.plans.contains(job);
            let unread: HashSet<JobId> =
                wanted.iter().filter(unread).map(|(job, _)| *job).collect();
            (called(known.stages.values(), wanted), unread)
        });
        let unread: Vec<JobId> = unread.into_iter().collect();
        if unread.is_empty() {
            return Ok(found);
        }
        let read = client.job_interview_stages().of_jobs(&unread).await?;
        let theirs = |(job, _): &&Called| unread.contains(job);
        let theirs: HashSet<Called> = wanted.iter().filter(theirs).cloned().collect();
        found.extend(called(read.iter(), &theirs));
        self.learn(connection, &unread, read);
        Ok(found)
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
        let reasons: HashMap<_, _> = read.into_iter().map(|one| (one.id, one)).collect();
        let found = reasons.get(&id).cloned();
        self.with(connection, |known| known.reasons = Some(reasons));
        Ok(found)
    }

    fn learn(&self, connection: Uuid, plans: &[JobId], stages: Vec<JobInterviewStage>) {
        self.with(connection, |known| {
            known.stages.extend(by_id(stages));
            known.plans.extend(plans);
        });
    }

    fn with<T>(&self, connection: Uuid, act: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| known.since.elapsed() < LASTS);
        act(all.entry(connection).or_insert_with(|| Known {
            since: Instant::now(),
            stages: HashMap::new(),
            plans: HashSet::new(),
            reasons: None,
        }))
    }
}

fn by_id(
    stages: impl IntoIterator<Item = JobInterviewStage>,
) -> HashMap<JobStageId, JobInterviewStage> {
    let stages = stages.into_iter();
    stages.map(|stage| (stage.id, stage)).collect()
}

fn missing(found: &HashMap<JobStageId, JobInterviewStage>, ids: &[JobStageId]) -> Vec<JobStageId> {
    let missing = ids.iter().filter(|id| !found.contains_key(id));
    missing.copied().collect()
}

fn called<'a>(
    stages: impl Iterator<Item = &'a JobInterviewStage>,
    wanted: &HashSet<Called>,
) -> HashMap<Called, JobStageId> {
    let mut named: HashMap<Called, Vec<JobStageId>> = HashMap::new();
    for stage in stages.filter(|stage| stage.active) {
        if let (Some(job), Some(name)) = (stage.job_id, &stage.name) {
            named.entry((job, name.clone())).or_default().push(stage.id);
        }
    }
    named.retain(|called, _| wanted.contains(called));
    let only = named.into_iter().filter_map(|(called, ids)| match *ids {
        [id] => Some((called, id)),
        _ => None,
    });
    only.collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_one_living_stage_of_the_job_that_has_it() {
        let stage = |id, job, name: &str, active| JobInterviewStage {
            job_id: Some(JobId(job)),
            name: Some(name.into()),
            active,
            ..nameless(JobStageId(id))
        };
        let plan = [
            stage(1, 4, "Review", true),
            stage(2, 4, "Interview", true),
            stage(3, 4, "Interview", true),
            stage(4, 4, "Review", false),
            stage(5, 6, "Review", true),
        ];
        let review = (JobId(4), "Review".to_owned());
        let wanted = HashSet::from([review.clone(), (JobId(4), "Interview".into())]);
        assert_eq!(
            called(plan.iter(), &wanted),
            HashMap::from([(review, JobStageId(1))])
        );
    }
}
