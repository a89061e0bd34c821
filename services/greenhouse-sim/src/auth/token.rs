//! `POST /token`. Client credentials are for custom integrations, codes and refresh tokens for partners; neither may use
//! the other's way.

use hyper::HeaderMap;
use serde_json::json;

use super::{
    Kind,
    basic::{client, form_field, oauth_error},
};
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
    let field = |name: &str| form_field(headers, body, name);
    let kind = field("grant_type");
    let custom = match &state.keyring.credentials[credential].kind {
        Kind::Custom { org } => Some(*org),
        Kind::Partner { .. } => None,
    };
    match (kind.as_deref(), custom) {
        (Some("client_credentials"), Some(org)) => {
            let sub = acting_user(state, org, field("sub"))?;
            Ok(custom_token(state, credential, org, sub, now))
        }
        (Some("authorization_code"), None) => {
            let required = |name| {
                let missing = || oauth_error("invalid_request", &format!("{name} is missing."));
                field(name).ok_or_else(missing)
            };
            let (code, redirect) = (required("code")?, required("redirect_uri")?);
            let grants = &mut state.keyring.grants;
            let grant = grants.redeem(&code, credential, &redirect, now);
            partner_token(state, grant, now)
        }
        (Some("refresh_token"), None) => {
            let text = field("refresh_token")
                .ok_or_else(|| oauth_error("invalid_request", "refresh_token is missing."))?;
            let strict = state.settings.refresh_reuse_revokes;
            let grants = &mut state.keyring.grants;
            let grant = grants.refresh(&text, credential, strict, now);
            partner_token(state, grant, now)
        }
        (Some(grant), _) if GRANTS.contains(&grant) => Err(oauth_error(
            "unauthorized_client",
            "The client may not use this grant type.",
        )),
        (Some(_), _) => {
            let allowed = format!("grant_type must be one of: {}", GRANTS.join(", "));
            Err(oauth_error("unsupported_grant_type", &allowed))
        }
        (None, _) => Err(oauth_error("invalid_request", "grant_type is missing.")),
    }
}

fn custom_token(state: &mut State, credential: usize, org: usize, sub: i64, now: Stamp) -> Reply {
    let expires = now.plus(state.settings.token_lifetime);
    let scopes = state.keyring.credentials[credential].scopes.clone();
    let token = super::Token {
        credential,
        org,
        sub,
        scopes: scopes.into(),
        expires,
        revoked: false,
        grant: None,
    };
    let text = state.keyring.issue(token, now);
    answer(state, &text, None, expires)
}

/// A new pair of tokens, if the grant still holds and its user is still there.
fn partner_token(state: &mut State, grant: Option<usize>, now: Stamp) -> Answer {
    let known = grant.and_then(|index| Some((index, state.keyring.grants.get(index)?.clone())));
    let known = known.filter(|(_, grant)| state.orgs[grant.org].active_user(grant.sub));
    let Some((index, grant)) = known else {
        return Err(oauth_error(
            "invalid_grant",
            "The code or refresh token is invalid, expired or has been used.",
        ));
    };
    let expires = now.plus(state.settings.token_lifetime);
    let token = super::Token {
        credential: grant.credential,
        org: grant.org,
        sub: grant.sub,
        scopes: grant.scopes,
        expires,
        revoked: false,
        grant: Some(index),
    };
    let text = state.keyring.issue(token, now);
    let lasts = now.plus(state.settings.refresh_lifetime);
    let refresh = state.keyring.grants.follow(index, lasts);
    Ok(answer(state, &text, Some(&refresh), expires))
}

fn answer(state: &State, text: &str, refresh: Option<&str>, expires: Stamp) -> Reply {
    let mut answer = json!({"token_type": "Bearer", "access_token": text});
    let seconds = state.settings.token_lifetime.as_secs();
    let expiry = state.settings.token_expiry;
    if expiry != TokenExpiry::ExpiresAt {
        answer["expires_in"] = json!(seconds);
    }
    if expiry != TokenExpiry::ExpiresIn {
        answer["expires_at"] = json!(expires);
    }
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
    }
    Reply::ok(&answer).with(
        "cache-control",
        hyper::header::HeaderValue::from_static("no-store"),
    )
}

fn acting_user(state: &State, org: usize, sub: Option<String>) -> Result<i64, Reply> {
    let org = &state.orgs[org];
    let Some(sub) = sub else {
        return Ok(org.service_user);
    };
    let known = sub.parse().ok().filter(|id| org.colleague(*id));
    known.ok_or_else(|| {
        oauth_error(
            "invalid_request",
            "sub is not an active user of the organization.",
        )
    })
}
