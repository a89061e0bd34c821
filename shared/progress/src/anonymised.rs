//! That somebody was anonymised in Greenhouse, as the event that tells it. No personal data: ids only.

use domain::{CandidateId, Tenant};
use proto::envelope::EncodeError;
use proto::{ErasureCause, Notice, v1};
use store::applications::Erased;
use store::outbox::Announcement;

use crate::Naming;

/// The event. Whoever tells it, the same person and record make the same message.
///
/// # Errors
/// [`EncodeError`] when it holds a time that the contract cannot say.
pub fn anonymised(
    tenant: &Tenant,
    record: CandidateId,
    erased: &Erased,
) -> Result<Announcement, EncodeError> {
    let candidate = &erased.candidate;
    let notice = Notice::from(v1::CandidateErased {
        candidate_id: candidate.to_string(),
        old_greenhouse_candidate_id: Some(record.0),
        new_greenhouse_candidate_id: Some(record.0),
        cause: ErasureCause::Anonymised.into(),
        remedy: String::new(),
        erased_at: Some(erased.observed_at.into()),
    });
    let what = format!("anonymised/{record}");
    let naming = Naming::of_candidate(tenant, candidate, &what, erased.observed_at);
    naming.announcement(&notice)
}
