//! `/_sim/`: the simulator's own interface, open to whoever reaches the port. README.md lists it. It is neither metered
//! nor logged, and `?organisation=` chooses among several.

mod faults;
mod recruiting;
mod settings;
mod v1_settings;
mod views;
mod webhooks;

use std::sync::Arc;

use hyper::{Method, StatusCode, http::request::Parts};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    http::reply::{Answer, Reply},
    listing::selection,
    org::Refused,
    state::View,
    world::World,
};

/// A request to the simulator itself.
struct Control<'a> {
    world: &'a Arc<World>,
    method: &'a Method,
    parameters: Vec<(String, String)>,
    body: &'a [u8],
}

pub(crate) fn handle(world: &Arc<World>, head: &Parts, body: &[u8]) -> Reply {
    let parameters = selection::pairs(head.uri.query().unwrap_or_default());
    let control = Control {
        world,
        method: &head.method,
        parameters,
        body,
    };
    let path = head
        .uri
        .path()
        .trim_start_matches("/_sim")
        .trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let answer = route(&control, &segments).unwrap_or_else(|refusal| refusal);
    world.changed.notify_waiters();
    answer
}

fn route(control: &Control<'_>, path: &[&str]) -> Answer {
    match (control.method.as_str(), path) {
        ("GET", ["health"]) => Ok(Reply::ok(&json!({"status": "ok"}))),
        ("GET", ["organisations"]) => Ok(views::organisations(control)),
        ("GET", ["stats"]) => Ok(views::stats(control)),
        ("GET", ["log"]) => views::log(control),
        ("DELETE", ["log"]) => {
            control.world.lock().log.clear();
            Ok(Reply::no_content())
        }
        ("GET", ["candidates"]) => views::candidates(control),
        ("GET", ["candidates", id]) => views::candidate(control, number(id)?),
        ("GET", ["jobs"]) => views::jobs(control),
        ("GET" | "PATCH", ["settings"]) => settings::handle(control),
        (_, ["faults", ..]) => faults::handle(control, path),
        ("POST", ["reset"]) => {
            control.world.lock().reset();
            Ok(Reply::no_content())
        }
        (_, ["webhooks", ..]) => webhooks::handle(control, path),
        _ => recruiting::handle(control, path),
    }
}

impl Control<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn organisation(&self) -> Option<&str> {
        self.parameter("organisation")
    }

    fn view(&self) -> View {
        View::new(
            Arc::clone(self.world),
            self.organisation().map(str::to_owned),
        )
    }

    /// The body, an absent one counting as empty.
    fn body<T: DeserializeOwned>(&self) -> Result<T, Reply> {
        let text = if self.body.is_empty() {
            b"{}"
        } else {
            self.body
        };
        serde_json::from_slice(text)
            .map_err(|error| wrong(StatusCode::BAD_REQUEST, &error.to_string()))
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Reply> {
    text.parse().map_err(|_| nowhere())
}

fn nowhere() -> Reply {
    wrong(
        StatusCode::NOT_FOUND,
        "The simulator has nothing there; see its README.",
    )
}

fn wrong(status: StatusCode, reason: &str) -> Reply {
    Reply::json(status, &json!({"error": reason}))
}

fn conflict((field, reason): Refused) -> Reply {
    wrong(StatusCode::CONFLICT, &format!("{field} {reason}"))
}
