//! Webhooks as an admin sets them up in Greenhouse's pages, and what became of their deliveries.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{Control, conflict, nowhere, number};
use crate::{
    http::reply::{Answer, Reply},
    webhooks::Webhooks,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscription {
    endpoint: String,
    secret: String,
    /// None named means all.
    #[serde(default)]
    events: Vec<String>,
}

pub(super) fn handle(control: &Control<'_>, path: &[&str]) -> Answer {
    let organisation = control.organisation().map(str::to_owned);
    let webhooks = Webhooks::new(Arc::clone(control.world), organisation);
    match (control.method.as_str(), path) {
        ("GET", ["webhooks"]) => Ok(Reply::ok(&webhooks.all())),
        ("POST", ["webhooks"]) => {
            let new: Subscription = control.body()?;
            let events: Vec<&str> = new.events.iter().map(String::as_str).collect();
            let ids = webhooks
                .subscribe(&new.endpoint, &new.secret, &events)
                .map_err(conflict)?;
            Ok(Reply::created(&json!({ "ids": ids })))
        }
        ("GET", ["webhooks", "deliveries"]) => Ok(Reply::ok(&webhooks.deliveries())),
        ("POST", ["webhooks", id, "enable"]) => found(webhooks.enable(number(id)?)),
        ("DELETE", ["webhooks", id]) => found(webhooks.remove(number(id)?)),
        _ => Err(nowhere()),
    }
}

fn found(known: bool) -> Answer {
    match known {
        true => Ok(Reply::no_content()),
        false => Err(nowhere()),
    }
}
