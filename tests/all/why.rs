//! "An introduction didn't reach Greenhouse: why?", asked on the command line.

use serde_json::{Value, json};

use crate::world::{World, introduction, program, until};

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
    let operation = json[0]["operation"]["operation_id"].to_string();
    let (by_operation, _) = bridge(&world, &["why", &operation]).await;
    assert_eq!(by_operation, told);
    // Whoever reads the verdict does not learn who the person is.
    assert!(!told.contains("Lovelace") && !json.to_string().contains("@"));

    let (told, code) = bridge(&world, &["why", "i-unheard-of"]).await;
    assert!(told.contains("never stored anything"), "{told}");
    assert_eq!(code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_finds_a_dead_letter_by_the_introduction_and_the_candidate_that_it_names() {
    let mut world = World::new("why refused").await;
    world.bridge().await;
    let mut jobless = introduction("acme", "i-dead", &[]);
    jobless["subject"] = json!("subject-dead");
    world.publish(&jobless).await;
    for id in ["event-i-dead", "i-dead", "candidate-i-dead", "subject-dead"] {
        let told = until(id, async || {
            let (told, code) = bridge(&world, &["why", id]).await;
            assert_eq!(code, 1, "{told}");
            (!told.contains("never stored anything")).then_some(told)
        })
        .await;
        let sentence = "The event event-i-dead broke the contract (no_jobs at $.data.jobIds)";
        assert!(told.starts_with(sentence), "{told}");
    }

    // What is stored of the person beside it does not hide it.
    let mut corrected = introduction("acme", "i-dead", &[1]);
    corrected["id"] = json!("event-corrected");
    world.publish(&corrected).await;
    let told = until("both are told", async || {
        let (told, code) = bridge(&world, &["why", "i-dead"]).await;
        assert_eq!(code, 1, "{told}");
        told.contains("It waits").then_some(told)
    })
    .await;
    assert!(told.contains("no_jobs at $.data.jobIds"), "{told}");
}
