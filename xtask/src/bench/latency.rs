//! How long one introduction takes while the bridge has time: from publishing the event to receiving its answer.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};

use super::answers::Answers;
use super::figures::{Figure, percentile};
use super::import::cost;
use super::load::{self, Loader};
use super::rig::Rig;
use super::truth::{self, Counts};

/// Published before the clock starts: connections, caches and the tenant's look-ups are then warm.
const WARM_UP: usize = 25;

pub(super) async fn measure(rig: &mut Rig, rate: u32, seconds: u32) -> Result<Vec<Figure>> {
    let count = WARM_UP + (rate * seconds) as usize;
    let rows = Counts::now(rig).await?;
    let answers = Answers::listen(&rig.env).await?;
    let loader = Loader::start(&rig.env)?;
    let flushes = rig.flushes().await?;
    rig.start_bridge()?;
    rig.ready().await?;
    let mut messages = load::introductions(count)?;
    let measured = messages.split_off(WARM_UP);
    let interval = Duration::from_secs(1) / rate;
    loader.pace(messages, interval).await?;
    answers.wait_for(WARM_UP, rig).await?;
    let before = rig.meter()?;
    let published = loader.pace(measured, interval).await?;
    answers.wait_for(count, rig).await?;
    let after = rig.meter()?;
    let memory = rig.peak_megabytes()?;
    rig.stop_bridge().await?;
    let answers = answers.read()?;
    truth::check_answers(&answers, count)?;
    Counts::now(rig).await?.check(&rows, count)?;
    truth::check_candidates(rig, count).await?;

    let arrived: HashMap<&str, _> = answers
        .iter()
        .filter_map(|answer| Some((answer.data["introductionId"].as_str()?, answer.at)))
        .collect();
    let mut delays = Vec::with_capacity(published.len());
    for (number, published) in (WARM_UP..).zip(published) {
        let id = load::introduction_id(number);
        let at = arrived.get(id.as_str()).context("an answer is missing")?;
        delays.push((*at - published).as_secs_f64() * 1_000.0);
    }
    delays.sort_by(f64::total_cmp);
    let at = |name, share| Figure::new(name, "ms", percentile(&delays, share));
    let mut figures = vec![
        at("publish → answer, p50", 0.5).aim("≤ 8"),
        at("publish → answer, p90", 0.9),
        at("publish → answer, p99", 0.99).aim("≤ 15"),
        at("publish → answer, slowest", 1.0),
    ];
    // At this rate a process mostly wakes and sleeps: its cost has no aim.
    figures.extend(
        cost(&after.since(&before), delays.len())
            .into_iter()
            .map(|figure| figure.aim("")),
    );
    figures.push(Figure::new("peak memory of the service", "MB", memory).aim("≤ 60"));
    figures.extend(flushes);
    Ok(figures)
}
