//! The tags: "Intrro" and the event's own, on the person.

use domain::{CandidateId, Code, StepKind, TagId};
use harvest::{Error as Remote, Version};
use store::claim::StepState;

use crate::attempt::{Attempt, Made, Step, Written};
use crate::person::Person;
use crate::references::{self, References};
use crate::stop::Stop;

impl Made for TagId {
    fn remote_id(&self) -> Option<i64> {
        Some(self.0)
    }
}

/// Applies the tags that the person lacks.
pub(crate) async fn apply(
    attempt: &mut Attempt<'_>,
    person: &Person,
    references: &References,
) -> Result<(), Stop> {
    if person.tagged() {
        return Ok(());
    }
    let has = person.record().map_or(&[][..], |record| &record.tags);
    apply_missing(attempt, person.id, has, &references.tags)
        .await
        .map(drop)
}

/// Applies those of `wanted` that are not among `has`, which in v1 minds no case; says whether any was.
pub(crate) async fn apply_missing(
    attempt: &mut Attempt<'_>,
    candidate: CandidateId,
    has: &[String],
    wanted: &[(String, TagId)],
) -> Result<bool, Stop> {
    let v1 = attempt.greenhouse.version() == Version::V1;
    let is = |one: &String, other: &str| one == other || v1 && one.eq_ignore_ascii_case(other);
    let mut any = false;
    for (name, tag) in wanted {
        if has.iter().any(|own| is(own, name)) {
            continue;
        }
        let written = put(attempt, candidate, name, *tag).await;
        let applied = attempt.tolerate(written, Code::TagRefused, "candidate.tags")?;
        any |= applied == Some(true);
    }
    Ok(any)
}

/// Puts a tag on a person, and says whether they did not have it. Its id may have been remembered for a day, and somebody may
/// have deleted the tag since: it is looked up anew then, and put once more.
async fn put(
    attempt: &mut Attempt<'_>,
    candidate: CandidateId,
    name: &str,
    tag: TagId,
) -> Result<bool, Stop> {
    let (written, error) = send(attempt, candidate, tag).await;
    let not_found = matches!(error, Some(Remote::NotFound { .. }));
    if !not_found && !error.as_ref().is_some_and(is_about_the_tag) {
        return written;
    }
    // v1 says so of person and tag alike, and of whoever acts. Where it is a refusal the person was seen; one who was just
    // made is not shown for minutes, and nothing is wrong with the tag: the next try finds them.
    let shown = match &written {
        Err(Stop::Fail(_)) => true,
        Err(Stop::Retry(_)) => {
            let people = attempt.greenhouse.candidates();
            people.get(candidate).await?.is_some()
        }
        _ => false,
    };
    if !shown {
        return written;
    }
    let (written, error) = match references::tag_anew(attempt, name, tag).await? {
        // What was not found was not carried out. It may be sent again even where the tag is as it was: the person may
        // have come to be shown between the write and the look. A refusal would only be repeated.
        Some(known) if not_found || known != tag => send(attempt, candidate, known).await,
        _ => (written, error),
    };
    match error {
        // Person and tag are there, or the tag cannot be had: nothing that another try would find otherwise.
        Some(Remote::NotFound { .. }) => Err(Stop::Fail(Code::TagRefused.into())),
        _ => written,
    }
}

fn step(tag: TagId) -> Step {
    Step::keyed(StepKind::ApplyTag, tag)
}

/// Sends once, and says whether they did not have the tag; keeps what was said against it. v3 refuses what a person has, and
/// their record may not show it yet.
async fn send(
    attempt: &mut Attempt<'_>,
    candidate: CandidateId,
    tag: TagId,
) -> (Result<bool, Stop>, Option<Remote>) {
    let (written, error) = send_once(attempt, candidate, tag).await;
    let written = written.map(|_| true);
    if !matches!(error, Some(Remote::Rejected { .. })) {
        return (written, error);
    }
    let client = attempt.proof();
    match client.applied_candidate_tags().has(candidate, tag).await {
        // Who may not look goes by the refusal.
        Ok(false) | Err(Remote::Forbidden { .. }) => (written, error),
        Ok(true) => {
            attempt.learn(&step(tag), StepState::Confirmed, Some(tag.0), None);
            (Ok(false), None)
        }
        // Nothing was written, and whether anything is wrong the next try finds out.
        Err(unread) => {
            attempt.learn(&step(tag), StepState::Planned, None, None);
            (Err(attempt.missed(unread)), None)
        }
    }
}

async fn send_once(
    attempt: &mut Attempt<'_>,
    candidate: CandidateId,
    tag: TagId,
) -> (Result<Written<TagId>, Stop>, Option<Remote>) {
    let mut error = None;
    let written = attempt
        .write_once(
            step(tag),
            async |client, _| {
                Ok(client
                    .applied_candidate_tags()
                    .has(candidate, tag)
                    .await?
                    .then_some(tag))
            },
            async |client| {
                let tags = client.applied_candidate_tags();
                let applied = tags.create(candidate, tag).await;
                error = applied.as_ref().err().cloned();
                applied?;
                Ok(tag)
            },
        )
        .await;
    (written, error)
}

/// v3 refuses a tag that it does not know by the name of its field.
fn is_about_the_tag(error: &Remote) -> bool {
    ["candidate_tag_id", "tag_id", "tag"]
        .iter()
        .any(|field| error.names_field(field))
}
