//! The import, as its users tell it.

use std::collections::BTreeMap;

use domain::Code;
use greenhouse_sim::{Config, Seed};
use harvest::Version;
use serde_json::{Value, json};

use crate::accounting::{INTRRO, at_rest, settled};
use crate::architecture::root;
use crate::scene::once;
use crate::world::{Announced, World, email, introduction};

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_introduction_becomes_one_candidate_with_everything() {
    let mut world = World::new("import").await;
    world.bridge().await;
    let (status, answer) = world.connect("acme").await;
    assert_eq!(status, 201, "{answer}");
    let job = world.job(0);
    world.publish(&introduction("acme", "i-1", &[job])).await;

    let answer = world.answer("i-1").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    assert_eq!(answer.text("how"), "CREATED");
    let state = world.greenhouse.state();
    let [candidate] = &state.candidates_by_email(&email("i-1"))[..] else {
        panic!("one candidate")
    };
    assert_eq!(
        answer.text("greenhouseCandidateId"),
        candidate.meta.id.to_string()
    );
    assert_eq!(candidate.tags, ["Intrro", "Mathematics"]);
    let link = format!("{INTRRO}acme/candidates/candidate-i-1");
    assert!(
        candidate
            .website_addresses
            .iter()
            .any(|site| site.value == link && site.kind == "other")
    );
    let [application] = &state.applications_of(candidate.meta.id)[..] else {
        panic!("one application")
    };
    assert_eq!(application.job_id, Some(job));
    let source = state
        .sources()
        .into_iter()
        .find(|source| Some(source.meta.id) == application.source_id);
    assert_eq!(source.map(|source| source.name).as_deref(), Some("Intrro"));
    let [note] = &state.notes_of(candidate.meta.id)[..] else {
        panic!("one note")
    };
    let body = note.body.as_deref().unwrap_or_default();
    assert!(body.contains("Introduced by Grace Hopper"));
    assert!(body.ends_with(&format!("\n{INTRRO}acme/introductions/i-1")));
    settled(&world, 1).await;
    for event in world.announced() {
        let seconds = u64::try_from(event.time.timestamp()).ok();
        assert_eq!(event.timestamp, seconds, "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_alone_is_claimed_as_it_enters() {
    let mut world = World::new("alone").await;
    world.bridge().await;
    world.connect("acme").await;
    let nothing_waits = "ALTER TABLE operations ADD CONSTRAINT claimed CHECK (lease IS NOT NULL OR state <> 'open')";
    let constrained = world.env.execute(nothing_waits).await;
    constrained.expect("nothing waits yet");
    let job = world.job(0);
    world.publish(&introduction("acme", "i-1", &[job])).await;
    let answer = world.answer("i-1").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    settled(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_candidate_costs_at_most_four_calls_once_references_are_known() {
    let mut world = World::new("calls").await;
    world.bridge().await;
    let (_, connection) = world.connect("acme").await;
    // The jobs that connecting brings in are no part of an introduction, and neither are polls.
    world
        .announced_until("the jobs", |events| {
            events.iter().any(|event| event.name == "JobsRefreshed")
        })
        .await;
    let connection = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let rarely = json!({ "settings": { "poll_interval_seconds": 86_400 } });
    let (status, answer) = world.patch(&connection, rarely).await;
    assert_eq!(status, 200, "{answer}");
    let job = world.job(0);
    world.publish(&introduction("acme", "first", &[job])).await;
    world.answer("first").await;
    world.polled().await;
    world.greenhouse.state().clear_log();
    let second = introduction("acme", "second", &[job]);
    world.publish(&second).await;
    world.answer("second").await;
    // Where the candidate stands comes with the import; to look for it would be calls more.
    world
        .announced_until("the first status", |events| {
            events.iter().any(|event| {
                event.name == "CandidateStatusChanged"
                    && event.text("candidateId") == "candidate-second"
            })
        })
        .await;
    let log = world.greenhouse.state().log();
    let calls: Vec<&str> = log.iter().map(|call| call.operation).collect();
    assert!(calls.len() <= 4, "{calls:?}");
    // With its note and tags.
    once(&world, &second);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_there_already_keeps_what_they_have() {
    let mut world = World::new("matched").await;
    world.bridge().await;
    world.connect("acme").await;
    let (first_job, second_job) = (world.job(0), world.job(1));
    world
        .publish(&introduction("acme", "i-1", &[first_job]))
        .await;
    let created = world.answer("i-1").await;
    let id: i64 = created.text("greenhouseCandidateId").parse().unwrap();

    // The same person under another Intrro id, with another title and one address more, before the one that is known.
    let mut again = introduction("acme", "i-2", &[first_job, second_job]);
    let candidate = &mut again["data"]["candidate"];
    candidate["title"] = json!("Countess");
    candidate["emails"] = json!([{ "value": "ada@second.example", "type": "work" }, { "value": email("i-1").to_uppercase() }]);
    world.publish(&again).await;

    let answer = world.answer("i-2").await;
    assert_eq!(
        (answer.text("how"), answer.text("greenhouseCandidateId")),
        ("MATCHED", id.to_string().as_str())
    );
    let hows: Vec<&Value> = answer.data["applications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["how"])
        .collect();
    assert_eq!(hows, ["FOUND", "CREATED"]);
    let state = world.greenhouse.state();
    let candidate = state.candidate(id).unwrap();
    assert_eq!(candidate.title.as_deref(), Some("Programmer"));
    assert_eq!(candidate.email_addresses.len(), 2);
    assert_eq!(state.applications_of(id).len(), 2);
    assert_eq!(state.notes_of(id).len(), 2);
    settled(&world, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_looked_at_once_before_it_is_refused() {
    let mut world = World::new("job looked at").await;
    world.bridge().await;
    world.connect("acme").await;
    let job = world.job(0);
    world.greenhouse.recruiter().close_job(job).unwrap();
    world.publish(&introduction("acme", "early", &[job])).await;
    assert_eq!(world.answer("early").await.text("code"), "job_closed");
    // No import of jobs has seen that it is open again.
    world.greenhouse.recruiter().reopen_job(job).unwrap();
    world.publish(&introduction("acme", "late", &[job])).await;
    let late = world.answer("late").await;
    assert_eq!(late.name, "IntroductionImported", "{late:?}");
    let looks = world.greenhouse.state().calls("jobs:list");
    let about_it = format!("ids={job}");
    let looks = looks.iter().filter(|look| look.query.contains(&about_it));
    assert_eq!(looks.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_are_closed_or_unknown_fail_alone() {
    let mut world = World::new("jobs").await;
    world.bridge().await;
    world.connect("acme").await;
    let (open, closed) = (world.job(0), world.job(1));
    world.greenhouse.recruiter().close_job(closed).unwrap();
    world
        .publish(&introduction("acme", "some", &[closed, open, 424_242]))
        .await;
    world
        .publish(&introduction("acme", "none", &[424_242]))
        .await;
    world
        .publish(&introduction("acme", "neither", &[closed, 424_242]))
        .await;

    let some = world.answer("some").await;
    let codes: Vec<Value> = some.data["applications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].clone())
        .collect();
    assert_eq!(some.name, "IntroductionImported");
    assert_eq!(
        codes,
        [json!("job_closed"), Value::Null, json!("job_unknown")]
    );
    let remedies = |answer: &Announced| -> Vec<Value> {
        let applications = answer.data["applications"].as_array().unwrap();
        let remedies = applications.iter().map(|one| one["remedy"].clone());
        remedies.collect()
    };
    let (closed, unknown) = (Code::JobClosed.remedy(), Code::JobUnknown.remedy());
    assert_eq!(
        remedies(&some),
        [json!(closed), Value::Null, json!(unknown)]
    );
    let neither = world.answer("neither").await;
    assert_eq!(neither.text("code"), "all_jobs_refused");
    assert_eq!(neither.text("remedy"), Code::AllJobsRefused.remedy());
    assert_eq!(remedies(&neither), [json!(closed), json!(unknown)]);
    let fields: Vec<&str> = neither.data["applications"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["field"].as_str())
        .collect();
    assert_eq!(fields, ["job_ids[0]", "job_ids[1]"], "{neither:?}");
    let none = world.answer("none").await;
    assert_eq!(
        (none.name.as_str(), none.text("code"), none.text("field")),
        ("IntroductionImportFailed", "job_unknown", "job_ids[0]")
    );
    let told = world.logs();
    let ended = told
        .lines()
        .find(|line| line.contains("ends without being done") && line.contains("job_unknown"));
    assert!(
        ended.is_some_and(|line| line.contains("job_ids[0]")),
        "{told}"
    );
    assert!(
        world
            .greenhouse
            .state()
            .candidates_by_email(&email("none"))
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_five_times_at_once_has_one_effect() {
    let mut world = World::new("repeat").await;
    world.bridge().await;
    world.connect("acme").await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish_all(&vec![event; 5]).await;
    world.answer("i-1").await;
    settled(&world, 1).await;
    assert_eq!(
        world
            .greenhouse
            .state()
            .candidates_by_email(&email("i-1"))
            .len(),
        1
    );
    assert_eq!(world.named("IntroductionImported").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_introductions_of_one_person_at_once_make_one_candidate() {
    let mut world = World::new("person").await;
    world.bridge().await;
    world.connect("acme").await;
    let mut events = Vec::new();
    for (index, id) in ["i-1", "i-2", "i-3"].into_iter().enumerate() {
        let mut event = introduction("acme", id, &[world.job(index)]);
        event["data"]["candidate"]["emails"] = json!([{ "value": "one@person.example" }]);
        events.push(event);
    }
    world.publish_all(&events).await;
    for id in ["i-1", "i-2", "i-3"] {
        assert_eq!(world.answer(id).await.name, "IntroductionImported");
    }
    let [person] = &world
        .greenhouse
        .state()
        .candidates_by_email("one@person.example")[..]
    else {
        panic!("one person")
    };
    assert_eq!(
        world
            .greenhouse
            .state()
            .applications_of(person.meta.id)
            .len(),
        3
    );
    settled(&world, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconnected_tenant_is_told_once_and_served_after_connecting() {
    let mut world = World::new("unconnected").await;
    world.bridge().await;
    world
        .publish(&introduction("acme", "i-1", &[world.job(0)]))
        .await;
    let told = world.answer("i-1").await;
    assert_eq!(
        (told.name.as_str(), told.text("code")),
        ("IntroductionImportFailed", "not_connected")
    );
    let account = at_rest(&world, 1, 1).await;
    assert!(account.waiting.contains("i-1"), "{account:?}");
    world.connect("acme").await;
    world
        .announced_until("the import", |events| {
            events
                .iter()
                .any(|event| event.name == "IntroductionImported")
        })
        .await;
    assert_eq!(world.named("IntroductionImportFailed").len(), 1);
    settled(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_introduction_with_other_content_is_reported_and_changes_nothing() {
    let mut world = World::new("conflict").await;
    world.bridge().await;
    world.connect("acme").await;
    let first = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&first).await;
    world.answer("i-1").await;
    let mut other = first.clone();
    other["id"] = json!("event-other");
    other["data"]["candidate"]["first_name"] = json!("Augusta");
    world.publish(&other).await;
    world
        .announced_until("the conflict", |events| {
            events
                .iter()
                .any(|event| event.text("code") == "conflicting_content")
        })
        .await;
    // The report comes first: whatever else it would lead to has happened by then.
    settled(&world, 1).await;
    assert_eq!(world.named("IntroductionImported").len(), 1);
    let mut stories = world.store.stories("i-1").await.unwrap();
    stories.sort_by_key(|story| story.stored_at);
    let ends = stories
        .iter()
        .map(|story| (&*story.state, story.code.as_deref()));
    let parked = ("parked", Some("conflicting_content"));
    assert_eq!(ends.collect::<Vec<_>>(), [("done", None), parked]);
    let state = world.greenhouse.state();
    let [candidate] = &state.candidates_by_email(&email("i-1"))[..] else {
        panic!("one candidate")
    };
    assert_eq!(candidate.first_name.as_deref(), Some("Ada"));
    assert_eq!(state.applications_of(candidate.meta.id).len(), 1);
    assert_eq!(state.notes_of(candidate.meta.id).len(), 1);
}

/// What must become of each is in the demo, which plays them in v3.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_introductions_end_the_same_in_both_versions() {
    let (v3, v1) = tokio::join!(samples(Version::V3), samples(Version::V1));
    assert_eq!(v3, v1);
    let imported = v3
        .values()
        .filter(|answer| answer[0] == "IntroductionImported");
    assert_eq!((v3.len(), imported.count()), (6, 5), "{v3:#?}");
}

/// How the sample introductions are answered, in words and without ids.
async fn samples(version: Version) -> BTreeMap<String, Vec<String>> {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    config.organisations[0].seed = Seed::Demo;
    let mut world = World::with(&format!("samples {version}"), config).await;
    world.version = version;
    world.bridge().await;
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    let folder = std::fs::read_dir(root().join("tests/samples")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let events: Vec<Value> = files
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .collect();
    world.publish_all(&events).await;
    settled(&world, events.len()).await;
    let announced = world.announced();
    let answers = announced
        .iter()
        .filter(|event| event.name.starts_with("Introduction"));
    answers
        .map(|answer| (answer.text("introductionId").to_owned(), words(answer)))
        .collect()
}

/// Event, how the person came about or why not, and the same for each job.
fn words(answer: &Announced) -> Vec<String> {
    let of = |value: &Value| {
        ["how", "code"]
            .map(|name| value[name].as_str().unwrap_or_default())
            .concat()
    };
    let jobs = answer.data["applications"].as_array();
    let jobs = jobs.into_iter().flatten().map(of);
    let person = [answer.name.clone(), of(&answer.data)];
    person.into_iter().chain(jobs).collect()
}
