//! What becomes of an introduction in a process that cannot open the tenant's credential.

use store::connections::State;

use crate::world::{BOTH, World};

#[tokio::test]
async fn a_process_without_the_key_waits_and_sets_no_tenant_aside() {
    for version in BOTH {
        let mut world = World::new(version).await;
        world.take(&world.introduction("i-1")).await;
        world.replace_process_without_the_key();
        world.try_once().await;
        let [story] = &world.store.stories("i-1").await.unwrap()[..] else {
            panic!("one operation")
        };
        assert_eq!(story.code.as_deref(), Some("credential_sealed"));
        assert_eq!((story.state.as_str(), story.attempts), ("open", 0));
        assert!(story.not_before > story.now, "it rests");
        let counted = r#"bridge_retries_total{code="credential_sealed",service="introductions",stage="write"} 1"#;
        assert!(
            world.metrics.exposition().contains(counted),
            "CredentialSealed pages"
        );
        assert_eq!(world.connection().await.state, State::Active, "{version:?}");
        assert_eq!(world.number("SELECT count(*) FROM outbox").await, 0);
        world.replace_process();
        world.perform().await;
        assert_eq!(world.last_answer().await.name, "IntroductionImported");
    }
}
