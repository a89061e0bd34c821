//! Jobs and their stages.

use serde_json::{Value, json};

use super::person;
use crate::org::{
    Org,
    rows::{Job, JobStage},
};

/// A whole job.
pub(in crate::v1) fn job(org: &Org, job: &Job) -> Value {
    let managers = job.hiring_team.iter().map(|id| person(org, Some(*id)));
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
        "departments": [],
        "offices": [],
        "custom_fields": {},
        "keyed_custom_fields": {},
        "hiring_team": {
            "hiring_managers": managers.collect::<Vec<Value>>(),
            "recruiters": [],
            "coordinators": [],
            "sourcers": [],
        },
        "openings": [],
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
