//! The whole route of a request for statuses: event in, looks, answer out; and what is read over HTTP.

use greenhouse_sim::{Config, CreateAnswer};
use harvest::Version;
use serde_json::{Value, json};

use crate::world::{ADMIN_TOKEN, Announced, World, introduction, until};

const VIEWER_TOKEN: &str = "viewer-token-of-the-tests";

fn request(tenant: &str, id: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("event-{id}"),
        "source": "/intrro/test",
        "type": "intrro.events.v1.StatusRefreshRequested",
        "subject": "statuses",
        "time": chrono::Utc::now().to_rfc3339(),
        "tenantid": tenant,
        "datacontenttype": "application/json",
        "data": data,
    })
}

fn statuses(events: &[Announced]) -> Vec<&Announced> {
    let statuses = events
        .iter()
        .filter(|event| event.name == "CandidateStatusChanged");
    statuses.collect()
}

/// Somebody introduced, whose next steps no poll finds soon; returns their application.
async fn introduced(world: &mut World) -> i64 {
    world.bridge().await;
    let (_, connected) = world.connect("acme").await;
    let id = connected["id"].as_str().unwrap().to_owned();
    let event = introduction("acme", "asked", &[world.job(0)]);
    world.publish(&event).await;
    let first = world
        .announced_until("the first status", |events| statuses(events).len() == 1)
        .await;
    let rarely = json!({"settings": {"poll_interval_seconds": 86_400}});
    let (status, body) = world.patch(&format!("/v1/connections/{id}"), rarely).await;
    assert_eq!(status, 200, "{body}");
    world.polled().await;
    statuses(&first)[0].text("applicationId").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_statuses_is_taken_from_the_queue_and_answered_once() {
    let mut world = World::new("statuses").await;
    let application = introduced(&mut world).await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    let data = json!({"request_id": "r-1", "all": true});
    world.publish(&request("acme", "r-1", &data)).await;
    world.publish(&request("acme", "r-1", &data)).await;
    let data = json!({"request_id": "r-2", "candidate_ids": ["candidate-asked", "nobody"]});
    world.publish(&request("acme", "r-2", &data)).await;
    let answers = |events: &[Announced]| -> Vec<Announced> {
        let answers = events
            .iter()
            .filter(|event| event.name == "StatusesRefreshed");
        answers.cloned().collect()
    };
    let events = world
        .announced_until("both answers", |events| answers(events).len() >= 2)
        .await;
    let told = statuses(&events);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(told[1].text("detectedBy"), "REFRESH");
    let answer = |id: &str| {
        let answers = answers(&events).into_iter();
        let mut theirs = answers.filter(|answer| answer.text("requestId") == id);
        (theirs.next().unwrap(), theirs.next().is_none())
    };
    let (everybody, once) = answer("r-1");
    assert!(once, "answered twice");
    assert_eq!(everybody.data["counts"]["followed"], 1, "{everybody:?}");
    let (some, _) = answer("r-2");
    assert_eq!(some.data["counts"]["unknownCandidates"], 1, "{some:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_statuses_of_a_stranger_is_answered_with_what_to_do() {
    let mut world = World::new("statuses stranger").await;
    world.bridge().await;
    let data = json!({"request_id": "r-1", "all": true});
    world.publish(&request("stranger", "r-1", &data)).await;
    let answered = |events: &[Announced]| {
        let mut events = events.iter();
        events.any(|event| event.text("code") == "not_connected")
    };
    world.announced_until("an answer to r-1", answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_and_status_events_are_shown_to_every_role_and_to_nobody_else() {
    let mut world = World::new("roles").await;
    let token = ("BRIDGE_VIEWER_TOKEN".to_owned(), VIEWER_TOKEN.to_owned());
    world.variables.extend([token]);
    introduced(&mut world).await;
    let events = "/v1/status-events?tenant=acme";
    // Nothing is shown before every older transaction of the server has ended.
    until("the first status in the feed", async || {
        let (_, body) = world.get(0, events).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        (body["events"].as_array()?.len() == 1).then_some(())
    })
    .await;
    for path in [events, "/v1/tenants/acme/jobs"] {
        for token in [ADMIN_TOKEN, VIEWER_TOKEN] {
            let (status, body) = world.get_as(0, path, Some(token)).await;
            assert_eq!(status, 200, "{path}: {body}");
        }
        for token in [None, Some("a-guess")] {
            let (status, body) = world.get_as(0, path, token).await;
            assert_eq!(status, 401, "{path}: {body}");
            assert!(
                !body.contains("applicationId") && !body.contains("jobs"),
                "{body}"
            );
        }
    }
}

/// Everything announced when somebody who is introduced to a job that is known has their first status.
async fn first_status(world: &mut World) -> Vec<Announced> {
    world.bridge().await;
    world.connect("acme").await;
    // In v3 the jobs tell what their stages are called.
    let imported = |events: &[Announced]| events.iter().any(|one| one.name == "JobsRefreshed");
    world.announced_until("the jobs", imported).await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    let told = |events: &[Announced]| statuses(events).len() == 1;
    world.announced_until("the first status", told).await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_answer_to_a_creation_shows_less_somebody_looks() {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    config.settings.create_answer = CreateAnswer::Flat;
    let mut world = World::with("flat sight", config).await;
    let told = first_status(&mut world).await;
    assert_eq!(statuses(&told)[0].text("detectedBy"), "POLL", "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_creation_shows_of_an_application_is_told_with_the_answer() {
    for version in [Version::V3, Version::V1] {
        let mut world = World::new(&format!("first sight {version:?}")).await;
        world.version = version;
        let told = first_status(&mut world).await;
        let place = |name: &str| told.iter().rposition(|event| event.name == name);
        assert!(place("IntroductionImported") < place("CandidateStatusChanged"));
        let made = statuses(&told)[0];
        assert_eq!(made.text("detectedBy"), "IMPORT", "{version:?}: {made:?}");
        assert_eq!(made.text("sequence"), "1");
        let everybody = |id: &str| request("acme", id, &json!({"request_id": id, "all": true}));
        world.publish(&everybody("r-1")).await;
        let looked = |events: &[Announced]| {
            let mut events = events.iter();
            events.any(|event| event.name == "StatusesRefreshed")
        };
        let told = world.announced_until("a look", looked).await;
        assert_eq!(
            statuses(&told).len(),
            1,
            "{version:?}: the look finds what was told"
        );
        let application = made.text("applicationId");
        let recruiter = world.greenhouse.recruiter();
        recruiter
            .move_to_next_stage(application.parse().unwrap())
            .unwrap();
        world.publish(&everybody("r-2")).await;
        let events = world.announced_until("the next step", |events| statuses(events).len() > 1);
        let events = events.await;
        let next = statuses(&events)[1];
        assert_eq!(next.text("applicationId"), application);
        assert_eq!(next.text("sequence"), "2");
        assert_eq!(next.data["previous"], made.data["current"]);
    }
}
