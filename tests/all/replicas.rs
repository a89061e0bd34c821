//! Several bridges on one database and one broker: they start at once, share the work, and get in nobody's way.

use std::collections::BTreeMap;
use std::time::Duration;

use greenhouse_sim::Config;
use serde_json::{Value, json};
use store::explain::Story;

use crate::accounting::settled;
use crate::world::{SOON, World, introduction};

const REPLICAS: usize = 4;
const PEOPLE: usize = 500;
/// Introductions of each person, each under a job of its own.
const EACH: usize = 4;
const LIMIT: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn four_bridges_import_two_thousand_introductions_of_five_hundred_people() {
    let mut world = World::with("replicas", Config::for_benchmarks()).await;
    start_at_once(&mut world).await;
    world.connect("acme").await;
    let before = world.greenhouse.state().counts();
    let events = everybody(&world);
    // Each event comes twice, the second time among other people's.
    let again: Vec<Value> = events.iter().rev().cloned().collect();
    tokio::join!(world.publish_all(&events), world.publish_all(&again));

    let sent = PEOPLE * EACH;
    world
        .announced_within(LIMIT, "every answer", |events| events.len() >= sent)
        .await;
    let account = settled(&world, sent).await;
    assert!(account.failed.is_empty(), "{:?}", account.failed);
    let after = world.greenhouse.state().counts();
    assert_eq!(after.candidates - before.candidates, PEOPLE);
    assert_eq!(after.applications - before.applications, sent);
    one_after_the_other(&world).await;
    everyone_worked(&world).await;
}

/// On an empty database, so that all of them want to create the schema.
async fn start_at_once(world: &mut World) {
    let bridges: Vec<_> = (0..REPLICAS)
        .map(|_| world.start_bridge(&["all"], &[]))
        .collect();
    for mut bridge in bridges {
        let url = bridge.url.clone();
        bridge
            .process
            .ready(&url, SOON)
            .await
            .expect("a bridge that gets ready");
        world.keep(bridge);
    }
}

/// The people's introductions, person by person. Half of the people are one candidate in Intrro; of the others Intrro
/// has a candidate per introduction, with nothing in common but the e-mail address.
fn everybody(world: &World) -> Vec<Value> {
    let mut events = Vec::new();
    for person in 0..PEOPLE {
        for number in 0..EACH {
            let mut event = introduction("acme", &id(person, number), &[world.job(number)]);
            event["data"]["candidate"]["emails"] =
                json!([{ "value": format!("p{person}@people.example") }]);
            if person % 2 == 0 {
                event["subject"] = json!(format!("candidate-{person}"));
                event["data"]["candidate"]["id"] = event["subject"].clone();
            }
            events.push(event);
        }
    }
    events
}

fn id(person: usize, number: usize) -> String {
    format!("i-{person}-{number}")
}

/// Of one person's operations none was begun before the older one had ended, and answers left in the same order.
async fn one_after_the_other(world: &World) {
    let announced = world.announced();
    let mut places = BTreeMap::new();
    for (place, event) in announced.iter().enumerate() {
        places.entry(event.text("introductionId")).or_insert(place);
    }
    for person in 0..PEOPLE {
        let mut stories: Vec<Story> = Vec::new();
        for number in 0..EACH {
            stories.extend(
                world
                    .store
                    .stories(&id(person, number))
                    .await
                    .expect("an answer"),
            );
        }
        stories.sort_by_key(|story| story.operation_id);
        assert_eq!(stories.len(), EACH, "operations of person {person}");
        for pair in stories.windows(2) {
            let (older, newer) = (&pair[0], &pair[1]);
            let begun = newer
                .steps
                .iter()
                .filter_map(|step| step.first_sent_at)
                .min();
            assert!(begun > older.settled_at, "{older:?} and {newer:?} overlap");
            let one_candidate = person % 2 == 0;
            let in_order =
                places[older.business_key.as_str()] < places[newer.business_key.as_str()];
            assert!(
                in_order || !one_candidate,
                "{} was answered before {}",
                newer.business_key,
                older.business_key
            );
            assert_eq!(newer.answers.len(), 1, "{newer:?}");
        }
    }
}

/// Each bridge had its part in it.
async fn everyone_worked(world: &World) {
    for bridge in 0..REPLICAS {
        let ended = world.metric(bridge, "bridge_intro_terminal_total{").await;
        assert!(ended > 0.0, "bridge {bridge} imported nobody");
    }
}
