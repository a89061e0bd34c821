//! `/v1/jobs`. A key sees every job, confidential ones included.

use super::{call::Call, query::DATES, shown};
use crate::{
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::Job,
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
    "requisition_id",
    "opening_id",
    "status",
    "department_id",
    "external_department_id",
    "office_id",
    "external_office_id",
    "custom_field_option_id",
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let mut selection = Selection {
        dates: query.ranges(&DATES)?,
        ..Selection::default()
    };
    for name in ["department_id", "office_id", "custom_field_option_id"] {
        let id = query.id(name)?.map(|id| (name, vec![id.into()]));
        selection.keys.extend(id);
    }
    if let Some(status) = query.word("status", &["open", "closed", "draft"])? {
        selection.keys.push(("status", vec![status.into()]));
    }
    if let Some(id) = query.text("requisition_id") {
        selection.keys.push(("requisition_id", vec![id.into()]));
    }
    let shown = |job: &Job| shown::job(call.org, job);
    call.list(&query, &call.org.jobs, selection, &|_| true, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    call.touched.job_id = Some(call.ids[0]);
    let job = call.retrieve(&call.org.jobs, call.ids[0])?;
    Ok(Reply::ok(&shown::job(call.org, job)))
}
