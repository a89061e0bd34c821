//! What it costs to follow many applications of which few change: polls that find nothing, and one that finds a lot.
//!
//! The applications are followed without having been imported: their rows are put into the database as an import leaves
//! them after the first look.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testkit::Http;

use super::Conduct;
use super::figures::{Figure, Scenario, percentile};
use super::rig::{Rig, Stand};

/// Between two polls while idle ones are measured.
const INTERVAL: Duration = Duration::from_secs(2);
/// Until connections and caches are warm.
const WARM_UP: Duration = Duration::from_secs(6);
const LOOK_EVERY: Duration = Duration::from_millis(250);
const JOBS_WITHIN: Duration = Duration::from_secs(600);
const TOLD_WITHIN: Duration = Duration::from_secs(300);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Followed applications; one scenario each
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    tracked: Vec<u32>,
    /// How many of them change at once, in thousandths; one scenario each
    #[arg(long, value_delimiter = ',', default_value = "10,100")]
    changed_permille: Vec<u32>,
    /// Changes at least, so that small scenarios measure something
    #[arg(long, default_value_t = 200)]
    changed_least: u32,
    /// How long polls that find nothing are measured, seconds
    #[arg(long, default_value_t = 20)]
    idle_seconds: u64,
    #[command(flatten)]
    pub(super) conduct: Conduct,
}

pub(super) async fn run(stand: &Stand<'_>, arguments: &Arguments) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    for (tracked, changed) in combinations(arguments) {
        let mut runs = Vec::new();
        for run in 1..=arguments.conduct.runs {
            stand.say(&format!(
                "{tracked} followed, {changed} change, run {run} …"
            ));
            let label = format!("statuses-{tracked}-{run}");
            let mut rig = Rig::seeded(stand, &label, &tracked.to_string()).await?;
            let measured = measure(&mut rig, tracked, changed, arguments.idle_seconds).await;
            rig.strike().await?;
            runs.push(measured?);
        }
        let title = format!("{tracked} followed, {changed} of them change");
        scenarios.push(Scenario { title, runs });
    }
    Ok(scenarios)
}

/// Followed and changed ones, each combination once.
fn combinations(arguments: &Arguments) -> Vec<(u32, u32)> {
    let mut combinations = Vec::new();
    for tracked in &arguments.tracked {
        for permille in &arguments.changed_permille {
            let changed = (tracked * permille / 1_000).max(arguments.changed_least);
            combinations.push((*tracked, changed));
        }
    }
    combinations.dedup();
    combinations
}

async fn measure(rig: &mut Rig, tracked: u32, changed: u32, idle: u64) -> Result<Vec<Figure>> {
    let mut database = PgConnection::connect(&rig.env.database_url).await?;
    rig.start_bridge()?;
    rig.ready().await?;
    jobs_are_known(&mut database).await?;
    follow(rig, &mut database, tracked).await?;
    tokio::time::sleep(WARM_UP).await;

    rig.forget_peak()?;
    let (before, calls) = (rig.meter()?, rig.requests().await?);
    let polls = polls(&mut database, Duration::from_secs(idle)).await?;
    let (after, quiet) = (rig.meter()?, rig.requests().await?);
    let usage = after.since(&before);
    let per_poll = |seconds: f64| seconds * 1_000.0 / polls;
    let mut figures = vec![
        Figure::new(
            "unchanged: calls",
            "per poll",
            (quiet - calls) as f64 / polls,
        )
        .aim("1"),
        Figure::new(
            "unchanged: peak memory of the service",
            "MB",
            rig.peak_megabytes()?,
        ),
        Figure::new(
            "unchanged: CPU of the service",
            "ms per poll",
            per_poll(usage.service),
        ),
        Figure::new(
            "unchanged: CPU of PostgreSQL",
            "ms per poll",
            usage.postgres.map(per_poll),
        ),
    ];

    let (before, calls) = (rig.meter()?, rig.requests().await?);
    let told = events(&mut database).await?;
    let jobs = sqlx::query_scalar("SELECT id FROM jobs")
        .fetch_all(&mut database)
        .await?;
    advance(rig, &jobs, changed).await?;
    let begun = Instant::now();
    while events(&mut database).await? < told + i64::from(changed) {
        if begun.elapsed() > TOLD_WITHIN {
            bail!("not everything was told in time");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let lags = lags(&mut database).await?;
    let (after, busy) = (rig.meter()?, rig.requests().await?);
    let usage = after.since(&before);
    let per_thousand = |seconds: f64| seconds * 1_000.0 / f64::from(changed);
    figures.extend([
        Figure::new(
            "changed: calls",
            "per 1 000",
            per_thousand((busy - calls) as f64),
        )
        .aim("≤ 70"),
        Figure::new(
            "changed: CPU of the service",
            "s per 1 000",
            per_thousand(usage.service),
        ),
        Figure::new(
            "changed: CPU of PostgreSQL",
            "s per 1 000",
            usage.postgres.map(per_thousand),
        ),
        Figure::new("change → confirmed event, p50", "s", percentile(&lags, 0.5)),
        Figure::new(
            "change → confirmed event, slowest",
            "s",
            lags.last().copied(),
        )
        .aim("≤ interval (2) + 2"),
        Figure::new(
            "changed: peak memory of the service",
            "MB",
            rig.peak_megabytes()?,
        ),
    ]);
    rig.stop_bridge().await?;
    if events(&mut database).await? != told + i64::from(changed) {
        bail!("something was told twice");
    }
    Ok(figures)
}

/// Jobs are imported right after connecting; that is measured elsewhere.
async fn jobs_are_known(database: &mut PgConnection) -> Result<()> {
    let begun = Instant::now();
    let imported = "SELECT count(*) FROM job_refreshes WHERE run IS NULL AND isfinite(full_at)";
    while sqlx::query_scalar::<_, i64>(imported)
        .fetch_one(&mut *database)
        .await?
        == 0
    {
        if begun.elapsed() > JOBS_WITHIN {
            bail!("the jobs were not imported in time");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Waits for so long and counts the polls that end meanwhile; there are more looks than polls.
async fn polls(database: &mut PgConnection, time: Duration) -> Result<f64> {
    let begun = Instant::now();
    let mut seen = HashSet::new();
    while begun.elapsed() < time {
        let polled = "SELECT polled_at::text FROM polls";
        let polled: Vec<String> = sqlx::query_scalar(polled).fetch_all(&mut *database).await?;
        seen.extend(polled);
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(seen.len().saturating_sub(1) as f64)
}

/// In the seed every candidate has one application, and the ids of both are consecutive.
async fn follow(rig: &Rig, database: &mut PgConnection, tracked: u32) -> Result<()> {
    let newest = rig.ask_simulator("candidates?limit=1").await?;
    let candidate = newest[0]["candidate"]["id"].as_i64();
    let last = newest[0]["applications"][0]["application"]["id"].as_i64();
    let (candidate, last) = candidate
        .zip(last)
        .context("the seed has no applications")?;
    let first = last - i64::from(tracked) + 1;
    let seconds = INTERVAL.as_secs();
    for statement in [
        format!(
            "INSERT INTO applications (tenant, id, greenhouse_id, candidate_id, introduction_ids, sequence, observed_at, snapshot)
            SELECT 'acme', id, {candidate} - {last} + id, 'person-' || id, ARRAY['intro-' || id], 1, now(), jsonb_build_object('status', 'ACTIVE',
                'stage', jsonb_build_object('job_stage_id', 1), 'job_id', NULL, 'prospect', false, 'as_of', now())
            FROM generate_series({first}, {last}) AS id"
        ),
        format!(
            "UPDATE connections SET settings = '{{\"poll_interval_seconds\": {seconds}, \"jobs_interval_seconds\": 86400}}'"
        ),
        "VACUUM ANALYZE applications".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *database).await?;
    }
    Ok(())
}

/// Moves this many applications for `jobs` to their next stage: those of a confidential job are not shown to us.
async fn advance(rig: &Rig, jobs: &[i64], count: u32) -> Result<()> {
    let newest = rig
        .ask_simulator(&format!("candidates?limit={}", count * 3))
        .await?;
    let http = Http::new()?;
    let mut moved = 0;
    let candidates = newest.as_array().into_iter().flatten();
    let applications =
        candidates.flat_map(|one| one["applications"].as_array().into_iter().flatten());
    let shown = applications.map(|one| &one["application"]).filter(|one| {
        one["job_id"]
            .as_i64()
            .is_some_and(|job| jobs.contains(&job))
    });
    for id in shown.filter_map(|one| one["id"].as_i64()) {
        if moved == count {
            return Ok(());
        }
        let url = rig.control(&format!("applications/{id}/advance"))?;
        // Some are at their end and cannot move.
        moved += u32::from(http.post(&url, None, &json!({})).await?.status == 200);
    }
    match moved == count {
        true => Ok(()),
        false => bail!("only {moved} applications can move"),
    }
}

/// From each change in Greenhouse to its event, confirmed by the broker: seconds, ascending.
async fn lags(database: &mut PgConnection) -> Result<Vec<f64>> {
    let lags = "SELECT extract(epoch FROM published_at - (event #>> '{data,occurredAt}')::timestamptz)::float8 AS lag
        FROM outbox CROSS JOIN LATERAL (SELECT convert_from(body, 'UTF8')::jsonb AS event) e
        WHERE published_at IS NOT NULL AND routing_key = 'intrro.events.v1.CandidateStatusChanged' ORDER BY lag";
    Ok(sqlx::query_scalar(lags).fetch_all(database).await?)
}

async fn events(database: &mut PgConnection) -> Result<i64> {
    let told = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL
        AND routing_key = 'intrro.events.v1.CandidateStatusChanged'";
    Ok(sqlx::query_scalar(told).fetch_one(database).await?)
}
