//! What happens to a person in Greenhouse as a whole, as the events that tell it. No personal data: ids only.

use domain::status::{Snapshot, Status};
use domain::{CandidateId, Tenant};
use progress::Naming;
use proto::envelope::EncodeError;
use proto::{ErasureCause, Notice, v1};
use store::applications::{Erased, Gone, Merged, TrackedApplication};
use store::outbox::Announcement;

/// Where an application counts as being before it was ever seen.
pub(crate) fn never_seen(known: &TrackedApplication) -> Snapshot {
    Snapshot {
        status: Status::InProcess,
        stage: None,
        job_id: known.job,
        prospect: false,
        as_of: None,
        withdrawn: false,
        rejection: None,
    }
}

/// That a record was merged into another one.
pub(crate) fn merged(
    tenant: &Tenant,
    (old, new): (CandidateId, CandidateId),
    merged: &Merged,
) -> Option<Announcement> {
    let applications = merged.applications.iter();
    let notice = Notice::from(v1::CandidateMerged {
        candidate_id: merged.candidate.to_string(),
        old_greenhouse_candidate_id: old.0,
        new_greenhouse_candidate_id: new.0,
        application_ids: applications.map(|id| id.0).collect(),
        observed_at: Some(merged.observed_at.into()),
    });
    // The same two records cannot be merged twice; what is found later to have moved along is another event.
    let ids: Vec<String> = merged
        .applications
        .iter()
        .map(ToString::to_string)
        .collect();
    let what = format!("merged/{old}/{new}/{}", ids.join(","));
    let naming = Naming::of_candidate(tenant, &merged.candidate, &what, merged.observed_at);
    told(naming.announcement(&notice))
}

/// Said of people whom Greenhouse has not shown for long, which proves less than that it says so.
const MAY_BE_HIDDEN: &str = "Greenhouse has not shown this person for two nights and has not said why. If they were made private instead of deleted, let the user whom the bridge acts for see them.";

/// That a person's data are gone from Greenhouse.
pub(crate) fn erased(
    tenant: &Tenant,
    record: CandidateId,
    gone: Gone,
    erased: &Erased,
) -> Option<Announcement> {
    let candidate = &erased.candidate;
    let (what, remedy) = match gone {
        Gone::Anonymised => return told(progress::anonymised(tenant, record, erased)),
        Gone::Deleted => (format!("deleted/{record}"), ""),
        // Whoever shows again may be missed again.
        Gone::Absent => {
            let at = erased.observed_at.timestamp_micros();
            (format!("absent/{record}/{at}"), MAY_BE_HIDDEN)
        }
    };
    let notice = Notice::from(v1::CandidateErased {
        candidate_id: candidate.to_string(),
        old_greenhouse_candidate_id: Some(record.0),
        new_greenhouse_candidate_id: None,
        cause: ErasureCause::Deleted.into(),
        remedy: remedy.to_owned(),
        erased_at: Some(erased.observed_at.into()),
    });
    let naming = Naming::of_candidate(tenant, candidate, &what, erased.observed_at);
    told(naming.announcement(&notice))
}

fn told(written: Result<Announcement, EncodeError>) -> Option<Announcement> {
    written
        .inspect_err(|error| tracing::error!(%error, "a candidate event cannot be written"))
        .ok()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use domain::{ApplicationId, IntrroCandidateId};
    use serde_json::{Value, json};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn data(announcement: &Announcement) -> Value {
        serde_json::from_slice::<Value>(&announcement.body).unwrap()["data"].take()
    }

    #[test]
    fn a_merge_names_both_records_and_what_moved_along() {
        let tenant = Tenant::try_from("acme").unwrap();
        let seen = Merged {
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            applications: vec![ApplicationId(90), ApplicationId(91)],
            observed_at: at("2026-03-12T14:03:22Z"),
        };
        let told = merged(&tenant, (CandidateId(7), CandidateId(8)), &seen).unwrap();
        assert_eq!(
            data(&told),
            json!({
                "candidateId": "c-1", "oldGreenhouseCandidateId": "7", "newGreenhouseCandidateId": "8",
                "applicationIds": ["90", "91"], "observedAt": "2026-03-12T14:03:22Z"
            })
        );
    }

    #[test]
    fn the_anonymised_keep_their_record_and_the_deleted_do_not() {
        let tenant = Tenant::try_from("acme").unwrap();
        let seen = Erased {
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            observed_at: at("2026-03-12T14:03:22Z"),
        };
        let told = |gone| erased(&tenant, CandidateId(7), gone, &seen).unwrap();
        let (one, other) = (told(Gone::Anonymised), told(Gone::Deleted));
        assert_eq!(data(&one)["newGreenhouseCandidateId"], "7");
        assert_eq!(data(&one)["cause"], "ANONYMISED");
        assert_eq!(data(&other).get("newGreenhouseCandidateId"), None);
        assert_eq!(data(&other)["cause"], "DELETED");
        assert_ne!(one.message_id, other.message_id);
    }

    #[test]
    fn who_is_missed_twice_is_told_twice() {
        let tenant = Tenant::try_from("acme").unwrap();
        let told = |second: i64| {
            let seen = Erased {
                candidate: IntrroCandidateId::try_from("c-1").unwrap(),
                observed_at: DateTime::from_timestamp(second, 0).unwrap(),
            };
            erased(&tenant, CandidateId(7), Gone::Absent, &seen).unwrap()
        };
        assert_eq!(data(&told(1))["cause"], "DELETED");
        assert_ne!(told(1).message_id, told(2).message_id);
    }
}
