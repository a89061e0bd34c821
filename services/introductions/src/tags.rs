//! The tags: "Intrro" and the event's own, on the person.

use domain::{CandidateId, Code, StepKind, TagId};

use crate::attempt::{Attempt, Made, Step};
use crate::candidate::Person;
use crate::references::References;
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
    if person.tagged {
        return Ok(());
    }
    let has = person
        .record
        .as_ref()
        .map_or(&[][..], |record| &record.tags);
    apply_missing(attempt, person.id, has, &references.tags)
        .await
        .map(drop)
}

/// Applies those of `wanted` that are not among `has`; says whether any was.
pub(crate) async fn apply_missing(
    attempt: &mut Attempt<'_>,
    candidate: CandidateId,
    has: &[String],
    wanted: &[(String, TagId)],
) -> Result<bool, Stop> {
    let mut any = false;
    for (name, tag) in wanted {
        if has.contains(name) {
            continue;
        }
        let tag = *tag;
        let written = attempt
            .write_once(
                Step::keyed(StepKind::ApplyTag, tag),
                async |client, _| {
                    Ok(client
                        .applied_candidate_tags()
                        .has(candidate, tag)
                        .await?
                        .then_some(tag))
                },
                async |client| {
                    client
                        .applied_candidate_tags()
                        .create(candidate, tag)
                        .await
                        .map(|_| tag)
                },
            )
            .await;
        let applied = attempt.tolerate(written, Code::TagRefused, "candidate.tags")?;
        any |= applied.is_some();
    }
    Ok(any)
}
