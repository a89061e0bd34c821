//! Looking: who may call, what was asked, what there is.

use serde_json::{Map, Value, json};

use super::{Control, conflict, nowhere, number};
use crate::{
    auth::Kind,
    http::reply::{Answer, Reply},
    log::LogEntry,
    org::{Org, refused, rows::Candidate},
    state::counts,
};

pub(super) fn organisations(control: &Control<'_>) -> Reply {
    let state = control.world.lock();
    let each = state.keyring.credentials.iter().map(|credential| {
        let mut scopes: Vec<&String> = credential.scopes.iter().collect();
        scopes.sort_unstable();
        let mut shown = json!({
            "client_id": credential.client_id,
            "client_secret": credential.secret,
            "scopes": scopes,
        });
        match &credential.kind {
            Kind::Custom { org } => {
                own(&mut shown, &state.orgs[*org]);
                shown["api_key"] = json!(state.api_keys.of_org(*org));
                shown["permissions"] = json!(state.api_keys.permissions_of(*org));
            }
            Kind::Partner { redirects } => shown["redirect_uris"] = json!(redirects),
        }
        shown
    });
    Reply::ok(&each.collect::<Vec<Value>>())
}

fn own(shown: &mut Value, org: &Org) {
    let admins = org
        .users
        .iter()
        .filter(|user| user.site_admin && !user.deactivated);
    shown["organisation"] = json!(org.name);
    shown["organisation_id"] = json!(org.id);
    shown["site_admin_ids"] = admins.map(|user| user.meta.id).collect();
    shown["service_user_id"] = json!(org.service_user);
}

/// Row counts by organisation, rate windows by client.
pub(super) fn stats(control: &Control<'_>) -> Reply {
    let state = control.world.lock();
    let counts: Map<String, Value> = state
        .orgs
        .iter()
        .map(|org| (org.name.clone(), json!(counts(org))))
        .collect();
    let keys = state.api_keys.iter().map(|key| {
        let windows = state.api_meter.windows(&key.key);
        let throttled: u32 = windows.iter().map(|window| window.throttled).sum();
        (
            key.key.clone(),
            json!({"throttled": throttled, "windows": windows}),
        )
    });
    let clients = state.keyring.credentials.iter().map(|credential| {
        let api = state.api_meter.windows(&credential.client_id);
        let throttled: u32 = api.iter().map(|window| window.throttled).sum();
        let token = state.token_meter.windows(&credential.client_id);
        let value = json!({"throttled": throttled, "windows": api, "token_windows": token});
        (credential.client_id.clone(), value)
    });
    Reply::ok(&json!({
        "now": state.now(),
        "requests": state.log.count(),
        "counts": counts,
        "clients": clients.chain(keys).collect::<Map<String, Value>>(),
    }))
}

/// The log, oldest first: `operation=`, `after=` (a number), `limit=` (newest so many, 1000 unless said).
pub(super) fn log(control: &Control<'_>) -> Answer {
    let operation = control.parameter("operation");
    let after: u64 = control.parameter("after").map_or(Ok(0), number)?;
    let limit: usize = control.parameter("limit").map_or(Ok(1000), number)?;
    let state = control.world.lock();
    let wanted = |entry: &&LogEntry| {
        entry.number > after && operation.is_none_or(|operation| entry.operation == operation)
    };
    let mut entries: Vec<&LogEntry> = state
        .log
        .entries()
        .rev()
        .filter(wanted)
        .take(limit)
        .collect();
    entries.reverse();
    Ok(Reply::ok(&entries))
}

/// Candidates with their applications, notes and duplicates plain to see: `email=`, `limit=` (newest so many).
pub(super) fn candidates(control: &Control<'_>) -> Answer {
    let limit: usize = control.parameter("limit").map_or(Ok(100), number)?;
    let state = control.world.lock();
    let org = state
        .org(control.organisation())
        .ok_or_else(unknown_organisation)?;
    let found: Vec<Value> = match control.parameter("email") {
        Some(email) => {
            let email = email.to_lowercase();
            org.candidates
                .find("email", email.as_str())
                .map(|candidate| whole(org, candidate))
                .collect()
        }
        None => org
            .candidates
            .iter()
            .rev()
            .take(limit)
            .map(|candidate| whole(org, candidate))
            .collect(),
    };
    Ok(Reply::ok(&found))
}

pub(super) fn candidate(control: &Control<'_>, id: i64) -> Answer {
    let state = control.world.lock();
    let org = state
        .org(control.organisation())
        .ok_or_else(unknown_organisation)?;
    org.candidates
        .get(id)
        .map(|candidate| Reply::ok(&whole(org, candidate)))
        .ok_or_else(nowhere)
}

pub(super) fn jobs(control: &Control<'_>) -> Answer {
    let state = control.world.lock();
    let org = state
        .org(control.organisation())
        .ok_or_else(unknown_organisation)?;
    let each = org
        .jobs
        .iter()
        .map(|job| json!({"job": job, "stages": org.stages_of(job.meta.id)}));
    Ok(Reply::ok(&each.collect::<Vec<Value>>()))
}

fn whole(org: &Org, candidate: &Candidate) -> Value {
    let id = candidate.meta.id;
    let applications = org
        .applications
        .find("candidate_ids", id)
        .map(|application| {
            let visits: Vec<_> = org
                .application_stages
                .find("application_ids", application.meta.id)
                .collect();
            json!({"application": application, "stages": visits})
        });
    json!({
        "candidate": candidate,
        "applications": applications.collect::<Vec<Value>>(),
        "notes": org.notes.find("candidate_ids", id).collect::<Vec<_>>(),
    })
}

fn unknown_organisation() -> Reply {
    conflict(refused("organisation", "is unknown"))
}
