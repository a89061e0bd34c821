//! The tags: "Intrro" and the event's own, on the person.

use domain::{Code, StepKind, TagId};

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
    for (name, tag) in references.tags.iter().zip(&references.tag_ids) {
        let has = person
            .record
            .as_ref()
            .is_some_and(|record| record.tags.iter().any(|has| has == name));
        if has {
            continue;
        }
        let (candidate, tag) = (person.id, *tag);
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
        attempt.tolerate(written, Code::TagRefused, "candidate.tags")?;
    }
    Ok(())
}
