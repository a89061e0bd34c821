//! What becomes of an introduction in a process that cannot open the tenant's credential, or whose own client Greenhouse refuses.

use store::connections::State;

use crate::world::{BOTH, World};

/// The introduction rests, of which its tenant is told nothing, and whoever runs the process is.
async fn waits_for_whoever_runs_the_process(world: &World, code: &str) {
    let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
        panic!("one operation")
    };
    assert_eq!(story.code.as_deref(), Some(code));
    assert_eq!((story.state.as_str(), story.attempts), ("open", 0));
    assert!(story.not_before > story.now, "it rests");
    let counted =
        format!(r#"bridge_retries_total{{code="{code}",service="introductions",stage="write"}} 1"#);
    let told = world.metrics.exposition();
    assert!(told.contains(&counted), "CredentialSealed pages");
    assert_eq!(world.connection().await.state, State::Active);
    assert_eq!(world.number("SELECT count(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn a_process_without_the_key_waits_and_sets_no_tenant_aside() {
    for version in BOTH {
        let mut world = World::new(version).await;
        world.take(&world.introduction("i-1")).await;
        world.replace_process_without_the_key();
        world.try_once().await;
        waits_for_whoever_runs_the_process(&world, "credential_sealed").await;
        world.replace_process();
        world.perform().await;
        assert_eq!(world.last_answer().await.name, "IntroductionImported");
    }
}

#[tokio::test]
async fn a_process_with_a_wrong_secret_of_the_partners_waits_and_sets_no_tenant_aside() {
    let mut world = World::new(harvest::Version::V3).await;
    world.agree().await;
    world
        .run("UPDATE tokens SET access_expires = clock_timestamp()")
        .await;
    // Greenhouse gave us another secret, of which nobody has told this process.
    assert!(world.greenhouse.replace_partner_secret("another"));
    world.take(&world.introduction("i-1")).await;
    world.try_once().await;
    waits_for_whoever_runs_the_process(&world, "partner_refused").await;
    world.replace_process();
    world.perform().await;
    assert_eq!(world.last_answer().await.name, "IntroductionImported");
}
