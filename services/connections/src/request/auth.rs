//! The `auth` of a request: a credential, and for whom it acts.

use domain::UserId;
use secrecy::SecretString;
use serde_json::{Map, Value};
use store::connections::Credential;

use super::read::{only_in, text};
use crate::problem::Failure;

/// Names under which the user to act for is taken; the first one is documented.
const ACTING_USER: [&str; 3] = ["acting_user_id", "acting_user", "acting_user_email"];

/// A credential, and for whom it acts.
#[derive(Debug)]
pub(crate) struct Auth {
    pub(crate) credential: Credential,
    pub(crate) acting_user: Option<ActingUser>,
}

/// The user we act for, as the caller knows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ActingUser {
    Id(UserId),
    /// To be looked up in Greenhouse, which takes ids only.
    Email(String),
}

impl std::fmt::Debug for ActingUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => f.debug_tuple("Id").field(id).finish(),
            Self::Email(_) => f.write_str("Email(…)"),
        }
    }
}

impl Auth {
    pub(super) fn parse(body: &Map<String, Value>) -> Result<Auth, Failure> {
        let Some(Value::Object(auth)) = body.get("auth") else {
            let reason = "is missing; it is an object with `kind`";
            return Err(Failure::invalid("auth", reason));
        };
        let credential = credential(auth)?;
        let acting_user = ACTING_USER
            .iter()
            .find_map(|key| auth.get(*key).filter(|value| !value.is_null()))
            .map(|value| acting_user(value, "auth.acting_user_id"))
            .transpose()?;
        if acting_user.is_none() && matches!(credential, Credential::ApiKey { .. }) {
            let reason = "is missing; with an API key every write is on behalf of a user";
            return Err(Failure::invalid("auth.acting_user_id", reason));
        }
        Ok(Auth {
            credential,
            acting_user,
        })
    }
}

fn credential(auth: &Map<String, Value>) -> Result<Credential, Failure> {
    match text(auth, "kind", "auth.kind")?.as_str() {
        "client_credentials" => {
            consists_of(auth, &["client_id", "client_secret"])?;
            Ok(Credential::ClientCredentials {
                client_id: text(auth, "client_id", "auth.client_id")?,
                client_secret: text(auth, "client_secret", "auth.client_secret")?.into(),
            })
        }
        "api_key" => {
            consists_of(auth, &["api_key"])?;
            Ok(Credential::ApiKey {
                api_key: SecretString::from(text(auth, "api_key", "auth.api_key")?),
            })
        }
        "authorization_code" => Err(Failure::invalid(
            "auth.kind",
            "begins in the admin's browser: get a link with POST /v1/connections/links",
        )),
        _ => Err(Failure::invalid(
            "auth.kind",
            "is not known; use client_credentials or api_key",
        )),
    }
}

/// Refuses what this kind of credential does not have, such as the secret of another kind.
fn consists_of(auth: &Map<String, Value>, own: &[&str]) -> Result<(), Failure> {
    let fields = [&["kind"][..], own, &ACTING_USER[..]].concat();
    only_in("auth.", auth, &fields)
}

/// A user's id, or e-mail address, in the field of that name.
pub(super) fn acting_user(value: &Value, field: &'static str) -> Result<ActingUser, Failure> {
    let wrong = || {
        Failure::invalid(
            field,
            "is neither a Greenhouse user id (a positive whole number) nor an e-mail address",
        )
    };
    let id = match value {
        Value::String(text) => match text.trim() {
            email if is_email(email) => return Ok(ActingUser::Email(email.to_owned())),
            digits => digits.parse().map_err(|_| wrong())?,
        },
        value => value.as_i64().ok_or_else(wrong)?,
    };
    if id <= 0 {
        return Err(wrong());
    }
    Ok(ActingUser::Id(UserId(id)))
}

/// Enough to tell it from a mistyped number; whether it exists, Greenhouse says.
fn is_email(text: &str) -> bool {
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == ',');
    let parts = text.split_once('@');
    plain
        && text.len() <= 254
        && parts.is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}
