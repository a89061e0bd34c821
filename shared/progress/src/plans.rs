//! Which stage of a job's interview plan a name means, as v3 answers a new application with the name of its stage, and
//! which stage comes before which. The plan is the one that the import of jobs keeps; a process remembers it for a minute,
//! so that it usually costs no query.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::{JobId, JobStageId, Tenant};
use serde::Deserialize;
use store::jobs::Record;
use store::{Error, Store};

/// How old a plan may be. A name that another stage has taken over since would mean the wrong one until somebody looks.
const AGE: Duration = Duration::from_secs(3600);
const LASTS: Duration = Duration::from_secs(60);
/// Plans remembered by a process; beyond, all of them are forgotten and read again.
const CAPACITY: usize = 10_000;

/// The plans of all jobs.
pub struct Plans {
    store: Store,
    known: Mutex<HashMap<(Tenant, JobId), Known>>,
}

struct Known {
    since: Instant,
    plan: Plan,
}

#[derive(Debug, Default, PartialEq)]
struct Plan {
    /// The living stages whose name no other one has.
    called: HashMap<String, JobStageId>,
    /// Where in the plan each stage is, deleted ones included.
    places: HashMap<JobStageId, i64>,
}

/// What the import keeps of a stage, as far as it counts here.
#[derive(Deserialize)]
struct Stage {
    name: String,
    order: i64,
    active: bool,
}

impl Plans {
    /// As this store has them.
    #[must_use]
    pub fn new(store: Store) -> Plans {
        Plans {
            store,
            known: Mutex::default(),
        }
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
        let find = |plan: &Plan| plan.called.get(name).copied();
        self.find(tenant, job, find).await
    }

    /// Whether a stage of the job's plan comes before another one; no where that is not known.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn is_before(
        &self,
        tenant: &Tenant,
        job: JobId,
        (stage, other): (JobStageId, JobStageId),
    ) -> Result<bool, Error> {
        let is_before = |plan: &Plan| {
            let places = plan.places.get(&stage).zip(plan.places.get(&other));
            places.is_some_and(|(place, other)| place < other)
        };
        self.find(tenant, job, is_before).await
    }

    async fn find<T>(
        &self,
        tenant: &Tenant,
        job: JobId,
        find: impl Fn(&Plan) -> T,
    ) -> Result<T, Error> {
        let place = (tenant.clone(), job);
        if let Some(known) = self.lock().get(&place)
            && known.since.elapsed() < LASTS
        {
            return Ok(find(&known.plan));
        }
        let since = Instant::now();
        let plan = plan(&self.store.job_plan(tenant, job, AGE).await?);
        let found = find(&plan);
        // A job that was not imported yet will be soon.
        if !plan.places.is_empty() {
            let mut known = self.lock();
            if known.len() >= CAPACITY {
                known.clear();
            }
            known.insert(place, Known { since, plan });
        }
        Ok(found)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Tenant, JobId), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody comes into a stage that was deleted.
fn plan(records: &[Record]) -> Plan {
    let mut plan = Plan::default();
    let mut shared = HashSet::new();
    for record in records {
        let Ok(stage) = Stage::deserialize(&record.content) else {
            continue;
        };
        let id = JobStageId(record.id);
        plan.places.insert(id, stage.order);
        if stage.active && plan.called.insert(stage.name.clone(), id).is_some() {
            shared.insert(stage.name);
        }
    }
    plan.called.retain(|name, _| !shared.contains(name));
    plan
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_name_counts_where_one_living_stage_of_the_job_has_it() {
        let stage = |id, content: Value| Record {
            id,
            job: Some(4),
            parent: None,
            content,
        };
        let records = [
            stage(1, json!({"name": "Review", "order": 0, "active": true})),
            stage(2, json!({"name": "Interview", "order": 1, "active": true})),
            stage(3, json!({"name": "Interview", "order": 2, "active": true})),
            stage(4, json!({"name": "Interview", "order": 3, "active": true})),
            stage(5, json!({"name": "Review", "order": 4, "active": false})),
            stage(6, json!({"in": "another form"})),
        ];
        let plan = plan(&records);
        let expected = HashMap::from([("Review".to_owned(), JobStageId(1))]);
        assert_eq!(plan.called, expected);
        let places = (1..=5).map(|id| (JobStageId(id), id - 1));
        assert_eq!(plan.places, places.collect());
    }
}
