//! `cargo xtask demo`: the main job on real parts, played once for somebody who has never seen it.
//!
//! The scenery (servers, simulator, bridge) is set up here; everything that happens on it is done by the same
//! commands and interfaces that users have.

mod analytics;
mod changes;
mod events;
mod ledger;
mod recruiter;
mod samples;
mod screen;
mod simulator;
mod stage;
mod timeline;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use testkit::Servers;

use analytics::Analytics;
use recruiter::{Act, Recruiter};
use samples::Sample;
use screen::Screen;
use stage::Stage;

/// Long enough for a slow machine; the usual is under a second.
const IMPORTED_WITHIN: Duration = Duration::from_secs(60);
/// Several polls of the bridge.
const STATUS_WITHIN: Duration = Duration::from_secs(120);

/// How it ends.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// End after the summary; the exit code is 0 only if every introduction reached its expected state
    #[arg(long)]
    exit: bool,
    /// Leave data and logs in target/servers at the end
    #[arg(long)]
    keep: bool,
}

/// One sample introduction as it went.
struct Played {
    sample: &'static Sample,
    /// When `bridge publish` was started.
    published: DateTime<Utc>,
    acts: Vec<Act>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let screen = Screen::new();
    let options = testkit::Options {
        keep_files: arguments.keep,
        ..crate::server_options()
    };
    screen.title("Servers");
    let servers = Servers::start(&options).await?;
    screen.title("Programs");
    stage::build(&options.root).await?;
    screen.title("Greenhouse simulator, bridge, tenant");
    let mut stage = Stage::set(&servers, &options).await?;
    stage.describe(&screen);

    screen.title("Introductions");
    let analytics = Analytics::start(&stage.env).await?;
    let mut played = publish(&stage, &screen).await?;
    screen.line("waiting until each is answered, and followed …");
    let settled = analytics
        .wait(IMPORTED_WITHIN, |events| {
            played.iter().all(|one| verdict::settled(one, events))
        })
        .await;
    if settled {
        screen.line("a recruiter now moves and rejects them in Greenhouse; waiting until that is reported …");
        act(&stage, &analytics, &mut played).await?;
        analytics
            .wait(STATUS_WITHIN, |events| {
                played.iter().all(|one| verdict::followed(one, events))
            })
            .await;
    }
    let imported = report(&stage, &analytics, &played, &screen).await?;
    let well = changes::play(&stage, &analytics, &screen).await? && imported;
    if !arguments.exit {
        stage.farewell(&screen);
        crate::stop::is_the_way_to_end();
        stage.ended().await?;
    }
    stage.strike().await?;
    if arguments.keep {
        screen.title("Kept, data and logs");
        let folders = servers.folders().chain(stage.folders());
        folders.for_each(|folder| screen.line(&folder.display().to_string()));
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn publish(stage: &Stage, screen: &Screen) -> Result<Vec<Played>> {
    let mut played = Vec::new();
    for sample in &samples::ALL {
        screen.line(&format!(
            "bridge publish tests/samples/{:<28} {}",
            sample.file,
            screen.dim(sample.story)
        ));
        played.push(Played {
            sample,
            published: Utc::now(),
            acts: Vec::new(),
        });
        for _ in 0..sample.copies {
            stage.bridge(&["publish", &sample.path()]).await?;
        }
    }
    Ok(played)
}

async fn act(stage: &Stage, analytics: &Analytics, played: &mut [Played]) -> Result<()> {
    let recruiter = Recruiter::new(&stage.simulator)?;
    for one in played {
        for (application, moves) in verdict::moves(one, &analytics.events()) {
            for step in moves {
                one.acts.push(recruiter.perform(application, *step).await?);
            }
        }
    }
    Ok(())
}

async fn report(
    stage: &Stage,
    analytics: &Analytics,
    played: &[Played],
    screen: &Screen,
) -> Result<bool> {
    let events = analytics.events();
    let names = stage.simulator.names().await?;
    let mut rows = Vec::new();
    for one in played {
        let told = stage.why(&one.sample.introduction_id()?).await?;
        timeline::print(screen, one, &told, &events, &names);
        rows.push((one, verdict::of(one, &events)));
    }
    timeline::summary(screen, &rows, &events);
    Ok(rows.iter().all(|(_, verdict)| verdict.is_ok()))
}
