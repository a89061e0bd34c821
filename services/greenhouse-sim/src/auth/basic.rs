//! HTTP Basic and the form body of the token host.

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::{HeaderMap, StatusCode, header};
use serde_json::json;
use url::form_urlencoded;
use uuid::Uuid;

use super::{CLIENT_SUFFIX, Keyring};
use crate::http::reply::Reply;

/// The credential a request to the token host brings, or the refusal it deserves.
pub(super) fn client(keyring: &Keyring, headers: &HeaderMap) -> Result<usize, Reply> {
    let Some((client_id, secret)) = user_and_password(headers) else {
        let body = json!({"message": "Unauthorized", "errorId": Uuid::new_v4()});
        return Err(Reply::json(StatusCode::UNAUTHORIZED, &body));
    };
    if !client_id.ends_with(CLIENT_SUFFIX) || client_id.len() == CLIENT_SUFFIX.len() {
        let message = format!("client_id={client_id} does not contain a valid client ID suffix");
        return Err(Reply::json(
            StatusCode::BAD_REQUEST,
            &json!({"message": message, "errorId": Uuid::new_v4()}),
        ));
    }
    let known = keyring
        .credential(&client_id)
        .filter(|index| keyring.credentials[*index].secret == secret);
    known.ok_or_else(|| {
        Reply::json(
            StatusCode::UNAUTHORIZED,
            &json!({"error": "invalid_client"}),
        )
    })
}

/// The client id of a request, proven or not; the meter of the token host counts by it.
pub(crate) fn claimed_client(headers: &HeaderMap) -> Option<String> {
    user_and_password(headers).map(|(client_id, _)| client_id)
}

/// One field of a form body. Anything but a form has no fields.
pub(super) fn form_field(headers: &HeaderMap, body: &[u8], name: &str) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    form_urlencoded::parse(body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A 400 in OAuth's words.
pub(super) fn oauth_error(error: &str, description: &str) -> Reply {
    Reply::json(
        StatusCode::BAD_REQUEST,
        &json!({"error": error, "error_description": description}),
    )
}

pub(crate) fn user_and_password(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (user, password) = decoded.split_once(':')?;
    (!user.is_empty()).then(|| (user.to_owned(), password.to_owned()))
}
