//! One change as the event that tells it. No personal data: ids, stage names and the reason recruiters chose.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Tenant;
use domain::settings::Settings;
use domain::status::{
    Change, DetectedBy, Observation, Quality, Rejection, Snapshot, Status, diff, next_snapshot,
};
use proto::envelope::EncodeError;
use proto::{Notice, v1};
use store::applications::{Progress, TrackedApplication};
use store::outbox::Announcement;

use crate::Naming;
use crate::phase::{contract, phase};

/// How far Greenhouse's clock and the database's may be apart without either being wrong.
const CLOCKS: TimeDelta = TimeDelta::minutes(1);

/// Whose change is told.
pub struct Subject<'a> {
    /// Whose applications.
    pub tenant: &'a Tenant,
    /// What the tenant says of its stages.
    pub settings: &'a Settings,
    /// The application before the change.
    pub tracked: &'a TrackedApplication,
    /// W3C `traceparent` of the work that saw it, where that has one.
    pub trace: Option<&'a str>,
}

impl Subject<'_> {
    /// What an observation makes of the application, and the changes that it consists of.
    ///
    /// # Errors
    /// [`EncodeError`] when Greenhouse gave a time that the contract cannot say.
    pub fn progress(
        &self,
        observation: &Observation,
    ) -> Result<(Progress, Vec<Change>), EncodeError> {
        let tracked = self.tracked;
        let stored = tracked.snapshot.as_ref();
        // What counted as gone because it was not shown was hidden: no answer that shows it is too old.
        let shown = tracked.absent && observation.snapshot.status != Status::Deleted;
        let hidden = stored.filter(|_| shown).map(|last| Snapshot {
            as_of: None,
            ..last.clone()
        });
        let known = hidden.as_ref().or(stored);
        let changes = diff(known, observation);
        let numbered = changes.iter().zip(tracked.sequence + 1..);
        let announcements =
            numbered.map(|(change, sequence)| self.announcement(sequence, change, observation));
        let progress = Progress {
            application: tracked.application,
            candidate: tracked.candidate.clone(),
            sequence: tracked.sequence,
            known_as_of: stored.and_then(|known| known.as_of),
            snapshot: next_snapshot(known, observation),
            absent: observation.is_by_absence(),
            observed_at: observation.observed_at,
            announcements: announcements.collect::<Result<_, _>>()?,
            successor: None,
        };
        Ok((progress, changes))
    }

    /// The event about a change. Application and sequence tell it from all others.
    fn announcement(
        &self,
        sequence: i64,
        change: &Change,
        observation: &Observation,
    ) -> Result<Announcement, EncodeError> {
        let tracked = self.tracked;
        let seen = Seen::of(change, observation.observed_at);
        let naming = Naming {
            tenant: self.tenant,
            unique: format!("applications/{}/{sequence}", tracked.application),
            subject: tracked.candidate.as_str(),
            ordering_key: format!("application:{}", tracked.application),
            time: seen.observed_at,
            trace: self.trace,
        };
        let event = self.event(sequence, change, &seen, observation.detected_by);
        naming.announcement(&Notice::from(event))
    }

    fn event(
        &self,
        sequence: i64,
        change: &Change,
        seen: &Seen,
        detected_by: DetectedBy,
    ) -> v1::CandidateStatusChanged {
        let tracked = self.tracked;
        let why = change.rejection.as_ref();
        let job = change.current.job_id.or(tracked.job);
        let introductions = tracked.introductions.iter();
        // An application that took the place of a prospect's goes on where that one stood.
        let previous = change.previous.as_ref().or(tracked.origin.as_ref());
        v1::CandidateStatusChanged {
            candidate_id: tracked.candidate.to_string(),
            introduction_ids: introductions.map(ToString::to_string).collect(),
            greenhouse_candidate_id: tracked.greenhouse.0,
            application_id: tracked.application.0,
            job_id: job.map(i64::from),
            sequence,
            previous: previous.map(|previous| self.state(previous)),
            current: Some(self.state(&change.current)),
            rejection: why.map(rejection),
            occurred_at: Some(seen.occurred_at.into()),
            occurred_at_quality: quality(seen.quality).into(),
            observed_at: Some(seen.observed_at.into()),
            detected_by: detector(detected_by).into(),
            backfilled: change.backfilled,
            converted_from_application_id: tracked.converted_from.map(|id| id.0),
        }
    }

    fn state(&self, snapshot: &Snapshot) -> v1::candidate_status_changed::State {
        v1::candidate_status_changed::State {
            status: status(snapshot.status).into(),
            stage_id: snapshot.stage.as_ref().map(|stage| stage.job_stage_id.0),
            stage_name: snapshot.stage.as_ref().and_then(|stage| stage.name.clone()),
            phase: contract(phase(snapshot, self.settings)).into(),
        }
    }
}

/// When a change happened, and when it was seen: no earlier, whatever the two clocks show that tell it.
struct Seen {
    occurred_at: DateTime<Utc>,
    quality: Quality,
    observed_at: DateTime<Utc>,
}

impl Seen {
    /// A change that is stamped later than two clocks explain was stamped by a wrong one, or by somebody who edited the time
    /// of a rejection: it had happened when it was seen.
    fn of(change: &Change, observed_at: DateTime<Utc>) -> Seen {
        let (occurred_at, quality) = (change.occurred_at, change.quality);
        if occurred_at - observed_at > CLOCKS {
            return Seen {
                occurred_at: observed_at,
                quality: Quality::Approximate,
                observed_at,
            };
        }
        Seen {
            occurred_at,
            quality,
            observed_at: observed_at.max(occurred_at),
        }
    }
}

fn rejection(why: &Rejection) -> v1::candidate_status_changed::Rejection {
    let kind = why
        .kind
        .as_deref()
        .and_then(proto::RejectionType::from_str_name);
    v1::candidate_status_changed::Rejection {
        reason: why.reason.clone().unwrap_or_default(),
        r#type: kind.unwrap_or_default().into(),
    }
}

const fn status(status: Status) -> proto::ApplicationStatus {
    match status {
        Status::InProcess => proto::ApplicationStatus::Active,
        Status::Rejected => proto::ApplicationStatus::Rejected,
        Status::Hired => proto::ApplicationStatus::Hired,
        Status::Converted => proto::ApplicationStatus::Converted,
        Status::Deleted => proto::ApplicationStatus::Deleted,
    }
}

const fn quality(quality: Quality) -> proto::Quality {
    match quality {
        Quality::Exact => proto::Quality::Exact,
        Quality::Approximate => proto::Quality::Approximate,
        Quality::Unknown => proto::Quality::Unknown,
    }
}

const fn detector(detector: DetectedBy) -> proto::Detector {
    match detector {
        DetectedBy::Poll => proto::Detector::Poll,
        DetectedBy::Webhook => proto::Detector::Webhook,
        DetectedBy::StageHistory => proto::Detector::StageHistory,
        DetectedBy::Refresh => proto::Detector::Refresh,
        DetectedBy::Import => proto::Detector::Import,
    }
}

#[cfg(test)]
mod tests {
    use domain::status::Stage;
    use domain::{
        ApplicationId, CandidateId, IntroductionId, IntrroCandidateId, JobId, JobStageId,
    };
    use serde_json::{Value, json};

    use super::*;

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn offer(status: Status) -> Snapshot {
        Snapshot {
            status,
            stage: Some(Stage {
                job_stage_id: JobStageId(5),
                name: Some("Offer".into()),
            }),
            job_id: Some(JobId(4)),
            prospect: false,
            as_of: None,
            withdrawn: false,
            rejection: None,
        }
    }

    fn tracked(snapshot: Option<Snapshot>) -> TrackedApplication {
        TrackedApplication {
            application: ApplicationId(90),
            greenhouse: CandidateId(7),
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            introductions: vec![IntroductionId::try_from("i-1").unwrap()],
            job: Some(JobId(4)),
            snapshot,
            sequence: 2,
            converted_from: None,
            origin: None,
            anonymised: false,
            absent: false,
            introduced_at: None,
            observed_at: None,
        }
    }

    fn turned_down() -> Observation {
        Observation {
            snapshot: offer(Status::Rejected),
            visit: None,
            history: Vec::new(),
            rejection: Some(Rejection {
                reason_id: None,
                reason: Some("Took another offer".into()),
                kind: Some("THEY_REJECTED_US".into()),
            }),
            rejected_at: Some(at("2026-03-12T14:02:51Z")),
            last_activity_at: None,
            updated_at: Some(at("2026-03-12T14:02:51Z")),
            observed_at: at("2026-03-12T14:03:22Z"),
            detected_by: DetectedBy::Poll,
            anonymised: false,
            from_start: false,
        }
    }

    fn told(tracked: &TrackedApplication) -> Announcement {
        told_of(tracked, &turned_down())
    }

    fn told_of(tracked: &TrackedApplication, observation: &Observation) -> Announcement {
        let tenant = Tenant::try_from("acme").unwrap();
        let subject = Subject {
            tenant: &tenant,
            settings: &Settings::default(),
            tracked,
            trace: Some(TRACE),
        };
        let (mut progress, _) = subject.progress(observation).unwrap();
        progress.announcements.remove(0)
    }

    #[test]
    fn a_rejection_is_told_in_the_words_of_the_contract() {
        let announcement = told(&tracked(Some(offer(Status::InProcess))));
        let event: Value = serde_json::from_slice(&announcement.body).unwrap();
        assert_eq!(event["subject"], "c-1");
        assert_eq!(event["id"], announcement.message_id.to_string());
        assert_eq!(
            event["data"],
            json!({
                "candidateId": "c-1", "introductionIds": ["i-1"], "greenhouseCandidateId": "7",
                "applicationId": "90", "jobId": "4", "sequence": "3",
                "previous": {"status": "ACTIVE", "stageId": "5", "stageName": "Offer", "phase": "OFFER"},
                "current": {"status": "REJECTED", "stageId": "5", "stageName": "Offer", "phase": "WITHDRAWN"},
                "rejection": {"reason": "Took another offer", "type": "THEY_REJECTED_US"},
                "occurredAt": "2026-03-12T14:02:51Z", "occurredAtQuality": "EXACT",
                "observedAt": "2026-03-12T14:03:22Z", "detectedBy": "POLL", "backfilled": false
            })
        );
    }

    #[test]
    fn nothing_is_observed_before_it_occurred() {
        let stamped = |rejected_at: &str| {
            let observation = Observation {
                rejected_at: Some(at(rejected_at)),
                observed_at: at("2026-03-12T14:03:22Z"),
                ..turned_down()
            };
            let told = told_of(&tracked(Some(offer(Status::InProcess))), &observation);
            let event: Value = serde_json::from_slice(&told.body).unwrap();
            assert_eq!(event["time"], event["data"]["observedAt"]);
            ["occurredAt", "occurredAtQuality", "observedAt"]
                .map(|field| event["data"][field].as_str().unwrap().to_owned())
        };
        for (rejected_at, expected) in [
            // Greenhouse's clock is a little ahead.
            (
                "2026-03-12T14:03:25Z",
                ["2026-03-12T14:03:25Z", "EXACT", "2026-03-12T14:03:25Z"],
            ),
            // Somebody set it.
            (
                "2099-01-01T00:00:00Z",
                [
                    "2026-03-12T14:03:22Z",
                    "APPROXIMATE",
                    "2026-03-12T14:03:22Z",
                ],
            ),
        ] {
            assert_eq!(stamped(rejected_at), expected);
        }
    }

    #[test]
    fn the_first_event_has_no_previous_state() {
        let event: Value = serde_json::from_slice(&told(&tracked(None)).body).unwrap();
        assert_eq!(event["data"].get("previous"), None);
        assert_eq!(event["data"]["current"]["status"], "REJECTED");
    }

    #[test]
    fn what_took_the_place_of_a_prospect_goes_on_from_there() {
        let mut origin = offer(Status::InProcess);
        (origin.prospect, origin.stage) = (true, None);
        let mut tracked = tracked(None);
        (tracked.origin, tracked.converted_from) = (Some(origin), Some(ApplicationId(80)));
        let event: Value = serde_json::from_slice(&told(&tracked).body).unwrap();
        let expected = json!({"status": "ACTIVE", "phase": "INTRODUCED"});
        assert_eq!(event["data"]["previous"], expected);
        assert_eq!(event["data"]["convertedFromApplicationId"], "80");
    }

    #[test]
    fn an_event_belongs_to_the_trace_of_the_work_that_saw_it() {
        let announcement = told(&tracked(None));
        let event: Value = serde_json::from_slice(&announcement.body).unwrap();
        assert_eq!(event["traceparent"], TRACE);
        assert_eq!(announcement.trace.as_deref(), Some(TRACE));
    }

    #[test]
    fn one_step_is_one_message_and_the_next_is_another() {
        let mut tracked = tracked(Some(offer(Status::InProcess)));
        let one = told(&tracked);
        assert_eq!(one.message_id, told(&tracked).message_id);
        assert_eq!(one.ordering_key, "application:90");
        tracked.sequence += 1;
        assert_ne!(one.message_id, told(&tracked).message_id);
    }
}
