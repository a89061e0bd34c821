//! Introductions as Intrro publishes them: distinct people, one e-mail address, one job, a referrer, a message, a tag.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use broker::{Config, Outbound, Outcome, Publisher, Topology};
use chrono::Utc;
use proto::Command;
use proto::envelope::{OutMeta, encode_command};
use proto::v1::{Candidate, Contact, IntroductionAccepted, Referrer, Requester};
use testkit::TestEnv;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::rig::TENANT;

/// An open job of the simulator's small seed, and people of its staff.
const JOB: i64 = 54_000_000_001;
const REFERRER: (&str, &str, &str) = ("E0005", "Emil Engineer", "emil.engineer@acme.example");
const REQUESTER: &str = "rita.recruiter@acme.example";
/// Messages per call of the publisher when loading at full speed.
const CALL: usize = 1_000;
const STORED_WITHIN: Duration = Duration::from_secs(60);

/// A publisher to `intrro.events`.
pub(super) struct Loader {
    publisher: Publisher,
    _stop: DropGuard,
}

/// Id of the introduction with this number.
pub(super) fn introduction_id(number: usize) -> String {
    format!("intro-{number:07}")
}

/// Encoded beforehand, so that publishing costs as little as possible while the clock runs.
pub(super) fn introductions(count: usize) -> Result<Vec<Outbound>> {
    (0..count).map(introduction).collect()
}

impl Loader {
    pub(super) fn start(env: &TestEnv) -> Result<Self> {
        let config = Config::new(env.amqp_url.clone().into(), "bench-loader")?;
        let stop = CancellationToken::new();
        Ok(Self {
            publisher: Publisher::start(config, stop.clone()),
            _stop: stop.drop_guard(),
        })
    }

    /// Publishes everything; returns when the broker has confirmed it all.
    pub(super) async fn publish(&self, messages: Vec<Outbound>) -> Result<()> {
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() {
            let call: Vec<Outbound> = messages.by_ref().take(CALL).collect();
            let outcomes = self.publisher.publish(call).await;
            if let Some(bad) = outcomes
                .iter()
                .find(|outcome| **outcome != Outcome::Confirmed)
            {
                bail!("the broker did not take the load: {bad:?}");
            }
        }
        Ok(())
    }

    /// Publishes one every `interval`, never waiting for the one before; when each was handed to the publisher.
    pub(super) async fn pace(
        &self,
        messages: Vec<Outbound>,
        interval: Duration,
    ) -> Result<Vec<Instant>> {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
        let mut calls = tokio::task::JoinSet::new();
        let mut published = Vec::with_capacity(messages.len());
        for message in messages {
            ticks.tick().await;
            let publisher = self.publisher.clone();
            published.push(Instant::now());
            calls.spawn(async move { publisher.publish(vec![message]).await });
        }
        while let Some(outcomes) = calls.join_next().await {
            if outcomes? != [Outcome::Confirmed] {
                bail!("the broker did not take every message");
            }
        }
        Ok(published)
    }
}

/// Waits until the queue says it holds `count` messages: its counts lag behind what was confirmed.
pub(super) async fn stored(env: &TestEnv, count: usize) -> Result<()> {
    let deadline = Instant::now() + STORED_WITHIN;
    loop {
        let counts = env
            .management
            .queue(&env.vhost, Topology::INTRODUCTIONS)
            .await?;
        match counts {
            Some(counts) if counts.ready == count as u64 => return Ok(()),
            _ if Instant::now() > deadline => {
                bail!("the queue should hold {count} messages, and has {counts:?}")
            }
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

fn introduction(number: usize) -> Result<Outbound> {
    let person = format!("person-{number:07}");
    let candidate = Candidate {
        id: person.clone(),
        first_name: "Ada".to_owned(),
        last_name: format!("Okonkwo {number}"),
        company: "Northwind Labs".to_owned(),
        title: "Staff Engineer".to_owned(),
        emails: vec![Contact {
            value: format!("ada.{number}@example.com"),
            r#type: "personal".to_owned(),
        }],
        tags: vec!["payments".to_owned()],
        ..Candidate::default()
    };
    let (employee_id, name, email) = REFERRER;
    let now = Utc::now();
    let event = IntroductionAccepted {
        introduction_id: introduction_id(number),
        candidate: Some(candidate),
        job_ids: vec![JOB],
        referrer: Some(Referrer {
            employee_id: employee_id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
        }),
        requested_by: Some(Requester {
            email: REQUESTER.to_owned(),
        }),
        message: "We built the payments team together. Ask her about the ledger.".to_owned(),
        accepted_at: Some(now.into()),
        ..IntroductionAccepted::default()
    };
    let meta = OutMeta {
        id: Uuid::new_v4(),
        source: "/intrro/platform",
        tenant: TENANT,
        subject: &person,
        time: now,
        traceparent: None,
    };
    let encoded = encode_command(&Command::from(event), &meta)?;
    let mut message = Outbound::new(
        Topology::EVENTS,
        encoded.routing_key,
        encoded.message_id,
        encoded.body,
    );
    message.type_ = encoded.routing_key.to_owned();
    message.content_type = encoded.content_type.to_owned();
    message.timestamp = u64::try_from(encoded.timestamp).ok();
    Ok(message)
}
