//! From a command to an arrival: what the envelope says, in the ledger's terms.

use chrono::{DateTime, Utc};
use domain::{IntroductionId, IntrroCandidateId, InvalidId};
use intake::{Message, Refusal};
pub(crate) use proto::Kind as Command;
use store::intake::Arrival;
use store::person::PersonKey;

use crate::profile;

/// The arrival; none for an event that another queue carries to another service.
///
/// # Errors
/// [`Refusal`] when the command can never be performed.
pub(crate) fn decode(message: Message) -> Result<Option<Arrival>, Refusal> {
    match message.incoming.kind {
        Command::JobsRefreshRequested | Command::StatusRefreshRequested => Ok(None),
        Command::IntroductionAccepted
        | Command::IntroductionStatusChanged
        | Command::CandidateProfileUpdated
        | Command::CandidateErasureRequested => arrival(message).map(Some),
    }
}

fn arrival(message: Message) -> Result<Arrival, Refusal> {
    let Message { tenant, incoming } = message;
    let refused = |path: &str, why: InvalidId| {
        Refusal::invalid(path, why).of(tenant.clone(), incoming.subject.clone())
    };
    let candidate = IntrroCandidateId::try_from(incoming.event.ordering_key())
        .map_err(|why| refused("$.data.candidate.id", why))?;
    let mut keys = vec![PersonKey::candidate(&tenant, &candidate)];
    // The publisher may order by something else than the candidate; both orders are kept.
    if let Ok(subject) = IntrroCandidateId::try_from(incoming.subject.as_str())
        && subject != candidate
    {
        keys.push(PersonKey::candidate(&tenant, &subject));
    }
    let person = match &incoming.event {
        proto::Command::IntroductionAccepted(event) => event.candidate.as_ref(),
        proto::Command::CandidateProfileUpdated(event) => event.candidate.as_ref(),
        _ => None,
    };
    let emails = person.map(profile::emails).unwrap_or_default();
    keys.extend(
        emails
            .iter()
            .filter_map(|email| PersonKey::email(&tenant, email)),
    );
    let business_key = match &incoming.event {
        proto::Command::IntroductionAccepted(event) => {
            IntroductionId::try_from(event.introduction_id.as_str())
                .map_err(|why| refused("$.data.introductionId", why))?;
            event.introduction_id.clone()
        }
        // One event, one intent: these have no id of their own besides the event's.
        _ => format!("{}/{}", incoming.source, incoming.id),
    };
    let occurred_at = incoming.time.unwrap_or_else(Utc::now);
    Ok(Arrival {
        tells_of: tells_of(&incoming.event).unwrap_or(occurred_at),
        occurred_at,
        kind: incoming.kind.as_str(),
        business_key,
        subject: candidate.into(),
        keys,
        tenant,
        source: incoming.source,
        message_id: incoming.id,
        content_hash: incoming.content_hash,
        payload: incoming.data.into(),
        trace: incoming.traceparent,
    })
}

/// The time of which a command tells, where it says so itself.
fn tells_of(command: &proto::Command) -> Option<DateTime<Utc>> {
    let at = match command {
        proto::Command::IntroductionAccepted(event) => &event.accepted_at,
        proto::Command::IntroductionStatusChanged(event) => &event.changed_at,
        proto::Command::CandidateProfileUpdated(event) => &event.changed_at,
        proto::Command::CandidateErasureRequested(_)
        | proto::Command::JobsRefreshRequested(_)
        | proto::Command::StatusRefreshRequested(_) => return None,
    };
    at.as_ref()?.to_utc()
}
