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
    let opening = query.text("opening_id");
    let department = query.text("external_department_id");
    let office = query.text("external_office_id");
    let org = &*call.org;
    let fits = |job: &Job| {
        let mut openings = org.openings.find("job_ids", job.id());
        let own = job.department_id.and_then(|id| org.departments.get(id));
        let offices = job.office_ids.iter().flatten();
        opening.is_none_or(|id| openings.any(|row| row.opening_id.as_deref() == Some(id)))
            && department
                .is_none_or(|id| own.is_some_and(|row| row.external_id.as_deref() == Some(id)))
            && office.is_none_or(|id| {
                offices
                    .filter_map(|office| org.offices.get(*office))
                    .any(|row| row.external_id.as_deref() == Some(id))
            })
    };
    let shown = |job: &Job| shown::job(call, job);
    call.list(&query, &call.org.jobs, selection, &fits, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    call.touched.job_id = Some(call.ids[0]);
    let job = call.retrieve(&call.org.jobs, call.ids[0])?;
    Ok(Reply::ok(&shown::job(call, job)))
}
