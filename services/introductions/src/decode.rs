//! From a command to an arrival: what the envelope says, in the ledger's terms.

use chrono::{DateTime, Utc};
use domain::{IntroductionId, IntrroCandidateId, InvalidId, OperationKind};
use intake::{Message, Refusal};
use proto::{Command, Kind};
use store::intake::Arrival;
use store::person::PersonKey;

use crate::profile;

/// The arrival; none for an event that another queue carries to another service.
///
/// # Errors
/// [`Refusal`] when the command can never be performed.
pub(crate) fn decode(message: Message) -> Result<Option<Arrival>, Refusal> {
    let command = message.incoming.kind;
    let kind = match command {
        Kind::JobsRefreshRequested | Kind::StatusRefreshRequested => {
            if message.routing_key == command.type_name() {
                return Ok(None);
            }
            // Only this queue has it, or one whose service leaves it to this one.
            let refusal = Refusal::invalid("routing_key", "expected the type of the command");
            return Err(refusal.of(message.tenant, message.incoming.subject));
        }
        Kind::IntroductionAccepted => OperationKind::IntroductionAccepted,
        Kind::IntroductionStatusChanged => OperationKind::IntroductionStatusChanged,
        Kind::CandidateProfileUpdated => OperationKind::CandidateProfileUpdated,
        Kind::CandidateErasureRequested => OperationKind::CandidateErasureRequested,
    };
    arrival(message, kind).map(Some)
}

fn arrival(message: Message, kind: OperationKind) -> Result<Arrival, Refusal> {
    let Message {
        tenant, incoming, ..
    } = message;
    let refused = |path: &str, why: InvalidId| {
        Refusal::invalid(path, why).of(tenant.clone(), incoming.subject.clone())
    };
    let candidate = IntrroCandidateId::try_from(incoming.event.ordering_key())
        .map_err(|why| refused("$.data.candidate.id", why))?;
    let mut keys = vec![PersonKey::candidate(&tenant, &candidate)];
    // The publisher may order by something else than the candidate; both orders are kept. It may even be the id of somebody
    // else, who is not meant by it.
    let subject = IntrroCandidateId::try_from(incoming.subject.as_str()).ok();
    let other = subject.filter(|subject| *subject != candidate);
    let ordered_by = other.map(|subject| PersonKey::candidate(&tenant, &subject));
    let person = match &incoming.event {
        Command::IntroductionAccepted(event) => event.candidate.as_ref(),
        Command::CandidateProfileUpdated(event) => event.candidate.as_ref(),
        _ => None,
    };
    let emails = person.map(profile::emails).unwrap_or_default();
    keys.extend(
        emails
            .iter()
            .filter_map(|email| PersonKey::email(&tenant, email)),
    );
    let business_key: String = match &incoming.event {
        Command::IntroductionAccepted(event) => {
            IntroductionId::try_from(event.introduction_id.as_str())
                .map_err(|why| refused("$.data.introductionId", why))?
                .into()
        }
        // One event, one intent: these have no id of their own besides the event's.
        _ => format!("{}/{}", incoming.source, incoming.id),
    };
    let occurred_at = incoming.time.unwrap_or_else(Utc::now);
    Ok(Arrival {
        tells_of: tells_of(&incoming.event).unwrap_or(occurred_at),
        occurred_at,
        kind,
        business_key,
        subject: candidate.into(),
        keys,
        ordered_by,
        tenant,
        source: incoming.source,
        message_id: incoming.id,
        content_hash: incoming.content_hash,
        payload: incoming.data.into(),
        trace: incoming.traceparent,
    })
}

/// The time of which a command tells, where it says so itself.
fn tells_of(command: &Command) -> Option<DateTime<Utc>> {
    let at = match command {
        Command::IntroductionAccepted(event) => &event.accepted_at,
        Command::IntroductionStatusChanged(event) => &event.changed_at,
        Command::CandidateProfileUpdated(event) => &event.changed_at,
        Command::CandidateErasureRequested(_)
        | Command::JobsRefreshRequested(_)
        | Command::StatusRefreshRequested(_) => return None,
    };
    at.as_ref()?.to_utc()
}

#[cfg(test)]
mod tests {
    use domain::Tenant;
    use proto::envelope::{self, RawMessage};
    use serde_json::json;

    use super::*;

    fn refresh_request(routing_key: &str) -> Message {
        let event = json!({
            "specversion": "1.0", "id": "e-1", "source": "/intrro", "tenantid": "acme", "subject": "jobs",
            "type": "intrro.events.v1.JobsRefreshRequested", "data": {"requestId": "r-1"},
        });
        message(&event, routing_key)
    }

    fn message(event: &serde_json::Value, routing_key: &str) -> Message {
        let raw = RawMessage {
            body: event.to_string().into(),
            ..RawMessage::default()
        };
        Message {
            tenant: "acme".parse().unwrap(),
            incoming: envelope::decode(&raw).unwrap(),
            routing_key: routing_key.to_owned(),
        }
    }

    #[test]
    fn an_id_as_long_as_the_contract_allows_is_taken() {
        let kind = "intrro.events.v1.CandidateErasureRequested";
        let id = "c".repeat(255);
        let event = json!({
            "specversion": "1.0", "id": "e-1", "source": "/intrro", "tenantid": "acme",
            "type": kind, "data": {"candidateId": id},
        });
        let arrival = decode(message(&event, kind)).unwrap().unwrap();
        assert_eq!(arrival.subject, id);
    }

    #[test]
    fn space_around_an_id_makes_no_other_intent_and_no_other_person() {
        let kind = "intrro.events.v1.IntroductionAccepted";
        let arrival = |introduction: &str, candidate: &str| {
            let event = json!({
                "specversion": "1.0", "id": "e-1", "source": "/intrro", "tenantid": "acme", "type": kind,
                "data": {"introductionId": introduction, "candidate": {"id": candidate}, "jobIds": ["1"]},
            });
            decode(message(&event, kind)).unwrap().unwrap()
        };
        let (plain, spaced) = (arrival("i-1", "c-1"), arrival(" i-1", "c-1 "));
        assert_eq!(plain.business_key, "i-1");
        assert_eq!(spaced.business_key, plain.business_key);
        assert_eq!(spaced.subject, plain.subject);
        assert_eq!(spaced.keys, plain.keys);
        assert_eq!(spaced.content_hash, plain.content_hash);
    }

    #[test]
    fn a_refresh_request_is_left_to_its_service_only_where_that_gets_it() {
        let own = refresh_request("intrro.events.v1.JobsRefreshRequested");
        assert!(decode(own).unwrap().is_none());
        for key in [
            "intrro.events.v1.StatusRefreshRequested",
            "intrro.events.v1.IntroductionAccepted",
            "greenhouse.introductions",
        ] {
            let refusal = decode(refresh_request(key)).unwrap_err();
            assert_eq!(refusal.path(), Some("routing_key"), "{key}");
            assert_eq!(refusal.tenant().map(Tenant::as_str), Some("acme"));
        }
    }
}
