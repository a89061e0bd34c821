//! `bridge why ID`: the verdict, the timeline, the next command. Reads the ledger directly, so it answers while the
//! bridge itself is down.

use std::process::ExitCode;

use boot::settings::Env;
use chrono::{DateTime, Utc};
use domain::Code;
use serde_json::json;
use store::Store;
use store::explain::{RefusalStory, Story};

use crate::catalogue;
use crate::failure::Failure;
use crate::output;
use crate::story::{Verdict, warnings};

/// What `bridge why --help` says beside its argument.
pub(crate) const HELP: &str = "\
Needs BRIDGE_DATABASE_URL, or BRIDGE_DATABASE_URL_FILE. The exit code is 0 where all is well or goes on by itself, and 1 where
somebody has to do something or nothing is known of the id.";

pub(crate) async fn why(id: &str, json: bool) -> Result<ExitCode, Failure> {
    let mut env = Env::from_process();
    let url = boot::settings::database_url(&mut env);
    env.finish()?;
    let url = url.ok_or_else(|| Failure::Usage("BRIDGE_DATABASE_URL is missing".into()))?;
    let store = Store::connect(&store::Config {
        url,
        max_connections: 2,
    })
    .await?;
    let stories = store.stories(id).await?;
    let refused = of_refusals(&store.refusals(id).await?, corrected(id, &stories));
    let mut verdicts: Vec<Verdict> = stories.iter().map(Verdict::of).chain(refused).collect();
    if verdicts.is_empty() {
        let forgotten = store.forgotten(id).await?;
        let taken = store.taken(id).await?;
        verdicts.push(match (forgotten, taken) {
            (Some(erased_at), _) => Verdict::forgotten(id, erased_at),
            (None, Some(at)) => Verdict::taken(id, at),
            (None, None) => Verdict::never_seen(id),
        });
    }
    if json {
        output::line(document(&stories, &verdicts))?;
    } else {
        print(&stories, &verdicts)?;
    }
    Ok(if verdicts.iter().all(|verdict| verdict.well) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// When the introduction that is asked for came through. Of a candidate's events none tells that another was corrected.
fn corrected(id: &str, stories: &[Story]) -> Option<DateTime<Utc>> {
    let done = stories
        .iter()
        .filter(|story| story.state == "done" && story.business_key == id);
    done.map(|story| story.stored_at).max()
}

/// A candidate may be named by several; one that was sent again unchanged is told once. What was `corrected` later needs
/// nothing any more.
fn of_refusals(refusals: &[RefusalStory], corrected: Option<DateTime<Utc>>) -> Vec<Verdict> {
    let verdicts = refusals.iter().map(|refusal| Verdict {
        well: corrected.is_some_and(|at| at > refusal.refused_at),
        ..Verdict::of_refusal(refusal)
    });
    let mut verdicts: Vec<Verdict> = verdicts.collect();
    verdicts.dedup();
    verdicts
}

fn document(stories: &[Story], verdicts: &[Verdict]) -> serde_json::Value {
    let told: Vec<_> = verdicts
        .iter()
        .enumerate()
        .map(|(index, verdict)| {
            let story = stories.get(index);
            json!({
                "verdict": verdict.sentence,
                "next": verdict.next,
                "well": verdict.well,
                "warnings": story.map(|story| warnings(story).iter()
                    .map(catalogue::entry).collect::<Vec<_>>()),
                "operation": story,
                "steps": story.map(|story| &story.steps),
                "answers": story.map(|story| &story.answers),
                "timeline": story.map(|story| timeline(story).into_iter()
                    .map(|(at, what)| json!({ "at": at, "what": what })).collect::<Vec<_>>()),
            })
        })
        .collect();
    told.into()
}

fn print(stories: &[Story], verdicts: &[Verdict]) -> Result<(), Failure> {
    for (index, verdict) in verdicts.iter().enumerate() {
        output::line(&verdict.sentence)?;
        if let Some(story) = stories.get(index) {
            output::line(format_args!(
                "  {} {} of tenant {}, operation {}",
                story.kind, story.business_key, story.tenant, story.operation_id
            ))?;
            for (at, what) in timeline(story) {
                output::line(format_args!(
                    "  {}  {what}",
                    at.format("%Y-%m-%d %H:%M:%S%.3f")
                ))?;
            }
            if let Some(trace) = &story.trace {
                output::line(format_args!("  trace {trace}"))?;
            }
            for warning in warning_lines(story) {
                output::line(format_args!("  {warning}"))?;
            }
        }
        output::line(format_args!("  next: {}", verdict.next))?;
    }
    Ok(())
}

/// Each warning with its cause and its remedy.
fn warning_lines(story: &Story) -> Vec<String> {
    let line = |code: &Code| {
        let (number, cause, remedy) = (code.number(), code.cause(), code.remedy());
        format!("warning {number}: {cause} {remedy}")
    };
    warnings(story).iter().map(line).collect()
}

/// What happened, in the order of time.
fn timeline(story: &Story) -> Vec<(DateTime<Utc>, String)> {
    let mut events = vec![
        (story.occurred_at, "happened in Intrro".to_owned()),
        (story.stored_at, "stored".to_owned()),
    ];
    for step in &story.steps {
        let tries = if step.sends > 1 {
            // An intent is counted as it is written down: what then met our own budget, or an end of the process, was not sent.
            format!(" ({} times)", step.sends)
        } else {
            String::new()
        };
        events.extend(
            step.first_sent_at
                .map(|at| (at, format!("{} begun{tries}", step.name))),
        );
        let id = step
            .remote_id
            .map(|id| format!(" → {id}"))
            .unwrap_or_default();
        let code = step
            .code
            .as_deref()
            .map(|code| format!(" ({code})"))
            .unwrap_or_default();
        events.extend(
            step.settled_at
                .map(|at| (at, format!("{} {}{id}{code}", step.name, step.state))),
        );
    }
    events.extend(
        story
            .settled_at
            .map(|at| (at, format!("settled as {}", story.state))),
    );
    for answer in &story.answers {
        let name = answer.routing_key.rsplit('.').next().unwrap_or_default();
        events.extend(
            answer
                .published_at
                .map(|at| (at, format!("{name} published"))),
        );
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::tests::warned;

    #[test]
    fn warnings_come_with_cause_and_remedy() {
        let code = Code::RemoteUnknown;
        let story = warned(&[code]);
        let lines = warning_lines(&story);
        assert_eq!(lines.len(), 1);
        for told in ["BRG-0310", code.cause(), code.remedy()] {
            assert!(lines[0].contains(told), "{told}: {lines:?}");
        }
        let verdict = Verdict::of(&story);
        let document = document(&[story], &[verdict]);
        let warning = &document[0]["warnings"][0];
        assert_eq!(warning["code"], "remote_unknown");
        assert_eq!(warning["remedy"], code.remedy());
    }

    #[test]
    fn nothing_is_said_of_warnings_where_there_are_none() {
        let story = warned(&[]);
        assert!(warning_lines(&story).is_empty());
        let verdict = Verdict::of(&story);
        let document = document(&[story], &[verdict]);
        assert_eq!(document[0]["warnings"], json!([]));
    }

    #[test]
    fn each_refused_event_is_told_once() {
        let refused = |id: &str| RefusalStory {
            message_id: Some(id.to_owned()),
            reason: "no_jobs".to_owned(),
            path: None,
            refused_at: Utc::now(),
        };
        let refusals = ["e-2", "e-2", "e-1"].map(refused);
        let told: Vec<String> = of_refusals(&refusals, None)
            .into_iter()
            .map(|verdict| verdict.sentence)
            .collect();
        assert!(told[0].starts_with("The event e-2 broke the contract"));
        assert!(told[1].starts_with("The event e-1 broke the contract"));
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn a_refused_event_is_well_once_something_after_it_came_through() {
        let story = warned(&[]);
        let refused = |ago: i64| RefusalStory {
            message_id: Some(format!("e{ago}")),
            reason: "no_jobs".to_owned(),
            path: None,
            refused_at: story.stored_at - chrono::TimeDelta::seconds(ago),
        };
        let refusals = [-1, 1].map(refused);
        let stories = [story];
        let told = of_refusals(&refusals, corrected("i-1", &stories));
        assert_eq!((told[0].well, told[1].well), (false, true));
        assert_eq!(corrected("c-1", &stories), None, "asked by the candidate");
        let [story] = stories;
        let waiting = Story {
            state: "open".to_owned(),
            ..story
        };
        assert_eq!(corrected("i-1", &[waiting]), None);
    }
}
