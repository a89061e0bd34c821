//! Whether an introduction reached its expected state, judged by the events alone.

use super::Played;
use super::events::Received;
use super::recruiter::{Act, Became};
use super::samples::Answer;

/// Whether its answer came.
fn answered(one: &Played, events: &[Received]) -> bool {
    let id = one.sample.introduction_id().unwrap_or_default();
    events.iter().any(|event| event.answers(&id))
}

/// Whether its answer came, and a first status event for each application: from then on every move is seen.
pub(super) fn settled(one: &Played, events: &[Received]) -> bool {
    let id = one.sample.introduction_id().unwrap_or_default();
    let tracked = |application: &i64| {
        let mut mine = events.iter().filter(|event| event.follows(&id));
        mine.any(|event| event.number("applicationId") == *application)
    };
    answered(one, events) && applications(one, events).iter().all(tracked)
}

/// The applications its answer names, without those that failed.
pub(super) fn applications(one: &Played, events: &[Received]) -> Vec<i64> {
    let id = one.sample.introduction_id().unwrap_or_default();
    let answer = events.iter().find(|event| event.answers(&id));
    let all = answer.map(Received::applications).unwrap_or_default();
    all.into_iter()
        .filter(|(_, how, _)| *how != "FAILED")
        .map(|(application, ..)| application)
        .collect()
}

/// Whether status events report where the recruiter left each application.
pub(super) fn followed(one: &Played, events: &[Received]) -> bool {
    statuses(one, events).is_ok()
}

/// Everything together; the error says what is missing.
pub(super) fn of(one: &Played, events: &[Received]) -> Result<(), String> {
    let id = one.sample.introduction_id().unwrap_or_default();
    let answers: Vec<_> = events.iter().filter(|event| event.answers(&id)).collect();
    match answers.as_slice() {
        [] => Err("no answer event".to_owned()),
        [answer] => expected(&one.sample.answer, answer).and_then(|()| statuses(one, events)),
        more => Err(format!("{} answer events instead of one", more.len())),
    }
}

fn expected(expected: &Answer, answer: &Received) -> Result<(), String> {
    match expected {
        Answer::Failed { code }
            if answer.kind != "IntroductionImportFailed" || answer.text("code") != *code =>
        {
            Err(format!(
                "expected a failure with {code}, got {} {}",
                answer.kind,
                answer.text("code")
            ))
        }
        Answer::Failed { .. } => Ok(()),
        Answer::Imported { how, jobs } => {
            let got: Vec<&str> = answer
                .applications()
                .into_iter()
                .map(|(_, how, code)| if code.is_empty() { how } else { code })
                .collect();
            match answer.kind == "IntroductionImported"
                && answer.text("how") == *how
                && got == *jobs
            {
                true => Ok(()),
                false => Err(format!(
                    "expected {how} with {jobs:?}, got {} {} with {got:?}",
                    answer.kind,
                    answer.text("how")
                )),
            }
        }
    }
}

/// Per application: the last event reports what the recruiter did last, and sequences have no gap.
fn statuses(one: &Played, events: &[Received]) -> Result<(), String> {
    let id = one.sample.introduction_id().unwrap_or_default();
    let mine: Vec<_> = events.iter().filter(|event| event.follows(&id)).collect();
    let mut last_acts: Vec<&Act> = Vec::new();
    for act in &one.acts {
        last_acts.retain(|other| other.application != act.application);
        last_acts.push(act);
    }
    for act in last_acts {
        let of_application: Vec<_> = mine
            .iter()
            .filter(|event| event.number("applicationId") == act.application)
            .collect();
        let sequences: Vec<i64> = of_application
            .iter()
            .map(|event| event.number("sequence"))
            .collect();
        if !sequences.iter().copied().eq(1..=sequences.len() as i64) {
            return Err(format!(
                "application {} has the sequence {sequences:?}",
                act.application
            ));
        }
        if !of_application
            .last()
            .is_some_and(|event| reports(event, &act.became))
        {
            return Err(format!(
                "no status event says that application {} {}",
                act.application, act.what
            ));
        }
    }
    Ok(())
}

fn reports(event: &Received, became: &Became) -> bool {
    let (stage, status) = event.state("current");
    match became {
        Became::InStage(name) => stage == name && status == "ACTIVE",
        Became::Rejected => status == "REJECTED",
    }
}
