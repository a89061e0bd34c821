//! Jobs with their places, people and openings; stages; posts.

use serde_json::{Value, json};

use super::{
    person,
    place::{department_in_short, office_in_short},
};
use crate::{
    org::{
        Org,
        rows::{Job, JobPost, JobStage, Opening, Question},
    },
    v1::{call::Call, custom_values},
};

/// A whole job.
pub(in crate::v1) fn job(call: &Call<'_>, job: &Job) -> Value {
    let org = &*call.org;
    let department = job.department_id.and_then(|id| org.departments.get(id));
    let department = department.map(|row| department_in_short(org, row));
    let offices = job.office_ids.iter().flatten();
    let offices = offices.filter_map(|id| org.offices.get(*id));
    let openings = org.openings.find("job_ids", job.id());
    let values = job.custom_fields.clone().unwrap_or_default();
    let currency = call.settings.v1.currency_key;
    let (slugs, keyed) = custom_values::shown(org, "job", &values, currency);
    json!({
        "id": job.id(),
        "name": job.name,
        "requisition_id": job.requisition_id,
        "notes": job.notes,
        "confidential": job.confidential,
        "status": job.status.word(),
        "created_at": job.meta.created_at,
        "opened_at": job.opened_at,
        "closed_at": job.closed_at,
        "updated_at": job.meta.updated_at,
        "is_template": job.is_template,
        "copied_from_id": job.copied_from_id,
        "departments": department.into_iter().collect::<Vec<_>>(),
        "offices": offices.map(|row| office_in_short(org, row)).collect::<Vec<_>>(),
        "custom_fields": slugs,
        "keyed_custom_fields": keyed,
        "hiring_team": hiring_team(org, job.id()),
        "openings": openings.map(|row| opening(org, row)).collect::<Vec<_>>(),
    })
}

/// Who looks after a job; only recruiters and coordinators can be the responsible one.
fn hiring_team(org: &Org, job: i64) -> Value {
    let owners = |kind: &str, responsible: bool| -> Vec<Value> {
        let own = org.job_owners.find("job_ids", job);
        own.filter(|owner| owner.kind == kind)
            .map(|owner| {
                let mut shown = person(org, Some(owner.user_id));
                if responsible {
                    shown["responsible"] = owner.responsible.into();
                }
                shown
            })
            .collect()
    };
    let managers = org.job_hiring_managers.find("job_ids", job);
    json!({
        "hiring_managers": managers.map(|row| person(org, Some(row.user_id))).collect::<Vec<_>>(),
        "recruiters": owners("recruiter", true),
        "coordinators": owners("coordinator", true),
        "sourcers": owners("sourcer", false),
    })
}

fn opening(org: &Org, row: &Opening) -> Value {
    let reason = row.close_reason_id.and_then(|id| org.close_reasons.get(id));
    json!({
        "id": row.meta.id,
        "opening_id": row.opening_id,
        "status": if row.open { "open" } else { "closed" },
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "application_id": row.application_id,
        "close_reason": reason.map(|reason| json!({"id": reason.meta.id, "name": reason.name})),
    })
}

/// A stage of a job.
pub(in crate::v1) fn stage(stage: &JobStage) -> Value {
    json!({
        "id": stage.meta.id,
        "name": stage.name,
        "created_at": stage.meta.created_at,
        "updated_at": stage.meta.updated_at,
        "active": stage.active,
        "job_id": stage.job_id,
        "priority": stage.sort_order,
        "interviews": [],
    })
}

/// What every job board says before a post.
const INTRODUCTION: &str = "<p>Welcome to our job board.</p>";

/// A post, its text alone or with what the board puts before it.
pub(in crate::v1) fn post(org: &Org, post: &JobPost, full: bool) -> Value {
    let text = |text: &Option<String>| match (text, full) {
        (Some(text), true) => json!(format!("{INTRODUCTION}{text}")),
        (text, _) => json!(text),
    };
    json!({
        "id": post.meta.id,
        "title": post.title,
        "location": location(org, post.meta.id),
        "internal": post.internal,
        "external": post.external,
        "active": post.active,
        "live": post.live,
        "first_published_at": post.first_published_at,
        "job_id": post.job_id,
        "content": text(&post.content),
        "internal_content": text(&post.internal_content),
        "updated_at": post.meta.updated_at,
        "created_at": post.meta.created_at,
        "demographic_question_set_id": post.demographic_question_set_id,
        "questions": post.questions.iter().map(question).collect::<Vec<_>>(),
    })
}

fn location(org: &Org, post: i64) -> Value {
    let Some(row) = org.job_post_locations.find("job_post_ids", post).next() else {
        return Value::Null;
    };
    let (id, name) = match row.kind.as_deref() {
        Some("office") => (2, "Office"),
        Some("custom_list") => (3, "Custom List"),
        _ => (1, "Free Text"),
    };
    // Posts at one place show one id: that each has its own is nowhere said.
    let same = org.job_post_locations.iter().find(|other| {
        (
            &other.plain_text_location,
            other.office_id,
            other.custom_location_id,
        ) == (
            &row.plain_text_location,
            row.office_id,
            row.custom_location_id,
        )
    });
    json!({
        "id": same.map(|first| first.meta.id),
        "name": org.place_of(post),
        "office_id": row.office_id,
        "job_post_custom_location_id": row.custom_location_id,
        "job_post_location_type": {"id": id, "name": name},
    })
}

fn question(question: &Question) -> Value {
    let options = question.options.iter();
    let mut values: Vec<Value> = options
        .map(|option| json!({"value": option.id, "label": option.label}))
        .collect();
    if question.answer_type == "boolean" {
        values = vec![
            json!({"value": 0, "label": "No"}),
            json!({"value": 1, "label": "Yes"}),
        ];
    }
    json!({
        "required": question.required,
        "private": question.private,
        "label": question.label,
        "name": question.name,
        "type": question.answer_type,
        "values": values,
        "description": question.description,
    })
}
