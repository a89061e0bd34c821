//! From the queue into Greenhouse and back as an answer, as fast as it goes.

use std::time::Instant;

use anyhow::Result;

use super::Conduct;
use super::answers::Answers;
use super::figures::{Figure, Scenario};
use super::latency;
use super::load::{self, Loader};
use super::meter::Usage;
use super::rig::{Rig, Stand};
use super::truth::{self, Counts};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Introductions waiting in the queue when the bridge starts; 0 leaves the throughput out
    #[arg(long, default_value_t = 10_000)]
    events: u32,
    /// How long Greenhouse takes to answer, milliseconds; one throughput scenario each
    #[arg(long, value_delimiter = ',', default_value = "0,20")]
    remote_ms: Vec<u32>,
    /// Introductions per second while latency is measured
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// How long latency is measured, seconds; 0 leaves it out
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    #[command(flatten)]
    pub(super) conduct: Conduct,
}

pub(super) async fn run(stand: &Stand<'_>, arguments: &Arguments) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    if arguments.events > 0 {
        for remote_ms in &arguments.remote_ms {
            scenarios.push(throughput(stand, arguments, *remote_ms).await?);
        }
    }
    if arguments.seconds > 0 {
        let mut runs = Vec::new();
        for run in 1..=arguments.conduct.runs {
            let (rate, seconds) = (arguments.rate, arguments.seconds);
            stand.say(&format!("latency at {rate}/s, run {run}: {seconds} s …"));
            let mut rig = Rig::set_up(stand, &format!("latency-{run}"), 0).await?;
            let measured = latency::measure(&mut rig, rate, seconds).await;
            rig.strike().await?;
            runs.push(measured?);
        }
        let title = format!("{}/s, Greenhouse answers at once", arguments.rate);
        scenarios.push(Scenario { title, runs });
    }
    Ok(scenarios)
}

async fn throughput(stand: &Stand<'_>, arguments: &Arguments, remote_ms: u32) -> Result<Scenario> {
    let events = arguments.events as usize;
    let mut runs = Vec::new();
    for run in 1..=arguments.conduct.runs {
        stand.say(&format!(
            "import with {remote_ms} ms of remote latency, run {run}: {events} introductions …"
        ));
        let label = format!("import-{remote_ms}ms-{run}");
        let mut rig = Rig::set_up(stand, &label, remote_ms).await?;
        let measured = measure(&mut rig, events, remote_ms).await;
        rig.strike().await?;
        runs.push(measured?);
    }
    let title = match remote_ms {
        0 => format!("{events} introductions waiting, Greenhouse answers at once"),
        _ => format!("{events} introductions waiting, Greenhouse takes {remote_ms} ms"),
    };
    Ok(Scenario { title, runs })
}

/// The clock starts with the process and ends with the last answer: starting up and looking up the tenant's source,
/// tags and people the first time are in it.
async fn measure(rig: &mut Rig, events: usize, remote_ms: u32) -> Result<Vec<Figure>> {
    let rows = Counts::now(rig).await?;
    let answers = Answers::listen(&rig.env).await?;
    let loader = Loader::start(&rig.env)?;
    loader.publish(load::introductions(events)?).await?;
    load::stored(&rig.env, events).await?;
    let before = rig.meter()?;
    let started = Instant::now();
    rig.start_bridge()?;
    answers.wait_for(events, rig).await?;
    let after = rig.meter()?;
    let memory = rig.peak_megabytes()?;
    // Whatever still comes now is one answer too many.
    rig.stop_bridge().await?;
    let answers = answers.read()?;
    truth::check_answers(&answers, events)?;
    let now = Counts::now(rig).await?;
    now.check(&rows, events)?;
    truth::check_candidates(rig, events).await?;
    let last = answers.iter().map(|answer| answer.at).max();
    let seconds = last.map(|last| (last - started).as_secs_f64());
    let rate = seconds.map(|seconds| events as f64 / seconds);
    let requests = (now.requests - rows.requests) as f64 / events as f64;
    let throughput = Figure::new("imported and answered", "introductions/s", rate);
    let mut figures = vec![throughput.aim(if remote_ms == 0 {
        "≥ 1 000"
    } else {
        "≥ 900"
    })];
    figures.extend(cost(&after.since(&before), events));
    figures.push(Figure::new("peak memory of the service", "MB", memory).aim("≤ 60"));
    figures.push(Figure::new("requests to Greenhouse", "per introduction", requests).aim("≤ 4"));
    Ok(figures)
}

/// CPU per thousand introductions, who used it.
pub(super) fn cost(usage: &Usage, events: usize) -> Vec<Figure> {
    let unit = "s per 1 000";
    let per_thousand = |seconds: f64| seconds * 1_000.0 / events as f64;
    let mut figures = vec![
        Figure::new("CPU of the service", unit, per_thousand(usage.service)).aim("≤ 0.4"),
        Figure::new("CPU of PostgreSQL", unit, usage.postgres.map(per_thousand)),
        Figure::new("CPU of RabbitMQ", unit, usage.rabbitmq.map(per_thousand)),
        Figure::new("CPU of the simulator", unit, per_thousand(usage.simulator)),
        Figure::new(
            "CPU of the load generator",
            unit,
            per_thousand(usage.loader),
        ),
    ];
    figures.extend(usage.surroundings());
    figures
}
