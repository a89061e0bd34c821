//! Secrets change while Greenhouse delivers.

use domain::webhook::Consumer;

use crate::world::{SECRET, World, sign, stage_change};

#[tokio::test]
async fn during_a_rotation_old_and_new_work_and_after_it_the_new_one() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let mut event = 0;
    let mut status = async |secret: &str| {
        event += 1;
        let body = stage_change(event);
        let signature = sign(secret, &body);
        world
            .deliver_signed(id, &format!("e{event}"), &body, &signature)
            .await
    };
    assert_eq!((status(SECRET).await, status("new").await), (200, 401));
    // Each change works at once, without waiting for anything to expire.
    world.set_secrets(id, &["new", SECRET]).await;
    assert_eq!((status("new").await, status(SECRET).await), (200, 200));
    world.set_secrets(id, &["new"]).await;
    assert_eq!((status(SECRET).await, status("new").await), (401, 200));
    world.set_secrets(id, &[]).await;
    assert_eq!(status("new").await, 401);
    assert_eq!(world.tasks(Consumer::Statuses).await.len(), 4);
}

#[tokio::test]
async fn a_removed_connection_takes_nothing_any_more() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    assert_eq!(world.deliver(id, "e1", &stage_change(1)).await, 200);
    let sql = sqlx::query("DELETE FROM connections WHERE id = $1").bind(id);
    sql.execute(world.store.pool()).await.unwrap();
    assert_eq!(world.deliver(id, "e2", &stage_change(2)).await, 401);
    assert_eq!(world.refused("unknown_connection"), 1.0);
    assert!(world.tasks(Consumer::Statuses).await.is_empty());
}

#[tokio::test]
async fn secrets_that_change_under_a_storm_lose_nothing_that_was_signed_right() {
    let world = World::new().await;
    let id = world.connect("acme").await;
    let deliver = async |number: i64| {
        let body = stage_change(number);
        world.deliver(id, &format!("e{number}"), &body).await
    };
    let storm = futures::future::join_all((1..=300).map(deliver));
    let changes = async {
        for number in 0..20 {
            let other = format!("other {number}");
            world.set_secrets(id, &[&other, SECRET]).await;
        }
    };
    let (statuses, ()) = tokio::join!(storm, changes);
    // What met three changes in a row is asked for again; nothing is refused as forged.
    assert_eq!(world.refused("forged"), 0.0);
    let taken = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(world.tasks(Consumer::Statuses).await.len(), taken);
    assert!(taken > 0);
}
