//! How long a recruiter's step takes from Greenhouse's webhook to the event about it, as analytics receive it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::task::JoinSet;

use super::Conduct;
use super::answers::Answers;
use super::figures::{Figure, Scenario, percentile};
use super::import::cost;
use super::load::{self, Loader};
use super::rig::{Rig, Stand};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Steps per second
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// For how long, seconds; each step is another application's
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    #[command(flatten)]
    pub(super) conduct: Conduct,
}

/// Of the benchmark's webhook.
const SECRET: &str = "bench-webhook-secret";

pub(super) async fn run(stand: &Stand<'_>, arguments: &Arguments) -> Result<Vec<Scenario>> {
    let (rate, seconds) = (arguments.rate, arguments.seconds);
    let mut runs = Vec::new();
    for run in 1..=arguments.conduct.runs {
        stand.say(&format!("webhooks at {rate}/s, run {run}: {seconds} s …"));
        let mut rig = Rig::set_up(stand, &format!("webhooks-{run}"), 0).await?;
        let measured = measure(&mut rig, rate, seconds).await;
        rig.strike().await?;
        runs.push(measured?);
    }
    let title = format!("{rate} steps/s, Greenhouse answers at once");
    Ok(vec![Scenario { title, runs }])
}

/// The clock of each step starts before the simulator is told of it, so that the simulator's own part, the webhook's
/// way and the event's way to its consumer are all in it.
async fn measure(rig: &mut Rig, rate: u32, seconds: u32) -> Result<Vec<Figure>> {
    let count = (rate * seconds) as usize;
    let statuses =
        Answers::listen_for(&rig.env, "bench.statuses", "CandidateStatusChanged").await?;
    let loader = Loader::start(&rig.env)?;
    rig.start_bridge()?;
    rig.ready().await?;
    loader.publish(load::introductions(count)?).await?;
    statuses.wait_for(count, rig).await?;
    // From here on no poll is due.
    let settings =
        json!({"settings": {"poll_interval_seconds": 86_400}, "webhook_secrets": [SECRET]});
    rig.configure(&settings).await?;
    let webhook = json!({
        "endpoint": rig.webhook_endpoint(), "secret": SECRET, "events": ["candidate_stage_change"],
    });
    rig.tell_simulator("webhooks", &webhook).await?;
    let first = statuses.read()?;
    let applications: Vec<String> = first
        .iter()
        .map(|status| status.data["applicationId"].as_str().map(str::to_owned))
        .collect::<Option<_>>()
        .context("a status without an application")?;
    let before = rig.meter()?;
    let begun = advance(rig, &applications, Duration::from_secs(1) / rate).await?;
    statuses.wait_for(2 * count, rig).await?;
    let after = rig.meter()?;
    let memory = rig.peak_megabytes()?;
    rig.stop_bridge().await?;

    let mut delays = Vec::with_capacity(count);
    let all = statuses.read()?;
    for status in all.iter().filter(|status| status.data["sequence"] == "2") {
        if status.data["detectedBy"] != "WEBHOOK" {
            bail!("a step was not found by webhook: {}", status.data);
        }
        let application = status.data["applicationId"].as_str().unwrap_or_default();
        let begun = begun.get(application).context("a step nobody made")?;
        delays.push((status.at - *begun).as_secs_f64() * 1_000.0);
    }
    if delays.len() != count || all.len() != 2 * count {
        bail!("{count} steps, {} told, {} events", delays.len(), all.len());
    }
    delays.sort_by(f64::total_cmp);
    let at = |name, share| Figure::new(name, "ms", percentile(&delays, share));
    let mut figures = vec![
        at("step → event, p50", 0.5).aim("≤ 20"),
        at("step → event, p90", 0.9),
        at("step → event, p99", 0.99).aim("≤ 100"),
        at("step → event, slowest", 1.0),
    ];
    figures.extend(
        cost(&after.since(&before), count)
            .into_iter()
            .map(|figure| figure.aim("")),
    );
    figures.push(Figure::new("peak memory of the service", "MB", memory));
    Ok(figures)
}

/// A step of one application after the other, never waiting for the one before; when each was begun.
async fn advance(
    rig: &Rig,
    applications: &[String],
    interval: Duration,
) -> Result<HashMap<String, Instant>> {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut calls = JoinSet::new();
    let mut begun = HashMap::with_capacity(applications.len());
    let caller = rig.caller()?;
    for application in applications {
        ticks.tick().await;
        begun.insert(application.clone(), Instant::now());
        let (caller, path) = (
            caller.clone(),
            format!("applications/{application}/advance"),
        );
        calls.spawn(async move { caller.tell(&path, &json!({})).await });
    }
    while let Some(told) = calls.join_next().await {
        told??;
    }
    Ok(begun)
}
