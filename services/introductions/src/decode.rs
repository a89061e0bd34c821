//! From a delivery to an arrival: what the envelope says, in the ledger's terms.

use broker::{DeadLetter, Delivery};
use chrono::Utc;
use domain::{Code, IntroductionId, IntrroCandidateId, Tenant};
pub(crate) use proto::Kind as Command;
use proto::envelope::{self, Incoming, RawMessage, Reason};
use store::intake::Arrival;
use store::person::PersonKey;

use crate::introduction;

/// What a readable delivery is to this service.
pub(crate) enum Decoded {
    /// Work for the ledger.
    Mine(Box<Arrival>),
    /// An event that another queue carries to another service.
    Elsewhere,
}

/// Why a delivery goes to the dead letters.
#[derive(Debug)]
pub(crate) struct Refusal {
    reason: Reason,
    pub(crate) word: &'static str,
    pub(crate) path: Option<String>,
    detail: String,
}

impl Refusal {
    fn invalid(path: &str, detail: impl ToString) -> Refusal {
        Refusal {
            reason: Reason::InvalidField,
            word: Reason::InvalidField.as_str(),
            path: Some(path.to_owned()),
            detail: detail.to_string(),
        }
    }

    pub(crate) fn code(&self) -> Code {
        code(self.reason)
    }

    /// The `dl-*` headers' content.
    pub(crate) fn letter<'a>(&'a self, instance: &'a str) -> DeadLetter<'a> {
        DeadLetter {
            reason: match self.reason {
                Reason::UnknownVersion | Reason::UnknownType => broker::Reason::UnknownVersion,
                Reason::TooLarge => broker::Reason::TooLarge,
                Reason::Malformed
                | Reason::MissingTenant
                | Reason::NoJobs
                | Reason::InvalidField => broker::Reason::Malformed,
            },
            class: code(self.reason).as_str(),
            detail: &self.detail,
            path: self.path.as_deref(),
            service: "introductions",
            instance,
            tenant: None,
            ordering_key: None,
        }
    }
}

impl From<envelope::Refusal> for Refusal {
    fn from(refusal: envelope::Refusal) -> Refusal {
        Refusal {
            reason: refusal.reason,
            word: refusal.reason.as_str(),
            path: refusal.path,
            detail: refusal.detail,
        }
    }
}

fn code(reason: Reason) -> Code {
    match reason {
        Reason::Malformed => Code::MalformedEnvelope,
        Reason::UnknownVersion => Code::UnknownVersion,
        Reason::UnknownType => Code::UnknownType,
        Reason::TooLarge => Code::TooLarge,
        Reason::MissingTenant => Code::MissingTenant,
        Reason::NoJobs => Code::NoJobs,
        Reason::InvalidField => Code::InvalidField,
    }
}

/// # Errors
/// [`Refusal`] when the delivery will never be readable.
pub(crate) fn decode(delivery: &Delivery) -> Result<Decoded, Refusal> {
    let incoming = envelope::decode(&RawMessage {
        headers: delivery.headers.clone(),
        content_type: delivery.content_type.clone(),
        message_id: delivery.message_id.clone(),
        type_: delivery.type_.clone(),
        body: delivery.body.clone(),
    })?;
    match incoming.kind {
        Command::JobsRefreshRequested | Command::StatusRefreshRequested => Ok(Decoded::Elsewhere),
        Command::IntroductionAccepted
        | Command::IntroductionStatusChanged
        | Command::CandidateProfileUpdated
        | Command::CandidateErasureRequested => {
            arrival(incoming).map(|arrival| Decoded::Mine(Box::new(arrival)))
        }
    }
}

fn arrival(incoming: Incoming) -> Result<Arrival, Refusal> {
    let tenant = Tenant::try_from(incoming.tenant.as_str())
        .map_err(|e| Refusal::invalid("$.tenantid", e))?;
    let candidate = IntrroCandidateId::try_from(incoming.event.ordering_key())
        .map_err(|e| Refusal::invalid("$.data.candidate.id", e))?;
    let mut keys = vec![PersonKey::candidate(&tenant, &candidate)];
    // The publisher may order by something else than the candidate; both orders are kept.
    if let Ok(subject) = IntrroCandidateId::try_from(incoming.subject.as_str())
        && subject != candidate
    {
        keys.push(PersonKey::candidate(&tenant, &subject));
    }
    let business_key = match &incoming.event {
        proto::Command::IntroductionAccepted(event) => {
            IntroductionId::try_from(event.introduction_id.as_str())
                .map_err(|e| Refusal::invalid("$.data.introductionId", e))?;
            let emails = introduction::emails(event);
            keys.extend(
                emails
                    .iter()
                    .filter_map(|email| PersonKey::email(&tenant, email)),
            );
            event.introduction_id.clone()
        }
        // One event, one intent: these have no id of their own besides the event's.
        _ => format!("{}/{}", incoming.source, incoming.id),
    };
    Ok(Arrival {
        occurred_at: incoming.time.unwrap_or_else(Utc::now),
        kind: incoming.kind.as_str(),
        business_key,
        subject: candidate.into(),
        keys,
        tenant,
        source: incoming.source,
        message_id: incoming.id,
        content_hash: incoming.content_hash,
        payload: incoming.data.into(),
        trace: incoming.traceparent.or_else(begin_trace),
    })
}

/// The event came without a trace: one begins here, so that every try joins it.
fn begin_trace() -> Option<String> {
    let span = tracing::info_span!(parent: None, "receive greenhouse.introductions", otel.kind = "consumer");
    span.in_scope(boot::telemetry::current_traceparent)
}
