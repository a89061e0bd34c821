//! A crash at every point that matters, then another process: once in Greenhouse, answered once, numbered without gaps.
//!
//! The points come from the code that has them. A new kind of step does not compile here until somebody says which
//! scenario reaches it, every scenario is played in both versions of Greenhouse's API, and one that does not reach its
//! point fails.

mod visits;

use std::time::Duration;

use domain::StepKind;
use domain::crash::{CrashPoint, Moment};
use harvest::Version;

use crate::world::Announced;
use visits::{Place, everywhere};

macro_rules! scenarios {
    ($($(#[doc = $meaning:literal])+ $scenario:ident = $test:ident;)+) => {
        /// What leads to a point.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Scenario {
            $($(#[doc = $meaning])+ $scenario,)+
            /// Greenhouse delivers a webhook: see `webhooks.rs`.
            Webhook,
            /// An admin's consent is renewed: see `consent.rs`.
            Consent,
        }

        // Each in both versions of Greenhouse's API.
        $(mod $test {
            use super::{Scenario, Version, everywhere};

            #[test]
            fn in_v3() {
                everywhere(Scenario::$scenario, Version::V3);
            }

            #[test]
            fn in_v1() {
                everywhere(Scenario::$scenario, Version::V1);
            }
        })+
    };
}

scenarios! {
    /// Somebody new under two jobs.
    Newcomer = everywhere_on_the_way_of_somebody_new;
    /// Somebody whom Greenhouse knows already.
    Acquaintance = everywhere_on_the_way_of_somebody_known;
    /// Somebody new, introduced by an employee whom Greenhouse does not know and whom the tenant wants added.
    Stranger = everywhere_on_the_way_of_an_employee_who_is_added;
    /// A recruiter moves an application.
    Progress = everywhere_on_the_way_of_a_status_change;
    /// Profile and status of somebody introduced change in Intrro.
    Update = everywhere_on_the_way_of_an_update;
}

fn scenario(point: CrashPoint, version: Version) -> Scenario {
    match point {
        CrashPoint::Step(kind, _) => match kind {
            StepKind::CreateTag | StepKind::CreateCandidate | StepKind::AddApplication => {
                Scenario::Newcomer
            }
            // v1 makes a new person and the note about them in one call.
            StepKind::AddNote => match version {
                Version::V3 => Scenario::Newcomer,
                Version::V1 => Scenario::Acquaintance,
            },
            StepKind::AddUser => Scenario::Stranger,
            StepKind::CreditApplication | StepKind::EditCandidate | StepKind::ApplyTag => {
                Scenario::Acquaintance
            }
            StepKind::UpdateProfile | StepKind::WriteStatus | StepKind::AddStatusNote => {
                Scenario::Update
            }
        },
        CrashPoint::IntakeBeforeCommit
        | CrashPoint::IntakeAfterCommit
        | CrashPoint::BeforeSettle
        | CrashPoint::AfterSettle
        | CrashPoint::RelayBeforePublish
        | CrashPoint::RelayAfterConfirm => Scenario::Newcomer,
        CrashPoint::StatusBeforeCommit | CrashPoint::StatusAfterCommit => Scenario::Progress,
        CrashPoint::WebhookBeforeCommit | CrashPoint::WebhookAfterCommit => Scenario::Webhook,
        CrashPoint::ConsentBeforeStore | CrashPoint::ConsentAfterStore => Scenario::Consent,
    }
}

#[test]
fn what_dies_in_tests_of_its_own_is_all_visited_there() {
    let of = |wanted| -> Vec<CrashPoint> {
        let points = CrashPoint::all();
        points
            .into_iter()
            .filter(|point| scenario(*point, Version::V3) == wanted)
            .collect()
    };
    // A point more needs its visit in the file named here.
    let webhooks = [
        CrashPoint::WebhookBeforeCommit,
        CrashPoint::WebhookAfterCommit,
    ]; // webhooks.rs
    let consent = [
        CrashPoint::ConsentBeforeStore,
        CrashPoint::ConsentAfterStore,
    ]; // consent.rs
    assert_eq!(of(Scenario::Webhook), webhooks);
    assert_eq!(of(Scenario::Consent), consent);
}

/// How many notes are there although nobody can know: v1 shows none, so one that may have been sent stays unproven.
fn unknown_notes(point: CrashPoint, version: Version) -> Option<usize> {
    use StepKind::{AddNote, AddStatusNote, WriteStatus};
    let CrashPoint::Step(kind, moment) = point else {
        return None;
    };
    match (version, kind, moment) {
        (Version::V1, AddNote | AddStatusNote, Moment::AfterIntent) => Some(0),
        // That the field was written is committed together with the intent of the note.
        (Version::V1, WriteStatus, Moment::AfterConfirm) => Some(0),
        (Version::V1, AddNote | AddStatusNote, Moment::AfterCall) => Some(1),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_in_hand_comes_back_by_itself() {
    let mut place = Place::new(Scenario::Newcomer, Version::V3).await;
    let story = place.begin().await;
    let point = CrashPoint::Step(StepKind::CreateCandidate, Moment::AfterCall);
    place.die_at(point).await;
    let id = story["data"]["introduction_id"].as_str().expect("an id");
    let stories = place.world.store.stories(id).await.expect("the ledger");
    assert!(stories[0].in_progress, "{:?}", stories[0]);
    let left = stories[0].not_before - stories[0].now;
    assert!(left.num_seconds() <= 20, "it is free in {left}");
    place.world.bridge().await;
    let imported = |events: &[Announced]| {
        events
            .iter()
            .any(|event| event.name == "IntroductionImported")
    };
    let generous = Duration::from_secs(120);
    place
        .world
        .announced_within(generous, "the import after the lease", imported)
        .await;
    place.put_right(&story, None).await;
}
