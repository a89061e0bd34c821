//! The note that tells recruiters who introduced the person and why.

use domain::marker::Marker;
use domain::settings::NoteVisibility;
use domain::{CandidateId, Code, NoteId, Problem, StepKind};
use harvest::{Client, Error as Remote, InlineNote, NewNote, Visibility};
use store::claim::StepState;

use crate::attempt::{Attempt, Made, Step};
use crate::introduction::Introduction;
use crate::person::{Origin, Person};
use crate::search;
use crate::stop::Stop;

impl Made for NoteId {
    fn remote_id(&self) -> Option<i64> {
        Some(self.0)
    }
}

/// The write of the note.
pub(crate) fn step() -> Step {
    Step::only(StepKind::AddNote)
}

/// Adds the note about the introduction.
pub(crate) async fn add(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
) -> Result<(), Stop> {
    if person.noted() || came_before(attempt, introduction, person).await? {
        return Ok(());
    }
    let body = body(introduction);
    let marker = &introduction.note_marker;
    once(attempt, step(), person.id, body, marker, "message")
        .await
        .map(drop)
}

/// The note to make in the same call as its person, where Greenhouse can: it exists then exactly if the person does.
pub(crate) fn with_the_person(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
) -> Option<InlineNote> {
    let possible = attempt.greenhouse.notes().go_with_a_new_candidate() && !introduction.prospect;
    // An earlier try was refused with it, and may have made the person without.
    let left_out = attempt.claim.step(step().name());
    let left_out = left_out.is_some_and(|record| record.state == StepState::Planned);
    (possible && !left_out).then(|| InlineNote {
        body: body(introduction),
        visibility: visibility(attempt.claim.settings.note_visibility),
    })
}

/// Whether the refusal of a person names the note that was sent with them.
pub(crate) fn is_named(error: &Remote) -> bool {
    [
        "activity_feed_notes",
        "note",
        "body",
        "visibility",
        "user_id",
    ]
    .iter()
    .any(|name| error.names_field(name))
}

/// Whether the note may be why a person is refused: it is named, or no field is.
pub(crate) fn may_be_refused(error: &Remote) -> bool {
    let silent = match error {
        Remote::Rejected { status, fields, .. } => {
            *status == 422 && fields.iter().all(|error| error.field.is_none())
        }
        _ => false,
    };
    silent || is_named(error)
}

/// Whether the note came along with its person, whom an earlier try made, perhaps over another version. Where v3 made them
/// there is a record of the note: its intent was committed with theirs. One that is planned tells nothing: it was foreseen
/// and not needed, because the note had come along, or was left out.
pub(crate) async fn came_along(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
    person: CandidateId,
) -> Result<bool, Stop> {
    let record = attempt.claim.step(step().name());
    if record.is_some_and(|record| record.state != StepState::Planned) {
        return Ok(false);
    }
    if !attempt.greenhouse.notes().can_be_read() {
        return Ok(with_the_person(attempt, introduction).is_some());
    }
    match find(&attempt.proof(), person, &introduction.note_marker).await {
        Ok(found) => Ok(found.is_some()),
        // Nobody has to pause because notes may not be read.
        Err(Remote::Forbidden { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether the note is from an import that the database has forgotten: it was put back to an older state, and the event came
/// again. Whoever was introduced carries our marker, so of nobody else a call is spent on it.
async fn came_before(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
    person: &Person,
) -> Result<bool, Stop> {
    let Origin::Found { record, .. } = &person.origin else {
        return Ok(false);
    };
    if !search::is_ours(record, introduction) {
        return Ok(false);
    }
    let marker = &introduction.note_marker;
    if let Some(there) = is_there(attempt, &step(), person.id, marker).await? {
        return Ok(there);
    }
    let claim = attempt.claim;
    let marked_by_this = attempt.was_sent(&Step::only(StepKind::EditCandidate));
    let forgotten = !claim.known.contains(&person.id) && !claim.erased_before;
    let perhaps = forgotten && !marked_by_this && !attempt.was_sent(&step());
    if perhaps {
        leave(attempt, &step(), "message");
    }
    Ok(perhaps)
}

/// Whether a note is there that the database knows nothing of, by one call. None where notes may not be read, and where it
/// does know, so that the write itself looks.
pub(crate) async fn is_there(
    attempt: &mut Attempt<'_>,
    step: &Step,
    candidate: CandidateId,
    marker: &Marker,
) -> Result<Option<bool>, Stop> {
    if !attempt.greenhouse.notes().can_be_read() || attempt.was_sent(step) {
        return Ok(None);
    }
    match find(&attempt.proof(), candidate, marker).await {
        Ok(Some(note)) => {
            attempt.learn(step, StepState::Confirmed, Some(note.0), None);
            Ok(Some(true))
        }
        Ok(None) => Ok(Some(false)),
        Err(Remote::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A person's note that carries the marker, if it is there.
async fn find(
    client: &Client,
    candidate: CandidateId,
    marker: &Marker,
) -> Result<Option<NoteId>, Remote> {
    let notes = client.notes().of_candidate(candidate).await?;
    let ours = notes.into_iter().find(|note| marker.is_in(&note.body));
    Ok(ours.map(|note| note.id))
}

/// Adds a note, once per marker; the body carries it. Says whether the note is there; a refusal, blamed on `field`,
/// becomes a warning.
pub(crate) async fn once(
    attempt: &mut Attempt<'_>,
    step: Step,
    candidate: CandidateId,
    body: String,
    marker: &Marker,
    field: &str,
) -> Result<bool, Stop> {
    let note = NewNote {
        candidate_id: candidate,
        body,
        visibility: visibility(attempt.claim.settings.note_visibility),
    };
    if !attempt.greenhouse.notes().can_be_read() && attempt.is_unproven(&step) {
        leave(attempt, &step, field);
        return Ok(false);
    }
    let mut hidden = false;
    let written = attempt
        .write_once(
            step.clone(),
            async |client, _| {
                let found = find(client, candidate, marker).await;
                // Whoever may write notes need not be allowed to read them, and nobody has to pause for that.
                hidden = matches!(found, Err(Remote::Forbidden { .. }));
                found
            },
            async |client| Ok(client.notes().create(&note).await?.id),
        )
        .await;
    if hidden {
        leave(attempt, &step, field);
        return Ok(false);
    }
    let written = attempt.tolerate(written, Code::NoteRefused, field)?;
    Ok(written.is_some())
}

/// Nothing can show whether the note is there: one that is there twice is worse than one that somebody has to look for.
fn leave(attempt: &mut Attempt<'_>, step: &Step, field: &str) {
    attempt.leave_unproven(step);
    attempt.warn(Problem::new(Code::RemoteUnknown).field(field));
}

fn visibility(chosen: NoteVisibility) -> Visibility {
    match chosen {
        NoteVisibility::Public => Visibility::Public,
        NoteVisibility::Private => Visibility::Private,
        NoteVisibility::AdminOnly => Visibility::AdminOnly,
    }
}

fn body(introduction: &Introduction) -> String {
    let event = &introduction.event;
    let referrer = event.referrer.as_ref();
    let name = referrer
        .map(|referrer| referrer.name.trim())
        .filter(|name| !name.is_empty());
    let email = referrer
        .map(|referrer| referrer.email.trim())
        .filter(|email| !email.is_empty());
    let mut body = match (name, email) {
        (Some(name), Some(email)) => format!("Introduced by {name} ({email}) through Intrro."),
        (Some(who), None) | (None, Some(who)) => format!("Introduced by {who} through Intrro."),
        (None, None) => "Introduced through Intrro.".to_owned(),
    };
    if let Some(requester) = event
        .requested_by
        .as_ref()
        .filter(|requester| !requester.email.is_empty())
    {
        body.push_str(&format!("\nRequested by {}.", requester.email.trim()));
    }
    if !event.message.trim().is_empty() {
        body.push_str(&format!("\n\n{}", event.message.trim()));
    }
    body.push_str(&format!("\n\n{}", introduction.note_marker.as_str()));
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Tenant;
    use proto::v1;

    fn introduction(event: v1::IntroductionAccepted) -> Introduction {
        let base = "https://app.intrro.com".parse().unwrap();
        let event = v1::IntroductionAccepted {
            introduction_id: "i-1".into(),
            candidate: Some(v1::Candidate {
                id: "c-1".into(),
                ..Default::default()
            }),
            ..event
        };
        let settings = domain::settings::Settings::default();
        Introduction::parse(&Tenant::try_from("acme").unwrap(), &base, &settings, event).unwrap()
    }

    #[test]
    fn it_names_the_referrer_and_the_requester_and_ends_with_the_marker() {
        let referrer = v1::Referrer {
            name: "Grace".into(),
            email: "grace@acme.com".into(),
            ..Default::default()
        };
        let introduction = introduction(v1::IntroductionAccepted {
            referrer: Some(referrer),
            requested_by: Some(v1::Requester {
                email: " rita@acme.com ".into(),
            }),
            message: " Great engineer. ".into(),
            ..Default::default()
        });
        let body = body(&introduction);
        assert!(body.starts_with(
            "Introduced by Grace (grace@acme.com) through Intrro.\nRequested by rita@acme.com.\n\nGreat engineer.\n\n"
        ));
        assert!(introduction.note_marker.is_in(&body));
    }

    #[test]
    fn it_needs_nothing_but_the_introduction() {
        let body = body(&introduction(v1::IntroductionAccepted::default()));
        assert!(body.starts_with("Introduced through Intrro.\n\nhttps://"));
    }
}
