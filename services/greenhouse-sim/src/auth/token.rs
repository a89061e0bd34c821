//! `POST /token`. Only client credentials: the code and refresh grants belong to partners.

use hyper::HeaderMap;
use serde_json::json;

use super::basic::{client, form_field, oauth_error};
use crate::{
    config::TokenExpiry,
    http::reply::{Answer, Reply},
    stamp::Stamp,
    world::State,
};

const GRANTS: [&str; 4] = [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

pub(crate) fn issue(state: &mut State, headers: &HeaderMap, body: &[u8], now: Stamp) -> Answer {
    let credential = client(&state.keyring, headers)?;
    match form_field(headers, body, "grant_type") {
        Some(grant) if grant == "client_credentials" => {}
        Some(grant) if GRANTS.contains(&grant.as_str()) => {
            return Err(oauth_error(
                "unauthorized_client",
                "The client may not use this grant type.",
            ));
        }
        Some(_) => {
            let allowed = format!("grant_type must be one of: {}", GRANTS.join(", "));
            return Err(oauth_error("unsupported_grant_type", &allowed));
        }
        None => return Err(oauth_error("invalid_request", "grant_type is missing.")),
    }
    let sub = acting_user(state, credential, form_field(headers, body, "sub"))?;
    let expires = now.plus(state.settings.token_lifetime);
    let text = state.keyring.issue(credential, sub, now, expires);
    let mut answer = json!({"token_type": "Bearer", "access_token": text});
    let seconds = state.settings.token_lifetime.as_secs();
    let expiry = state.settings.token_expiry;
    if expiry != TokenExpiry::ExpiresAt {
        answer["expires_in"] = json!(seconds);
    }
    if expiry != TokenExpiry::ExpiresIn {
        answer["expires_at"] = json!(expires);
    }
    Ok(Reply::ok(&answer).with(
        "cache-control",
        hyper::header::HeaderValue::from_static("no-store"),
    ))
}

fn acting_user(state: &State, credential: usize, sub: Option<String>) -> Result<i64, Reply> {
    let org = &state.orgs[state.keyring.credentials[credential].org];
    let Some(sub) = sub else {
        return Ok(org.service_user);
    };
    let known = sub.parse().ok().filter(|id| org.active_user(*id));
    known.ok_or_else(|| {
        oauth_error(
            "invalid_request",
            "sub is not an active user of the organization.",
        )
    })
}
