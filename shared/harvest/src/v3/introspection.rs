//! `POST /introspect` of the authorisation server.

use domain::UserId;
use serde::Deserialize;

use crate::credential::{Introspection, Organization};

#[derive(Deserialize)]
struct Wire {
    active: Option<bool>,
    sub: Option<Number>,
    scope: Option<String>,
    #[serde(rename = "https://auth.greenhouse.io/claims")]
    claims: Option<Claims>,
}

#[derive(Deserialize)]
struct Claims {
    organization: Option<WireOrganization>,
}

#[derive(Deserialize)]
struct WireOrganization {
    id: Option<Number>,
    name: Option<String>,
}

/// JWT claims are text, Greenhouse's ids are numbers; both are seen.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Integer(i64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Number {
    fn get(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Other(_) => None,
        }
    }
}

pub(crate) fn read(body: &[u8]) -> Result<Introspection, serde_json::Error> {
    let wire: Wire = serde_json::from_slice(body)?;
    let organization = wire.claims.and_then(|claims| claims.organization);
    Ok(Introspection {
        active: wire.active.unwrap_or_default(),
        sub: wire.sub.and_then(Number::get).map(UserId),
        scopes: wire
            .scope
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        organization: organization.and_then(|found| {
            Some(Organization {
                id: found.id?.get()?,
                name: found.name,
            })
        }),
    })
}
