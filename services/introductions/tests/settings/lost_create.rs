//! What became of a person whose creation was not answered and who has no address: looked for among those made then, of
//! whom there are few, and not among those made since, of whom there may be any number by the time of the look.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::JobId;
use greenhouse_sim::{Fault, When};
use harvest::{Target, Version};
use serde_json::json;
use url::Url;

use crate::world::{BOTH, World};

/// The introduction, whose first try meets this.
async fn lose(version: Version, fault: Fault) -> World {
    let mut world = World::new(version).await;
    world.settle = Duration::from_secs(60);
    let create = When::operation("candidates:create").times(1);
    world.greenhouse.faults().add(create, fault);
    let mut event = world.introduction("i-1");
    event["data"]["candidate"]["emails"] = json!([]);
    world.take(&event).await;
    world.try_once().await;
    assert_eq!(world.open().await, 1);
    world
}

/// How many were made of the introduction.
fn made(world: &World) -> usize {
    let all = world.greenhouse.state().candidates().into_iter();
    all.filter(|one| one.last_name.as_deref() == Some("Lovelace"))
        .count()
}

/// Until when those may have been made who were asked for, for each call that asked by that.
fn until(world: &World) -> Vec<Option<DateTime<Utc>>> {
    let calls = world.greenhouse.state().calls("candidates:list");
    let queries = calls.into_iter().map(|call| call.query);
    let dated = queries.filter(|query| query.contains("created_"));
    dated.map(|query| upper_bound(&query)).collect()
}

fn upper_bound(query: &str) -> Option<DateTime<Utc>> {
    let url = Url::parse(&format!("http://greenhouse.example/?{query}")).unwrap();
    let mut parameters = url.query_pairs();
    let bound = parameters.find_map(|(name, value)| match name.as_ref() {
        "created_at" => Some(value.split_once("|lte|")?.1.to_owned()),
        "created_before" => Some(value.into_owned()),
        _ => None,
    });
    Some(bound?.parse().unwrap())
}

/// A tenant that was paused for days, and has hired ever since.
#[tokio::test]
async fn a_look_days_later_reads_nobody_who_was_made_since() {
    for version in BOTH {
        let world = lose(version, Fault::DropBeforeCommit).await;
        world
            .run("UPDATE steps SET first_sent_at = first_sent_at - interval '4 d', last_sent_at = last_sent_at - interval '3 d'")
            .await;
        for id in ["i-2", "i-3"] {
            world.plant(id, Target::Job(JobId(world.jobs()[0]))).await;
        }
        world.greenhouse.state().clear_log();
        world.try_once().await;
        assert_eq!(world.open().await, 0, "{version:?}: it goes on at once");
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_eq!(made(&world), 1, "{version:?}");
        let looks = until(&world);
        assert_eq!(looks.len(), 1, "{version:?}");
        let days_ago = Utc::now() - TimeDelta::days(2);
        let bounded = looks.iter().all(|to| to.is_some_and(|to| to < days_ago));
        assert!(bounded, "{version:?}: {looks:?}");
    }
}

/// Greenhouse says minutes, of what it has accepted.
#[tokio::test]
async fn somebody_who_was_made_long_after_the_last_send_is_found() {
    for version in BOTH {
        let world = lose(version, Fault::CommitThenDrop).await;
        world
            .run("UPDATE steps SET first_sent_at = first_sent_at - interval '12 min', last_sent_at = last_sent_at - interval '12 min'")
            .await;
        world.perform().await;
        let answer = world.last_answer().await;
        assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
        assert_eq!(made(&world), 1, "{version:?}");
    }
}
