//! What happened to one introduction, in the order of time, from everyone who saw it: the ledger, the recruiter, and
//! the analytics consumer.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Played;
use super::events::Received;
use super::screen::Screen;

/// One line: when, who, what.
struct Entry {
    at: DateTime<Utc>,
    who: &'static str,
    what: String,
}

pub(super) fn print(screen: &Screen, one: &Played, told: &Value, events: &[Received]) {
    let sample = one.sample;
    screen.title(&format!("{}: {}", one.sample.person(), sample.story));
    let mut entries = vec![Entry {
        at: one.published,
        who: "Intrro",
        what: format!("accepted: bridge publish tests/samples/{}", sample.file),
    }];
    entries.extend(ledger(told, one.published));
    entries.extend(one.acts.iter().map(|act| Entry {
        at: act.at,
        who: "recruiter",
        what: format!("application {} {}", act.application, act.what),
    }));
    let id = sample.introduction_id().unwrap_or_default();
    let mine = events
        .iter()
        .filter(|event| event.answers(&id) || event.follows(&id));
    entries.extend(mine.map(|event| Entry {
        at: event.at,
        who: "analytics",
        what: received(event),
    }));
    entries.sort_by_key(|entry| entry.at);
    for entry in entries {
        let seconds = (entry.at - one.published).as_seconds_f64();
        let time = screen.dim(&format!("{seconds:>8.3} s"));
        screen.line(&format!("{time}  {:<10} {}", entry.who, entry.what));
    }
}

/// One row per introduction, and a last line.
pub(super) fn summary(
    screen: &Screen,
    rows: &[(&Played, Result<(), String>)],
    events: &[Received],
) {
    screen.title("Summary");
    for (one, verdict) in rows {
        let id = one.sample.introduction_id().unwrap_or_default();
        let answer = events.iter().find(|event| event.answers(&id));
        let result = answer.map_or("no answer".to_owned(), outcome);
        let after = answer.map_or(String::new(), |event| {
            format!("{:.2} s", (event.at - one.published).as_seconds_f64())
        });
        let statuses = events.iter().filter(|event| event.follows(&id)).count();
        let mark = screen.mark(verdict.is_ok());
        screen.line(&format!(
            "{mark} {:<26} {result:<46} {after:>7}  {statuses} status events",
            one.sample.file
        ));
        if let Err(missing) = verdict {
            screen.line(&format!("  {}", screen.bad(missing)));
        }
    }
    let good = rows.iter().filter(|(_, verdict)| verdict.is_ok()).count();
    println!();
    screen.line(&screen.bold(&format!(
        "{good} of {} introductions reached their expected state.",
        rows.len()
    )));
}

/// The timeline of `bridge why --json`, from the moment of publishing on.
fn ledger(told: &Value, since: DateTime<Utc>) -> Vec<Entry> {
    let stories = told.as_array().into_iter().flatten();
    let entries = stories
        .filter_map(|story| story["timeline"].as_array())
        .flatten();
    entries
        .filter_map(|entry| {
            let at: DateTime<Utc> = entry["at"].as_str()?.parse().ok()?;
            (at >= since).then(|| Entry {
                at,
                who: "bridge",
                what: entry["what"].as_str().unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

fn received(event: &Received) -> String {
    match event.kind.as_str() {
        "CandidateStatusChanged" => {
            let ((from, _), (to, status)) = (event.state("previous"), event.state("current"));
            let number = event.number("sequence");
            let application = event.number("applicationId");
            format!(
                "CandidateStatusChanged #{number} of application {application}: {from} → {to} {status}"
            )
        }
        kind => format!("{kind}: {}", outcome(event)),
    }
}

/// `created, 2 applications` or `failed: job_closed`.
fn outcome(answer: &Received) -> String {
    if answer.kind == "IntroductionImportFailed" {
        return format!("failed: {}", answer.text("code"));
    }
    let how = answer.text("how").to_lowercase();
    let applications = answer.applications();
    let failed: Vec<&str> = applications
        .iter()
        .filter(|one| one.1 == "FAILED")
        .map(|one| one.2)
        .collect();
    let made = applications.len() - failed.len();
    let plural = if made == 1 { "" } else { "s" };
    let refused = if failed.is_empty() {
        String::new()
    } else {
        format!(", refused: {}", failed.join(", "))
    };
    format!("candidate {how}, {made} application{plural}{refused}")
}
