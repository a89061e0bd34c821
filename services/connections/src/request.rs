//! What callers send, parsed once: field by field, so that a refusal names the field.

mod auth;
mod read;
#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::Tenant;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::problem::Failure;
pub(crate) use auth::{ActingUser, Auth};
use read::{object, only, text};

/// Longest pause that ends by itself.
const LONGEST_PAUSE: Duration = Duration::from_secs(366 * 24 * 3600);

/// A tenant that wants to connect.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(crate) tenant: Tenant,
    pub(crate) auth: Auth,
    pub(crate) settings: Map<String, Value>,
    pub(crate) webhook_secrets: Option<Vec<SecretString>>,
}

impl Connect {
    pub(crate) fn parse(body: &[u8]) -> Result<Connect, Failure> {
        let body = object(body)?;
        only(&body, &["tenant", "auth", "settings", "webhook_secrets"])?;
        Ok(Connect {
            tenant: tenant(&body)?,
            auth: Auth::parse(&body)?,
            settings: settings(&body)?,
            webhook_secrets: webhook_secrets(&body)?,
        })
    }
}

/// A new credential for a connection: `{"auth": {…}}`.
pub(crate) fn rotation(body: &[u8]) -> Result<Auth, Failure> {
    let body = object(body)?;
    only(&body, &["auth"])?;
    Auth::parse(&body)
}
/// `{"tenant": "…"}`.
pub(crate) fn link(body: &[u8]) -> Result<Tenant, Failure> {
    let body = object(body)?;
    only(&body, &["tenant"])?;
    tenant(&body)
}

fn tenant(body: &Map<String, Value>) -> Result<Tenant, Failure> {
    let tenant = text(body, "tenant", "tenant")?;
    Tenant::try_from(tenant).map_err(|error| Failure::invalid("tenant", error))
}

/// Changes to a connection's settings, acting user and webhook secrets.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) settings: Map<String, Value>,
    pub(crate) acting_user: Option<ActingUser>,
    /// Replaces the list where given.
    pub(crate) webhook_secrets: Option<Vec<SecretString>>,
}

impl Change {
    pub(crate) fn parse(body: &[u8]) -> Result<Change, Failure> {
        let body = object(body)?;
        only(&body, &["settings", "acting_user_id", "webhook_secrets"])?;
        let acting_user = body.get("acting_user_id");
        Ok(Change {
            settings: settings(&body)?,
            acting_user: acting_user
                .map(|user| auth::acting_user(user, "acting_user_id"))
                .transpose()?,
            webhook_secrets: webhook_secrets(&body)?,
        })
    }
}

/// What they may be, the store checks, which knows the settings that they are merged into.
fn settings(body: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    match body.get("settings") {
        Some(Value::Object(settings)) => Ok(settings.clone()),
        None => Ok(Map::new()),
        Some(_) => Err(Failure::invalid("settings", "is not an object")),
    }
}

fn webhook_secrets(body: &Map<String, Value>) -> Result<Option<Vec<SecretString>>, Failure> {
    body.get("webhook_secrets").map(secrets).transpose()
}

/// Greenhouse signs with one secret per webhook; an old one is kept beside the new one while both are in use.
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
        Some(text) if read::is_secret(text) => Ok(SecretString::from(text)),
        _ => Err(wrong()),
    };
    list.iter().map(text).collect()
}

/// A pause: `{"reason": "…", "for": seconds}`.
#[derive(Debug)]
pub(crate) struct Pause {
    pub(crate) reason: String,
    /// When it ends by itself.
    pub(crate) lasts: Option<Duration>,
}

impl Pause {
    pub(crate) fn parse(body: &[u8]) -> Result<Pause, Failure> {
        let body = object(body)?;
        only(&body, &["reason", "for"])?;
        let reason = text(&body, "reason", "reason")?;
        if reason.chars().count() > 200 {
            return Err(Failure::invalid("reason", "is longer than 200 characters"));
        }
        let lasts = match body.get("for") {
            None | Some(Value::Null) => None,
            Some(value) => Some(duration(value).ok_or_else(|| {
                Failure::invalid(
                    "for",
                    "is a whole number of seconds up to a year, or a text like 90s, 30m, 12h or 7d",
                )
            })?),
        };
        Ok(Pause { reason, lasts })
    }
}

fn duration(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::String(text) => {
            let text = text.trim();
            let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
            let unit = match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                "d" => 24 * 3600,
                _ => return None,
            };
            number.parse::<u64>().ok()?.checked_mul(unit)?
        }
        value => value.as_u64()?,
    };
    let lasts = Duration::from_secs(seconds);
    (seconds > 0 && lasts <= LONGEST_PAUSE).then_some(lasts)
}
