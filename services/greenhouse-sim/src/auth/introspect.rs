//! `POST /introspect`: what a token is worth right now.

use hyper::HeaderMap;
use serde_json::json;

use super::basic::{client, form_field, oauth_error};
use crate::{
    http::reply::{Answer, Reply},
    stamp::Stamp,
    world::State,
};

pub(crate) fn introspect(state: &State, headers: &HeaderMap, body: &[u8], now: Stamp) -> Answer {
    let credential = client(&state.keyring, headers)?;
    let Some(text) = form_field(headers, body, "token") else {
        return Err(oauth_error("invalid_request", "token is missing."));
    };
    if form_field(headers, body, "token_type_hint").is_some_and(|hint| hint != "access_token") {
        return Err(oauth_error(
            "unsupported_token_type",
            "token_type_hint must be access_token.",
        ));
    }
    let token = state
        .keyring
        .token(&text)
        .filter(|token| token.credential == credential);
    let Some(token) = token.filter(|token| state.token_works(token, now)) else {
        return Ok(Reply::ok(&json!({"active": false})));
    };
    let org = &state.orgs[token.org];
    let mut scopes: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
    scopes.retain(|scope| state.keyring.allows(token, scope));
    scopes.sort_unstable();
    let admin = org.users.get(token.sub).is_some_and(|user| user.site_admin);
    let claims = json!({
        "organization": {"id": org.id, "name": org.name},
        "user_role": if admin { "site_admin" } else { "basic" },
    });
    Ok(Reply::ok(&json!({
        "active": true,
        "client_id": state.keyring.credentials[token.credential].client_id,
        "sub": token.sub.to_string(),
        "scope": scopes.join(" "),
        "https://auth.greenhouse.io/claims": claims,
    })))
}
