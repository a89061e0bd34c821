//! Fault rules over HTTP.

use std::{collections::BTreeMap, time::Duration};

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Control, conflict, nowhere, number, wrong};
use crate::{
    faults::{Fault, Gate, When},
    http::reply::{Answer, Reply},
    org::{Refused, refused},
};

/// A rule as written in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    method: Option<String>,
    path: Option<String>,
    operation: Option<String>,
    nth: Option<u64>,
    after: Option<u64>,
    times: Option<u64>,
    probability: Option<f64>,
    seed: Option<u64>,
    kind: String,
    /// For `slow`, `late` and `throttle`.
    seconds: Option<f64>,
    /// For `exit`.
    code: Option<i32>,
    /// For `answer`, as the rest.
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

pub(super) fn handle(control: &Control<'_>, path: &[&str]) -> Answer {
    match (control.method.as_str(), path) {
        ("GET", ["faults"]) => Ok(list(control)),
        ("POST", ["faults"]) => add(control),
        ("DELETE", ["faults"]) => {
            control.world.lock().rules.clear();
            Ok(Reply::no_content())
        }
        ("DELETE", ["faults", id]) => found(control.world.lock().rules.remove(number(id)?)),
        ("POST", ["faults", id, "release"]) => found(control.world.lock().rules.open(number(id)?)),
        _ => Err(nowhere()),
    }
}

fn list(control: &Control<'_>) -> Reply {
    let rules = control.world.lock().rules.summary();
    let each = rules.into_iter().map(|rule| {
        json!({"id": rule.id, "kind": rule.word, "seen": rule.seen, "fired": rule.fired, "waiting": rule.waiting})
    });
    Reply::ok(&each.collect::<Vec<Value>>())
}

fn add(control: &Control<'_>) -> Answer {
    let rule: Rule = control.body()?;
    let fault = rule.fault().map_err(conflict)?;
    if rule
        .probability
        .is_some_and(|probability| !(0.0..=1.0).contains(&probability))
    {
        return Err(wrong(
            StatusCode::CONFLICT,
            "probability must lie between 0 and 1",
        ));
    }
    let id = control.world.lock().rules.add(rule.when(), fault);
    Ok(Reply::created(&json!({"id": id})))
}

fn found(found: bool) -> Answer {
    if found {
        Ok(Reply::no_content())
    } else {
        Err(nowhere())
    }
}

impl Rule {
    fn when(self) -> When {
        let mut when = When::any()
            .with_method(self.method)
            .with_path(self.path)
            .with_operation(self.operation);
        if let Some(count) = self.after {
            when = when.after(count);
        }
        if let Some(count) = self.times {
            when = when.times(count);
        }
        if let Some(nth) = self.nth {
            when = when.nth(nth);
        }
        match self.probability {
            Some(probability) => when.with_probability(probability, self.seed.unwrap_or_default()),
            None => when,
        }
    }

    fn fault(&self) -> Result<Fault, Refused> {
        let length = || {
            let seconds = self
                .seconds
                .ok_or_else(|| refused("seconds", "is missing"))?;
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| refused("seconds", "is not a length in seconds"))
        };
        Ok(match self.kind.as_str() {
            "commit_then_drop" => Fault::CommitThenDrop,
            "drop_before_commit" => Fault::DropBeforeCommit,
            "commit_then_500" => Fault::CommitThen500,
            "error_before_commit" => Fault::ErrorBeforeCommit,
            "throttle" => Fault::Throttle {
                retry_after: length()?.as_secs(),
            },
            "answer" => Fault::Answer {
                status: self
                    .status
                    .filter(|status| StatusCode::from_u16(*status).is_ok())
                    .ok_or_else(|| refused("status", "is not a status"))?,
                headers: self.headers.clone().into_iter().collect(),
                body: self.body.clone(),
            },
            "slow" => Fault::Slow(length()?),
            "late" => Fault::Late(length()?),
            "truncated_body" => Fault::TruncatedBody,
            "garbage_body" => Fault::GarbageBody,
            "token_revoked" => Fault::TokenRevoked,
            "hold" => Fault::Hold(Gate::closed()),
            "hold_answer" => Fault::HoldAnswer(Gate::closed()),
            "exit" => Fault::Exit(self.code.unwrap_or(1)),
            _ => {
                return Err(refused(
                    "kind",
                    "is not a fault; see the simulator's README",
                ));
            }
        })
    }
}
