//! "An introduction didn't reach Greenhouse: why?", asked on the command line.

use serde_json::Value;

use crate::world::{World, introduction, program};

/// What `bridge` prints, and its exit code.
pub(crate) async fn bridge(world: &World, arguments: &[&str]) -> (String, i32) {
    bridge_with(world, arguments, &[]).await
}

/// The same with more variables than the database's.
pub(crate) async fn bridge_with(
    world: &World,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (String, i32) {
    let output = tokio::process::Command::new(program())
        .args(arguments)
        .env("BRIDGE_DATABASE_URL", &world.env.database_url)
        .envs(variables.iter().copied())
        .output()
        .await
        .expect("a bridge to ask");
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code().unwrap_or(-1),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn why_gives_a_verdict_a_timeline_and_the_next_step() {
    let mut world = World::new("why").await;
    world.bridge().await;
    world
        .publish(&introduction("acme", "i-1", &[world.job(0)]))
        .await;
    world.answer("i-1").await;
    let (told, code) = bridge(&world, &["why", "i-1"]).await;
    assert!(
        told.contains("It waits") && told.contains("connect Greenhouse"),
        "{told}"
    );
    assert_eq!(code, 1);

    world.connect("acme").await;
    world
        .announced_until("the import", |events| {
            events
                .iter()
                .any(|event| event.name == "IntroductionImported")
        })
        .await;
    crate::accounting::settled(&world, 1).await;
    let (told, code) = bridge(&world, &["why", "i-1"]).await;
    assert!(
        told.starts_with("It is in Greenhouse: the person was created as candidate"),
        "{told}"
    );
    for moment in [
        "stored",
        "create_candidate",
        "add_note confirmed",
        "settled as done",
        "IntroductionImported published",
    ] {
        assert!(told.contains(moment), "{moment} is missing in {told}");
    }
    assert_eq!(code, 0, "{told}");

    let (json, _) = bridge(&world, &["--json", "why", "i-1"]).await;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["operation"]["state"], "done");
    // Whoever reads the verdict does not learn who the person is.
    assert!(!told.contains("Lovelace") && !json.to_string().contains("@"));

    let (told, code) = bridge(&world, &["why", "i-unheard-of"]).await;
    assert!(told.contains("never stored anything"), "{told}");
    assert_eq!(code, 1);
}
