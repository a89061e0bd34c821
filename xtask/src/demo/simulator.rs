//! The simulator as a process.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use testkit::{Child, Http, Options};

const STARTED_WITHIN: Duration = Duration::from_secs(30);

/// What the simulator says about itself on its first line.
pub(super) struct Simulator {
    pub(super) api_url: String,
    pub(super) control_url: String,
    pub(super) announced: Value,
}

/// Names of jobs, by id.
pub(super) struct Names(HashMap<i64, String>);

impl Names {
    pub(super) fn of(jobs: impl IntoIterator<Item = (i64, String)>) -> Self {
        Self(jobs.into_iter().collect())
    }

    pub(super) fn job(&self, id: i64) -> String {
        self.0
            .get(&id)
            .cloned()
            .unwrap_or_else(|| format!("job {id}"))
    }
}

impl Simulator {
    /// The names of its jobs.
    pub(super) async fn names(&self) -> Result<Names> {
        let answer = Http::new()?
            .get(&format!("{}/jobs", self.control_url), None)
            .await?;
        let jobs = answer.body.as_array().into_iter().flatten();
        Ok(Names::of(jobs.filter_map(|one| {
            let job = &one["job"];
            Some((job["id"].as_i64()?, job["name"].as_str()?.to_owned()))
        })))
    }

    /// The `auth` of POST /v1/connections.
    pub(super) fn auth(&self) -> Result<Value> {
        let credentials = &self.announced["credentials"];
        let credential = credentials
            .as_array()
            .and_then(|all| all.first())
            .unwrap_or(credentials);
        let field = |name: &str| {
            credential
                .get(name)
                .cloned()
                .with_context(|| format!("the simulator names no {name}"))
        };
        Ok(json!({
            "kind": "client_credentials",
            "client_id": field("client_id")?,
            "client_secret": field("client_secret")?,
            "acting_user_id": field("acting_user_id")?,
        }))
    }
}

/// Starts one with the seed the samples refer to.
pub(super) async fn start(options: &Options) -> Result<(Child, Simulator)> {
    let mut process = Child::start_with(
        options,
        &Child::program("greenhouse-sim")?,
        &["--seed", "demo"],
        &[],
    )?;
    let line = process
        .printed("\"api_url\"", STARTED_WITHIN)
        .await
        .context("the simulator did not start")?;
    let announced: Value = serde_json::from_str(&line).context("the simulator's first line")?;
    let url = |name: &str| {
        announced[name]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("the simulator names no {name}"))
    };
    let (api_url, control_url) = (url("api_url")?, url("control_url")?);
    Ok((
        process,
        Simulator {
            api_url,
            control_url,
            announced,
        },
    ))
}
