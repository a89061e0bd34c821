//! More to look at than Greenhouse allows calls for at a time: each look goes on where the limit stopped the one before.

use crate::world::World;

#[tokio::test]
async fn newly_followed_applications_are_told_as_far_as_the_limit_goes() {
    let world = World::of_v1().await;
    world.follow_first(4).await;
    world.let_through(3, "applications:retrieve");
    world.poll().await;
    assert_eq!(world.events().await.len(), 3);
    world.next_window().await;
    world.poll().await;
    assert_eq!(world.events().await.len(), 4);
    let calls = world.greenhouse.state().calls("applications:retrieve");
    assert_eq!(calls.len(), 5, "three, the one too many, and the fourth");
}
