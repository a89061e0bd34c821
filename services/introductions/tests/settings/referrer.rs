//! Who gets the credit, and `referrer_unknown`.

use std::sync::Arc;
use std::time::Duration;

use domain::JobId;
use greenhouse_sim::faults::{Fault, When};
use greenhouse_sim::org::people::NewUser;
use greenhouse_sim::v1::ActingUserDenied;
use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::world::{BOTH, STRANGER, World};

/// How often the employee is a user.
fn users(world: &World) -> usize {
    let users = world.greenhouse.state().users();
    let same = users.iter().filter(|user| user.primary_email == STRANGER);
    same.count()
}

/// The name that gets the credit for an introduction's application.
pub(crate) fn credited(world: &World, id: &str) -> Option<String> {
    let referrer = world.application(id).referrer_id?;
    let referrers = world.greenhouse.state().referrers();
    let row = referrers.iter().find(|row| row.meta.id == referrer);
    row.map(|row| row.name.clone())
}

fn note(world: &World, id: &str) -> String {
    let notes = world.greenhouse.state().notes_of(world.person(id).meta.id);
    notes[0].body.clone().unwrap()
}

async fn adding(version: Version) -> World {
    World::choosing(version, json!({"referrer_unknown": "add_user"})).await
}

/// What an import of this referrer's introduction warns of.
async fn warned(world: &World, id: &str, referrer: Value) -> Vec<String> {
    let mut event = world.introduction(id);
    event["data"]["referrer"] = referrer;
    let answer = world.import(event).await;
    let warnings = answer.warnings().into_iter();
    warnings.map(str::to_owned).collect()
}

/// In the simulator's seed Rita Recruiter is E0002 at the company.
#[tokio::test]
async fn an_employee_is_found_by_number_where_nobody_has_their_address() {
    for version in BOTH {
        let world = World::new(version).await;
        for (id, referrer) in [
            (
                "i-1",
                json!({"name": "Rita", "email": "rita@private.example", "employee_id": "E0002"}),
            ),
            ("i-2", json!({"name": "Rita", "employee_id": " E0002 "})),
        ] {
            assert_eq!(warned(&world, id, referrer).await, [""; 0], "{version:?}");
            let credited = credited(&world, id);
            assert_eq!(credited.as_deref(), Some("Rita Recruiter"), "{version:?}");
        }
    }
}

#[tokio::test]
async fn a_number_is_looked_for_once_and_kept_as_a_hash() {
    let world = World::new(Version::V3).await;
    let email = "rita@private.example";
    let referrer = json!({"name": "Rita", "email": email, "employee_id": "E0002"});
    for id in ["i-1", "i-2"] {
        assert_eq!(warned(&world, id, referrer.clone()).await, [""; 0]);
    }
    let asked = world.greenhouse.state().calls("users:list");
    assert_eq!(asked.len(), 2, "by address, then by number");
    assert!(asked[0].query.contains("primary_email="));
    assert!(asked[1].query.contains("employee_ids=E0002"));
    let sql = "SELECT key FROM remote_cache WHERE kind = 'referrer'";
    let kept = sqlx::query_scalar(sql).fetch_all(world.store.pool());
    let kept: Vec<String> = kept.await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].contains("E0002") && !kept[0].contains(email));
}

/// Nor does it hold an import up that Greenhouse refuses such a number, as v3 does the one that ends a list.
#[tokio::test]
async fn whoever_is_named_and_not_found_is_a_warning() {
    for version in BOTH {
        let world = World::new(version).await;
        for (id, referrer, looks) in [
            ("i-1", json!({"name": "Sam Q Stranger"}), 0),
            ("i-2", json!({"name": "Sam", "email": "sam at acme"}), 0),
            ("i-3", json!({"name": "Sam", "employee_id": "E9999"}), 1),
            ("i-4", json!({"employee_id": "E0002,E0003"}), 2),
            ("i-5", json!({"employee_id": "E0002,"}), 3),
        ] {
            let warnings = warned(&world, id, referrer).await;
            assert_eq!(warnings, ["referrer_unknown"], "{version:?} {id}");
            assert_eq!(credited(&world, id), None, "{version:?} {id}");
            let asked = world.greenhouse.state().calls("users:list");
            assert_eq!(asked.len(), looks, "{version:?} {id}");
        }
        assert_eq!(warned(&world, "i-6", json!({})).await, [""; 0], "nobody");
    }
}

/// Whether Greenhouse's filter minds the case is not described; the simulator's does.
#[tokio::test]
async fn an_address_is_asked_for_as_it_is_written_as_well() {
    for version in BOTH {
        let world = World::new(version).await;
        let written = "Sam.Stranger@Acme.example";
        let employee = NewUser {
            first_name: "Sam Q".into(),
            last_name: "Stranger".into(),
            email: written.into(),
            ..NewUser::default()
        };
        let recruiter = world.greenhouse.recruiter();
        let user = recruiter.add_user(employee).unwrap();
        let name = "Sam Q Stranger";
        recruiter.add_referrer(name, Some(user)).unwrap();
        let referrer = json!({"name": name, "email": format!(" {written}")});
        let warnings = warned(&world, "i-1", referrer).await;
        assert_eq!(warnings, [""; 0], "{version:?}");
        assert_eq!(credited(&world, "i-1").as_deref(), Some(name));
    }
}

#[tokio::test]
async fn nobody_is_added_who_is_found_by_number() {
    for version in BOTH {
        let world = adding(version).await;
        let referrer = json!({"name": "Rita", "email": STRANGER, "employee_id": "E0002"});
        let warnings = warned(&world, "i-1", referrer).await;
        assert_eq!(warnings, [""; 0], "{version:?}");
        let credited = credited(&world, "i-1");
        assert_eq!(credited.as_deref(), Some("Rita Recruiter"), "{version:?}");
        assert_eq!(users(&world), 0);
        assert!(world.steps("add_user").await.is_empty());
    }
}

#[tokio::test]
async fn note_only_names_the_employee_in_the_note_and_adds_nobody() {
    for version in BOTH {
        let world = World::choosing(version, json!({"referrer_unknown": "note_only"})).await;
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.warnings(), ["referrer_unknown"], "{version:?}");
        assert_eq!(credited(&world, "i-1"), None);
        assert!(note(&world, "i-1").contains("Sam Q Stranger"));
        assert_eq!(users(&world), 0);
    }
}

#[tokio::test]
async fn outside_credits_the_name_where_greenhouse_can() {
    for version in BOTH {
        let world = World::choosing(version, json!({"referrer_unknown": "outside"})).await;
        let answer = world.import(world.introduction("i-1")).await;
        let (name, warnings) = match version {
            Version::V1 => (Some("Sam Q Stranger".to_owned()), vec![]),
            Version::V3 => (None, vec!["referrer_unknown"]),
        };
        assert_eq!(answer.warnings(), warnings, "{version:?}");
        assert_eq!(credited(&world, "i-1"), name);
        assert!(note(&world, "i-1").contains("Sam Q Stranger"));
        assert_eq!(users(&world), 0);
    }
}

#[tokio::test]
async fn somebody_outside_is_credited_for_an_application_that_is_there() {
    let world = World::choosing(Version::V1, json!({"referrer_unknown": "outside"})).await;
    world
        .plant("i-1", Target::Job(JobId(world.jobs()[0])))
        .await;
    let answer = world.import(world.introduction("i-1")).await;
    assert!(answer.warnings().is_empty(), "{answer:?}");
    assert_eq!(credited(&world, "i-1").as_deref(), Some("Sam Q Stranger"));
}

/// v1 shows somebody outside without an id.
#[tokio::test]
async fn credit_to_somebody_outside_stands() {
    let world = World::choosing(Version::V1, json!({"referrer_unknown": "outside"})).await;
    world.import(world.introduction("i-1")).await;
    let mut second = world.introduction("i-1");
    second["id"] = json!("event-i-2");
    second["data"]["introduction_id"] = json!("i-2");
    second["data"]["referrer"] = json!({"name": "Rita", "email": "rita.recruiter@acme.example"});
    let answer = world.import(second).await;
    assert_eq!(answer.data["how"], "MATCHED", "{answer:?}");
    assert!(answer.warnings().is_empty(), "{answer:?}");
    assert_eq!(credited(&world, "i-1").as_deref(), Some("Sam Q Stranger"));
}

#[tokio::test]
async fn a_user_added_through_v1_is_credited_at_once() {
    let world = adding(Version::V1).await;
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.warnings(), [""; 0]);
    assert_eq!(users(&world), 1);
    assert_eq!(credited(&world, "i-1").as_deref(), Some("Sam Q Stranger"));
    world.import(world.introduction("i-2")).await;
    assert_eq!(users(&world), 1);
    assert_eq!(credited(&world, "i-2").as_deref(), Some("Sam Q Stranger"));
    assert_eq!(world.steps("add_user").await, ["add_user confirmed"]);
}

#[tokio::test]
async fn a_user_added_through_v3_is_credited_once_greenhouse_lists_them() {
    let world = adding(Version::V3).await;
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.warnings(), ["referrer_not_listed"]);
    assert_eq!((users(&world), credited(&world, "i-1")), (1, None));
    assert_eq!(world.steps("add_user").await, ["add_user confirmed"]);
    let state = world.greenhouse.state();
    let added = state.users();
    let added = added.iter().find(|user| user.primary_email == STRANGER);
    let added = added.unwrap();
    assert_eq!(added.name.as_deref(), Some("Sam Q Stranger"));
    assert!(!added.site_admin);
    // Somebody chooses them on a page of Greenhouse, and what was remembered of them ends.
    let recruiter = world.greenhouse.recruiter();
    recruiter
        .add_referrer("Sam Q Stranger", Some(added.meta.id))
        .unwrap();
    world.run("DELETE FROM remote_cache").await;
    assert_eq!(
        world.import(world.introduction("i-2")).await.warnings(),
        [""; 0]
    );
    assert_eq!(credited(&world, "i-2").as_deref(), Some("Sam Q Stranger"));
}

#[tokio::test]
async fn an_import_waits_a_while_for_a_user_whom_greenhouse_adds_later() {
    let world = adding(Version::V3).await;
    world
        .greenhouse
        .configure(|settings| settings.bulk_delay = Duration::from_secs(3600));
    for id in ["i-1", "i-2"] {
        world.take(&world.introduction(id)).await;
    }
    for _ in 0..3 {
        world.try_once().await;
    }
    assert_eq!((world.open().await, users(&world)), (2, 0));
    let state = world.greenhouse.state();
    let asked = state.calls("users:create");
    assert_eq!(asked.len(), 1, "one request for both");
    let looked = state.calls("users:list");
    assert_eq!(looked.len(), 1, "while it is under way, its state tells");
    assert_eq!(world.steps("add_user").await, ["add_user unknown"]);
    world.greenhouse.set_clock(60);
    world.perform().await;
    assert_eq!(users(&world), 1);
    assert_eq!(world.steps("add_user").await, ["add_user confirmed"]);
}

#[tokio::test]
async fn an_import_goes_on_without_a_user_who_does_not_come() {
    let world = adding(Version::V3).await;
    world
        .greenhouse
        .configure(|settings| settings.bulk_delay = Duration::from_secs(3600));
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    world
        .run("UPDATE remote_cache SET value = jsonb_set(value, '{at}', '\"2020-01-01T00:00:00Z\"') WHERE kind = 'new_user'")
        .await;
    let answer = world.import(world.introduction("i-2")).await;
    assert_eq!(answer.warnings(), ["referrer_unknown"]);
    assert_eq!(world.person("i-1").tags.len(), 2, "imported as well");
    assert_eq!(world.steps("add_user").await, ["add_user parked"]);
}

#[tokio::test]
async fn whoever_greenhouse_refuses_to_add_keeps_nobody_from_being_introduced() {
    for version in BOTH {
        let world = adding(version).await;
        let mut event = world.introduction("i-1");
        event["data"]["referrer"]["name"] = json!("Sam");
        let answer = world.import(event).await;
        assert_eq!(answer.warnings(), ["referrer_refused"], "{version:?}");
        assert_eq!((users(&world), credited(&world, "i-1")), (0, None));
        assert_eq!(world.steps("add_user").await, ["add_user rejected"]);
    }
}

#[tokio::test]
async fn a_row_that_greenhouse_refuses_later_is_a_refusal() {
    let world = adding(Version::V3).await;
    world
        .greenhouse
        .configure(|settings| settings.bulk_delay = Duration::from_secs(3600));
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    // The address turns out to be the second one of somebody else.
    let other = NewUser {
        first_name: "Sandra".into(),
        last_name: "Stranger".into(),
        email: STRANGER.to_uppercase(),
        ..NewUser::default()
    };
    world.greenhouse.recruiter().add_user(other).unwrap();
    world.greenhouse.set_clock(60);
    let answer = world.import(world.introduction("i-2")).await;
    assert_eq!(answer.warnings(), ["referrer_refused"]);
    assert_eq!(world.steps("add_user").await, ["add_user rejected"]);
}

#[tokio::test]
async fn a_missing_right_to_add_users_pauses_nobody() {
    for version in BOTH {
        let world = adding(version).await;
        let access = world.greenhouse.access();
        let taken = match version {
            Version::V3 => {
                world
                    .greenhouse
                    .set_scope(&access.client_id, "harvest:users:create", false)
            }
            Version::V1 => world
                .greenhouse
                .set_permission(&access.api_key, "Users: add", false),
        };
        assert!(taken);
        let answer = world.import(world.introduction("i-1")).await;
        assert_eq!(answer.warnings(), ["referrer_refused"], "{version:?}");
        assert_eq!(users(&world), 0);
    }
}

/// So may v1 say of a right that the acting user lacks.
#[tokio::test]
async fn adding_users_may_be_not_found_and_nobody_waits_for_it() {
    let world = adding(Version::V1).await;
    world
        .greenhouse
        .configure(|settings| settings.v1.acting_user_denied = ActingUserDenied::NotFound);
    let staff = world.greenhouse.state().users();
    let mut staff = staff.iter().filter(|user| !user.service_account);
    let recruiter = staff.find(|user| !user.site_admin && !user.deactivated);
    world.act_for(recruiter.unwrap().meta.id).await;
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.warnings(), ["referrer_refused"], "{answer:?}");
    assert_eq!((users(&world), credited(&world, "i-1")), (0, None));
    assert_eq!(world.steps("add_user").await, ["add_user rejected"]);
}

#[tokio::test]
async fn an_answer_that_is_lost_adds_nobody_twice() {
    for version in BOTH {
        let world = adding(version).await;
        world
            .greenhouse
            .faults()
            .add(When::operation("users:create").nth(1), Fault::CommitThen500);
        world.import(world.introduction("i-1")).await;
        let asked = world.greenhouse.state().calls("users:create");
        assert_eq!((asked.len(), users(&world)), (1, 1), "{version:?}");
        assert_eq!(world.steps("add_user").await, ["add_user confirmed"]);
    }
}

/// Two processes that import for one new employee both look before either adds them.
#[tokio::test]
async fn an_employee_whom_somebody_else_adds_meanwhile_is_credited() {
    let world = adding(Version::V1).await;
    let recruiter = world.greenhouse.recruiter();
    let other = move || {
        let employee = NewUser {
            first_name: "Sam Q".into(),
            last_name: "Stranger".into(),
            email: STRANGER.into(),
            ..NewUser::default()
        };
        recruiter.add_user(employee).unwrap();
    };
    let create = When::operation("users:create").nth(1);
    let faults = world.greenhouse.faults();
    faults.add(create, Fault::Before(Arc::new(other)));
    let answer = world.import(world.introduction("i-1")).await;
    assert_eq!(answer.warnings(), [""; 0], "{answer:?}");
    assert_eq!(credited(&world, "i-1").as_deref(), Some("Sam Q Stranger"));
    assert_eq!(world.steps("add_user").await, ["add_user rejected"]);
}
