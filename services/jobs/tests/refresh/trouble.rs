//! Greenhouse or the process fails on the way.

use std::sync::Arc;
use std::time::Duration;

use greenhouse_sim::v1::Order;
use greenhouse_sim::{Fault, JobEdit, NewJob, When};
use serde_json::{Value, json};
use store::wake::Wake;
use testkit::until;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::{World, parts};

/// Longer than anything here takes.
const SOON: Duration = Duration::from_secs(30);

fn many_jobs(world: &World, count: usize) {
    let recruiter = world.greenhouse.recruiter();
    for number in 0..count {
        let new = NewJob {
            name: format!("Job {number}"),
            stages: vec!["Review".to_owned()],
            openings: Some(1),
            ..NewJob::default()
        };
        recruiter.add_job(new).unwrap();
    }
}

/// Greenhouse does not know any more where the import had come to.
async fn refuse_cursor(world: &World) {
    world
        .run("UPDATE job_refreshes SET run = jsonb_set(run, '{cursor}', to_jsonb(replace(run ->> 'cursor', 'cursor=', 'cursor=x'))) WHERE run IS NOT NULL")
        .await;
}

#[tokio::test]
async fn one_odd_job_is_neither_told_nor_gone_and_keeps_nobody_from_the_others() {
    let world = World::unread().await;
    let row = |id: i64, department: Value| json!({"id": id, "name": id.to_string(), "status": "open", "department_id": department});
    let jobs = |odd: Value| {
        let faults = world.greenhouse.faults();
        faults.clear();
        let body = json!([row(9, json!(null)), row(8, odd), row(7, json!(null))]);
        faults.add(
            When::operation("jobs:list"),
            Fault::Refuse { status: 200, body },
        );
    };
    jobs(json!(null));
    world.refresh().await;
    let opened = ["OPENED 7", "OPENED 8", "OPENED 9"];
    assert_eq!(world.told().await, opened);
    jobs(json!("Kitchen"));
    world.refresh_fully().await;
    assert_eq!(world.told().await, opened);
    assert_eq!(world.number("SELECT count(*) FROM job_gone").await, 0);
    assert_eq!(
        world
            .number("SELECT max(failures)::bigint FROM job_refreshes")
            .await,
        0
    );
}

#[tokio::test]
async fn one_odd_stage_of_a_changed_job_is_looked_for_again_and_keeps_nobody_from_the_rest() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    let stage = |id: i64, order: Value| json!({"id": id, "job_id": job, "name": "A stage", "sort_order": order, "active": true});
    let stages = |odd: Value| {
        let faults = world.greenhouse.faults();
        faults.clear();
        let body = json!([stage(9, json!(1)), stage(8, odd)]);
        let when = When::operation("job_interview_stages:list");
        faults.add(when, Fault::Refuse { status: 200, body });
    };
    let watermark = "SELECT (extract(epoch FROM watermark) * 1000000)::bigint FROM job_refreshes WHERE tenant = 'acme'";
    // Greenhouse tells whole seconds, and this test may take less than one.
    world
        .run("UPDATE job_refreshes SET watermark = watermark - interval '1 minute'")
        .await;
    let before = world.number(watermark).await;
    stages(json!("second"));
    world.refresh().await;
    let event = &world.announced("acme", "JobChanged").await[0];
    assert_eq!(event["job"]["stages"].as_array().unwrap().len(), 1);
    assert_eq!(world.number(watermark).await, before);
    stages(json!(2));
    world.refresh().await;
    let told = ["OPENED Cook", "UPDATED Cook: stages"];
    assert_eq!(world.told().await, told);
    assert!(world.number(watermark).await > before);
}

#[tokio::test]
async fn an_odd_job_that_a_webhook_named_is_not_gone_and_keeps_no_webhook() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    let body = json!([{"id": job, "status": 4}]);
    let odd = Fault::Refuse { status: 200, body };
    world
        .greenhouse
        .faults()
        .add(When::operation("jobs:list"), odd);
    let named = json!({"job_id": job}).to_string();
    world.webhook("job_changed", &named).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    assert_eq!(world.notices_left("acme").await, 0);
    assert_eq!(world.told().await, ["OPENED Cook"]);
}

#[tokio::test]
async fn an_import_that_breaks_off_goes_on_from_its_page() {
    let world = World::new().await;
    many_jobs(&world, 1_100);
    let third = When::operation("jobs:list").nth(3);
    world
        .greenhouse
        .faults()
        .add(third, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 0);
    assert_eq!(world.call_counts()["jobs:list"], 3);
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 1);
    assert_eq!(
        world.call_counts()["jobs:list"],
        4,
        "only the third page again"
    );
    assert_eq!(world.call_counts()["departments:list"], 1);
    assert_eq!(world.told().await.len(), 1_100);
}

#[tokio::test]
async fn what_belongs_to_a_job_is_read_by_whoever_goes_on() {
    let world = World::new().await;
    let job = world.open_job_long_ago("Spy");
    let hide = |confidential| {
        let edit = JobEdit {
            confidential: Some(confidential),
            ..JobEdit::default()
        };
        world.greenhouse.recruiter().edit_job(job, edit).unwrap();
    };
    hide(true);
    world.refresh().await;
    hide(false);
    let stages = When::operation("job_interview_stages:list").times(1);
    let faults = world.greenhouse.faults();
    faults.add(stages, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", false).await;
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 0);
    world.go_on().await;
    let event = &world.announced("acme", "JobChanged").await[0];
    assert_eq!(event["job"]["stages"].as_array().unwrap().len(), 5);
    assert_eq!(world.call_counts()["jobs:list"], 3, "none of them anew");
}

/// An import of 600 jobs that was interrupted on the second page, whose cursor is refused from now on.
async fn refused_its_second_page() -> World {
    let world = World::new().await;
    many_jobs(&world, 600);
    let second = When::operation("jobs:list").nth(2);
    world
        .greenhouse
        .faults()
        .add(second, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    refuse_cursor(&world).await;
    world
}

#[tokio::test]
async fn a_cursor_that_is_refused_begins_the_list_anew() {
    let world = refused_its_second_page().await;
    world.go_on().await;
    assert_eq!(world.answers().await.len(), 1);
    assert_eq!(world.call_counts()["jobs:list"], 2 + 3);
    assert_eq!(world.told().await.len(), 600);
}

#[tokio::test]
async fn an_import_is_begun_anew_where_a_list_is_refused_too_often() {
    let world = refused_its_second_page().await;
    world
        .run("UPDATE job_refreshes SET run = jsonb_set(run, '{restarts}', '3') WHERE run IS NOT NULL")
        .await;
    world.go_on().await;
    assert_eq!(world.answers().await[0]["code"], "unexpected_answer");
    world.ask("acme", "r-2", true).await;
    world.go_on().await;
    let answers = world.answers().await;
    assert_eq!(answers[1]["counts"]["read"], 606, "{answers:?}");
}

#[tokio::test]
async fn a_list_without_order_may_be_interrupted_often() {
    let world = World::new_v1().await;
    world
        .greenhouse
        .configure(|settings| settings.v1.order = Order::Ascending);
    let anew = When::operation("jobs:list").after(1).times(3);
    world
        .greenhouse
        .faults()
        .add(anew, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    for _ in 0..4 {
        assert_eq!(world.answers().await.len(), 0);
        world.go_on().await;
    }
    let answers = world.answers().await;
    assert_eq!(answers[0]["full"], true, "{answers:?}");
}

#[tokio::test]
async fn nothing_is_removed_before_the_last_page() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    world.greenhouse.recruiter().delete_job(job).unwrap();
    let last = When::operation("job_hiring_managers:list").times(1);
    world
        .greenhouse
        .faults()
        .add(last, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.told().await, ["OPENED Cook"]);
    let parts = format!("SELECT count(*) FROM job_parts WHERE tenant = 'acme' AND job_id = {job}");
    assert!(world.number(&parts).await > 0);
    world.go_on().await;
    assert_eq!(world.told().await, ["OPENED Cook", "DELETED Cook"]);
}

#[tokio::test]
async fn a_greenhouse_that_hangs_keeps_nobody_elses_webhooks() {
    let world = World::new().await;
    let job = world.greenhouse.state().jobs()[0].meta.id;
    let theirs = world.greenhouse.state_of("globex").jobs()[0].meta.id;
    let stop = CancellationToken::new();
    let wake = Wake::start(&world.store).await.unwrap();
    let parts = Arc::new(parts(&world.store, &world.address));
    let rounds = i64::try_from(parts.config.concurrency).unwrap() + 1;
    let acting = tokio::spawn(jobs::work(parts, wake, stop.clone()));
    let first = When::operation("jobs:list").nth(1);
    let gate = world.greenhouse.faults().hold(first);
    let named = |job: i64| format!(r#"{{"job_id": {job}}}"#);
    world.webhook("job_changed", &named(job)).await;
    timeout(SOON, gate.reached_by(1)).await.unwrap();
    for _ in 0..rounds {
        world.webhook("job_changed", &named(job)).await;
        world
            .webhook_of("globex", "job_changed", &named(theirs))
            .await;
        none_left(&world, "globex").await;
    }
    assert_eq!(world.notices_left("acme").await, rounds + 1);
    world.greenhouse.state().clear_log();
    gate.open();
    none_left(&world, "acme").await;
    let lists = world.call_counts().get("jobs:list").copied();
    assert_eq!(lists, Some(2), "what came meanwhile is one look");
    stop.cancel();
    timeout(SOON, acting).await.unwrap().unwrap();
}

async fn none_left(world: &World, tenant: &str) {
    until("the last notice", async || {
        (world.notices_left(tenant).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_throttled_import_rests_and_goes_on() {
    let world = World::new().await;
    let throttle = Fault::Throttle { retry_after: 20 };
    let stages = When::operation("job_interview_stages:list").times(1);
    world.greenhouse.faults().add(stages, throttle);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(jobs::refresh_due(&world.parts).await, 0);
    world.rest().await;
    // Whoever counts the budget knows of the throttling as well: another replica starts without that.
    jobs::refresh_due(&parts(&world.store, &world.address)).await;
    assert_eq!(world.answers().await.len(), 1);
    assert_eq!(world.call_counts()["jobs:list"], 1);
}

#[tokio::test]
async fn whoever_waits_for_a_day_is_told_why() {
    for (fault, code) in [
        (Fault::Throttle { retry_after: 20 }, "throttled"),
        (Fault::ErrorBeforeCommit, "greenhouse_unavailable"),
    ] {
        let world = World::new().await;
        let stages = When::operation("job_interview_stages:list");
        world.greenhouse.faults().add(stages, fault);
        world.ask("acme", "r-1", true).await;
        for hours in [23, 25] {
            assert_eq!(world.answers().await.len(), 0);
            let earlier =
                format!("UPDATE job_refresh_requests SET asked_at = now() - interval '{hours} h'");
            world.run(&earlier).await;
            world.rest().await;
            // Whoever counted the budget knows of the throttling as well: another replica starts without that.
            jobs::refresh_due(&parts(&world.store, &world.address)).await;
        }
        assert_eq!(world.answers().await[0]["code"], code);
        world.go_on().await;
        assert_eq!(world.answers().await.len(), 1, "once");
    }
}

#[tokio::test]
async fn an_import_that_lost_its_lease_writes_nothing_more() {
    let world = World::new().await;
    world.open_job("Cook");
    world.ask("acme", "r-1", true).await;
    let gate = world
        .greenhouse
        .faults()
        .hold_answers(When::operation("openings:list").times(1));
    let faster = async {
        gate.reached_by(1).await;
        world.go_on().await;
        gate.open();
    };
    tokio::join!(jobs::refresh_due(&world.parts), faster);
    assert_eq!(world.told().await, ["OPENED Cook"]);
    assert_eq!(world.answers().await.len(), 1);
}

#[tokio::test]
async fn a_process_that_is_told_to_stop_gives_its_import_back() {
    let world = World::unread().await;
    let gate = world
        .greenhouse
        .faults()
        .hold(When::operation("openings:list"));
    let stop = CancellationToken::new();
    let stopping = async {
        gate.reached_by(1).await;
        stop.cancel();
        gate.open();
    };
    tokio::join!(jobs::refresh_until(&world.parts, &stop), stopping);
    let held = "SELECT count(*) FROM job_refreshes WHERE lease_until > now()";
    assert_eq!(world.number(held).await, 0);
    jobs::refresh_due(&world.parts).await;
    assert_eq!(world.told().await.len(), 5);
}

/// An import of three new jobs that broke off after it has read the jobs, and before it has read their posts.
async fn broke_off_after_the_jobs() -> World {
    let world = World::new().await;
    many_jobs(&world, 3);
    let posts = When::operation("job_posts:list").times(1);
    world
        .greenhouse
        .faults()
        .add(posts, Fault::ErrorBeforeCommit);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    world
}

#[tokio::test]
async fn a_webhook_leaves_what_an_import_has_half_read_to_that_import() {
    let world = broke_off_after_the_jobs().await;
    let last = world.greenhouse.state().jobs().last().unwrap().meta.id;
    let named = format!(r#"{{"job_id": {last}}}"#);
    world.webhook("job_changed", &named).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    assert_eq!(world.told().await, ["OPENED Job 2"]);
    world.go_on().await;
    let mut told = world.told().await;
    told.sort_unstable();
    assert_eq!(told, ["OPENED Job 0", "OPENED Job 1", "OPENED Job 2"]);
    for event in world.announced("acme", "JobChanged").await {
        assert_eq!(event["job"]["stages"][0]["name"], "Review", "{event}");
    }
    let counts = &world.answers().await[0]["counts"];
    assert_eq!(
        (&counts["created"], &counts["opened"]),
        (&3.into(), &2.into())
    );
}

#[tokio::test]
async fn a_list_without_order_goes_on_in_hand_where_the_limit_holds_it_up() {
    let world = World::new_v1().await;
    world.greenhouse.configure(|settings| {
        settings.v1.order = Order::Ascending;
        (settings.rate_limit, settings.v1.rate_limit) = (1_000, 1_000);
    });
    many_jobs(&world, 600);
    // The first page shows that there is no order, and is read once more.
    let second = When::operation("jobs:list").nth(3);
    let throttle = Fault::Throttle { retry_after: 1 };
    world.greenhouse.faults().add(second, throttle);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(world.answers().await[0]["full"], true);
    // v1 tells openings and both kinds of team in the list of jobs.
    assert_eq!(world.call_counts()["jobs:list"], 4 + 3 * 3);
}

/// The pages of the list of departments are empty and lead to one another, after this many answers as they should be.
fn lead_in_a_circle(world: &World, version: &str, after: u64) -> Vec<u64> {
    let page = |number: u64| {
        let place = world.greenhouse.api_url();
        let next = format!("<{place}/{version}/departments?page={number}>; rel=\"next\"");
        Fault::Answer {
            status: 200,
            headers: vec![("link".to_owned(), next)],
            body: "[]".to_owned(),
        }
    };
    let add = |number| {
        let when = When::operation("departments:list").after(after).times(1);
        world.greenhouse.faults().add(when, page(2 + number % 2))
    };
    (0_u64..8).map(add).collect()
}

fn fired(world: &World, faults: &[u64]) -> u64 {
    let faults = faults.iter().map(|id| world.greenhouse.faults().fired(*id));
    faults.sum()
}

#[tokio::test]
async fn links_that_lead_in_a_circle_keep_no_webhook() {
    let world = World::new().await;
    let job = world.open_job("Cook");
    world.refresh().await;
    let recruiter = world.greenhouse.recruiter();
    let moved = JobEdit {
        name: Some("Chef".to_owned()),
        department_id: Some(recruiter.add_department("Kitchen", None).unwrap()),
        ..JobEdit::default()
    };
    recruiter.edit_job(job, moved).unwrap();
    world.forget_events().await;
    let circle = lead_in_a_circle(&world, "v3", 0);
    let named = json!({"job_id": job}).to_string();
    world.webhook("job_changed", &named).await;
    assert_eq!(jobs::act_on_notices(&world.parts).await, 1);
    assert_eq!(fired(&world, &circle), 3, "each page once");
    assert_eq!(world.notices_left("acme").await, 0);
    assert_eq!(world.told().await, ["UPDATED Chef: department name"]);
}

#[tokio::test]
async fn links_that_lead_in_a_circle_show_nothing_to_be_gone() {
    let world = World::new_v1().await;
    let recruiter = world.greenhouse.recruiter();
    let kitchen = recruiter.add_department("Kitchen", None).unwrap();
    world.refresh_fully().await;
    recruiter.delete_department(kitchen).unwrap();
    let circle = lead_in_a_circle(&world, "v1", 1);
    world.ask("acme", "r-1", true).await;
    world.go_on().await;
    assert_eq!(fired(&world, &circle), 3, "each page once");
    assert_eq!(world.answers().await.len(), 1, "the import ends");
    let count = format!("SELECT count(*) FROM job_parts WHERE tenant = 'acme' AND id = {kitchen}");
    let known = async || world.number(&count).await;
    assert_eq!(known().await, 1);
    world.greenhouse.faults().clear();
    world.ask("acme", "r-2", true).await;
    world.go_on().await;
    assert_eq!(known().await, 0);
}
