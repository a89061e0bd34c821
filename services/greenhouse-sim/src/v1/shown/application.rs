//! Applications, alone and inside their candidate.

use serde_json::{Value, json};

use super::{
    person,
    place::{department_in_short, office_in_short},
};
use crate::{
    org::{
        Org,
        rows::{Application, ProspectDetail, Status},
    },
    v1::{call::Call, custom_values},
};

/// An application on its own, with custom fields where the customer's subscription has them.
pub(in crate::v1) fn application(call: &Call<'_>, application: &Application) -> Value {
    let mut whole = nested(call.org, application);
    let v1 = &call.settings.v1;
    if v1.application_custom_fields {
        let values = application.custom_fields.clone().unwrap_or_default();
        let shown = custom_values::shown(call.org, "application", &values, v1.currency_key);
        (whole["custom_fields"], whole["keyed_custom_fields"]) = shown;
    }
    whole
}

/// An application just made on its own, which shows less of itself than it does later.
pub(in crate::v1) fn created_application(call: &Call<'_>, one: &Application) -> Value {
    let mut whole = application(call, one);
    without(
        &mut whole,
        &["location", "keyed_custom_fields", "attachments"],
    );
    whole
}

/// Takes keys out of an object.
pub(super) fn without(whole: &mut Value, keys: &[&str]) {
    if let Some(whole) = whole.as_object_mut() {
        whole.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// An application inside its candidate, which has no custom fields.
pub(super) fn nested(org: &Org, application: &Application) -> Value {
    let answers: Vec<Value> = application
        .answers
        .iter()
        .flatten()
        .map(|answer| json!({"question": answer.question, "answer": answer.answer}))
        .collect();
    let address = application.location_address.as_ref();
    let filing = org.filing_of(application.id());
    let office = filing.and_then(|row| org.offices.get(row.office_id?));
    let department = filing.and_then(|row| org.departments.get(row.department_id?));
    json!({
        "id": application.id(),
        "candidate_id": application.candidate_id,
        "prospect": application.prospect,
        "applied_at": application.meta.created_at,
        "rejected_at": application.rejected_at,
        "last_activity_at": application.last_activity_at,
        "location": address.map(|address| json!({ "address": address })),
        "source": source(org, application),
        "credited_to": credited_to(org, application),
        "recruiter": person(org, application.recruiter_id),
        "coordinator": person(org, application.coordinator_id),
        "rejection_reason": rejection_reason(org, application),
        "rejection_details": rejection_details(org, application),
        "jobs": jobs(org, application),
        "job_post_id": application.job_post_id,
        "status": application.status.query_word(),
        "current_stage": current_stage(org, application),
        "answers": answers,
        "prospective_office": office.map(|row| office_in_short(org, row)),
        "prospective_department": department.map(|row| department_in_short(org, row)),
        "prospect_detail": prospect_detail(org, filing),
        "attachments": [],
    })
}

/// Pool, stage and owner; all null for whoever is no prospect.
fn prospect_detail(org: &Org, filing: Option<&ProspectDetail>) -> Value {
    let pool = filing.and_then(|row| org.prospect_pools.get(row.pool_id?));
    let stage = filing.and_then(|row| org.prospect_pool_stages.get(row.pool_stage_id?));
    let owner = filing.and_then(|row| org.users.get(row.prospect_owner_id?));
    json!({
        "prospect_pool": pool.map(|row| json!({"id": row.meta.id, "name": row.name})),
        "prospect_stage": stage.map(|row| json!({"id": row.meta.id, "name": row.name})),
        "prospect_owner": owner.map(|row| json!({"id": row.meta.id, "name": row.name})),
    })
}

fn source(org: &Org, application: &Application) -> Value {
    let source = application.source_id.and_then(|id| org.sources.get(id));
    source.map_or(
        Value::Null,
        |source| json!({"id": source.meta.id, "public_name": source.name}),
    )
}

/// A user, or only the name of somebody from outside.
fn credited_to(org: &Org, application: &Application) -> Value {
    let referrer = application.referrer_id.and_then(|id| org.referrers.get(id));
    referrer.map_or(Value::Null, |referrer| match referrer.user_id {
        Some(user) => person(org, Some(user)),
        None => json!({"name": referrer.name}),
    })
}

fn rejection_reason(org: &Org, application: &Application) -> Value {
    let mut own = org
        .rejection_details
        .find("application_ids", application.id());
    let reason = own
        .next_back()
        .and_then(|detail| detail.rejection_reason_id);
    let reason = reason.and_then(|id| org.rejection_reasons.get(id));
    reason.map_or(Value::Null, |reason| {
        let kind = json!({"id": reason.kind.id, "name": reason.kind.name});
        json!({"id": reason.meta.id, "name": reason.name, "type": kind})
    })
}

fn rejection_details(org: &Org, application: &Application) -> Value {
    let mut own = org
        .rejection_details
        .find("application_ids", application.id());
    own.next_back().map_or(Value::Null, |detail| {
        let values = detail.question_custom_fields.clone().unwrap_or_default();
        let currency = crate::v1::CurrencyKey::Amount;
        let (slugs, keyed) = custom_values::shown(org, "rejection_question", &values, currency);
        json!({"custom_fields": slugs, "keyed_custom_fields": keyed})
    })
}

fn jobs(org: &Org, application: &Application) -> Value {
    let one = application.job_id.into_iter();
    let ids = one.chain(application.prospective_job_ids.iter().copied());
    let jobs = ids.filter_map(|id| org.jobs.get(id));
    jobs.map(|job| json!({"id": job.id(), "name": job.name}))
        .collect()
}

/// The stage of the job, which a rejected application keeps. Prospects have none, and whoever is hired has left it.
fn current_stage(org: &Org, application: &Application) -> Value {
    let somewhere = matches!(application.status, Status::InProcess | Status::Rejected);
    if application.prospect || !somewhere {
        return Value::Null;
    }
    let mut visits = org
        .application_stages
        .find("application_ids", application.id());
    let stage = visits
        .next_back()
        .and_then(|visit| org.job_stages.get(visit.job_interview_stage_id));
    stage.map_or(
        Value::Null,
        |stage| json!({"id": stage.meta.id, "name": stage.name}),
    )
}
