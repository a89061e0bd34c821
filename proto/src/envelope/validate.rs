//! What the contract asks of a command beyond its types. A command that left here needs no second look.

use std::collections::HashSet;

use super::{Reason, Refusal};
use crate::Command;
use crate::v1::{Candidate, IntroductionAccepted};

/// The longest id, in bytes: it has to fit an AMQP header and an index.
pub(super) const MAX_ID: usize = 255;

/// The command if it keeps the contract, without repeated job ids, and without white space around the ids of introductions
/// and people: with or without it, it is the same content.
pub(super) fn command(mut command: Command) -> Result<Command, Refusal> {
    match &mut command {
        Command::IntroductionAccepted(event) => introduction_accepted(event)?,
        Command::IntroductionStatusChanged(event) => {
            trimmed("$.data.introductionId", &mut event.introduction_id)?;
            trimmed("$.data.candidateId", &mut event.candidate_id)?;
            id("$.data.status", &event.status)?;
        }
        Command::CandidateProfileUpdated(event) => candidate(&mut event.candidate)?,
        Command::CandidateErasureRequested(event) => {
            trimmed("$.data.candidateId", &mut event.candidate_id)?;
        }
        Command::JobsRefreshRequested(event) => id("$.data.requestId", &event.request_id)?,
        Command::StatusRefreshRequested(event) => {
            id("$.data.requestId", &event.request_id)?;
            if event.candidate_ids.is_empty() && !event.all {
                return Err(invalid(
                    "$.data.candidateIds",
                    "at least one, unless all is true",
                ));
            }
            for (index, candidate) in event.candidate_ids.iter().enumerate() {
                id(&format!("$.data.candidateIds[{index}]"), candidate)?;
            }
        }
    }
    Ok(command)
}

/// What is wrong with a text as an id, if anything.
pub(super) fn id_problem(text: &str) -> Option<String> {
    if text.is_empty() {
        Some("required".to_owned())
    } else if text.len() > MAX_ID {
        Some(format!("longer than {MAX_ID} bytes"))
    } else if text.chars().any(char::is_control) {
        Some("contains a control character".to_owned())
    } else {
        None
    }
}

fn introduction_accepted(event: &mut IntroductionAccepted) -> Result<(), Refusal> {
    trimmed("$.data.introductionId", &mut event.introduction_id)?;
    candidate(&mut event.candidate)?;
    if event.job_ids.is_empty() {
        return Err(Refusal::at(
            Reason::NoJobs,
            "$.data.jobIds",
            "at least one job is required",
        ));
    }
    if let Some(index) = event.job_ids.iter().position(|job| *job <= 0) {
        return Err(invalid(
            &format!("$.data.jobIds[{index}]"),
            "a Greenhouse id is above 0",
        ));
    }
    let mut seen = HashSet::new();
    event.job_ids.retain(|job| seen.insert(*job));
    Ok(())
}

fn candidate(candidate: &mut Option<Candidate>) -> Result<(), Refusal> {
    match candidate {
        Some(candidate) => trimmed("$.data.candidate.id", &mut candidate.id),
        None => Err(invalid("$.data.candidate", "required")),
    }
}

/// Takes away the white space around an id.
fn trimmed(path: &str, text: &mut String) -> Result<(), Refusal> {
    id(path, text)?;
    *text = text.trim().to_owned();
    // Now it may be empty.
    id(path, text)
}

fn id(path: &str, text: &str) -> Result<(), Refusal> {
    id_problem(text).map_or(Ok(()), |problem| Err(invalid(path, &problem)))
}

fn invalid(path: &str, detail: &str) -> Refusal {
    Refusal::at(Reason::InvalidField, path, detail)
}
