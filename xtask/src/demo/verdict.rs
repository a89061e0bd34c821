//! Whether an introduction reached its expected state, judged by the events alone.

use super::Played;
use super::events::Received;
use super::recruiter::{Act, Became, Move};
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

/// What the recruiter is to do with each of its applications.
pub(super) fn moves(one: &Played, events: &[Received]) -> Vec<(i64, &'static [Move])> {
    let moves = one.sample.moves.iter().copied();
    applications(one, events).into_iter().zip(moves).collect()
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
    if !settled(one, events) {
        return Err("no status event for each of its applications".to_owned());
    }
    let planned: usize = moves(one, events).iter().map(|(_, m)| m.len()).sum();
    if one.acts.len() != planned {
        return Err(format!(
            "the recruiter did {} of {planned} moves",
            one.acts.len()
        ));
    }
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

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use serde_json::{Value, json};

    use super::super::samples;
    use super::*;

    fn received(kind: &str, data: Value) -> Received {
        Received {
            at: Utc::now(),
            kind: kind.to_owned(),
            data,
        }
    }

    /// Answered as it should be is not yet what was expected: the recruiter's moves and their events belong to it.
    #[test]
    fn an_answer_without_status_events_is_not_enough() {
        let one = Played {
            sample: &samples::ALL[0],
            published: Utc::now(),
            acts: Vec::new(),
        };
        let id = one.sample.introduction_id().unwrap();
        let answer = json!({ "introductionId": id, "how": "CREATED",
            "applications": [{ "applicationId": "7", "how": "CREATED" }] });
        let mut events = vec![received("IntroductionImported", answer)];
        let error = of(&one, &events).unwrap_err();
        assert!(error.starts_with("no status event"), "{error}");

        let status = json!({ "introductionIds": [id], "applicationId": "7", "sequence": "1" });
        events.push(received("CandidateStatusChanged", status));
        let error = of(&one, &events).unwrap_err();
        assert_eq!(error, "the recruiter did 0 of 2 moves");
    }
}
