//! An account lacks a list, or the right to read it: what is left of statuses is told.

use connected::client_credentials;
use greenhouse_sim::{Fault, When};
use serde_json::{Value, json};

use crate::world::World;

/// Three that were seen: the first is rejected since, the others moved on, and a list is refused.
async fn refused(list: &str, status: u16) -> World {
    let world = World::new().await;
    world.follow_first(3).await;
    world.poll().await;
    let refuse = Fault::Refuse {
        status,
        body: json!({"message": "Resource not found"}),
    };
    world.greenhouse.faults().add(When::operation(list), refuse);
    let state = world.greenhouse.state();
    let reason = state.rejection_reasons()[0].meta.id;
    let recruiter = world.greenhouse.recruiter();
    for (place, one) in state.applications().iter().take(3).enumerate() {
        match place {
            0 => recruiter.reject(one.meta.id, Some(reason)).unwrap(),
            _ => {
                recruiter.move_to_next_stage(one.meta.id).unwrap();
            }
        }
    }
    world
}

/// All that waits for a minute has waited, and no history shows what was touched so long ago.
async fn a_minute_passes(world: &World) {
    world
        .run("UPDATE remote_cache SET value = to_jsonb(now() - interval '61 s')")
        .await;
    world.greenhouse.set_clock(2);
    world
        .run("UPDATE applications SET look_again_at = now() WHERE look_again_at IS NOT NULL")
        .await;
    world.poll().await;
}

async fn findings(world: &World) -> i64 {
    world
        .count("connections WHERE tenant = 'acme' AND state = 'degraded' AND jsonb_array_length(findings) = 1")
        .await
}

#[tokio::test]
async fn a_list_that_an_account_lacks_keeps_back_no_status() {
    for status in [404, 403] {
        for list in ["application_stages:list", "rejection_details:list"] {
            let world = refused(list, status).await;
            world.poll().await;
            assert_eq!(findings(&world).await, 0, "it may be shown in a moment");
            a_minute_passes(&world).await;
            assert_eq!(world.events().await.len(), 6, "{list}: {status}");
            assert_eq!(findings(&world).await, 1, "{list}: {status}");
            let health = world.announced("acme", "ConnectionHealthChanged").await;
            assert_eq!(health.len(), 1, "{list}: {status}");
        }
    }
}

#[tokio::test]
async fn what_is_told_without_a_history_is_told_as_the_application_shows_it() {
    let world = refused("application_stages:list", 404).await;
    world.poll().await;
    a_minute_passes(&world).await;
    let events = world.events().await.split_off(3);
    let moved = events
        .iter()
        .filter(|event| event["current"]["status"] == "ACTIVE");
    let moved: Vec<&Value> = moved.collect();
    assert_eq!(moved.len(), 2);
    for event in moved {
        assert_ne!(
            event["current"]["stageName"],
            event["previous"]["stageName"]
        );
        assert!(event["current"]["stageName"].is_string());
        assert_eq!(event["occurredAtQuality"], "APPROXIMATE");
    }
}

#[tokio::test]
async fn a_history_that_is_refused_for_a_moment_is_waited_for() {
    let world = refused("application_stages:list", 404).await;
    world.greenhouse.set_clock(2);
    world.poll().await;
    assert_eq!(world.events().await.len(), 3);
    world.greenhouse.faults().clear();
    world.poll().await;
    let events = world.events().await.split_off(3);
    assert_eq!(events.len(), 3);
    for event in events {
        assert_eq!(event["occurredAtQuality"], "EXACT");
    }
}

#[tokio::test]
async fn names_that_are_refused_or_fail_keep_back_no_status() {
    for (list, status) in [
        ("rejection_reasons:list", 404),
        ("rejection_reasons:list", 403),
        ("rejection_reasons:list", 500),
        ("job_interview_stages:list", 404),
        ("job_interview_stages:list", 500),
    ] {
        let world = refused(list, status).await;
        world.greenhouse.set_clock(2);
        world.poll().await;
        assert_eq!(world.events().await.len(), 6, "{list}: {status}");
    }
}

#[tokio::test]
async fn one_failing_call_for_names_loses_none() {
    let world = refused("jobs:list", 404).await;
    let once = When::operation("rejection_reasons:list").times(1);
    let faults = world.greenhouse.faults();
    faults.add(once, Fault::ErrorBeforeCommit);
    world.poll().await;
    let events = world.events().await;
    let rejected = events
        .iter()
        .find(|event| event["current"]["status"] == "REJECTED");
    assert!(rejected.unwrap()["rejection"]["reason"].is_string());
}

#[tokio::test]
async fn plans_without_the_name_of_a_stage_are_read_in_one_call() {
    let world = World::of(60, client_credentials).await;
    let state = world.greenhouse.state();
    let recruiter = world.greenhouse.recruiter();
    world
        .greenhouse
        .configure(|settings| settings.stage_history = false);
    for stage in state.job_stages() {
        recruiter.rename_stage(stage.meta.id, "Interview").unwrap();
    }
    world.follow_first(30).await;
    world.greenhouse.state().clear_log();
    world.poll().await;
    let plans = world.greenhouse.state().calls("job_interview_stages:list");
    assert_eq!(plans.len(), 1);
    assert!(world.events().await.len() > 10);
}

#[tokio::test]
async fn a_time_that_the_contract_cannot_say_keeps_back_nothing() {
    let world = World::new().await;
    world.follow_first(3).await;
    let state = world.greenhouse.state();
    let times = [
        "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    ];
    let shown: Vec<Value> = (state.applications().iter().zip(times))
        .map(|(one, updated_at)| {
            json!({"id": one.meta.id, "candidate_id": one.candidate_id, "job_id": one.job_id, "status": "hired",
                "prospect": false, "created_at": "2026-01-01T00:00:00Z", "updated_at": updated_at})
        })
        .collect();
    let odd = Fault::Refuse {
        status: 200,
        body: json!(shown),
    };
    let faults = world.greenhouse.faults();
    faults.add(When::operation("applications:list"), odd);
    world.poll().await;
    let told = world.events().await;
    assert_eq!(told.len(), 3);
    let unknown = told
        .iter()
        .filter(|event| event["occurredAtQuality"] == "UNKNOWN");
    assert_eq!(unknown.count(), 1);
}

#[tokio::test]
async fn an_application_that_cannot_be_read_on_its_page_is_looked_at_again() {
    let world = World::new().await;
    world.follow_first(2).await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    let state = world.greenhouse.state();
    let row = |place: usize, job: Value| {
        let one = &state.applications()[place];
        json!({"id": one.meta.id, "candidate_id": one.candidate_id, "job_id": job, "status": "in_process",
            "prospect": false, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"})
    };
    let odd = Fault::Refuse {
        status: 200,
        body: json!([
            row(0, json!({})),
            row(1, json!(state.applications()[1].job_id))
        ]),
    };
    let window = When::operation("applications:list").times(1);
    world.greenhouse.faults().add(window, odd);
    world.poll().await;
    let again = "applications WHERE look_again_at > now()";
    assert_eq!(world.count(again).await, 1);
    world
        .run("UPDATE applications SET look_again_at = now() WHERE look_again_at > now()")
        .await;
    world.poll().await;
    let waiting = "applications WHERE look_again_at IS NOT NULL";
    assert_eq!(world.count(waiting).await, 0);
}

#[tokio::test]
async fn links_that_lead_in_a_circle_end_the_window() {
    let (world, _) = World::with_application().await;
    // The window's first page, the second one, and a third one that names the second one.
    for next in ["b25l", "dHdv", "b25l"] {
        let url = world.greenhouse.api_url();
        let link = format!("<{url}/v3/applications?cursor={next}>; rel=\"next\"");
        let page = Fault::Answer {
            status: 200,
            headers: vec![("link".to_owned(), link)],
            body: "[]".to_owned(),
        };
        let once = When::operation("applications:list").times(1);
        world.greenhouse.faults().add(once, page);
    }
    world
        .run("UPDATE polls SET watermark = now() - interval '10 minutes'")
        .await;
    let before = world.watermark().await;
    world.greenhouse.state().clear_log();
    world.poll().await;
    assert_eq!(world.greenhouse.state().calls("applications:list").len(), 3);
    assert!(world.watermark().await > before);
}
