//! Greenhouse stops accepting one tenant in the middle of their imports: they pause alone, and nothing is lost.

use greenhouse_sim::{Config, NewUser, OrganisationConfig, When};
use harvest::Version;
use serde_json::{Value, json};

use crate::accounting::{dead_letters, settled};
use crate::scene;
use crate::world::{Announced, World, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_acting_user_left_pauses_alone_and_resumes() {
    acting_user_leaves(Version::V3).await;
}

/// In v1 everything that is written on behalf of nobody is not found.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_acting_user_left_v1_pauses_alone_and_resumes() {
    acting_user_leaves(Version::V1).await;
}

async fn acting_user_leaves(version: Version) {
    let leave = |world: &World| {
        let admin = world.greenhouse.all_access()[0].site_admin_id;
        let recruiter = world.greenhouse.recruiter_of("acme");
        recruiter.deactivate_user(admin).expect("the admin");
    };
    let successor = |world: &World| {
        let successor = NewUser {
            first_name: "Sue".to_owned(),
            last_name: "Successor".to_owned(),
            email: "sue@acme.example".to_owned(),
            site_admin: true,
            ..NewUser::default()
        };
        world
            .greenhouse
            .recruiter_of("acme")
            .add_user(successor)
            .expect("a new admin");
    };
    one_tenant_pauses(version, "REAUTHORISE", leave, successor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_who_takes_a_permission_away_pauses_alone_and_resumes() {
    let scope = "harvest:notes:create";
    let take = |world: &World| assert!(world.greenhouse.set_scope("acme-harvest", scope, false));
    let give = |world: &World| assert!(world.greenhouse.set_scope("acme-harvest", scope, true));
    one_tenant_pauses(Version::V3, "PAUSED", take, give).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_api_key_is_gone_pauses_alone_and_resumes() {
    let key = "acme-api-key";
    let delete = |world: &World| assert!(world.greenhouse.set_api_key(key, false));
    let restore = |world: &World| assert!(world.greenhouse.set_api_key(key, true));
    one_tenant_pauses(Version::V1, "REAUTHORISE", delete, restore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_a_tenant_disconnects_goes_on_when_they_connect_again() {
    let mut world = World::new("disconnected").await;
    world.bridge().await;
    let (_, connection) = world.connect("acme").await;
    let path = format!(
        "/v1/connections/{}",
        connection["id"].as_str().expect("an id")
    );
    let (status, _) = world
        .post(&format!("{path}/pause"), json!({ "reason": "a move" }))
        .await;
    assert_eq!(status, 200);
    let waiting = ["one", "two", "three"].map(|id| scene::newcomer(&world, "acme", id));
    world.publish_all(&waiting).await;
    let store = world.store.clone();
    let open = async |count: i64| {
        until("everything stored", async || {
            let gauges = store.ledger_gauges().await.ok()?;
            (gauges.open == count).then_some(())
        })
        .await;
    };
    open(3).await;
    let (status, answer) = world.delete(&path).await;
    let log = world.bridges()[0].process.log();
    assert_eq!(status, 204, "{answer}\n{log}");
    let later = scene::newcomer(&world, "acme", "four");
    world.publish(&later).await;
    open(4).await;
    assert_eq!(
        world.greenhouse.state().candidates().len(),
        0,
        "work has stopped"
    );

    let (status, answer) = world.connect("acme").await;
    assert_eq!(status, 201, "{answer}");
    let account = settled(&world, 4).await;
    assert_eq!(account.imported.len(), 4, "{account:?}");
    assert_eq!(dead_letters(&world).await, 0);
    for event in &waiting {
        scene::once(&world, event);
    }
}

/// Breaks acme's connection while its first import is under way, sees beta's go on, mends it, and connects again.
async fn one_tenant_pauses(
    version: Version,
    state: &str,
    break_it: impl Fn(&World),
    mend_it: impl Fn(&World),
) {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    config.organisations.push(OrganisationConfig::named("beta"));
    let mut world = World::with(&format!("pause {version} {state}"), config).await;
    world.version = version;
    world.bridge().await;
    for tenant in ["acme", "beta"] {
        let (status, answer) = world.connect(tenant).await;
        assert_eq!(
            (status, answer["state"].as_str()),
            (201, Some("active")),
            "{answer}"
        );
    }

    // One person three times, in order, and two others; the first import stops before its second application.
    let mut events: Vec<Value> = (1..=3).map(|index| same_person(&world, index)).collect();
    events.extend(["other-1", "other-2"].map(|id| scene::newcomer(&world, "acme", id)));
    let gate = world
        .greenhouse
        .faults()
        .hold(When::operation("applications:create"));
    world.publish(&events[0]).await;
    let arrived =
        async || (!world.greenhouse.state_of("acme").candidates().is_empty()).then_some(());
    until("the first candidate", arrived).await;
    break_it(&world);
    gate.open();
    world.greenhouse.faults().clear();
    world.publish_all(&events[1..]).await;
    let paused = |event: &&Announced| {
        event.name == "ConnectionHealthChanged" && event.text("state") == state
    };
    let told = world
        .announced_until("the pause", |events| {
            events.iter().any(|event| paused(&event))
        })
        .await;
    assert!(
        told.iter()
            .filter(paused)
            .all(|event| event.tenant == "acme")
    );

    let elsewhere = scene::newcomer(&world, "beta", "elsewhere");
    world.publish(&elsewhere).await;
    assert_eq!(world.answer("elsewhere").await.name, "IntroductionImported");
    scene::once(&world, &elsewhere);
    // Who comes now is told at once that somebody must act, and who met the refusal was.
    let late = scene::newcomer(&world, "acme", "late");
    world.publish(&late).await;
    for told in ["late", "same-1"] {
        let answer = world.answer(told).await;
        assert_eq!(answer.name, "IntroductionImportFailed", "{answer:?}");
        assert_eq!(answer.data["needsHuman"], true, "{answer:?}");
    }

    mend_it(&world);
    let (status, answer) = world.connect("acme").await;
    assert_eq!(
        (status, answer["state"].as_str()),
        (201, Some("active")),
        "{answer}"
    );
    settled(&world, 7).await;
    scene::once(&world, &late);
    for event in &events[3..] {
        scene::once(&world, event);
    }
    let order: Vec<String> = world
        .named("IntroductionImported")
        .iter()
        .map(|event| event.text("introductionId").to_owned())
        .filter(|id| id.starts_with("same"))
        .collect();
    assert_eq!(order, ["same-1", "same-2", "same-3"]);
    let [person] = &world
        .greenhouse
        .state_of("acme")
        .candidates_by_email("same@people.example")[..]
    else {
        panic!("one person")
    };
    assert_eq!(
        world
            .greenhouse
            .state_of("acme")
            .notes_of(person.meta.id)
            .len(),
        3
    );
    let waits = |event: &Announced| event.tenant == "acme" && event.data["needsHuman"] == true;
    assert!(world.named("IntroductionImportFailed").iter().all(waits));
    assert_eq!(told.iter().filter(paused).count(), 1);
    assert_eq!(dead_letters(&world).await, 0);
}

fn same_person(world: &World, index: usize) -> Value {
    let mut event = scene::newcomer(world, "acme", &format!("same-{index}"));
    event["data"]["job_ids"] = json!([world.job(0), world.job(index)]);
    event["data"]["candidate"]["id"] = json!("candidate-same");
    event["data"]["candidate"]["emails"] = json!([{ "value": "same@people.example" }]);
    event["subject"] = json!("candidate-same");
    event
}
