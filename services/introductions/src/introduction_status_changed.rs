//! `IntroductionStatusChanged`: the custom field "Intrro status" where the tenant has it, and a note where a text came.

use chrono::TimeDelta;
use domain::marker::Marker;
use domain::{Code, IntrroCandidateId, Problem, StepKind};
use proto::v1;

use crate::attempt::{Attempt, Step};
use crate::introduced::{self, Introduced};
use crate::stop::Stop;
use crate::updated::{self, Update};
use crate::{note, status_field};

/// Longer than a message takes, and shorter than it takes to put a database back to an older state: what comes later may come
/// again.
const LATE: TimeDelta = TimeDelta::seconds(2);

pub(crate) async fn handle(
    attempt: &mut Attempt<'_>,
    event: v1::IntroductionStatusChanged,
) -> Result<(), Stop> {
    let claim = attempt.claim;
    let candidate = IntrroCandidateId::try_from(event.candidate_id.as_str())
        .map_err(|_| Stop::Park(Problem::new(Code::Internal)))?;
    let told = event.changed_at.as_ref().and_then(|at| at.to_utc());
    let changed_at = introduced::changed_at(attempt, told);
    let person = introduced::find(attempt, candidate, None).await?;

    let superseded = person.is_ahead_of(changed_at);
    let written_earlier = attempt.was_sent(&Step::only(StepKind::WriteStatus));
    let mut changed = Vec::new();
    if !superseded
        && claim.settings.introduction_status_field
        && status_field::write(attempt, &person.record, &event.status).await?
    {
        changed.push("status".to_owned());
    }
    // A remark is worth reading whenever it arrives.
    if !event.note.trim().is_empty() && remark(attempt, &person, &event).await? {
        changed.push("note".to_owned());
    }
    let update = Update {
        introduction: event.introduction_id,
        changed_at,
        superseded,
        changed,
        written_earlier,
        email_keys: Vec::new(),
    };
    updated::settle(attempt, &person, update).await
}

async fn remark(
    attempt: &mut Attempt<'_>,
    person: &Introduced,
    event: &v1::IntroductionStatusChanged,
) -> Result<bool, Stop> {
    let claim = attempt.claim;
    let base = &attempt.context.config.intrro_url;
    let marker = Marker::update(base, &claim.tenant, &claim.business_key);
    let body = body(event, &marker);
    let step = Step::only(StepKind::AddStatusNote);
    let id = person.record.id;
    let late = claim.created_at - claim.occurred_at > LATE;
    if late && note::is_there(attempt, &step, id, &marker).await? == Some(true) {
        return Ok(true);
    }
    note::once(attempt, step, id, body, &marker, "note").await
}

fn body(event: &v1::IntroductionStatusChanged, marker: &Marker) -> String {
    let before = event.previous_status.trim();
    let before = if before.is_empty() {
        String::new()
    } else {
        format!(" (before: {before})")
    };
    let (status, note) = (event.status.trim(), event.note.trim());
    format!("Introduction in Intrro: {status}{before}.\n\n{note}\n\n{marker}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_tells_the_status_the_remark_and_where_it_comes_from() {
        let base = "https://app.intrro.com".parse().unwrap();
        let tenant = domain::Tenant::try_from("acme").unwrap();
        let marker = Marker::update(&base, &tenant, "/intrro/event-1");
        let event = v1::IntroductionStatusChanged {
            status: "interested".into(),
            previous_status: "asked".into(),
            note: " Prefers mornings. ".into(),
            ..Default::default()
        };
        let body = body(&event, &marker);
        assert!(body.starts_with(
            "Introduction in Intrro: interested (before: asked).\n\nPrefers mornings.\n\nhttps://"
        ));
        assert!(marker.is_in(&body));
    }
}
