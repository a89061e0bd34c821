//! From the queue to durable and acknowledged. The tenant's Greenhouse counts as out of reach, so that nothing is imported
//! meanwhile. (Of a paused tenant every introduction is answered at once: that would measure the answers as well.)

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use broker::Topology;
use sqlx::{Connection, PgConnection};

use super::Conduct;
use super::figures::{Figure, Scenario};
use super::load::{self, Loader};
use super::meter::Meter;
use super::rig::{Rig, Stand, TENANT};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Without a single event for this long, something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Events waiting in the queue when the bridge starts
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    events: u32,
    #[command(flatten)]
    pub(super) conduct: Conduct,
}

pub(super) async fn run(stand: &Stand<'_>, arguments: &Arguments) -> Result<Vec<Scenario>> {
    let events = arguments.events as usize;
    let mut runs = Vec::new();
    for run in 1..=arguments.conduct.runs {
        stand.say(&format!(
            "intake, run {run}: {events} events into the queue …"
        ));
        let mut rig = Rig::set_up(stand, &format!("intake-{run}"), 0).await?;
        let measured = measure(&mut rig, events).await;
        rig.strike().await?;
        runs.push(measured?);
    }
    let title =
        format!("{events} events waiting, one connected tenant, its Greenhouse out of reach");
    Ok(vec![Scenario { title, runs }])
}

async fn measure(rig: &mut Rig, events: usize) -> Result<Vec<Figure>> {
    let mut ledger = PgConnection::connect(&rig.env.database_url).await?;
    let resting = sqlx::query(
        "INSERT INTO outages (connection, next_look)
        SELECT id, now() + interval '1 day' FROM connections WHERE tenant = $1 AND state = 'active'",
    )
    .bind(TENANT)
    .execute(&mut ledger)
    .await?;
    if resting.rows_affected() != 1 {
        bail!("the tenant is not connected");
    }
    let loader = Loader::start(&rig.env)?;
    loader.publish(load::introductions(events)?).await?;
    load::stored(&rig.env, events).await?;
    let before = rig.meter()?;
    rig.start_bridge()?;
    let (span, after) = watch(rig, &mut ledger, events).await?;
    let memory = rig.peak_megabytes()?;
    check(rig, &mut ledger, events).await?;
    let usage = after.since(&before);
    let per_thousand = |seconds: f64| seconds * 1_000.0 / events as f64;
    let mut figures = vec![
        Figure::new("stored and acknowledged", "events/s", span.rate()).aim("≥ 15 000"),
        Figure::new(
            "CPU of the service",
            "s per 1 000",
            per_thousand(usage.service),
        ),
        Figure::new(
            "CPU of PostgreSQL",
            "s per 1 000",
            usage.postgres.map(per_thousand),
        ),
        Figure::new(
            "CPU of RabbitMQ",
            "s per 1 000",
            usage.rabbitmq.map(per_thousand),
        ),
        Figure::new("peak memory of the service", "MB", memory),
    ];
    figures.extend(usage.surroundings());
    Ok(figures)
}

/// Between the first and the last look at the ledger that saw it grow.
struct Span {
    first: (Instant, i64),
    last: (Instant, i64),
}

impl Span {
    fn rate(&self) -> f64 {
        let seconds = (self.last.0 - self.first.0).as_secs_f64();
        (self.last.1 - self.first.1) as f64 / seconds
    }
}

/// Follows the ledger until all events are in it. The sequence of its ids tells how many, at no cost to the server.
async fn watch(rig: &mut Rig, ledger: &mut PgConnection, events: usize) -> Result<(Span, Meter)> {
    let goal = i64::try_from(events)?;
    let mut first = None;
    let mut last = (Instant::now(), 0);
    while last.1 < goal {
        tokio::time::sleep(LOOK_EVERY).await;
        let sequence = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('operations', 'id')::regclass), 0)";
        let stored: i64 = sqlx::query_scalar(sequence).fetch_one(&mut *ledger).await?;
        let now = Instant::now();
        if stored > last.1 {
            last = (now, stored);
            first.get_or_insert(last);
        } else if now - last.0 > PATIENCE {
            rig.check()?;
            bail!("{stored} of {goal} events are stored, and no more for a minute");
        }
    }
    let first = first.context("all events were stored between two looks; take more")?;
    Ok((Span { first, last }, rig.meter()?))
}

/// All are durable and acknowledged, and none was begun.
async fn check(rig: &mut Rig, ledger: &mut PgConnection, events: usize) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let counts =
        "SELECT count(*), count(*) FILTER (WHERE state = 'open' AND attempts = 0) FROM operations";
    let expected = i64::try_from(events)?;
    loop {
        let (all, untouched): (i64, i64) = sqlx::query_as(counts).fetch_one(&mut *ledger).await?;
        if all == expected && untouched == expected {
            break;
        }
        // The last ids are given out a moment before they are committed.
        if all > expected || untouched != all || Instant::now() > deadline {
            bail!("{expected} events became {all} operations, {untouched} of them untouched");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    loop {
        let (broker, vhost) = (&rig.env.management, &rig.env.vhost);
        let queue = broker.queue(vhost, Topology::INTRODUCTIONS).await?;
        let queue = queue.context("the queue is gone")?;
        if queue.ready + queue.unacknowledged == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("{queue:?} are left in the queue");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
