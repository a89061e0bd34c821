//! Names of stages and reasons, read once per connection and then remembered for a while by this process.
//!
//! Names are decoration: ids decide what is a change. A renamed stage may carry its old name for as long.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{JobId, JobStageId, RejectionReasonId};
use harvest::{Client, Error, JobInterviewStage, Operation, RejectionReason};
use uuid::Uuid;

/// How long names are remembered.
const LASTS: Duration = Duration::from_secs(600);
/// How old a plan may be that a name is not found in: a stage may have been added since.
const CERTAIN: Duration = Duration::from_secs(30);

/// The names of all connections this process polls.
#[derive(Default)]
pub(crate) struct Names {
    known: Mutex<HashMap<Uuid, Known>>,
}

struct Known {
    since: Instant,
    stages: HashMap<JobStageId, JobInterviewStage>,
    /// Jobs whose whole plan was read, and when: a stage that is not among `stages` was not in it then.
    plans: HashMap<JobId, Instant>,
    /// None until they were read: an organisation has a few dozen, in one page.
    reasons: Option<HashMap<RejectionReasonId, RejectionReason>>,
}

/// What is known of some names.
pub(crate) struct Found<T> {
    pub(crate) names: T,
    /// What Greenhouse was asked for just now.
    pub(crate) asked: Vec<Operation>,
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
    ) -> Result<Found<HashMap<JobStageId, JobInterviewStage>>, Error> {
        // What was found is kept here: what this process remembers may end at any moment.
        let mut found = self.with(connection, |known| {
            let known = ids.iter().filter_map(|id| known.stages.get(id));
            by_id(known.cloned())
        });
        let mut asked = Vec::new();
        if !missing(&found, ids).is_empty() {
            let read = client.job_interview_stages().of_jobs(jobs).await?;
            asked.push(Operation::JobInterviewStagesOfJob);
            found.extend(by_id(read.iter().cloned()));
            self.learn(connection, jobs, read);
        }
        let unknown = missing(&found, ids);
        if !unknown.is_empty() {
            let read = client.job_interview_stages().by_ids(&unknown).await?;
            asked.push(Operation::JobInterviewStagesRetrieve);
            // What Greenhouse no longer shows has no name, and is not asked for again.
            let learnt = unknown.into_iter().map(nameless).chain(read);
            let learnt = by_id(learnt);
            self.learn(connection, &[], learnt.values().cloned().collect());
            found.extend(learnt);
        }
        Ok(Found {
            names: found,
            asked,
        })
    }

    /// The stages that have these names in the plans of these jobs; without those whose name no living stage has, or
    /// several have.
    pub(crate) async fn stages_called(
        &self,
        client: &Client,
        connection: Uuid,
        wanted: &HashSet<Called>,
    ) -> Result<Found<HashMap<Called, JobStageId>>, Error> {
        let (mut found, unread) =
            self.with(connection, |known| known.called(wanted, Instant::now()));
        if unread.is_empty() {
            return Ok(Found {
                names: found,
                asked: Vec::new(),
            });
        }
        let read = client.job_interview_stages().of_jobs(&unread).await?;
        let theirs = |(job, _): &&Called| unread.contains(job);
        let theirs: HashSet<Called> = wanted.iter().filter(theirs).cloned().collect();
        found.extend(called(read.iter(), &theirs));
        self.learn(connection, &unread, read);
        Ok(Found {
            names: found,
            asked: vec![Operation::JobInterviewStagesOfJob],
        })
    }

    /// The reason with this id.
    pub(crate) async fn reason(
        &self,
        client: &Client,
        connection: Uuid,
        id: RejectionReasonId,
    ) -> Result<Found<Option<RejectionReason>>, Error> {
        let find = |known: &mut Known| Some(known.reasons.as_ref()?.get(&id).cloned());
        if let Some(remembered) = self.with(connection, find) {
            return Ok(Found {
                names: remembered,
                asked: Vec::new(),
            });
        }
        let read = client.rejection_reasons().list(true).await?;
        let reasons: HashMap<_, _> = read.into_iter().map(|one| (one.id, one)).collect();
        let found = reasons.get(&id).cloned();
        self.with(connection, |known| known.reasons = Some(reasons));
        Ok(Found {
            names: found,
            asked: vec![Operation::RejectionReasonsList],
        })
    }

    fn learn(&self, connection: Uuid, plans: &[JobId], stages: Vec<JobInterviewStage>) {
        self.with(connection, |known| {
            known.stages.extend(by_id(stages));
            let now = Instant::now();
            known.plans.extend(plans.iter().map(|job| (*job, now)));
        });
    }

    fn with<T>(&self, connection: Uuid, act: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, known| known.since.elapsed() < LASTS);
        act(all.entry(connection).or_insert_with(Known::nothing))
    }
}

impl Known {
    fn nothing() -> Known {
        Known {
            since: Instant::now(),
            stages: HashMap::new(),
            plans: HashMap::new(),
            reasons: None,
        }
    }

    /// The stages that have these names, and the jobs whose plans must be read to know the others.
    fn called(
        &self,
        wanted: &HashSet<Called>,
        now: Instant,
    ) -> (HashMap<Called, JobStageId>, Vec<JobId>) {
        let found = called(self.stages.values(), wanted);
        let unread = |one: &&Called| match self.plans.get(&one.0) {
            Some(read_at) => !found.contains_key(*one) && now - *read_at > CERTAIN,
            None => true,
        };
        let unread: HashSet<JobId> = wanted.iter().filter(unread).map(|(job, _)| *job).collect();
        (found, unread.into_iter().collect())
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

    #[test]
    fn a_name_that_an_older_plan_lacks_is_looked_for_again() {
        let read_at = Instant::now();
        let review = JobInterviewStage {
            job_id: Some(JobId(4)),
            name: Some("Review".into()),
            active: true,
            ..nameless(JobStageId(1))
        };
        let known = Known {
            stages: by_id([review]),
            plans: HashMap::from([(JobId(4), read_at)]),
            ..Known::nothing()
        };
        let unread = |name: &str, now| {
            let wanted = HashSet::from([(JobId(4), name.to_owned())]);
            known.called(&wanted, now).1
        };
        let later = read_at + CERTAIN + Duration::from_secs(1);
        assert_eq!(unread("Review", later), []);
        assert_eq!(unread("Offer", read_at + CERTAIN), []);
        assert_eq!(unread("Offer", later), [JobId(4)]);
    }
}
