//! Harvest v1, over the same data as v3.

mod applications;
mod auth;
mod candidates;
mod control;
mod custom_values;
mod faults;
mod fields;
mod limits;
mod lists;
mod pages;
mod permissions;
mod prospects;
mod shapes;
mod structure;
mod told;
mod users;
mod writes;

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use greenhouse_sim::Config;
use serde_json::{Value, json};

use crate::client::{Answer, Sim, send};

/// A simulator and the API key of its first organisation, with writes made for the Site Admin.
struct V1 {
    sim: Sim,
}

impl V1 {
    fn start() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self {
            sim: Sim::with(change),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).unwrap()
    }

    fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body)).unwrap()
    }

    fn put(&self, path: &str) -> Answer {
        self.call("PUT", path, None).unwrap()
    }

    /// A request that may not be answered; writes are made for the Site Admin.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
        let mut headers = vec![("Authorization", basic(&self.sim.sim.access().api_key, ""))];
        if method != "GET" {
            let acting = self.sim.sim.access().site_admin_id;
            headers.push(("On-Behalf-Of", acting.to_string()));
        }
        if body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.raw(method, path, &headers, &body)
    }

    /// A write for whomever the header says.
    fn post_for(&self, acting: Option<&str>, path: &str, body: &Value) -> Answer {
        let key = basic(&self.sim.sim.access().api_key, "");
        let mut headers = vec![
            ("Authorization", key),
            ("Content-Type", "application/json".to_owned()),
        ];
        headers.extend(acting.map(|acting| ("On-Behalf-Of", acting.to_owned())));
        self.raw("POST", path, &headers, &body.to_string()).unwrap()
    }

    fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: &str,
    ) -> io::Result<Answer> {
        send(&self.sim.sim.api_url(), method, path, headers, body)
    }

    fn job(&self, name: &str) -> i64 {
        self.sim.job(name)
    }

    /// A user by their number.
    fn user(&self, employee_id: &str) -> i64 {
        let users = self.sim.sim.state().users();
        let wanted =
            |user: &&greenhouse_sim::rows::User| user.employee_id.as_deref() == Some(employee_id);
        users.iter().find(wanted).unwrap().meta.id
    }

    /// Makes a candidate with an application on "Backend Engineer"; returns both ids.
    fn candidate(&self, email: &str) -> (i64, i64) {
        let answer = self.post("/v1/candidates", &self.person(email));
        assert_eq!(answer.status, 200, "{}", answer.text);
        let made = answer.json();
        (id(&made), id(&made["applications"][0]))
    }

    fn person(&self, email: &str) -> Value {
        json!({
            "first_name": "Ann",
            "last_name": "Person",
            "email_addresses": [{"value": email, "type": "work"}],
            "applications": [{"job_id": self.job("Backend Engineer")}],
        })
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn id(record: &Value) -> i64 {
    record["id"].as_i64().unwrap()
}

/// The path and query one relation of `Link` leads to.
fn link(answer: &Answer, rel: &str) -> Option<String> {
    let header = answer.header("link")?;
    let wanted = format!(">; rel=\"{rel}\"");
    let link = header
        .split(',')
        .find_map(|one| one.strip_suffix(&wanted))?;
    let (_, path) = link.strip_prefix('<')?.split_once("/v1/")?;
    Some(format!("/v1/{path}"))
}
