//! A recruiter at work in Greenhouse, through the simulator's own controls: the bridge never moves anybody.

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use testkit::Http;

use super::simulator::Simulator;

/// Something a recruiter does with an application.
#[derive(Clone, Copy, Debug)]
pub(super) enum Move {
    NextStage,
    Reject,
}

/// Where it left the application.
#[derive(Clone, Debug)]
pub(super) enum Became {
    InStage(String),
    Rejected,
}

/// A move that was made.
pub(super) struct Act {
    pub(super) at: DateTime<Utc>,
    pub(super) application: i64,
    pub(super) job: i64,
    /// Completes "the person …".
    pub(super) what: String,
    pub(super) became: Became,
}

pub(super) struct Recruiter {
    http: Http,
    controls: String,
}

impl Recruiter {
    pub(super) fn new(simulator: &Simulator) -> Result<Self> {
        Ok(Self {
            http: Http::new()?,
            controls: simulator.control_url.clone(),
        })
    }

    pub(super) async fn perform(&self, application: i64, step: Move) -> Result<Act> {
        let at = Utc::now();
        let (action, body) = match step {
            Move::NextStage => ("advance", json!({})),
            Move::Reject => ("reject", json!({"reason": "Hired other candidate"})),
        };
        let answer = self.control(application, action, &body).await?;
        let (what, became) = match step {
            Move::NextStage => {
                let stage = answer["stage_name"].as_str().unwrap_or_default().to_owned();
                (format!("moved to {stage}"), Became::InStage(stage))
            }
            Move::Reject => ("rejected".to_owned(), Became::Rejected),
        };
        let job = answer["job_id"].as_i64().unwrap_or_default();
        Ok(Act {
            at,
            application,
            job,
            what,
            became,
        })
    }

    async fn control(&self, application: i64, action: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/applications/{application}/{action}", self.controls);
        let answer = self.http.post(&url, None, body).await?;
        match answer.status {
            200..300 => Ok(answer.body),
            status => bail!("the simulator answered {status} to {url}: {}", answer.body),
        }
    }
}
