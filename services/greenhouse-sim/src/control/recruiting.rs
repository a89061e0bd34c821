//! What recruiters and admins do in Greenhouse's pages.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{Control, conflict, nowhere, number};
use crate::{
    http::reply::{Answer, Reply},
    org::{
        Refused,
        jobs::JobEdit,
        people::NewUser,
        posting::{NewPost, PostEdit},
        recruiting::NewJob,
        refused,
    },
    recruiter::{CustomFieldEdit, Recruiter, candidates::CandidateEdit},
    v1::permissions,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    to_stage: Option<String>,
    /// Another job, for transfers and conversions.
    job_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejection {
    reason_id: Option<i64>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    user_id: Option<i64>,
    parent_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    duplicate_id: i64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Anonymisation {
    fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    client_id: String,
    scope: String,
    granted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    api_key: String,
    permission: String,
    granted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiKey {
    api_key: String,
    works: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    client_id: Option<String>,
}

pub(super) fn handle(control: &Control<'_>, path: &[&str]) -> Answer {
    let (Some((first, rest)), method) = (path.split_first(), control.method.as_str()) else {
        return Err(nowhere());
    };
    match *first {
        "applications" => applications(control, method, rest),
        "candidates" => candidates(control, method, rest),
        "jobs" => jobs(control, method, rest),
        "stages" | "posts" | "departments" | "offices" => structure(control, method, path),
        "scopes" | "permissions" | "api_keys" | "tokens" => access(control, path),
        _ => people(control, method, path),
    }
}

/// Every action but the deletion answers the application as it then is; a conversion answers the new one.
fn applications(control: &Control<'_>, method: &str, path: &[&str]) -> Answer {
    let recruiter = recruiter(control);
    let (id, action) = match (method, path) {
        ("POST", [id, action]) => (number(id)?, *action),
        ("DELETE", [id]) => return done(recruiter.delete_application(number(id)?)),
        _ => return Err(nowhere()),
    };
    let result = match action {
        "advance" => recruiter.move_to_next_stage(id).map(|_| id),
        "move" => {
            let to: Move = control.body()?;
            match (to.job_id, to.to_stage) {
                (Some(job), stage) => recruiter.transfer(id, job, stage.as_deref()).map(|_| id),
                (None, Some(stage)) => recruiter.move_to_stage(id, &stage).map(|_| id),
                (None, None) => recruiter.move_to_next_stage(id).map(|_| id),
            }
        }
        "convert" => {
            let to: Move = control.body()?;
            let job = to
                .job_id
                .ok_or_else(|| conflict(refused("job_id", "is missing")))?;
            recruiter.convert_prospect(id, job, to.to_stage.as_deref())
        }
        "reject" => {
            let reason = reason(control, control.body()?).map_err(conflict)?;
            recruiter.reject(id, reason).map(|()| id)
        }
        "unreject" => recruiter.unreject(id).map(|()| id),
        "hire" => recruiter.hire(id).map(|()| id),
        "unhire" => recruiter.unhire(id).map(|()| id),
        _ => return Err(nowhere()),
    };
    let application = control.view().application(result.map_err(conflict)?);
    Ok(Reply::ok(&application))
}

fn candidates(control: &Control<'_>, method: &str, path: &[&str]) -> Answer {
    let recruiter = recruiter(control);
    match (method, path) {
        ("PATCH", [id]) => {
            done(recruiter.edit_candidate(number(id)?, control.body::<CandidateEdit>()?))
        }
        ("DELETE", [id]) => done(recruiter.delete_candidate(number(id)?)),
        ("POST", [id, "merge"]) => {
            let merge: Merge = control.body()?;
            done(recruiter.merge_candidates(number(id)?, merge.duplicate_id))
        }
        ("POST", [id, "anonymise"]) => {
            let wanted: Anonymisation = control.body()?;
            done(recruiter.anonymise_candidate(number(id)?, &wanted.fields))
        }
        _ => Err(nowhere()),
    }
}

fn jobs(control: &Control<'_>, method: &str, path: &[&str]) -> Answer {
    let recruiter = recruiter(control);
    match (method, path) {
        ("POST", []) => created(recruiter.add_job(control.body::<NewJob>()?)),
        ("PATCH", [id]) => done(recruiter.edit_job(number(id)?, control.body::<JobEdit>()?)),
        ("DELETE", [id]) => done(recruiter.delete_job(number(id)?)),
        ("POST", [id, "close"]) => done(recruiter.close_job(number(id)?)),
        ("POST", [id, "reopen"]) => done(recruiter.reopen_job(number(id)?)),
        ("POST", [id, "stages"]) => {
            created(recruiter.add_stage(number(id)?, &control.body::<Named>()?.name))
        }
        _ => Err(nowhere()),
    }
}

fn structure(control: &Control<'_>, method: &str, path: &[&str]) -> Answer {
    let recruiter = recruiter(control);
    match (method, path) {
        ("PATCH", ["stages", id]) => {
            done(recruiter.rename_stage(number(id)?, &control.body::<Named>()?.name))
        }
        ("DELETE", ["stages", id]) => done(recruiter.delete_stage(number(id)?)),
        ("POST", ["posts"]) => created(recruiter.add_post(control.body::<NewPost>()?)),
        ("PATCH", ["posts", id]) => {
            done(recruiter.edit_post(number(id)?, control.body::<PostEdit>()?))
        }
        ("DELETE", ["posts", id]) => done(recruiter.delete_post(number(id)?)),
        ("POST", ["departments"]) => {
            let new: Named = control.body()?;
            created(recruiter.add_department(&new.name, new.parent_id))
        }
        ("DELETE", ["departments", id]) => done(recruiter.delete_department(number(id)?)),
        ("DELETE", ["offices", id]) => done(recruiter.delete_office(number(id)?)),
        _ => Err(nowhere()),
    }
}

fn people(control: &Control<'_>, method: &str, path: &[&str]) -> Answer {
    let recruiter = recruiter(control);
    match (method, path) {
        ("POST", ["users"]) => created(recruiter.add_user(control.body::<NewUser>()?)),
        ("POST", ["users", id, "deactivate"]) => done(recruiter.deactivate_user(number(id)?)),
        ("POST", ["referrers"]) => {
            let new: Named = control.body()?;
            created(recruiter.add_referrer(&new.name, new.user_id))
        }
        ("POST", ["sources"]) => created(recruiter.add_source(&control.body::<Named>()?.name)),
        ("DELETE", ["sources", id]) => done(recruiter.remove_source(number(id)?)),
        ("DELETE", ["tags", id]) => done(recruiter.delete_tag(number(id)?)),
        ("PATCH", ["custom_fields", id]) => {
            done(recruiter.edit_custom_field(number(id)?, control.body::<CustomFieldEdit>()?))
        }
        _ => Err(nowhere()),
    }
}

fn access(control: &Control<'_>, path: &[&str]) -> Answer {
    match (control.method.as_str(), path) {
        ("POST", ["scopes"]) => scope(control),
        ("POST", ["permissions"]) => permission(control),
        ("POST", ["api_keys"]) => {
            let change: ApiKey = control.body()?;
            let mut state = control.world.lock();
            match state.api_keys.set_working(&change.api_key, change.works) {
                true => Ok(Reply::no_content()),
                false => Err(conflict(refused("api_key", "is unknown"))),
            }
        }
        ("POST", ["tokens", "revoke"]) => {
            let client: Client = control.body()?;
            let revoked = control
                .world
                .lock()
                .keyring
                .revoke_all(client.client_id.as_deref());
            Ok(Reply::ok(&json!({"revoked": revoked})))
        }
        _ => Err(nowhere()),
    }
}

fn reason(control: &Control<'_>, rejection: Rejection) -> Result<Option<i64>, Refused> {
    let Some(name) = rejection.reason else {
        return Ok(rejection.reason_id);
    };
    let reasons = control.view().rejection_reasons();
    let found = reasons.iter().find(|reason| reason.name == name);
    found
        .map(|reason| Some(reason.meta.id))
        .ok_or_else(|| refused("reason", "is unknown"))
}

fn scope(control: &Control<'_>) -> Answer {
    let change: Scope = control.body()?;
    let mut state = control.world.lock();
    let index = state.keyring.credential(&change.client_id);
    let index = index.ok_or_else(|| conflict(refused("client_id", "is unknown")))?;
    let scopes = &mut state.keyring.credentials[index].scopes;
    let changed = if change.granted {
        scopes.insert(change.scope)
    } else {
        scopes.remove(&change.scope)
    };
    Ok(Reply::ok(&json!({"changed": changed})))
}

fn permission(control: &Control<'_>) -> Answer {
    let change: Permission = control.body()?;
    if !permissions::exists(&change.permission) {
        return Err(conflict(refused("permission", "is unknown")));
    }
    let mut state = control.world.lock();
    let keys = &mut state.api_keys;
    let changed = keys.set_permission(&change.api_key, &change.permission, change.granted);
    Ok(Reply::ok(&json!({"changed": changed})))
}

fn recruiter(control: &Control<'_>) -> Recruiter {
    Recruiter::new(
        Arc::clone(control.world),
        control.organisation().map(str::to_owned),
    )
}

fn created(id: Result<i64, Refused>) -> Answer {
    Ok(Reply::created(&json!({"id": id.map_err(conflict)?})))
}

fn done(result: Result<(), Refused>) -> Answer {
    result.map(|()| Reply::no_content()).map_err(conflict)
}
