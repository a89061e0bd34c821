//! What callers send, parsed once: field by field, so that a refusal names the field.

use domain::{Tenant, UserId};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::problem::Failure;

/// Longest interval of polling, in seconds.
const MAX_POLL_INTERVAL: u64 = 24 * 3600;

/// A tenant that wants to connect.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(crate) tenant: Tenant,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) acting_user: Option<UserId>,
}

impl Connect {
    pub(crate) fn parse(body: &[u8]) -> Result<Connect, Failure> {
        let body = object(body)?;
        let tenant = text(&body, "tenant", "tenant")?;
        let tenant =
            Tenant::try_from(tenant.as_str()).map_err(|error| Failure::invalid("tenant", error))?;
        let Some(Value::Object(auth)) = body.get("auth") else {
            return Err(Failure::invalid(
                "auth",
                "is missing; it is an object with `kind`",
            ));
        };
        match text(auth, "kind", "auth.kind")?.as_str() {
            "client_credentials" => Ok(Connect {
                tenant,
                client_id: text(auth, "client_id", "auth.client_id")?,
                client_secret: text(auth, "client_secret", "auth.client_secret")?.into(),
                acting_user: user(auth)?,
            }),
            "api_key" => Err(Failure::invalid(
                "auth.kind",
                "Harvest v1 API keys are not supported yet: create a Harvest v3 (OAuth) credential and send client_credentials",
            )),
            _ => Err(Failure::invalid(
                "auth.kind",
                "is not known; use client_credentials",
            )),
        }
    }
}

/// Changes to a connection's settings and webhook secrets.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) settings: Map<String, Value>,
    /// Replaces the list where given.
    pub(crate) webhook_secrets: Option<Vec<SecretString>>,
}

impl Change {
    pub(crate) fn parse(body: &[u8]) -> Result<Change, Failure> {
        let body = object(body)?;
        if body
            .keys()
            .any(|key| !["settings", "webhook_secrets"].contains(&key.as_str()))
        {
            return Err(Failure::invalid(
                "$",
                "only `settings` and `webhook_secrets` can be changed",
            ));
        }
        let settings = match body.get("settings") {
            Some(Value::Object(settings)) => settings.clone(),
            None => Map::new(),
            Some(_) => return Err(Failure::invalid("settings", "is not an object")),
        };
        for (key, value) in &settings {
            check_setting(key, value)?;
        }
        Ok(Change {
            settings,
            webhook_secrets: body.get("webhook_secrets").map(secrets).transpose()?,
        })
    }
}

fn secrets(value: &Value) -> Result<Vec<SecretString>, Failure> {
    let wrong = || {
        Failure::invalid(
            "webhook_secrets",
            "is a list of at most 10 texts of 1 to 4096 bytes without control characters",
        )
    };
    let list = value
        .as_array()
        .filter(|list| list.len() <= 10)
        .ok_or_else(wrong)?;
    let text = |value: &Value| match value.as_str() {
        Some(text) if is_secret(text) => Ok(SecretString::from(text)),
        _ => Err(wrong()),
    };
    list.iter().map(text).collect()
}

fn check_setting(key: &str, value: &Value) -> Result<(), Failure> {
    match key {
        "poll_interval_seconds" => match value.as_u64() {
            Some(1..=MAX_POLL_INTERVAL) => Ok(()),
            _ => Err(Failure::invalid(
                "settings.poll_interval_seconds",
                format!("is a whole number of seconds from 1 to {MAX_POLL_INTERVAL}"),
            )),
        },
        _ => Err(Failure::invalid(
            "settings",
            "there is only poll_interval_seconds so far",
        )),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::invalid("$", "the body is not a JSON object")),
        Err(error) => Err(Failure::invalid(
            "$",
            format!(
                "the body is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        )),
    }
}

fn text(object: &Map<String, Value>, key: &str, field: &'static str) -> Result<String, Failure> {
    match object.get(key) {
        Some(Value::String(text)) if is_secret(text.trim()) => Ok(text.trim().to_owned()),
        Some(Value::String(_)) => Err(Failure::invalid(
            field,
            "is empty, longer than 4096 bytes, or has control characters",
        )),
        Some(_) => Err(Failure::invalid(field, "is not a text")),
        None => Err(Failure::invalid(field, "is missing")),
    }
}

/// Secrets end up in headers and are stored line by line: neither takes a control character.
fn is_secret(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4096 && !text.chars().any(char::is_control)
}

fn user(auth: &Map<String, Value>) -> Result<Option<UserId>, Failure> {
    let wrong = || {
        Failure::invalid(
            "auth.acting_user_id",
            "is not a Greenhouse user id: a positive whole number",
        )
    };
    let id = match auth.get("acting_user_id") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().map_err(|_| wrong())?,
        Some(value) => value.as_i64().ok_or_else(wrong)?,
    };
    if id <= 0 {
        return Err(wrong());
    }
    Ok(Some(UserId(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: &str) -> String {
        format!("{:?}", Connect::parse(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn client_credentials_are_read() {
        let body = r#"{"tenant":"acme","auth":{"kind":"client_credentials","client_id":"i","client_secret":"s","acting_user_id":"7"}}"#;
        let connect = Connect::parse(body.as_bytes()).unwrap();
        assert_eq!(
            (connect.tenant.as_str(), connect.acting_user),
            ("acme", Some(UserId(7)))
        );
        assert!(!format!("{connect:?}").contains("\"s\""));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (body, name) in [
            ("[]", "\"$\""),
            ("{", "\"$\""),
            (r#"{"auth":{}}"#, "tenant"),
            (r#"{"tenant":"acme"}"#, "auth"),
            (r#"{"tenant":"acme","auth":{"kind":"magic"}}"#, "auth.kind"),
            (
                r#"{"tenant":"acme","auth":{"kind":"api_key","api_key":"k"}}"#,
                "v1",
            ),
            (
                r#"{"tenant":"acme","auth":{"kind":"client_credentials","client_id":"i"}}"#,
                "auth.client_secret",
            ),
            (
                r#"{"tenant":"acme","auth":{"kind":"client_credentials","client_id":"i","client_secret":"s","acting_user_id":-1}}"#,
                "auth.acting_user_id",
            ),
        ] {
            assert!(field(body).contains(name), "{body}: {}", field(body));
        }
    }

    #[test]
    fn settings_are_checked() {
        assert!(Change::parse(br#"{"settings":{"poll_interval_seconds":30}}"#).is_ok());
        for wrong in [
            r#"{"settings":{"poll_interval_seconds":0}}"#,
            r#"{"settings":{"x":1}}"#,
            r#"{"webhook_secrets":[1]}"#,
            r#"{"webhook_secrets":["two\nlines"]}"#,
            r#"{"state":"active"}"#,
        ] {
            assert!(Change::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
