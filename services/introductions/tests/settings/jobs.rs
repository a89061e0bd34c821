//! Jobs that are closed between our look at them and the write.

use greenhouse_sim::v1::UnknownReference;
use greenhouse_sim::{Fault, When};
use harvest::Version;
use serde_json::json;

use crate::world::{BOTH, World};

/// A user of the seed who can be credited.
const RITA: &str = "rita.recruiter@acme.example";

/// Two jobs that are remembered as open, the first of which has just been closed.
async fn closed_since(version: harvest::Version) -> (World, [i64; 2]) {
    let world = World::new(version).await;
    let jobs = [world.jobs()[0], world.jobs()[1]];
    world.import(world.picking("i-0", &jobs)).await;
    world.greenhouse.recruiter().close_job(jobs[0]).unwrap();
    (world, jobs)
}

#[tokio::test]
async fn a_job_that_was_closed_a_moment_ago_keeps_nobody_from_the_others() {
    for version in BOTH {
        for id in ["i-1", "i-2"] {
            let (world, [closed, open]) = closed_since(version).await;
            let jobs = match id {
                "i-1" => [closed, open],
                _ => [open, closed],
            };
            let answer = world.import(world.picking(id, &jobs)).await;
            assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
            let (refused, made) = (("FAILED", Some("job_closed")), ("CREATED", None));
            let expected = if id == "i-1" {
                [refused, made]
            } else {
                [made, refused]
            };
            assert_eq!(answer.applications(), expected, "{version:?}");
            world.person(id);
            let next = world.import(world.picking("next", &[closed])).await;
            let code = next.data["code"].as_str();
            assert_eq!(code, Some("job_closed"), "looked at: {version:?}");
        }
    }
}

#[tokio::test]
async fn where_every_job_was_closed_the_answer_tells_of_each() {
    for version in BOTH {
        let (world, [closed, other]) = closed_since(version).await;
        world.greenhouse.recruiter().close_job(other).unwrap();
        let answer = world.import(world.picking("i-1", &[closed, other])).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{answer:?}");
        assert_eq!(answer.data["code"], "job_closed");
        let refused = ("FAILED", Some("job_closed"));
        assert_eq!(answer.applications(), [refused, refused]);
    }
}

#[tokio::test]
async fn a_job_that_was_closed_a_moment_ago_keeps_no_prospect_from_the_others() {
    for version in BOTH {
        for first in [true, false] {
            let world = World::choosing(version, json!({ "import_as": "prospect" })).await;
            let [closed, open] = [world.jobs()[0], world.jobs()[1]];
            world.import(world.picking("i-0", &[closed, open])).await;
            world.greenhouse.recruiter().close_job(closed).unwrap();
            let refusal = When::operation("candidates:create").nth(1);
            let error = json!({ "message": "is invalid", "field": "job_ids" });
            let body = json!({ "message": "Validation error", "errors": [error] });
            let refuse = Fault::Refuse { status: 422, body };
            world.greenhouse.faults().add(refusal, refuse);
            let jobs = if first {
                [closed, open]
            } else {
                [open, closed]
            };
            let answer = world.import(world.picking("i-1", &jobs)).await;
            let mut expected = [("FAILED", Some("job_closed")), ("CREATED", None)];
            if !first {
                expected.reverse();
            }
            assert_eq!(answer.applications(), expected, "{version:?}: {answer:?}");
            assert_eq!(world.application("i-1").prospective_job_ids, [open]);
        }
    }
}

/// With the person, and for somebody who was just made and might be what is not found.
#[tokio::test]
async fn a_job_that_is_not_found_is_looked_at_and_refused_at_once() {
    for version in BOTH {
        for made in [false, true] {
            let world = World::new(version).await;
            let [gone, open] = [world.jobs()[0], world.jobs()[1]];
            world.import(world.picking("i-0", &[gone, open])).await;
            world.greenhouse.recruiter().delete_job(gone).unwrap();
            let (operation, jobs) = match made {
                false => ("candidates:create", vec![gone]),
                true => ("applications:create", vec![open, gone]),
            };
            let body = json!({ "message": "Resource not found" });
            let missing = Fault::Refuse { status: 404, body };
            let writes = When::operation(operation);
            world.greenhouse.faults().add(writes, missing);
            world.take(&world.picking("i-1", &jobs)).await;
            world.try_once().await;
            assert_eq!(world.open().await, 0, "{version:?} {operation}: at once");
            let answer = world.last_answer().await;
            let told = answer.applications().pop();
            assert_eq!(told, Some(("FAILED", Some("job_unknown"))), "{answer:?}");
        }
    }
}

/// It is tried again, and nobody is told that there is no such job.
#[tokio::test]
async fn an_answer_without_the_job_is_no_word_about_it() {
    for (version, operation, body) in [
        (Version::V1, "jobs:retrieve", "{}"),
        (Version::V1, "jobs:retrieve", "[]"),
        (
            Version::V1,
            "jobs:retrieve",
            r#"{"id": 0, "status": "open"}"#,
        ),
        (Version::V3, "jobs:list", "{}"),
        (Version::V3, "jobs:list", "[{}]"),
        (Version::V3, "jobs:list", r#"[{"id": 0, "status": "open"}]"#),
    ] {
        let world = World::new(version).await;
        let look = When::operation(operation).times(1);
        world.greenhouse.faults().add(look, answer(200, body));
        world.take(&world.introduction("i-1")).await;
        world.try_once().await;
        assert_eq!(world.open().await, 1, "{version:?} {body}");
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?} {body}");
    }
}

fn answer(status: u16, body: &str) -> Fault {
    Fault::Answer {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
    }
}

/// 0 is the id of nothing: whether anything was made is read before it is written again.
#[tokio::test]
async fn a_write_whose_answer_has_no_id_is_looked_for_before_it_is_sent_again() {
    for version in BOTH {
        for (operation, body) in [
            ("candidates:create", r#"{"id": 0, "application_ids": [5]}"#),
            (
                "candidates:create",
                r#"{"candidate": {"id": 0}, "application": {"id": 5}}"#,
            ),
            ("applications:create", r#"{"id": 0}"#),
        ] {
            let world = World::new(version).await;
            let write = When::operation(operation).times(1);
            world.greenhouse.faults().add(write, answer(201, body));
            world.take(&world.picking("i-1", &world.jobs()[..2])).await;
            world.try_once().await;
            assert_eq!(world.open().await, 1, "{version:?} {body}");
            world.perform().await;
            let answer = world.last_answer().await;
            let both = [("CREATED", None), ("CREATED", None)];
            assert_eq!(answer.applications(), both, "{version:?} {body}");
            let person = world.person("i-1").meta.id;
            let applications = world.greenhouse.state().applications_of(person);
            assert_eq!(applications.len(), 2, "{version:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_job_that_is_closed_spends_nothing_of_the_error_budget() {
    let world = World::new(harvest::Version::V3).await;
    let [closed, other] = [world.jobs()[0], world.jobs()[1]];
    world.import(world.picking("i-0", &[other])).await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.close_job(closed).unwrap();
    world.import(world.picking("i-1", &[closed])).await;
    // Found out by the write, where the person is there already.
    recruiter.close_job(other).unwrap();
    world.import(world.picking("i-2", &[other])).await;
    for (result, ended) in [("created", 1), ("refused", 2), ("failed", 0)] {
        let counted = format!("bridge_intro_terminal_total{{result=\"{result}\"}} {ended}\n");
        let told = world.metrics.exposition();
        assert!(told.contains(&counted), "{counted}");
    }
}

#[tokio::test]
async fn who_lost_the_answer_about_the_second_job_makes_nobody_twice() {
    for version in BOTH {
        let (world, jobs) = closed_since(version).await;
        let create = When::operation("candidates:create").nth(2);
        world.greenhouse.faults().add(create, Fault::CommitThen500);
        let answer = world.import(world.picking("i-1", &jobs)).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        // The second try looks at the first job again.
        let expected = [("FAILED", Some("job_closed")), ("CREATED", None)];
        assert_eq!(answer.applications(), expected, "{version:?}");
        world.person("i-1");
        let steps = world.steps("create_candidate").await;
        let states: Vec<&str> = steps
            .iter()
            .filter_map(|step| step.rsplit(' ').next())
            .collect();
        assert_eq!(states, ["confirmed", "rejected", "confirmed"]);
    }
}

/// Also where the person comes with fields of their own: what is said without them is not about them.
#[tokio::test]
async fn a_job_that_demands_fields_of_its_own_keeps_nobody_from_the_others() {
    for version in BOTH {
        for (error, own, sends) in [
            (
                json!({"message": "is required", "field": "custom_fields"}),
                json!({}),
                1,
            ),
            (
                json!({"message": "Custom field Visa is required"}),
                json!({}),
                1,
            ),
            (
                json!({"message": "is required", "field": "custom_fields.visa"}),
                json!({"work_remotely": true}),
                2,
            ),
        ] {
            let world = World::new(version).await;
            let body = json!({"message": "Validation error", "errors": [error]});
            let create = When::operation("candidates:create").times(sends);
            let refuse = Fault::Refuse { status: 422, body };
            world.greenhouse.faults().add(create, refuse);
            let mut event = world.picking("i-1", &world.jobs()[..2]);
            event["data"]["custom_fields"] = own.clone();
            let answer = world.import(event).await;
            let expected = [("FAILED", Some("application_refused")), ("CREATED", None)];
            assert_eq!(
                answer.applications(),
                expected,
                "{version:?} {error}: {answer:?}"
            );
            assert_eq!(answer.data["applications"][0]["field"], "job_ids[0]");
            let kept = world.person("i-1").custom_fields.unwrap_or_default();
            let kept = kept.get("work_remotely").map(|field| &field.value);
            let own = own.get("work_remotely");
            assert_eq!(kept.filter(|value| !value.is_null()), own, "{version:?}");
            let person = world.person("i-1").meta.id;
            assert_eq!(world.greenhouse.state().notes_of(person).len(), 1);
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_person_as_every_other_answer_does() {
    let world = World::new(harvest::Version::V3).await;
    for (id, job, name) in [
        ("i-1", world.jobs()[0], "IntroductionImported"),
        ("i-2", 999_999, "IntroductionImportFailed"),
    ] {
        let mut event = world.picking(id, &[job]);
        event["data"]["candidate"]["id"] = "c-1 ".into();
        let answer = world.import(event).await;
        assert_eq!(
            (answer.name.as_str(), &answer.data["candidateId"]),
            (name, &"c-1".into())
        );
    }
    let in_order = "SELECT count(*) FROM outbox WHERE ordering_key = 'c-1'";
    assert_eq!(world.number(in_order).await, 2);
}

/// A v1 that says with a 404, which names nothing, that a job is gone; and two jobs of it that are remembered as open.
async fn nameless() -> (World, [i64; 2]) {
    let world = World::new(harvest::Version::V1).await;
    world
        .greenhouse
        .configure(|settings| settings.v1.unknown_reference = UnknownReference::NotFound);
    let jobs = [world.jobs()[0], world.jobs()[1]];
    world.import(world.picking("before", &jobs)).await;
    (world, jobs)
}

#[tokio::test]
async fn a_job_that_is_deleted_after_it_was_looked_at_is_refused_at_once() {
    let (world, [first, second]) = nameless().await;
    world.greenhouse.recruiter().delete_job(first).unwrap();
    world.greenhouse.state().clear_log();
    let answer = world.import(world.picking("i-1", &[first, second])).await;
    let applied = answer.applications();
    assert_eq!(applied[0], ("FAILED", Some("job_unknown")));
    assert_eq!(applied[1], ("CREATED", None));
    let answer = world.import(world.picking("i-2", &[first])).await;
    assert_eq!(answer.data["code"], "job_unknown", "{answer:?}");
    let creates = world.greenhouse.state().calls("candidates:create");
    assert_eq!(creates.len(), 2, "one refused, one made");
}

#[tokio::test]
async fn a_job_that_is_deleted_after_it_was_looked_at_keeps_no_prospect_from_the_others() {
    for first in [true, false] {
        let (world, [gone, open]) = nameless().await;
        world.choose(json!({ "import_as": "prospect" })).await;
        world.greenhouse.recruiter().delete_job(gone).unwrap();
        let jobs = if first { [gone, open] } else { [open, gone] };
        world.take(&world.picking("i-1", &jobs)).await;
        world.try_once().await;
        world.try_once().await;
        assert_eq!(world.open().await, 0, "the second try goes on without it");
        let answer = world.last_answer().await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
        let mut expected = [("FAILED", Some("job_unknown")), ("CREATED", None)];
        if !first {
            expected.reverse();
        }
        assert_eq!(answer.applications(), expected);
        assert_eq!(world.application("i-1").prospective_job_ids, [open]);
        let steps = world.steps("create_candidate").await;
        assert!(steps.iter().all(|step| !step.ends_with("rejected")));
    }
}

/// What was not found was certainly not written, whatever becomes of the reads after it.
#[tokio::test]
async fn a_look_for_what_is_gone_that_fails_leaves_nothing_to_prove() {
    for lost in ["jobs", "sources", "users"] {
        let (world, [_, open]) = nameless().await;
        let by_rita = |id: &str| {
            let mut event = world.picking(id, &[open]);
            event["data"]["referrer"] = json!({ "name": "Rita", "email": RITA });
            event
        };
        world.import(by_rita("again")).await;
        let missing = Fault::Refuse {
            status: 404,
            body: json!({ "message": "Resource not found" }),
        };
        let faults = world.greenhouse.faults();
        faults.add(When::operation("candidates:create").times(1), missing);
        let users = world.greenhouse.state().users();
        let rita = users
            .iter()
            .find(|user| user.emails.iter().any(|one| one == RITA));
        let path = match lost {
            "jobs" => format!("/v1/jobs/{open}"),
            "users" => format!("/v1/users/{}", rita.unwrap().meta.id),
            _ => "/v1/sources".to_owned(),
        };
        let look = When::request("GET", &path);
        faults.add(look, Fault::ErrorBeforeCommit);
        world.take(&by_rita("i-1")).await;
        world.try_once().await;
        let steps = world.steps("create_candidate").await;
        assert_eq!(
            steps.last().unwrap(),
            &format!("create_candidate:{open} planned"),
            "{lost}"
        );
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{lost}: {answer:?}");
    }
}

/// Whoever may have been made under the first job is not made once more under the next.
#[tokio::test]
async fn a_job_that_is_closed_before_the_proof_makes_nobody_twice() {
    for version in BOTH {
        let world = World::new(version).await;
        let jobs = [world.jobs()[0], world.jobs()[1]];
        world.import(world.picking("i-0", &jobs)).await;
        let faults = world.greenhouse.faults();
        let create = When::operation("candidates:create").times(1);
        faults.add(create, Fault::CommitThen500);
        world.take(&world.picking("i-1", &jobs)).await;
        world.try_once().await;
        world.greenhouse.recruiter().close_job(jobs[0]).unwrap();
        let refused = Fault::Refuse {
            status: 422,
            body: json!({ "message": "Unprocessable Content" }),
        };
        for path in ["/v1/candidates", "/v3/candidates"] {
            faults.add(When::request("GET", path).times(1), refused.clone());
        }
        world.perform().await;
        let answer = world.last_answer().await;
        let both = [("CREATED", None), ("CREATED", None)];
        assert_eq!(answer.applications(), both, "{version:?}");
        world.person("i-1");
    }
}
