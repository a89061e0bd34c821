//! Somebody asks to be forgotten: gone here at once and for good, and never touched in Greenhouse.

use greenhouse_sim::When;
use serde_json::{Value, json};

use crate::accounting::settled;
use crate::scene::{erasure, profile_update, status_change};
use crate::world::{Announced, World, email, introduction, until};

/// What identifies the person of `i-1`, in text and as the bytes of an encoded event.
const TRACES: [&str; 4] = [
    "Lovelace i-1",
    "i-1@people.example",
    "linkedin.com/in/i-1",
    "i-1@second.example",
];

async fn erased(world: &World, count: usize) -> Vec<Announced> {
    let named = |event: &&Announced| event.name == "CandidateErased";
    let events = world
        .announced_until("the erasure", |events| {
            events.iter().filter(named).count() >= count
        })
        .await;
    events.iter().filter(named).cloned().collect()
}

async fn nothing_is_left(world: &World) {
    in_no_table(world, &TRACES).await;
}

/// Fails when any row of any table holds one of the texts, as it is or as bytes.
pub(crate) async fn in_no_table(world: &World, texts: &[&str]) {
    let conditions = texts.iter().map(|text| {
        let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("t::text LIKE ''%{text}%'' OR t::text LIKE ''%{bytes}%''")
    });
    let conditions = conditions.collect::<Vec<_>>().join(" OR ");
    let search = format!(
        "DO $$ DECLARE name text; found bigint; BEGIN
            FOR name IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' LOOP
                EXECUTE 'SELECT count(*) FROM ' || quote_ident(name) || ' t WHERE {conditions}' INTO found;
                IF found > 0 THEN RAISE EXCEPTION 'one of them is in %', name; END IF;
            END LOOP; END $$"
    );
    world
        .env
        .execute(&search)
        .await
        .expect("none of them anywhere");
}

/// A world in which `i-1` was imported and updated.
async fn known(name: &str) -> (World, Value) {
    let mut world = World::new(name).await;
    world.bridge().await;
    world.connect("acme").await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    world.answer("i-1").await;
    (world, event)
}

/// What was written to Greenhouse since its log was cleared.
fn writes(world: &World) -> Vec<&'static str> {
    let log = world.greenhouse.state().log();
    let operations = log.iter().map(|call| call.operation);
    operations
        .filter(|operation| !operation.ends_with(":list"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_here_is_gone_and_greenhouse_keeps_what_it_has() {
    let (world, event) = known("erase").await;
    let changes = [profile_update(&event), status_change(&event, "Accepted")];
    world.publish_all(&changes).await;
    world
        .announced_until("the updates", |events| {
            events
                .iter()
                .filter(|event| event.name == "CandidateUpdated")
                .count()
                == 2
        })
        .await;
    world.greenhouse.state().clear_log();
    world.publish(&erasure(&event)).await;
    let [answer] = &erased(&world, 1).await[..] else {
        panic!("one answer")
    };
    settled(&world, 1).await;

    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email("i-1"))[..] else {
        panic!("still in Greenhouse")
    };
    assert_eq!(
        answer.text("oldGreenhouseCandidateId"),
        person.meta.id.to_string()
    );
    assert_eq!(answer.text("cause"), "REQUESTED");
    assert!(answer.text("remedy").contains("anonymise"), "{answer:?}");
    let writes = writes(&world);
    assert!(writes.is_empty(), "{writes:?}");
    nothing_is_left(&world).await;
    for (id, told) in [
        ("i-1", "since then the person was forgotten"),
        ("candidate-i-1", "was forgotten on request"),
    ] {
        let (why, code) = crate::why::bridge(&world, &["why", id]).await;
        assert!(why.contains(told) && code == 0, "{id}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redelivery_does_not_bring_them_back_but_a_later_agreement_does() {
    let (world, event) = known("again").await;
    let mut request = erasure(&event);
    request["time"] = json!(chrono::Utc::now().to_rfc3339());
    world.publish(&request).await;
    erased(&world, 1).await;
    world.greenhouse.state().clear_log();

    // The same event, the same under another id, another introduction of the time before, and an update.
    let mut renamed = event.clone();
    renamed["id"] = json!("renamed");
    let mut other = event.clone();
    other["id"] = json!("other");
    other["data"]["introduction_id"] = json!("i-2");
    let events = [
        event.clone(),
        renamed,
        other.clone(),
        profile_update(&event),
    ];
    world.publish_all(&events).await;
    let refused = |event: &&Announced| event.text("code") == "person_erased";
    world
        .announced_until("the refusals", |events| {
            events.iter().filter(refused).count() >= 2
        })
        .await;
    settled(&world, 2).await;
    let writes = writes(&world);
    assert!(writes.is_empty(), "{writes:?}");
    nothing_is_left(&world).await;

    other["id"] = json!("agreed");
    other["data"]["introduction_id"] = json!("i-3");
    other["data"]["accepted_at"] = json!(chrono::Utc::now().to_rfc3339());
    world.publish(&other).await;
    let answer = world.answer("i-3").await;
    assert_eq!(
        (answer.name.as_str(), answer.text("how")),
        ("IntroductionImported", "MATCHED")
    );
    assert!(
        answer.data["warnings"]
            .to_string()
            .contains("erased_before"),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_for_a_connection_ends_with_the_erasure() {
    let mut world = World::new("erase waiting").await;
    world.bridge().await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    world.answer("i-1").await;
    world.publish(&erasure(&event)).await;
    let [answer] = &erased(&world, 1).await[..] else {
        panic!("one answer")
    };
    assert_eq!(answer.data["oldGreenhouseCandidateId"], Value::Null);
    world
        .announced_until("the end of the import", |events| {
            events
                .iter()
                .any(|event| event.text("code") == "person_erased")
        })
        .await;
    nothing_is_left(&world).await;
    world.connect("acme").await;
    settled(&world, 1).await;
    assert!(world.greenhouse.state().candidates().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_under_way_writes_nothing_more_and_where_they_are_is_told() {
    let mut world = World::new("erase under way").await;
    world.bridge().await;
    world.connect("acme").await;
    let event = introduction("acme", "i-1", &[world.job(0), world.job(1)]);
    let create = When::operation("candidates:create");
    let gate = world.greenhouse.faults().hold_answers(create);
    world.publish(&event).await;
    gate.reached_by(1).await;
    world.publish(&erasure(&event)).await;
    until("the import is to end", async || {
        let stories = world.store.stories("i-1").await.ok()?;
        let code = stories.first()?.code.as_deref()?;
        (code == "person_erased").then_some(())
    })
    .await;
    gate.open();
    let [answer] = &erased(&world, 1).await[..] else {
        panic!("one answer")
    };
    let person = answer.text("oldGreenhouseCandidateId").parse();
    let person: i64 = person.expect("whom it was creating");
    let state = world.greenhouse.state();
    assert_eq!(state.applications_of(person).len(), 1);
    assert_eq!(state.notes_of(person).len(), 0);
    let imports = world.named("IntroductionImportFailed");
    assert_eq!(imports[0].text("code"), "person_erased", "{imports:?}");
    nothing_is_left(&world).await;
}
