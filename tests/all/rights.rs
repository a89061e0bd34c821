//! Introductions of tenants each of whom lacks one right in Greenhouse, until it is given.

use greenhouse_sim::{Config, Fault, OrganisationConfig, When};
use harvest::{Feature, Operation, Version, least_scopes};
use serde_json::{Value, json};

use crate::accounting::settled;
use crate::scene::{self, WRITES};
use crate::world::{Announced, World};

/// What an import does for a tenant who chose nothing.
const FEATURES: &[Feature] = &[
    Feature::Import,
    Feature::Note,
    Feature::Tags,
    Feature::Referrer,
];

/// Proves a tag that was applied, but so does the person's record, which is read anyway.
const TAGS_PROVED: &str = "harvest:applied_candidate_tags:list";

/// Proves a note; without it, one whose answer was lost is left to a person.
const NOTES_PROVED: &str = "harvest:notes:list";

#[tokio::test(flavor = "multi_thread")]
async fn each_scope_that_is_missing_holds_its_tenant_up_until_it_is_given() {
    each_right_is_given_late(Version::V3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_permission_that_is_missing_holds_its_tenant_up_until_it_is_given() {
    each_right_is_given_late(Version::V1).await;
}

async fn each_right_is_given_late(version: Version) {
    let (writes, reads): (Vec<_>, Vec<_>) = least_scopes(version, FEATURES)
        .into_iter()
        .partition(|right| operation(version, right).is_write());
    tokio::join!(
        given_late(version, writes, false),
        given_late(version, reads, true),
    );
}

/// A tenant without one right, and the introductions of somebody new and somebody known.
struct Held {
    tenant: String,
    right: &'static str,
    connection: String,
    events: [Value; 2],
}

/// A tenant for each right, all in one bridge. `answers_get_lost`: some reads are needed only to prove writes.
async fn given_late(version: Version, rights: Vec<&'static str>, answers_get_lost: bool) {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    let names = (0..rights.len()).map(tenant);
    config.organisations = names.map(|name| OrganisationConfig::named(&name)).collect();
    let mut world = World::with(&format!("rights {version} {answers_get_lost}"), config).await;
    world.version = version;
    let settle = "BRIDGE_SETTLE_SECONDS".to_owned();
    world.variables.insert(settle, "2".to_owned());
    world.bridge().await;
    let mut all = Vec::new();
    for (number, right) in rights.into_iter().enumerate() {
        all.push(connect_without(&world, tenant(number), right).await);
    }
    if answers_get_lost {
        lose_answers(&world);
    }
    let events: Vec<Value> = all.iter().flat_map(|held| held.events.clone()).collect();
    world.publish_all(&events).await;
    for held in &all {
        match held.right {
            TAGS_PROVED | NOTES_PROVED => goes_on(&world, held).await,
            _ => is_held_up(&world, held).await,
        }
    }
    for held in &all {
        give(&world, held).await;
    }
    settled(&world, events.len()).await;
    for held in &all {
        for event in &held.events {
            match held.right {
                NOTES_PROVED => scene::once_and_unsure_of_the_note(&world, event, 1),
                _ => scene::once(&world, event),
            }
        }
    }
    let waits = |event: &Announced| event.data["code"] == "scope_missing";
    assert!(world.named("IntroductionImportFailed").iter().all(waits));
}

fn tenant(number: usize) -> String {
    format!("tenant-{number}")
}

/// The verification names the right, as far as it can be known without writing.
async fn connect_without(world: &World, tenant: String, right: &'static str) -> Held {
    let (new, known) = (format!("new-{tenant}"), format!("known-{tenant}"));
    let events = [
        scene::newcomer(world, &tenant, &new),
        scene::acquaintance(world, &tenant, &known).await,
    ];
    set(world, &tenant, right, false);
    let (status, connection) = world.connect(&tenant).await;
    assert_eq!(status, 201, "{connection}");
    let unproven = world.version == Version::V1 && operation(world.version, right).is_write();
    let (code, state) = match unproven {
        true => ("permission_unproven", "active"),
        false => ("scope_missing", "degraded"),
    };
    let findings = connection["findings"].as_array().expect("findings");
    let named = |finding: &&Value| finding["scope"] == right && finding["code"] == code;
    assert!(
        findings.iter().any(|one| named(&one)),
        "{right}: {connection}"
    );
    assert_eq!(connection["state"], state, "{right}: {connection}");
    Held {
        events,
        connection: connection["id"].as_str().expect("an id").to_owned(),
        tenant,
        right,
    }
}

/// Of every write but the one that nothing can prove.
fn lose_answers(world: &World) {
    let provable = |write: &&&str| world.version == Version::V3 || **write != "notes:create";
    for write in WRITES.iter().filter(provable) {
        let faults = world.greenhouse.faults();
        faults.add(When::operation(write), Fault::CommitThenDrop);
    }
}

/// The tenant pauses, and is told what is missing, what suffers and what to do; nothing is given up.
async fn is_held_up(world: &World, held: &Held) {
    let Held { tenant, right, .. } = held;
    let pause = |event: &&Announced| event.tenant == *tenant && event.text("state") == "PAUSED";
    let told = world
        .announced_until(&format!("the pause without {right}"), |events| {
            events.iter().any(|event| pause(&event))
        })
        .await;
    let pause = told.iter().find(pause).expect("the one waited for");
    let finding = &pause.data["findings"][0];
    assert_eq!(finding["scope"], *right, "{pause:?}");
    assert_eq!(finding["code"], "scope_missing", "{pause:?}");
    assert_eq!(finding["severity"], "ERROR", "{pause:?}");
    let remedy = finding["remedy"].as_str().unwrap_or_default();
    assert!(remedy.starts_with("Grant the named scope"), "{remedy}");
    let mut suffering = operation(world.version, right).features().iter();
    let feature = &finding["feature"];
    assert!(suffering.any(|one| feature == one.as_str()), "{pause:?}");
    let of_tenant = |event: &&Announced| event.tenant == *tenant;
    let imported = told
        .iter()
        .filter(of_tenant)
        .filter(|event| event.name == "IntroductionImported");
    assert!(
        imported.count() < held.events.len(),
        "{right} is not needed"
    );
}

async fn goes_on(world: &World, held: &Held) {
    for event in &held.events {
        let id = event["data"]["introduction_id"].as_str().expect("an id");
        assert_eq!(world.answer(id).await.name, "IntroductionImported");
    }
}

async fn give(world: &World, held: &Held) {
    set(world, &held.tenant, held.right, true);
    let verify = format!("/v1/connections/{}/verify", held.connection);
    let (status, connection) = world.post(&verify, json!(null)).await;
    let state = connection["state"].as_str();
    assert_eq!((status, state), (200, Some("active")), "{connection}");
}

fn set(world: &World, tenant: &str, right: &str, granted: bool) {
    let all = world.greenhouse.all_access();
    let mut own = all.iter().filter(|access| access.organisation == tenant);
    let access = own.next().expect("an organisation of this name");
    let changed = match world.version {
        Version::V3 => world
            .greenhouse
            .set_scope(&access.client_id, right, granted),
        Version::V1 => world
            .greenhouse
            .set_permission(&access.api_key, right, granted),
    };
    assert!(changed, "{right} is nothing that Greenhouse knows");
}

/// The first operation that needs the right.
fn operation(version: Version, right: &str) -> Operation {
    let mut all = Operation::ALL.iter();
    let needs = |operation: &&Operation| operation.needs(version) == Some(right);
    *all.find(needs).expect("an operation that needs it")
}
