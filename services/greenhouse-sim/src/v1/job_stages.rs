//! `/v1/job_stages`, and those of one job, which come all at once.

use serde_json::Value;

use super::{call::Call, query::DATES, shown};
use crate::{
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::JobStage,
    table::Row,
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let selection = Selection {
        dates: query.ranges(&DATES)?,
        ..Selection::default()
    };
    let stages = &call.org.job_stages;
    call.list(&query, stages, selection, &|_| true, shown::stage)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    let stage = call.retrieve(&call.org.job_stages, call.ids[0])?;
    Ok(Reply::ok(&shown::stage(stage)))
}

pub(super) fn of_job(call: &mut Call<'_>) -> Answer {
    let ranges = call.query(FILTERS)?.ranges(&DATES)?;
    let job = call.ids[0];
    call.touched.job_id = Some(job);
    call.retrieve(&call.org.jobs, job)?;
    let mut stages = call.rows(&call.org.job_stages, "job_ids", job);
    let within = |stage: &&JobStage| {
        let mut all = ranges.iter();
        all.all(|(name, range)| stage.date(name).is_some_and(|at| range.contains(at)))
    };
    stages.retain(within);
    stages.sort_by_key(|stage| stage.sort_order);
    let stages: Vec<Value> = stages.into_iter().map(shown::stage).collect();
    Ok(Reply::ok(&stages))
}
