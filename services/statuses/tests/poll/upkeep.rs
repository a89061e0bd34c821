//! What the service removes by itself.

use store::wake::Wake;
use testkit::until;
use tokio_util::sync::CancellationToken;

use crate::world::World;

#[tokio::test]
async fn what_is_too_old_is_removed_meanwhile_and_nothing_else() {
    let world = World::new().await;
    // One more than go at once.
    let old = "INSERT INTO status_events (tenant, body, created_at)
        SELECT 'acme', ''::bytea, now() - interval '401 days' FROM generate_series(1, 1001)
        UNION ALL SELECT 'acme', '', now() - interval '399 days'";
    world.run(old).await;
    let merges = "INSERT INTO merged_candidates (tenant, id, merged_into, merged_at)
        VALUES ('acme', 7, 9, now() - interval '61 min'), ('acme', 8, 9, now() - interval '30 min')";
    world.run(merges).await;
    let stop = CancellationToken::new();
    let wake = Wake::start(&world.store).await.unwrap();
    let service = tokio::spawn(statuses::look(world.parts(), wake, stop.clone()));
    let too_old = "status_events WHERE created_at < now() - interval '400 days'";
    let swept = async || (world.count(too_old).await == 0).then_some(());
    until("the sweep", swept).await;
    stop.cancel();
    service.await.unwrap();
    assert_eq!(world.count("status_events").await, 1);
    let remembered = world.count("merged_candidates WHERE id = 8").await;
    assert_eq!((world.count("merged_candidates").await, remembered), (1, 1));
}
