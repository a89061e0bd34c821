//! Who somebody is for a later try, whatever became of them since the first.

use std::time::Duration;

use domain::matching::Contact;
use domain::{CandidateId, JobId};
use greenhouse_sim::{Fault, When};
use harvest::{CandidatePatch, Target};
use serde_json::json;
use testkit::until;

use crate::world::{Answer, BOTH, World, email};

/// Accepted without a readable answer, and in the lists only after minutes.
#[tokio::test]
async fn somebody_who_was_accepted_and_is_not_told_is_looked_for_longer_than_a_lost_answer() {
    let mut world = World::new(harvest::Version::V3).await;
    // What it refers to is known from now on.
    world.import(world.introduction("i-0")).await;
    world.settle = Duration::from_secs(60);
    let hour = Duration::from_secs(3600);
    world
        .greenhouse
        .configure(|settings| settings.lag.length = hour);
    let create = When::request("POST", "/v3/candidates").times(1);
    world.greenhouse.faults().add(create, Fault::GarbageBody);
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    // One settling time has passed.
    world
        .run("UPDATE steps SET last_sent_at = last_sent_at - interval '90 s', first_sent_at = first_sent_at - interval '90 s'")
        .await;
    for _ in 0..2 {
        world.try_once().await;
    }
    assert_eq!(world.open().await, 1, "it waits");
    world.person("i-1");
    world.greenhouse.set_clock(120);
    world.perform().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
    world.person("i-1");
}

/// What was made with the person is known by its id, wherever it has gone before the next try.
#[tokio::test]
async fn an_import_that_waits_goes_on_whatever_recruiters_do_meanwhile() {
    for what in ["transferred", "deleted", "merged"] {
        let world = World::new(harvest::Version::V3).await;
        let notes = When::operation("notes:create").times(1);
        let faults = world.greenhouse.faults();
        faults.add(notes, Fault::ErrorBeforeCommit);
        let other = world.plant("i-0", Target::Job(JobId(world.jobs()[1])));
        let other = other.await;
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{what}: it waits");
        let made = world.application("i-1").meta.id;
        let person = world.person("i-1").meta.id;
        let recruiter = world.greenhouse.recruiter();
        match what {
            "transferred" => {
                recruiter.transfer(made, world.jobs()[2], None).unwrap();
            }
            "deleted" => recruiter.delete_application(made).unwrap(),
            _ => recruiter.merge_candidates(other, person).unwrap(),
        }
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.name, "IntroductionImported", "{what}: {answer:?}");
        let applications = answer.data["applications"].as_array().unwrap();
        assert_eq!(applications[0]["applicationId"], made.to_string(), "{what}");
        let followed = "SELECT count(*) FROM applications";
        assert_eq!(world.number(followed).await, 1, "{what}");
    }
}

/// The answer to their creation was lost, and a recruiter was quicker than the look for them.
#[tokio::test]
async fn whoever_was_made_is_found_wherever_their_application_has_gone() {
    for version in BOTH {
        for what in ["transferred", "rejected"] {
            let world = World::new(version).await;
            let create = When::operation("candidates:create").times(1);
            let faults = world.greenhouse.faults();
            faults.add(create, Fault::CommitThen500);
            world.take(&world.introduction("i-1")).await;
            world.try_once().await;
            let made = world.application("i-1").meta.id;
            let recruiter = world.greenhouse.recruiter();
            match what {
                "transferred" => {
                    recruiter.transfer(made, world.jobs()[2], None).unwrap();
                }
                _ => recruiter.reject(made, None).unwrap(),
            }
            world.try_once().await;
            assert_eq!(world.open().await, 0, "{version:?} {what}: at once");
            let answer = world.last_answer().await;
            assert_eq!(answer.name, "IntroductionImported", "{what}: {answer:?}");
            assert_eq!(answer.data["how"], "CREATED", "{version:?} {what}");
            let applications = answer.data["applications"].as_array().unwrap();
            assert_eq!(applications[0]["applicationId"], made.to_string(), "{what}");
            assert_eq!(world.application("i-1").meta.id, made);
        }
    }
}

/// An application of somebody who was there, whose answer was lost and which the next try found.
#[tokio::test]
async fn an_application_that_was_found_is_known_by_its_id_from_then_on() {
    for version in BOTH {
        for what in ["transferred", "deleted"] {
            let world = World::new(version).await;
            let there = world
                .plant("i-1", Target::Job(JobId(world.jobs()[1])))
                .await;
            let faults = world.greenhouse.faults();
            let apply = When::operation("applications:create").times(1);
            faults.add(apply, Fault::CommitThen500);
            let tag = When::operation("applied_candidate_tags:create").times(1);
            faults.add(tag, Fault::ErrorBeforeCommit);
            world.take(&world.introduction("i-1")).await;
            world.try_once().await;
            world.try_once().await;
            assert_eq!(world.open().await, 1, "{version:?} {what}: it waits");
            let applications = world.greenhouse.state().applications_of(there);
            let made = applications
                .iter()
                .find(|one| one.job_id == Some(world.jobs()[0]));
            let made = made.unwrap().meta.id;
            let recruiter = world.greenhouse.recruiter();
            match what {
                "transferred" => {
                    recruiter.transfer(made, world.jobs()[2], None).unwrap();
                }
                _ => recruiter.delete_application(made).unwrap(),
            }
            world.perform().await;
            let answer = world.last_answer().await;
            assert_eq!(answer.name, "IntroductionImported", "{what}: {answer:?}");
            let applications = answer.data["applications"].as_array().unwrap();
            assert_eq!(applications[0]["applicationId"], made.to_string(), "{what}");
        }
    }
}

/// What is written to a merged person's old id is lost, in v3 without a word.
#[tokio::test]
async fn an_import_of_somebody_who_was_merged_goes_on_with_whom_they_are_by_now() {
    for version in BOTH {
        let world = World::new(version).await;
        let other = world.plant("i-0", Target::Job(JobId(world.jobs()[2])));
        let other = other.await;
        let lost = When::operation("applications:create").times(1);
        world.greenhouse.faults().add(lost, Fault::CommitThen500);
        let mut introduction = world.introduction("i-1");
        introduction["data"]["job_ids"] = serde_json::json!([world.jobs()[0], world.jobs()[1]]);
        world.take(&introduction).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{version:?}: it waits");
        let person = world.person("i-1").meta.id;
        let recruiter = world.greenhouse.recruiter();
        recruiter.merge_candidates(other, person).unwrap();
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        let both = [("CREATED", None), ("CREATED", None)];
        assert_eq!(answer.applications(), both, "{version:?}");
        assert_eq!(answer.data["greenhouseCandidateId"], other.to_string());
        let state = world.greenhouse.state();
        assert_eq!(state.applications_of(other).len(), 3, "{version:?}");
        assert_eq!(state.notes_of(other).len(), 1, "{version:?}");
    }
}

/// Somebody else's record, found in place of what a lost answer may have made.
#[tokio::test]
async fn somebody_else_who_is_found_for_a_lost_create_is_introduced_by_a_later_try_as_well() {
    for version in BOTH {
        let world = World::new(version).await;
        let faults = world.greenhouse.faults();
        let create = When::operation("candidates:create").times(1);
        faults.add(create, Fault::DropBeforeCommit);
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        world
            .plant("i-1", Target::Job(JobId(world.jobs()[1])))
            .await;
        let apply = When::operation("applications:create").times(1);
        faults.add(apply, Fault::ErrorBeforeCommit);
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{version:?}: it waits");
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(answer.applications(), [("CREATED", None)]);
        let person = world.person("i-1").meta.id;
        let applications = world.greenhouse.state().applications_of(person);
        assert_eq!(applications.len(), 2, "{version:?}");
    }
}

/// What was accepted without an answer may show later, beside whoever has the same address.
#[tokio::test]
async fn somebody_else_is_believed_once_ours_would_show() {
    for version in BOTH {
        let mut world = World::new(version).await;
        world.settle = Duration::from_secs(60);
        let faults = world.greenhouse.faults();
        let create = When::operation("candidates:create").times(1);
        faults.add(create, Fault::DropBeforeCommit);
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        let target = Target::Job(JobId(world.jobs()[1]));
        let planted = world.plant("i-1", target).await;
        world.try_once().await;
        let applications = || world.greenhouse.state().applications_of(planted).len();
        assert_eq!((world.open().await, applications()), (1, 1), "{version:?}");
        world
            .run("UPDATE steps SET last_sent_at = last_sent_at - interval '90 s', first_sent_at = first_sent_at - interval '90 s'")
            .await;
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(applications(), 2, "{version:?}");
    }
}

/// Without an address they are recognised by the marker alone, among those made since the first try.
#[tokio::test]
async fn somebody_without_an_address_is_recognised_whatever_greenhouses_clock_shows() {
    for version in BOTH {
        for minutes in [-60, 60] {
            let mut world = World::new(version).await;
            world.greenhouse.set_clock(minutes);
            let create = When::operation("candidates:create").times(1);
            let faults = world.greenhouse.faults();
            faults.add(create, Fault::CommitThenDrop);
            let mut event = world.introduction("i-1");
            event["data"]["candidate"]["emails"] = json!([]);
            world.take(&event).await;
            world.try_once().await;
            assert_eq!(world.open().await, 1);
            world.replace_process();
            world.perform().await;
            let answer = world.last_answer().await;
            assert_eq!(answer.data["how"], "CREATED", "{answer:?}");
            let all = world.greenhouse.state().candidates();
            let made = all
                .iter()
                .filter(|one| one.last_name.as_deref() == Some("Lovelace"));
            assert_eq!(made.count(), 1, "{version:?}, {minutes} minutes");
        }
    }
}

/// A recruiter works on a candidate.
async fn edit(world: &World, id: i64, patch: CandidatePatch) {
    let client = world.other_program().await;
    let candidates = client.candidates();
    candidates.update(CandidateId(id), &patch).await.unwrap();
}

fn titled() -> CandidatePatch {
    CandidatePatch {
        title: Some("Countess".to_owned()),
        ..CandidatePatch::default()
    }
}

/// The introduction, while one call of an operation takes effect and is not answered, after which a recruiter acts.
async fn import_around(world: &World, operation: &str, recruiter: impl AsyncFnOnce()) -> Answer {
    let once = When::operation(operation).nth(1);
    world.greenhouse.faults().add(once, Fault::CommitThen500);
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    assert_eq!(world.open().await, 1, "it goes on later");
    recruiter().await;
    world.perform().await;
    world.last_answer().await
}

#[tokio::test]
async fn whoever_was_written_to_is_the_one_however_active_another_becomes() {
    for version in BOTH {
        for operation in ["applications:create", "candidates:update"] {
            let world = World::new(version).await;
            let elsewhere = || Target::Job(JobId(world.jobs()[1]));
            let other = world.plant("i-1", elsewhere()).await;
            let chosen = world.plant("i-1", elsewhere()).await;
            edit(&world, chosen, titled()).await;
            let untouched = world.greenhouse.state().candidate(other).unwrap();
            let recruiter = async || edit(&world, other, titled()).await;
            let answer = import_around(&world, operation, recruiter).await;
            assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
            assert_eq!(answer.data["how"], "AMBIGUOUS", "{answer:?}");
            assert_eq!(answer.data["greenhouseCandidateId"], chosen.to_string());
            let state = world.greenhouse.state();
            let applications = |id| state.applications_of(id).len();
            assert_eq!((applications(chosen), applications(other)), (2, 1));
            let now = state.candidate(other).unwrap();
            assert_eq!(now.tags, untouched.tags, "{version:?} {operation}");
        }
    }
}

#[tokio::test]
async fn whoever_was_written_to_is_the_one_when_their_address_is_corrected() {
    for version in BOTH {
        let world = World::new(version).await;
        let elsewhere = Target::Job(JobId(world.jobs()[1]));
        let chosen = world.plant("i-1", elsewhere).await;
        let people = world.greenhouse.state().candidates().len();
        let corrected = CandidatePatch {
            email_addresses: Some(vec![Contact {
                value: "ada@elsewhere.example".to_owned(),
                kind: Some("work".to_owned()),
            }]),
            ..CandidatePatch::default()
        };
        let recruiter = async || edit(&world, chosen, corrected).await;
        let answer = import_around(&world, "candidates:update", recruiter).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?} {answer:?}");
        assert_eq!(answer.data["greenhouseCandidateId"], chosen.to_string());
        let state = world.greenhouse.state();
        assert_eq!(state.candidates().len(), people, "nobody was created");
        assert_eq!(state.applications_of(chosen).len(), 2);
    }
}

#[tokio::test]
async fn whoever_was_written_to_and_is_anonymised_since_gets_nothing_more() {
    for version in BOTH {
        for operation in ["applications:create", "candidates:update"] {
            let world = World::new(version).await;
            let elsewhere = Target::Job(JobId(world.jobs()[1]));
            let chosen = world.plant("i-1", elsewhere).await;
            let people = world.greenhouse.state().candidates().len();
            let recruiter = async || {
                let recruiter = world.greenhouse.recruiter();
                recruiter.anonymise_candidate(chosen, &[]).unwrap();
                world.greenhouse.state().clear_log();
            };
            let answer = import_around(&world, operation, recruiter).await;
            assert_eq!(answer.name, "IntroductionImportFailed", "{answer:?}");
            assert_eq!(answer.data["code"], "candidate_gone", "{version:?}");
            let state = world.greenhouse.state();
            let log = state.log().into_iter();
            let writes = log.filter(|call| call.method != "GET" && call.operation != "token");
            let writes: Vec<_> = writes.map(|call| call.operation).collect();
            assert!(writes.is_empty(), "{version:?} {operation}: {writes:?}");
            assert_eq!(state.candidates().len(), people, "nobody was created");
        }
    }
}

/// Somebody whom Intrro knows twice, by an address each, and Greenhouse by both.
async fn known_twice(world: &World) -> i64 {
    let there = world
        .plant("i-1", Target::Job(JobId(world.jobs()[1])))
        .await;
    let both = [email("i-1"), email("i-2")].map(|value| Contact {
        value,
        kind: Some("personal".to_owned()),
    });
    let patch = CandidatePatch {
        email_addresses: Some(both.to_vec()),
        ..CandidatePatch::default()
    };
    edit(world, there, patch).await;
    there
}

async fn in_line(world: &World) {
    let waits = "SELECT count(*) FROM operations WHERE code = 'waiting_in_line'";
    let ask = async || (world.number(waits).await > 0).then_some(());
    until("one waits in line", ask).await;
}

/// The newer of two was quicker to look, and is at it.
#[tokio::test]
async fn whoever_only_waits_in_line_looks_for_nobody() {
    let world = World::new(harvest::Version::V3).await;
    let there = known_twice(&world).await;
    let faults = world.greenhouse.faults();
    let look = faults.hold_answers(When::operation("candidates:list").nth(1));
    let apply = faults.hold_answers(When::operation("applications:create").nth(1));
    let process = world.process();
    world.take(&world.introduction("i-1")).await;
    let meanwhile = async {
        look.reached_by(1).await;
        world.take(&world.introduction("i-2")).await;
        let newer = process.perform_due();
        let older = async {
            apply.reached_by(1).await;
            look.open();
            in_line(&world).await;
            world.greenhouse.state().clear_log();
            world
                .run("UPDATE operations SET not_before = clock_timestamp() WHERE code = 'waiting_in_line'")
                .await;
            assert_eq!(process.perform_due().await, 1, "it is taken up again");
            let looks = world.greenhouse.state().calls("candidates:list");
            assert_eq!(looks.len(), 0);
            apply.open();
        };
        tokio::join!(newer, older);
    };
    tokio::join!(process.perform_due(), meanwhile);
    world.perform().await;
    let answer = world.last_answer().await;
    assert_eq!(answer.applications(), [("FOUND", None)], "{answer:?}");
    let applications = world.greenhouse.state().applications_of(there);
    assert_eq!(applications.len(), 2, "one was there before");
}

#[tokio::test]
async fn one_person_introduced_twice_at_once_gets_one_application() {
    for version in BOTH {
        let world = World::new(version).await;
        let there = known_twice(&world).await;
        let apply = When::operation("applications:create").nth(1);
        let gate = world.greenhouse.faults().hold_answers(apply);
        world.take(&world.introduction("i-1")).await;
        let meanwhile = async {
            gate.reached_by(1).await;
            world.take(&world.introduction("i-2")).await;
            world.perform_due().await;
            assert_eq!(world.open().await, 2, "{version:?}: it waits in line");
            gate.open();
        };
        tokio::join!(world.perform_due(), meanwhile);
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(answer.applications(), [("FOUND", None)], "{version:?}");
        let applications = world.greenhouse.state().applications_of(there);
        assert_eq!(applications.len(), 2, "{version:?}: one was there before");
    }
}
