//! A crash at every point that matters, then another process: once in Greenhouse, answered once, numbered without gaps.
//!
//! The points come from the code that has them. A new kind of step does not compile here until somebody says which
//! scenario reaches it, and a scenario that does not reach its point fails.

mod visits;

use std::time::Duration;

use domain::StepKind;
use domain::crash::{CrashPoint, Moment};
use harvest::Version;

use crate::world::Announced;
use visits::{Place, everywhere};

/// What leads to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// Somebody new under two jobs.
    Newcomer,
    /// Somebody whom Greenhouse knows already.
    Acquaintance,
    /// Somebody new, introduced by an employee whom Greenhouse does not know and whom the tenant wants added.
    Stranger,
    /// A recruiter moves an application.
    Progress,
    /// Greenhouse delivers a webhook: see `webhooks.rs`.
    Webhook,
    /// Profile and status of somebody introduced change in Intrro.
    Update,
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
    }
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

#[test]
fn everywhere_on_the_way_of_somebody_new() {
    everywhere(Scenario::Newcomer, Version::V3);
}

#[test]
fn everywhere_on_the_way_of_somebody_new_in_v1() {
    everywhere(Scenario::Newcomer, Version::V1);
}

#[test]
fn everywhere_on_the_way_of_somebody_known() {
    everywhere(Scenario::Acquaintance, Version::V3);
}

#[test]
fn everywhere_on_the_way_of_somebody_known_in_v1() {
    everywhere(Scenario::Acquaintance, Version::V1);
}

#[test]
fn everywhere_on_the_way_of_an_employee_who_is_added() {
    everywhere(Scenario::Stranger, Version::V3);
}

#[test]
fn everywhere_on_the_way_of_an_employee_who_is_added_in_v1() {
    everywhere(Scenario::Stranger, Version::V1);
}

#[test]
fn everywhere_on_the_way_of_a_status_change() {
    everywhere(Scenario::Progress, Version::V3);
}

#[test]
fn everywhere_on_the_way_of_a_status_change_in_v1() {
    everywhere(Scenario::Progress, Version::V1);
}

#[test]
fn everywhere_on_the_way_of_an_update() {
    everywhere(Scenario::Update, Version::V3);
}

#[test]
fn everywhere_on_the_way_of_an_update_in_v1() {
    everywhere(Scenario::Update, Version::V1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_in_hand_comes_back_by_itself() {
    let mut place = Place::new(Scenario::Newcomer, Version::V3).await;
    let story = place.begin().await;
    let point = CrashPoint::Step(StepKind::CreateCandidate, Moment::AfterCall);
    place.die_at(point).await;
    place.world.bridge().await;
    // Beyond the lease of a minute.
    let imported = |events: &[Announced]| {
        events
            .iter()
            .any(|event| event.name == "IntroductionImported")
    };
    let lease = Duration::from_secs(120);
    place
        .world
        .announced_within(lease, "the import after the lease", imported)
        .await;
    place.put_right(&story, None).await;
}
