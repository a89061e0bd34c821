//! What recruiters and admins do in Greenhouse's pages.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{Control, conflict, nowhere, number};
use crate::{
    http::reply::{Answer, Reply},
    org::{Refused, people::NewUser, recruiting::NewJob, refused},
    recruiter::Recruiter,
    v1::permissions,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    to_stage: Option<String>,
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
    match (control.method.as_str(), path) {
        ("POST", ["applications", id, action]) => application(control, number(id)?, action),
        ("POST", ["jobs"]) => created(recruiter(control).add_job(control.body::<NewJob>()?)),
        ("POST", ["jobs", id, "close"]) => done(recruiter(control).close_job(number(id)?)),
        ("POST", ["jobs", id, "reopen"]) => done(recruiter(control).reopen_job(number(id)?)),
        ("POST", ["users"]) => created(recruiter(control).add_user(control.body::<NewUser>()?)),
        ("POST", ["users", id, "deactivate"]) => {
            done(recruiter(control).deactivate_user(number(id)?))
        }
        ("POST", ["referrers"]) => {
            let new: Named = control.body()?;
            created(recruiter(control).add_referrer(&new.name, new.user_id))
        }
        ("POST", ["sources"]) => {
            created(recruiter(control).add_source(&control.body::<Named>()?.name))
        }
        ("DELETE", ["sources", id]) => done(recruiter(control).remove_source(number(id)?)),
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

/// Every action answers the application as it then is.
fn application(control: &Control<'_>, id: i64, action: &str) -> Answer {
    let recruiter = recruiter(control);
    let result = match action {
        "advance" => recruiter.move_to_next_stage(id).map(drop),
        "move" => match control.body::<Move>()?.to_stage {
            Some(stage) => recruiter.move_to_stage(id, &stage).map(drop),
            None => recruiter.move_to_next_stage(id).map(drop),
        },
        "reject" => {
            let reason = reason(control, control.body()?).map_err(conflict)?;
            recruiter.reject(id, reason)
        }
        "unreject" => recruiter.unreject(id),
        "hire" => recruiter.hire(id),
        _ => return Err(nowhere()),
    };
    result.map_err(conflict)?;
    let application = control.view().application(id);
    Ok(Reply::ok(&application))
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
