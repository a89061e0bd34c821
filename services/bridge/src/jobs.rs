//! `bridge jobs …`: ask for an import, look at what is known.

use std::process::ExitCode;

use anyhow::Context as _;
use broker::Topology;
use chrono::Utc;
use clap::Subcommand;
use domain::Tenant;
use proto::envelope::{OutMeta, encode_command};
use proto::{Command, Scope, v1};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{self, Bridge};
use crate::failure::Failure;
use crate::output;
use crate::publish;

/// What to do with a tenant's jobs.
#[derive(Subcommand)]
pub(crate) enum Jobs {
    /// Ask for an import, as the platform would; the answer is a JobsRefreshed.
    #[command(after_help = publish::HELP)]
    Refresh {
        /// The tenant.
        tenant: Tenant,
        /// Read everything again, not only what changed.
        #[arg(long)]
        full: bool,
    },
    /// List the jobs as Intrro's screen gets them.
    #[command(after_help = client::HELP)]
    List {
        /// The tenant.
        tenant: Tenant,
        /// Which of them.
        #[arg(long, value_enum, default_value_t = Status::Open)]
        status: Status,
        /// Words in the title, the company's number or a post's title.
        #[arg(long)]
        text: Option<String>,
        /// The bridge's HTTP address.
        #[arg(
            long,
            env = "BRIDGE_URL",
            hide_env_values = true,
            default_value = "http://127.0.0.1:8080"
        )]
        url: String,
    },
}

/// Which jobs are listed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Status {
    Open,
    Closed,
    Draft,
    Any,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Closed => "closed",
            Status::Draft => "draft",
            Status::Any => "any",
        }
    }
}

pub(crate) async fn jobs(jobs: Jobs, json: bool) -> Result<ExitCode, Failure> {
    match jobs {
        Jobs::Refresh { tenant, full } => refresh(&tenant, full, json).await,
        Jobs::List {
            tenant,
            status,
            text,
            url,
        } => list(&tenant, status, text.as_deref(), &url, json).await,
    }
}

async fn refresh(tenant: &Tenant, full: bool, json: bool) -> Result<ExitCode, Failure> {
    let broker = publish::broker()?;
    let id = Uuid::now_v7();
    let scope = if full { Scope::Full } else { Scope::Changed };
    let command = Command::from(v1::JobsRefreshRequested {
        request_id: id.to_string(),
        scope: scope.into(),
    });
    let meta = OutMeta {
        id,
        source: "/intrro-greenhouse-bridge/cli",
        tenant: tenant.as_str(),
        subject: "jobs",
        time: Utc::now(),
        traceparent: None,
    };
    let encoded = encode_command(&command, &meta).map_err(anyhow::Error::from)?;
    let mut message = broker::Outbound::new(
        Topology::EVENTS,
        encoded.routing_key,
        encoded.message_id.as_str(),
        encoded.body,
    );
    message.type_ = encoded.routing_key.to_owned();
    message.content_type = encoded.content_type.to_owned();
    publish::confirmed(broker, message).await?;
    if json {
        output::line(json!({ "request_id": id }))?;
    } else {
        output::line(format_args!(
            "asked for an import of jobs; the JobsRefreshed with request_id {id} answers it"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(
    tenant: &Tenant,
    status: Status,
    text: Option<&str>,
    url: &str,
    json: bool,
) -> Result<ExitCode, Failure> {
    let bridge = Bridge::at(url)?;
    let mut address = bridge.below(&["v1", "tenants", tenant.as_str(), "jobs"]);
    let mut query = address.query_pairs_mut();
    query.extend_pairs([("status", status.as_str()), ("limit", "500")]);
    query.extend_pairs(text.map(|text| ("text", text)));
    drop(query);
    let base = address.clone();
    let mut all = Vec::new();
    loop {
        let mut page = bridge.get(address).await?;
        let refreshed_at = page["refreshed_at"].clone();
        let Some(Value::Array(jobs)) = page.get_mut("jobs").map(Value::take) else {
            return Err(anyhow::anyhow!("the answer has no jobs").into());
        };
        if json {
            all.extend(jobs);
        } else {
            for job in &jobs {
                if !output::line(line(job))? {
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
        let Some(next) = page["next"].as_str() else {
            if json {
                output::line(json!({ "jobs": all, "refreshed_at": refreshed_at }))?;
            }
            return Ok(ExitCode::SUCCESS);
        };
        address = base.join(next).context("the next page is no address")?;
    }
}

fn line(job: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let path = job["department"]["path"].as_array();
    let path: Vec<String> = path.into_iter().flatten().map(text).collect();
    let offices = job["offices"].as_array();
    let offices: Vec<String> = offices
        .into_iter()
        .flatten()
        .map(|office| text(&office["name"]))
        .collect();
    let seats = job["openings"].as_array().into_iter().flatten();
    format!(
        "{:>14}  {:<6}  {}  [{}]  {}  {} open seat(s)",
        text(&job["id"]),
        text(&job["status"]).to_lowercase(),
        text(&job["name"]),
        path.join(" / "),
        offices.join(", "),
        seats.filter(|seat| seat["open"] == true).count(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_what_one_looks_for() {
        let job = json!({
            "id": "7", "status": "OPEN", "name": "Engineer", "department": {"path": ["Company", "Tech"]},
            "offices": [{"name": "London"}], "openings": [{"open": true}, {"open": false}],
        });
        assert_eq!(
            line(&job),
            "             7  open    Engineer  [Company / Tech]  London  1 open seat(s)"
        );
    }
}
