//! Recruiters open, edit, close and delete jobs in a strict Greenhouse; what the imports store and tell, on a real
//! PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod calls;
mod clocks;
mod kills;
mod lease;
mod limit;
mod requests;
mod rights;
mod trouble;
mod world;

use std::time::Duration;

use domain::{JobId, Tenant};
use greenhouse_sim::{JobEdit, NewPost, PostEdit, When};
use serde_json::{Value, json};
use store::jobs::Record;

use world::World;

#[tokio::test]
async fn the_first_import_tells_the_open_jobs_and_ends_with_counts() {
    let world = World::unread().await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 2);
    let told = world.told().await;
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told.iter().all(|one| one.starts_with("OPENED ")));
    let ends = world.answers().await;
    assert_eq!(ends.len(), 1);
    assert_eq!(ends[0].get("requestId"), None);
    assert_eq!(ends[0]["full"], true);
    let counts = &ends[0]["counts"];
    assert_eq!(
        (&counts["read"], &counts["open"], &counts["opened"]),
        (&6.into(), &5.into(), &5.into())
    );
    assert_eq!(jobs::refresh_due(&world.parts).await, 0, "nothing is due");
}

#[tokio::test]
async fn a_job_comes_with_everything_that_belongs_to_it() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    let post = NewPost {
        title: "Cook (m/f/x)".to_owned(),
        job_id: Some(job),
        location: Some("Remote".to_owned()),
        ..NewPost::default()
    };
    world.greenhouse.recruiter().add_post(post).unwrap();
    world.refresh().await;
    let events = world.announced("acme", "JobChanged").await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["change"], &events[0]["sequence"]),
        (&"OPENED".into(), &"1".into())
    );
    let job = &events[0]["job"];
    assert!(!job["department"]["path"].as_array().unwrap().is_empty());
    assert_eq!(job["offices"].as_array().unwrap().len(), 2);
    assert_eq!(job["posts"][0]["title"], "Cook (m/f/x)");
    assert_eq!(job["posts"][0]["locations"][0], "Remote");
    assert!(
        job["posts"][0]["url"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    let stages = job["stages"].as_array().unwrap();
    assert_eq!(stages[0]["name"], "Application Review");
    assert_eq!(stages[4]["position"], 4);
    assert_eq!(job["hiringTeam"][0]["role"], "RECRUITER");
    assert_eq!(job["openings"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_department_comes_with_its_path_from_the_top() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let top = recruiter.add_department("Kitchen", None).unwrap();
    let below = recruiter.add_department("Pastry", Some(top)).unwrap();
    let job = world.open_job("Cook");
    let edit = JobEdit {
        department_id: Some(below),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, edit).unwrap();
    world.refresh().await;
    let path = &world.announced("acme", "JobChanged").await[0]["job"]["department"]["path"];
    assert_eq!(path, &json!(["Kitchen", "Pastry"]));
    recruiter.delete_department(below).unwrap();
    world.refresh().await;
    assert_eq!(world.told().await[1], "UPDATED Cook: department");
}

#[tokio::test]
async fn each_change_is_one_event_that_names_the_fields() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let job = world.open_job("Cook");
    world.refresh().await;
    let rename = JobEdit {
        name: Some("Chef".to_owned()),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, rename).unwrap();
    world.refresh().await;
    let stage = recruiter.add_stage(job, "Trial shift").unwrap();
    world.refresh().await;
    recruiter.delete_stage(stage).unwrap();
    world.refresh().await;
    recruiter.close_job(job).unwrap();
    world.refresh().await;
    recruiter.reopen_job(job).unwrap();
    world.refresh().await;
    let told = world.told().await;
    assert_eq!(
        told[..4],
        [
            "OPENED Cook",
            "UPDATED Chef: name",
            "UPDATED Chef: stages",
            "UPDATED Chef: stages",
        ]
    );
    assert!(told[4].starts_with("CLOSED Chef: closed_at"), "{}", told[4]);
    assert!(told[5].starts_with("OPENED Chef: closed_at"), "{}", told[5]);
    let numbers = world.announced("acme", "JobChanged").await;
    let numbers: Vec<&str> = numbers
        .iter()
        .map(|event| event["sequence"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test]
async fn posts_that_move_or_go_are_noticed_by_a_look_for_changes() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let job = world.open_job("Cook");
    let post = NewPost {
        title: "Cook".to_owned(),
        job_id: Some(job),
        location: Some("London".to_owned()),
        ..NewPost::default()
    };
    let post = recruiter.add_post(post).unwrap();
    world.refresh().await;
    let moved = PostEdit {
        title: Some("Cook, anywhere".to_owned()),
        location: Some("Remote".to_owned()),
        ..PostEdit::default()
    };
    recruiter.edit_post(post, moved).unwrap();
    world.refresh().await;
    let events = world.announced("acme", "JobChanged").await;
    assert_eq!(events[1]["changedFields"], json!(["posts"]));
    assert_eq!(events[1]["job"]["posts"][0]["location"], "Remote");
    recruiter.delete_post(post).unwrap();
    world.refresh().await;
    let events = world.announced("acme", "JobChanged").await;
    assert_eq!(events[2]["job"].get("posts"), None);
}

#[tokio::test]
async fn in_v1_posts_at_one_place_each_have_it() {
    let world = World::new_v1().await;
    let recruiter = world.greenhouse.recruiter();
    for name in ["Cook", "Baker"] {
        let post = NewPost {
            title: name.to_owned(),
            job_id: Some(world.open_job(name)),
            location: Some("Remote".to_owned()),
            ..NewPost::default()
        };
        recruiter.add_post(post).unwrap();
    }
    world.refresh().await;
    let events = world.announced("acme", "JobChanged").await;
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event["job"]["posts"][0]["locations"], json!(["Remote"]));
    }
}

#[tokio::test]
async fn the_plan_of_a_job_is_known_as_long_as_it_is_new() {
    let world = World::new().await;
    let job = JobId(world.open_job("Cook"));
    world.refresh().await;
    let acme = Tenant::try_from("acme").unwrap();
    let plan = async |age| world.store.job_plan(&acme, job, age).await.unwrap();
    let stages = plan(Duration::from_secs(3600)).await;
    let active = |record: &Record| record.content["active"] == true;
    assert!(
        !stages.is_empty() && stages.iter().all(active),
        "{stages:?}"
    );
    assert!(
        stages
            .iter()
            .all(|record| record.content["name"].is_string())
    );
    assert_eq!(plan(Duration::ZERO).await, []);
}

#[tokio::test]
async fn a_deleted_job_is_told_by_a_full_import() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    world.greenhouse.recruiter().delete_job(job).unwrap();
    world.refresh_fully().await;
    assert_eq!(world.told().await, ["OPENED Cook", "DELETED Cook"]);
    let left = format!("SELECT count(*) FROM job_parts WHERE tenant = 'acme' AND job_id = {job}");
    assert_eq!(world.number(&left).await, 0);
    world.refresh_fully().await;
    assert_eq!(world.told().await.len(), 2, "and only once");
}

#[tokio::test]
async fn a_confidential_job_appears_with_what_it_had_all_along() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let job = world.open_job_long_ago("Spy");
    let hide = |confidential| JobEdit {
        confidential: Some(confidential),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, hide(true)).unwrap();
    world.refresh().await;
    assert_eq!(world.told().await, Vec::<String>::new());
    recruiter.edit_job(job, hide(false)).unwrap();
    world.refresh().await;
    let event = &world.announced("acme", "JobChanged").await[0];
    assert_eq!(event["job"]["stages"].as_array().unwrap().len(), 5);
    assert_eq!(event["job"]["openings"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_unchanged_import_tells_nothing_and_writes_nothing_but_where_it_is() {
    let world = World::new().await;
    let versions = "SELECT (sum(xmin::text::bigint) + count(*))::bigint FROM (SELECT xmin FROM jobs UNION ALL SELECT xmin FROM job_parts) v";
    let before = (world.number(versions).await, world.everything().await);
    world.refresh().await;
    let changed: usize = world.call_counts().values().sum();
    world.refresh_fully().await;
    assert_eq!(
        before,
        (world.number(versions).await, world.everything().await)
    );
    assert_eq!(world.told().await, Vec::<String>::new());
    assert_eq!(world.answers().await.len(), 0);
    // Two tenants: ten lists and the deleted posts; then ten lists.
    assert_eq!(changed, 2 * 11);
    assert_eq!(world.call_counts().values().sum::<usize>(), 2 * 21);
}

#[tokio::test]
async fn a_touch_without_a_visible_change_is_no_event() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let touch = JobEdit {
        notes: Some("nobody sees this".to_owned()),
        ..JobEdit::default()
    };
    world.greenhouse.recruiter().edit_job(job, touch).unwrap();
    world.refresh().await;
    assert_eq!(world.told().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_one_replica_imports_at_a_time() {
    let world = World::unread().await;
    let other = world::parts(&world.store, &world.address);
    let (one, two) = tokio::join!(jobs::refresh_due(&world.parts), jobs::refresh_due(&other));
    assert_eq!(one + two, 2);
    assert_eq!(world.told().await.len(), 5);
}

#[tokio::test]
async fn what_webhooks_tell_is_acted_on_between_imports() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let job = world.open_job("Cook");
    world
        .webhook("job_changed", &format!(r#"{{"job_id": {job}}}"#))
        .await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    let event = &world.announced("acme", "JobChanged").await[0];
    assert_eq!(event["job"]["stages"].as_array().unwrap().len(), 5);
    recruiter.delete_job(job).unwrap();
    world
        .webhook("job_deleted", &format!(r#"{{"job_id": {job}}}"#))
        .await;
    jobs::act_on_notices(&world.parts).await;
    assert_eq!(world.told().await, ["OPENED Cook", "DELETED Cook"]);
    assert_eq!(jobs::act_on_notices(&world.parts).await, 0);
}

#[tokio::test]
async fn a_webhook_about_a_job_of_a_new_department_brings_both() {
    for world in [World::new().await, World::new_v1().await] {
        let recruiter = world.greenhouse.recruiter();
        let job = world.open_job("Cook");
        world.refresh().await;
        world.forget_events().await;
        let department = recruiter.add_department("Kitchen", None).unwrap();
        let moved = JobEdit {
            department_id: Some(department),
            ..JobEdit::default()
        };
        recruiter.edit_job(job, moved).unwrap();
        let named = format!(r#"{{"job_id": {job}}}"#);
        world.webhook("job_changed", &named).await;
        assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
        let event = &world.announced("acme", "JobChanged").await[0];
        assert_eq!(event["changedFields"], json!(["department"]));
        assert_eq!(event["job"]["department"]["name"], "Kitchen");
        // Nor is what is known read again.
        world.greenhouse.state().clear_log();
        world.webhook("job_changed", &named).await;
        assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
        assert!(!world.calls().contains(&"departments:list"));
    }
}

#[tokio::test]
async fn each_kind_of_webhook_about_jobs_has_its_effect() {
    let world = World::new().await;
    let recruiter = world.greenhouse.recruiter();
    let job = world.open_job("Cook");
    let kitchen = recruiter.add_department("Kitchen", None).unwrap();
    let edit = JobEdit {
        department_id: Some(kitchen),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, edit).unwrap();
    world.refresh().await;
    let hear = async |kind: &str, ids: Value| {
        world.webhook(kind, &ids.to_string()).await;
        assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    };
    let post = NewPost {
        title: "Cook".to_owned(),
        job_id: Some(job),
        ..NewPost::default()
    };
    let post = recruiter.add_post(post).unwrap();
    let ids = json!({"job_post_id": post, "job_id": job});
    hear("job_post_changed", ids.clone()).await;
    recruiter.delete_post(post).unwrap();
    hear("job_post_deleted", ids).await;
    let stage = recruiter.add_stage(job, "Trial shift").unwrap();
    hear("job_changed", json!({"job_id": job})).await;
    recruiter.delete_stage(stage).unwrap();
    let ids = json!({"job_stage_id": stage, "job_id": job});
    hear("job_stage_deleted", ids).await;
    recruiter.delete_department(kitchen).unwrap();
    hear("department_deleted", json!({"department_id": kitchen})).await;
    let office = world.greenhouse.state().offices()[0].meta.id;
    recruiter.delete_office(office).unwrap();
    hear("office_deleted", json!({"office_id": office})).await;
    recruiter.delete_job(job).unwrap();
    hear("job_deleted", json!({"job_id": job})).await;
    let told = [
        "OPENED Cook",
        "UPDATED Cook: posts",
        "UPDATED Cook: posts",
        "UPDATED Cook: stages",
        "UPDATED Cook: stages",
        "UPDATED Cook: department",
        "UPDATED Cook: offices",
        "DELETED Cook",
    ];
    let all = world.told().await;
    // Other jobs are at that office too.
    let ours: Vec<&String> = all.iter().filter(|one| one.contains("Cook")).collect();
    assert_eq!(ours, told);
    world.refresh_fully().await;
    assert_eq!(world.told().await, all, "nothing is left to be found");
}

/// Somebody renames the job while a question about it is under way, and whoever asks later is answered first.
async fn rename_meanwhile(world: &World, job: i64, slow: impl Future<Output = usize>) {
    let (recruiter, faults) = (world.greenhouse.recruiter(), world.greenhouse.faults());
    let rename = |name: &str| JobEdit {
        name: Some(name.to_owned()),
        ..JobEdit::default()
    };
    let named = format!(r#"{{"job_id": {job}}}"#);
    recruiter.edit_job(job, rename("one")).unwrap();
    world.webhook("job_changed", &named).await;
    let gate = faults.hold_answers(When::operation("jobs:list").nth(1));
    let quick = async {
        gate.reached_by(1).await;
        recruiter.edit_job(job, rename("two")).unwrap();
        world.webhook("job_changed", &named).await;
        jobs::act_on_notices(&world.parts).await;
        gate.open();
    };
    tokio::join!(slow, quick);
    assert_eq!(world.told().await.last().unwrap(), "UPDATED two: name");
}

#[tokio::test]
async fn of_two_replicas_the_one_that_asked_later_is_right() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let other = world::parts(&world.store, &world.address);
    rename_meanwhile(&world, job, jobs::act_on_notices(&other)).await;
}

#[tokio::test]
async fn a_webhook_that_came_while_a_page_was_read_is_right() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let import = async {
        world
            .run("UPDATE job_refreshes SET refreshed_at = '-infinity' WHERE connection = (SELECT id FROM connections WHERE tenant = 'acme')")
            .await;
        world.rest().await;
        jobs::refresh_due(&world.parts).await
    };
    rename_meanwhile(&world, job, import).await;
}
