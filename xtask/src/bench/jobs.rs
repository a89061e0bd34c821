//! What it costs to keep a company's jobs: the first import, and those that find nothing new.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::Conduct;
use super::figures::{Figure, Scenario};
use super::rig::{Rig, Stand};

const IMPORTED_WITHIN: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Records per page of Greenhouse.
const PAGE: i64 = 500;
/// An import that finds nothing writes its place and what it takes of the request limit, and nothing else.
const OWN: [&str; 2] = ["job_refreshes", "budgets"];

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Jobs with posts and stages; one scenario each
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    jobs: Vec<u32>,
    #[command(flatten)]
    pub(super) conduct: Conduct,
}

pub(super) async fn run(stand: &Stand<'_>, arguments: &Arguments) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    for jobs in &arguments.jobs {
        let mut runs = Vec::new();
        for run in 1..=arguments.conduct.runs {
            stand.say(&format!("{jobs} jobs, run {run} …"));
            let (label, seed) = (format!("jobs-{jobs}-{run}"), format!("jobs:{jobs}"));
            let mut rig = Rig::seeded(stand, &label, &seed).await?;
            let measured = measure(&mut rig).await;
            rig.strike().await?;
            runs.push(measured?);
        }
        let title = format!("{jobs} jobs");
        scenarios.push(Scenario { title, runs });
    }
    Ok(scenarios)
}

/// Which imports are due again.
#[derive(Clone, Copy)]
enum Due {
    Full,
    Changed,
}

/// What one import came to.
struct Import {
    seconds: f64,
    calls: f64,
    service: f64,
    postgres: Option<f64>,
    megabytes: f64,
}

async fn measure(rig: &mut Rig) -> Result<Vec<Figure>> {
    let mut database = PgConnection::connect(&rig.env.database_url).await?;
    // Connecting has begun an import already.
    let nothing = "TRUNCATE jobs, job_parts, job_refreshes, job_gone, outbox";
    sqlx::query(nothing).execute(&mut database).await?;
    let started = (Instant::now(), rig.meter()?, rig.requests().await?);
    rig.start_bridge()?;
    let first = imported(rig, &mut database, Due::Full, started).await?;
    while number(&mut database, UNPUBLISHED).await? > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let announced = started.0.elapsed().as_secs_f64();
    let (told, open) = (
        number(&mut database, TOLD).await?,
        number(&mut database, OPEN).await?,
    );
    if told != open {
        bail!("{open} open jobs, and {told} told");
    }
    let beyond = first.calls - number(&mut database, &pages()).await? as f64;

    let whole = unchanged(rig, &mut database, Due::Full).await?;
    let look = unchanged(rig, &mut database, Due::Changed).await?;
    Ok(vec![
        Figure::new("first import", "s", first.seconds),
        Figure::new("first import → all announced", "s", announced),
        Figure::new("first import: calls", "", first.calls),
        Figure::new("first import: calls beyond one per 500 records", "", beyond).aim("≤ 1"),
        Figure::new("first import: CPU of the service", "s", first.service),
        Figure::new("first import: CPU of PostgreSQL", "s", first.postgres),
        Figure::new("first import: peak memory", "MB", first.megabytes),
        Figure::new("unchanged, full: time", "s", whole.seconds),
        Figure::new("unchanged, full: calls", "", whole.calls),
        Figure::new("unchanged, full: CPU of the service", "s", whole.service),
        Figure::new("unchanged, full: CPU of PostgreSQL", "s", whole.postgres),
        Figure::new("unchanged, full: peak memory", "MB", whole.megabytes),
        Figure::new("unchanged, changes only: time", "s", look.seconds),
        Figure::new("unchanged, changes only: calls", "", look.calls).aim("11"),
        Figure::new(
            "unchanged, changes only: CPU of the service",
            "s",
            look.service,
        ),
        Figure::new(
            "unchanged, changes only: CPU of PostgreSQL",
            "s",
            look.postgres,
        ),
        Figure::new("unchanged, changes only: peak memory", "MB", look.megabytes),
    ])
}

/// An import of what is known already. It fails unless nothing is told and nothing written.
async fn unchanged(rig: &Rig, database: &mut PgConnection, due: Due) -> Result<Import> {
    let begin = "SELECT pg_current_xact_id()::text::bigint";
    let transaction = number(database, begin).await?;
    let started = (Instant::now(), rig.meter()?, rig.requests().await?);
    rig.forget_peak()?;
    sqlx::query(match due {
        Due::Full => "UPDATE job_refreshes SET full_at = '-infinity'",
        Due::Changed => "UPDATE job_refreshes SET refreshed_at = '-infinity'",
    })
    .execute(&mut *database)
    .await?;
    let import = imported(rig, database, due, started).await?;
    for table in tables(database).await? {
        let written = format!(
            "SELECT count(*) FROM {table} WHERE xmin::text::bigint > {}",
            transaction
        );
        let written = number(database, &written).await?;
        if written > 0 && !OWN.contains(&table.as_str()) {
            bail!("an unchanged import wrote {written} rows of {table}");
        }
    }
    Ok(import)
}

/// Waits for the end of an import.
async fn imported(
    rig: &Rig,
    database: &mut PgConnection,
    due: Due,
    (began, meter, requests): (Instant, super::meter::Meter, u64),
) -> Result<Import> {
    let ended = match due {
        Due::Full => "SELECT count(*) FROM job_refreshes WHERE run IS NULL AND isfinite(full_at)",
        Due::Changed => {
            "SELECT count(*) FROM job_refreshes WHERE run IS NULL AND isfinite(refreshed_at)"
        }
    };
    while number(database, ended).await? == 0 {
        if began.elapsed() > IMPORTED_WITHIN {
            bail!("the jobs were not imported in time");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    let usage = rig.meter()?.since(&meter);
    Ok(Import {
        seconds,
        calls: (rig.requests().await? - requests) as f64,
        service: usage.service,
        postgres: usage.postgres,
        megabytes: rig.peak_megabytes()?,
    })
}

const UNPUBLISHED: &str = "SELECT count(*) FROM outbox WHERE published_at IS NULL";
const TOLD: &str = "SELECT count(*) FROM outbox WHERE routing_key = 'intrro.events.v1.JobChanged'";
const OPEN: &str = "SELECT count(*) FROM jobs WHERE status = 'open' AND deleted_at IS NULL";

/// How many calls paging allows for what was read.
fn pages() -> String {
    format!(
        "SELECT sum((count + {PAGE} - 1) / {PAGE})::bigint FROM (
            SELECT count(*) FROM jobs UNION ALL SELECT count(*) FROM job_parts GROUP BY kind) AS lists"
    )
}

async fn tables(database: &mut PgConnection) -> Result<Vec<String>> {
    let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let names = sqlx::query_scalar(names).fetch_all(database).await;
    names.context("list the tables")
}

async fn number(database: &mut PgConnection, sql: &str) -> Result<i64> {
    let number = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
    Ok(number.fetch_one(database).await?)
}
