//! Records as webhooks tell them, which is neither v3's way nor quite v1's: custom fields always keyed, places as plain
//! strings, dates of openings short, the source's name under a different key depending on the event.

mod people;
mod values;

use serde_json::{Value, json};

use super::{
    Org,
    rows::{Application, Job, Status},
};
use people::referrer;
pub(super) use people::{candidate, person};
use values::keyed;

/// An application with its candidate and jobs. Events differ in the details.
pub(super) fn application(org: &Org, id: i64, action: &str) -> Option<Value> {
    let row = org.applications.get(id)?;
    let mut told = json!({
        "id": id,
        "rejected_at": row.rejected_at,
        "prospect": row.prospect,
        "status": status(row.status),
        "applied_at": row.meta.created_at,
        "last_activity_at": row.last_activity_at,
        "url": format!("https://app.greenhouse.io/people/{}?application_id={id}", row.candidate_id),
        "source": source(org, row, action),
        "credited_to": row.referrer_id.and_then(|id| referrer(org, id)),
        "rejection_reason": Value::Null,
        "rejection_details": Value::Null,
        "current_stage": current_stage(org, row),
        "custom_fields": keyed(org, row.custom_fields.as_ref()),
        "candidate": candidate(org, row.candidate_id)?,
        "jobs": jobs(org, row),
    });
    if row.status == Status::Rejected {
        told["rejection_reason"] = rejection_reason(org, id);
        told["rejection_details"] = rejection_details(org, id);
    }
    match action {
        "new_candidate_application" | "application_updated" => {
            told["prospect_detail"] = filing(org, id);
        }
        "hire_candidate" => hired(org, row, &mut told),
        _ => {}
    }
    without(&mut told["candidate"], untold(action));
    if action == "new_candidate_application"
        && let Some(job) = row.job_id
    {
        told["jobs"][0]["url"] = format!("https://app.greenhouse.io/sdash/{job}").into();
        told["jobs"][0]["hiring_team"] = hiring_team(org, job);
    }
    Some(told)
}

/// What some events leave out of the candidate.
fn untold(action: &str) -> &'static [&'static str] {
    match action {
        "application_updated" => &["employments"],
        "new_prospect_application" | "reject_candidate" | "unreject_candidate" => &["url"],
        _ => &[],
    }
}

/// A hire names the job twice and the opening, and leaves out what a hired person has no longer.
fn hired(org: &Org, row: &Application, told: &mut Value) {
    let gone = [
        "rejected_at",
        "prospect",
        "status",
        "applied_at",
        "last_activity_at",
        "rejection_reason",
        "rejection_details",
        "current_stage",
    ];
    without(told, &gone);
    let gone = [
        "company",
        "created_at",
        "photo_url",
        "website_addresses",
        "social_media_addresses",
        "tags",
    ];
    without(&mut told["candidate"], &gone);
    let gone = [
        "notes",
        "job_post_id",
        "status",
        "created_by_id",
        "created_at",
    ];
    if let Some(jobs) = told["jobs"].as_array_mut() {
        jobs.iter_mut().for_each(|job| without(job, &gone));
    }
    let opening = org
        .openings
        .find("application_ids", row.meta.id)
        .next_back();
    told["opening"] = opening.map_or(
        Value::Null,
        |opening| json!({"opening_id": opening.opening_id, "custom_fields": []}),
    );
    told["offer"] = Value::Null;
    let job = row.job_id.and_then(|id| org.jobs.get(id));
    told["job"] = job.map_or(Value::Null, |job| {
        json!({
            "id": job.meta.id,
            "name": job.name,
            "open_date": job.opened_at,
            "close_date": job.closed_at,
            "requisition_id": job.requisition_id,
            "departments": departments(org, job),
            "offices": offices(org, job),
            "custom_fields": keyed(org, job.custom_fields.as_ref()),
        })
    });
}

pub(super) fn deleted_application(org: &Org, id: i64) -> Option<Value> {
    let row = org.applications.get(id)?;
    let details = org.rejection_details.find("application_ids", id).next();
    Some(json!({
        "id": id,
        "candidate_id": row.candidate_id,
        "job_id": row.job_id,
        "created_at": row.meta.created_at,
        "source_id": row.source_id,
        "candidate_rejection_reason_id": details.and_then(|row| row.rejection_reason_id),
        "rejection_note_id": details.and_then(|row| row.rejection_note_id),
        "rejected_at": row.rejected_at,
        "referrer_id": row.referrer_id,
        "prospect": row.prospect,
        "rejected_by_user_id": details.and_then(|row| row.rejected_by_id),
    }))
}

pub(super) fn job_in_full(org: &Org, id: i64) -> Option<Value> {
    let mut told = job(org, org.jobs.get(id)?);
    told["hiring_team"] = hiring_team(org, id);
    let openings = org.openings.find("job_ids", id).map(|opening| {
        json!({"id": opening.meta.id, "opening_id": opening.opening_id, "custom_fields": []})
    });
    told["openings"] = openings.collect();
    Some(told)
}

pub(super) fn deleted_job(org: &Org, id: i64) -> Option<Value> {
    let row = org.jobs.get(id)?;
    Some(json!({"id": id, "name": row.name}))
}

pub(super) fn post(org: &Org, id: i64) -> Option<Value> {
    let row = org.job_posts.get(id)?;
    let questions = row.questions.iter().map(|question| {
        json!({
            "required": question.required,
            "private": question.private,
            "label": question.label,
            "type": question.answer_type,
            "values": question.options,
        })
    });
    let mut told = json!({
        "id": id,
        "title": row.title,
        "location": org.place_of(id),
        "content": row.content,
        "internal_content": row.internal_content,
        "updated_at": row.meta.updated_at,
        "external": row.external,
        "internal": row.internal,
        "live": row.live,
        "questions": questions.collect::<Vec<Value>>(),
    });
    // A post for prospects has no job at all.
    if let Some(job) = row.job_id {
        told["job_id"] = job.into();
    }
    Some(told)
}

/// Takes keys out of an object.
pub(super) fn without(told: &mut Value, keys: &[&str]) {
    if let Some(map) = told.as_object_mut() {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::InProcess | Status::Converted => "active",
        Status::Rejected => "rejected",
        Status::Hired => "hired",
    }
}

fn source(org: &Org, row: &Application, action: &str) -> Value {
    let Some(source) = row.source_id.and_then(|id| org.sources.get(id)) else {
        return Value::Null;
    };
    let key = match action {
        "new_candidate_application" | "application_updated" | "candidate_stage_change" => "name",
        _ => "public_name",
    };
    json!({"id": source.meta.id, key: source.name})
}

/// The stage of the last visit: the rejected keep theirs here, the hired have none.
fn current_stage(org: &Org, row: &Application) -> Value {
    if row.status == Status::Hired {
        return Value::Null;
    }
    let visits = org.application_stages.find("application_ids", row.meta.id);
    let last = visits.map(|visit| visit.job_interview_stage_id).next_back();
    let stage = last.and_then(|id| org.job_stages.get(id));
    stage.map_or(
        Value::Null,
        |stage| json!({"id": stage.meta.id, "name": stage.name, "interviews": []}),
    )
}

/// The answers given to the questions asked of whoever rejects.
fn rejection_details(org: &Org, application: i64) -> Value {
    let own = org.rejection_details.find("application_ids", application);
    let details = own.last();
    let answers = details.and_then(|row| row.question_custom_fields.as_ref());
    json!({ "custom_fields": keyed(org, answers) })
}

fn rejection_reason(org: &Org, application: i64) -> Value {
    let details = org
        .rejection_details
        .find("application_ids", application)
        .next_back();
    let reason = details
        .and_then(|row| row.rejection_reason_id)
        .and_then(|id| org.rejection_reasons.get(id));
    reason.map_or(Value::Null, |reason| {
        json!({
            "id": reason.meta.id,
            "name": reason.name,
            "type": {"id": reason.kind.id, "name": reason.kind.name},
        })
    })
}

fn filing(org: &Org, application: i64) -> Value {
    let row = org.filing_of(application);
    let pool = row
        .and_then(|row| row.pool_id)
        .and_then(|id| org.prospect_pools.get(id));
    let stage = row
        .and_then(|row| row.pool_stage_id)
        .and_then(|id| org.prospect_pool_stages.get(id));
    let owner = row
        .and_then(|row| row.prospect_owner_id)
        .and_then(|id| org.users.get(id));
    json!({
        "prospect_pool": pool.map(|row| json!({"id": row.meta.id, "name": row.name})),
        "prospect_stage": stage.map(|row| json!({"id": row.meta.id, "name": row.name})),
        "prospect_owner": owner.map(|row| json!({"id": row.meta.id, "name": row.name})),
    })
}

fn jobs(org: &Org, row: &Application) -> Value {
    let ids = row.job_id.iter().chain(&row.prospective_job_ids);
    ids.filter_map(|id| org.jobs.get(*id))
        .map(|row| job(org, row))
        .collect()
}

fn job(org: &Org, row: &Job) -> Value {
    let post = org.job_posts.find("job_ids", row.meta.id).next();
    json!({
        "id": row.meta.id,
        "name": row.name,
        "requisition_id": row.requisition_id,
        "notes": row.notes,
        "confidential": row.confidential,
        "job_post_id": post.map(|post| post.meta.id),
        "status": row.status,
        "created_by_id": Value::Null,
        "created_at": row.meta.created_at,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "departments": departments(org, row),
        "offices": offices(org, row),
        "custom_fields": keyed(org, row.custom_fields.as_ref()),
    })
}

fn departments(org: &Org, job: &Job) -> Vec<Value> {
    let row = job.department_id.and_then(|id| org.departments.get(id));
    row.map(|row| json!({"id": row.meta.id, "name": row.name, "external_id": row.external_id}))
        .into_iter()
        .collect()
}

fn offices(org: &Org, job: &Job) -> Vec<Value> {
    let rows = job.office_ids.iter().flatten();
    rows.filter_map(|id| org.offices.get(*id))
        .map(|row| {
            json!({
                "id": row.meta.id,
                "name": row.name,
                "location": row.location,
                "external_id": row.external_id,
            })
        })
        .collect()
}

fn hiring_team(org: &Org, job: i64) -> Value {
    let user = |id: i64| {
        let employee = org.users.get(id).and_then(|user| user.employee_id.clone());
        json!({"user_id": id, "employee_id": employee})
    };
    let owners = |kind: &str| -> Vec<Value> {
        let own = org.job_owners.find("job_ids", job);
        own.filter(|owner| owner.kind == kind)
            .map(|owner| user(owner.user_id))
            .collect()
    };
    let managers = org.job_hiring_managers.find("job_ids", job);
    json!({
        "hiring_managers": managers.map(|row| user(row.user_id)).collect::<Vec<_>>(),
        "sourcers": owners("sourcer"),
        "recruiters": owners("recruiter"),
        "coordinators": owners("coordinator"),
    })
}
