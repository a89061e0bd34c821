//! `/authorize`: a page on which a user of some organisation says yes or no to a partner, and what follows. A test answers
//! it by posting the form's fields itself.

use std::{collections::HashSet, fmt::Write, sync::Arc};

use hyper::{Method, StatusCode, header::HeaderValue, http::request::Parts};
use url::{Url, form_urlencoded};

use super::{Kind, grants::Grant};
use crate::{
    http::reply::{Answer, Reply},
    org::Org,
    stamp::Stamp,
    world::State,
};

/// What the partner asks for, found to be in order.
struct Request<'a> {
    credential: usize,
    client_id: &'a str,
    redirect: &'a str,
    state: Option<&'a str>,
    scope: &'a str,
}

type Fields = Vec<(String, String)>;

pub(crate) fn authorize(state: &mut State, head: &Parts, body: &[u8], now: Stamp) -> Answer {
    let answered = head.method == Method::POST;
    let text = match answered {
        true => body,
        false => head.uri.query().unwrap_or_default().as_bytes(),
    };
    let fields: Fields = form_urlencoded::parse(text).into_owned().collect();
    let request = understood(state, &fields)?;
    let known = &state.keyring.credentials[request.credential].scopes;
    if field(&fields, "response_type") != Some("code") {
        return Ok(back(&request, &[("error", "unsupported_response_type")]));
    }
    let mut asked = request.scope.split(' ').filter(|scope| !scope.is_empty());
    if request.scope.trim().is_empty() || asked.any(|scope| !known.contains(scope)) {
        return Ok(back(&request, &[("error", "invalid_scope")]));
    }
    match answered {
        true => decided(state, &fields, &request, now),
        false => Ok(page(state, &request)),
    }
}

/// Whom a request comes from and where it may be answered to. What is wrong with that is never sent anywhere.
fn understood<'a>(state: &State, fields: &'a Fields) -> Result<Request<'a>, Reply> {
    let client_id = field(fields, "client_id").unwrap_or_default();
    let credential = state.keyring.credential(client_id);
    let partner = credential.and_then(|index| match &state.keyring.credentials[index].kind {
        Kind::Partner { redirects } => Some((index, redirects)),
        Kind::Custom { .. } => None,
    });
    let (credential, redirects) =
        partner.ok_or_else(|| refusal("client_id is not the client of a partner."))?;
    let redirect = field(fields, "redirect_uri").unwrap_or_default();
    if !registered(redirects, redirect) {
        return Err(refusal("redirect_uri is not registered."));
    }
    Ok(Request {
        credential,
        client_id,
        redirect,
        state: field(fields, "state"),
        scope: field(fields, "scope").unwrap_or_default(),
    })
}

/// Registered addresses have to match to the letter; a partner who registered none may come back to this machine.
fn registered(redirects: &[String], redirect: &str) -> bool {
    if !redirects.is_empty() {
        return redirects.iter().any(|known| known == redirect);
    }
    Url::parse(redirect).is_ok_and(|url| {
        url.fragment().is_none() && matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
    })
}

fn decided(state: &mut State, fields: &Fields, request: &Request<'_>, now: Stamp) -> Answer {
    if field(fields, "decision") != Some("allow") {
        return Ok(back(request, &[("error", "access_denied")]));
    }
    let user: i64 = field(fields, "user")
        .and_then(|id| id.parse().ok())
        .unwrap_or_default();
    let org = state.orgs.iter().position(|org| org.colleague(user));
    let org = org.ok_or_else(|| refusal("user is nobody's."))?;
    let kept: HashSet<&str> = fields
        .iter()
        .filter(|(name, _)| name == "granted")
        .map(|(_, scope)| scope.as_str())
        .collect();
    let scopes = request.scope.split(' ').filter(|scope| !scope.is_empty());
    let scopes = scopes.filter(|scope| kept.is_empty() || kept.contains(scope));
    let grant = Grant {
        credential: request.credential,
        org,
        sub: user,
        scopes: Arc::new(scopes.map(str::to_owned).collect()),
        revoked: false,
    };
    let expires = now.plus(state.settings.code_lifetime);
    let code = state
        .keyring
        .grants
        .consent(grant, request.redirect, expires);
    Ok(back(request, &[("code", &code)]))
}

/// Sends the browser back to the partner.
fn back(request: &Request<'_>, answer: &[(&str, &str)]) -> Reply {
    let Ok(mut url) = Url::parse(request.redirect) else {
        return refusal("redirect_uri is no address.");
    };
    url.query_pairs_mut()
        .extend_pairs(answer)
        .extend_pairs(request.state.map(|state| ("state", state)));
    match HeaderValue::try_from(url.as_str()) {
        Ok(location) => Reply::html(StatusCode::FOUND, String::new()).with("location", location),
        Err(_) => refusal("redirect_uri is no address."),
    }
}

fn page(state: &State, request: &Request<'_>) -> Reply {
    let mut html = String::from("<!doctype html><html><head><title>Authorize</title></head><body>");
    let _ = write!(
        html,
        "<h1>{} asks for access to Greenhouse</h1><form method=\"post\" action=\"/authorize\">",
        escaped(request.client_id)
    );
    let hidden = [
        ("response_type", "code"),
        ("client_id", request.client_id),
        ("redirect_uri", request.redirect),
        ("scope", request.scope),
    ];
    for (name, value) in hidden
        .into_iter()
        .chain(request.state.map(|state| ("state", state)))
    {
        let value = escaped(value);
        let _ = write!(
            html,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        );
    }
    html.push_str("<p><label>As <select name=\"user\">");
    state.orgs.iter().for_each(|org| users(&mut html, org));
    html.push_str("</select></label></p><ul>");
    for scope in request.scope.split(' ').filter(|scope| !scope.is_empty()) {
        let scope = escaped(scope);
        let _ = write!(
            html,
            "<li><label><input type=\"checkbox\" name=\"granted\" value=\"{scope}\" checked> {scope}</label></li>"
        );
    }
    html.push_str(
        "</ul><button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form></body></html>",
    );
    Reply::html(StatusCode::OK, html)
}

/// An organisation's people, Site Admins first.
fn users(html: &mut String, org: &Org) {
    let _ = write!(html, "<optgroup label=\"{}\">", escaped(&org.name));
    for admin in [true, false] {
        let wanted = |user: &&crate::org::rows::User| {
            user.site_admin == admin && !user.deactivated && !user.service_account
        };
        for user in org.users.iter().filter(wanted) {
            let name = escaped(user.name.as_deref().unwrap_or_default());
            let role = if admin { " (Site Admin)" } else { "" };
            let _ = write!(
                html,
                "<option value=\"{}\">{name}{role}</option>",
                user.meta.id
            );
        }
    }
    html.push_str("</optgroup>");
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

fn refusal(reason: &str) -> Reply {
    let html = format!("<!doctype html><html><body><h1>{reason}</h1></body></html>");
    Reply::html(StatusCode::BAD_REQUEST, html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
