//! That somebody was anonymised in Greenhouse, as the event that tells it. No personal data: ids only.

use domain::{CandidateId, Tenant};
use proto::envelope::{OutMeta, encode};
use proto::{ErasureCause, Notice, v1};
use store::applications::Erased;
use store::outbox::Announcement;
use uuid::Uuid;

use crate::event::SOURCE;

/// The event. Whoever tells it, the same person and record make the same message.
#[must_use]
pub fn anonymised(tenant: &Tenant, record: CandidateId, erased: &Erased) -> Option<Announcement> {
    let candidate = &erased.candidate;
    let notice = Notice::from(v1::CandidateErased {
        candidate_id: candidate.to_string(),
        old_greenhouse_candidate_id: Some(record.0),
        new_greenhouse_candidate_id: Some(record.0),
        cause: ErasureCause::Anonymised.into(),
        remedy: String::new(),
        erased_at: Some(erased.observed_at.into()),
    });
    let name = format!("{tenant}/candidates/{candidate}/anonymised/{record}");
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let meta = OutMeta {
        id,
        source: SOURCE,
        tenant: tenant.as_str(),
        subject: candidate.as_str(),
        time: erased.observed_at,
        traceparent: None,
    };
    let encoded = encode(&notice, &meta).ok()?;
    Some(Announcement {
        message_id: id,
        tenant: tenant.clone(),
        ordering_key: format!("candidate:{candidate}"),
        routing_key: encoded.routing_key.to_owned(),
        trace: None,
        body: encoded.body.into(),
    })
}
