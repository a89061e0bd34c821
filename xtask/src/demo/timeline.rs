//! What happened to one introduction, in the order of time, from everyone who saw it: the ledger, the recruiter, and
//! the analytics consumer.

use serde_json::Value;

use super::Played;
use super::events::Received;
use super::ledger::{self, Moment};
use super::screen::Screen;
use super::simulator::Names;

pub(super) fn print(
    screen: &Screen,
    one: &Played,
    told: &Value,
    events: &[Received],
    names: &Names,
) {
    let sample = one.sample;
    screen.title(&format!("{}: {}", sample.person(), sample.story));
    let id = sample.introduction_id().unwrap_or_default();
    let answer = events.iter().find(|event| event.answers(&id));
    let matched = answer
        .filter(|answer| answer.text("how") == "MATCHED")
        .map(|answer| answer.number("greenhouseCandidateId"));
    let mut moments = vec![Moment {
        at: one.published,
        who: "Intrro",
        what: format!(
            "introduction accepted: {}",
            screen.dim(&format!("bridge publish tests/samples/{}", sample.file))
        ),
    }];
    moments.extend(ledger::moments(told, matched, names));
    moments.extend(one.acts.iter().map(|act| Moment {
        at: act.at,
        who: "recruiter",
        what: format!(
            "{} {} for {}",
            sample.person(),
            act.what,
            names.job(act.job)
        ),
    }));
    let mine = events
        .iter()
        .filter(|event| event.answers(&id) || event.follows(&id));
    moments.extend(mine.map(|event| Moment {
        at: event.at,
        who: "analytics",
        what: received(event, names),
    }));
    moments.sort_by_key(|moment| moment.at);
    for moment in moments {
        let seconds = (moment.at - one.published).as_seconds_f64();
        let time = screen.dim(&format!("{seconds:>8.3} s"));
        screen.line(&format!("{time}  {:<11} {}", moment.who, moment.what));
    }
}

/// One row per introduction, and a last line.
pub(super) fn summary(
    screen: &Screen,
    rows: &[(&Played, Result<(), String>)],
    events: &[Received],
) {
    screen.title("Summary");
    screen.line(&screen.dim(&format!(
        "  {:<27} {:<52} {:>8}  status events",
        "tests/samples/", "answer", "after"
    )));
    for (one, verdict) in rows {
        let id = one.sample.introduction_id().unwrap_or_default();
        let answer = events.iter().find(|event| event.answers(&id));
        let result = answer.map_or("none".to_owned(), outcome);
        let after = answer.map_or(String::new(), |event| {
            format!("{:.2} s", (event.at - one.published).as_seconds_f64())
        });
        let statuses = events.iter().filter(|event| event.follows(&id)).count();
        let mark = screen.mark(verdict.is_ok());
        screen.line(&format!(
            "{mark} {:<27} {result:<52} {after:>8}  {statuses}",
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

fn received(event: &Received, names: &Names) -> String {
    if event.kind == "IntroductionImportFailed" {
        return format!(
            "received {}: {}. {}",
            event.kind,
            event.text("code"),
            event.text("remedy")
        );
    }
    if event.kind != "CandidateStatusChanged" {
        return format!("received {}: {}", event.kind, outcome(event));
    }
    let ((from, _), (to, status)) = (event.state("previous"), event.state("current"));
    let now = match (from, status) {
        ("", "ACTIVE") => format!("in {to}"),
        (_, "ACTIVE") => format!("{from} → {to}"),
        _ => format!("{from} → {}", status.to_lowercase()),
    };
    format!(
        "received CandidateStatusChanged {} for {}: {now}",
        event.number("sequence"),
        names.job(event.number("jobId"))
    )
}

/// `candidate created, 2 applications` or `not imported: job_closed`.
fn outcome(answer: &Received) -> String {
    if answer.kind == "IntroductionImportFailed" {
        return format!("not imported: {}", answer.text("code"));
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
        format!("; {}", failed.join(", "))
    };
    format!("candidate {how}, {made} application{plural}{refused}")
}
