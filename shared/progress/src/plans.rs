//! Which stage of a job's interview plan a name means, remembered by whoever read the plan for whoever has but the name:
//! v3 answers a new application with the name of its stage.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::{JobId, JobStageId, Tenant};
use harvest::JobInterviewStage;
use serde_json::Value;
use store::Error;
use store::cache::Cache;

const KIND: &str = "plan";
/// As long as `statuses` remembers names: whoever looks after that time reads the plan again.
const LASTS: Duration = Duration::from_secs(600);

/// The plans of all jobs that anybody read lately.
#[derive(Clone)]
pub struct Plans {
    cache: Cache,
}

impl Plans {
    /// In this cache.
    #[must_use]
    pub const fn new(cache: Cache) -> Plans {
        Plans { cache }
    }

    /// Remembers whole plans: all stages of the jobs that `stages` belong to.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn remember(
        &self,
        tenant: &Tenant,
        stages: &[JobInterviewStage],
    ) -> Result<(), Error> {
        for (job, plan) in by_job(stages) {
            let plan = plan
                .into_iter()
                .map(|(name, id)| (name.to_owned(), id.0.into()));
            let plan = Value::Object(plan.collect());
            let key = job.to_string();
            self.cache.put(tenant, KIND, &key, plan, LASTS).await?;
        }
        Ok(())
    }

    /// The stage of the job's plan that has this name; none where that is not known.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn stage(
        &self,
        tenant: &Tenant,
        job: JobId,
        name: &str,
    ) -> Result<Option<JobStageId>, Error> {
        let plan = self.cache.get(tenant, KIND, &job.to_string()).await?;
        let id = plan.as_ref().and_then(|plan| plan.get(name)?.as_i64());
        Ok(id.map(JobStageId))
    }
}

/// Per job the names that mean one stage only. Nobody comes into a stage that was deleted.
fn by_job(stages: &[JobInterviewStage]) -> HashMap<JobId, HashMap<&str, JobStageId>> {
    let mut plans: HashMap<JobId, HashMap<&str, JobStageId>> = HashMap::new();
    let mut ambiguous = HashSet::new();
    for stage in stages.iter().filter(|stage| stage.active) {
        let (Some(job), Some(name)) = (stage.job_id, stage.name.as_deref()) else {
            continue;
        };
        if plans
            .entry(job)
            .or_default()
            .insert(name, stage.id)
            .is_some()
        {
            ambiguous.insert((job, name));
        }
    }
    for (job, name) in ambiguous {
        if let Some(plan) = plans.get_mut(&job) {
            plan.remove(name);
        }
    }
    plans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(id: i64, job: i64, name: &str, active: bool) -> JobInterviewStage {
        JobInterviewStage {
            id: JobStageId(id),
            job_id: Some(JobId(job)),
            name: Some(name.into()),
            sort_order: None,
            active,
        }
    }

    #[test]
    fn a_name_counts_where_one_living_stage_of_the_job_has_it() {
        let stages = [
            stage(1, 4, "Review", true),
            stage(2, 4, "Interview", true),
            stage(3, 4, "Interview", true),
            stage(4, 4, "Interview", true),
            stage(5, 4, "Review", false),
            stage(6, 8, "Interview", true),
        ];
        let plans = by_job(&stages);
        assert_eq!(plans[&JobId(4)], HashMap::from([("Review", JobStageId(1))]));
        assert_eq!(
            plans[&JobId(8)],
            HashMap::from([("Interview", JobStageId(6))])
        );
    }
}
