//! The same story told to either version ends in the same records, however the simulator is told to answer.

use std::time::Duration;

use domain::CandidateId;
use domain::matching::Contact;
use greenhouse_sim::v1::{CreateStatus, CurrencyKey, SinglePage, V1PatchAnswer};
use greenhouse_sim::{CreateAnswer, PatchAnswer, Settings};
use harvest::{
    Application, ApplicationPatch, Candidate, CandidatePatch, CustomFieldValue, InlineNote,
    NewApplication, NewCandidate, Target, Version, Visibility,
};
use serde_json::{Value, json};

use crate::operations::{World, application};

const EMAIL: &str = "ada.lovelace@example.com";

/// Somebody of the simulator's seed.
const REFERRER: &str = "rita.recruiter@acme.example";

/// What the story ends with, without ids and times.
#[derive(Debug, PartialEq)]
struct Ending {
    texts: [Option<String>; 4],
    contacts: Vec<Vec<Contact>>,
    tags: Vec<String>,
    fields: Vec<(String, Value)>,
    job: bool,
    source: bool,
    referred: bool,
    stage: Option<String>,
    tagged: bool,
}

fn contact(value: &str, kind: &str) -> Contact {
    Contact {
        value: value.into(),
        kind: Some(kind.into()),
    }
}

fn field(name_key: &str, value: Value) -> CustomFieldValue {
    CustomFieldValue {
        name_key: name_key.into(),
        value,
    }
}

/// Somebody is introduced, tagged, edited and credited.
async fn story(world: &World) -> Ending {
    let client = &world.client;
    let source = client.sources().list().await.unwrap()[0].id;
    let users = client.users().by_primary_email(REFERRER).await.unwrap();
    let referrers = client.referrers().by_users(&[users[0].id]).await.unwrap();
    let note = InlineNote {
        body: "Introduced through Intrro.".into(),
        visibility: Visibility::Public,
    };
    let person = NewCandidate {
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        company: Some("Analytical Engines".into()),
        email_addresses: vec![contact(EMAIL, "personal")],
        website_addresses: vec![contact("https://app.intrro.com/c/1", "other")],
        social_media_addresses: vec![contact("https://example.com/ada", "other")],
        custom_fields: vec![field(
            "desired_salary",
            json!({"amount": "100000", "currency_code": "EUR"}),
        )],
        application: Some(NewApplication {
            source_id: Some(source),
            ..application(Target::Job(world.job()))
        }),
        note: client.notes().go_with_a_new_candidate().then_some(note),
        ..NewCandidate::default()
    };
    let created = client.candidates().create(&person).await.unwrap();
    let id = created.candidate_id;
    let tag = client.candidate_tags().create("Intrro").await.unwrap().id;
    let applied = client.applied_candidate_tags();
    applied.create(id, tag).await.unwrap();
    let patch = CandidatePatch {
        title: Some("Countess".into()),
        custom_fields: Some(vec![field("work_remotely", json!(true))]),
        ..CandidatePatch::default()
    };
    client.candidates().update(id, &patch).await.unwrap();
    let credit = ApplicationPatch {
        referrer_id: Some(referrers[0].id),
        ..ApplicationPatch::default()
    };
    // Some answers do not tell it.
    let under = match created.application_id {
        Some(id) => id,
        None => client.applications().of_candidate(id).await.unwrap()[0].id,
    };
    client.applications().update(under, &credit).await.unwrap();
    ending(world, id).await
}

async fn ending(world: &World, id: CandidateId) -> Ending {
    let client = &world.client;
    let candidates = client.candidates();
    let found = candidates.find_by_email("ADA.lovelace@example.com").await;
    let found: Vec<Candidate> = found.unwrap();
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
    let ada = client.candidates().get(id).await.unwrap().unwrap();
    let applications: Vec<Application> = client.applications().of_candidate(id).await.unwrap();
    let one = &applications[0];
    assert_eq!(applications.len(), 1);
    let tag = client
        .candidate_tags()
        .find("Intrro")
        .await
        .unwrap()
        .unwrap();
    let set = ada
        .custom_fields
        .iter()
        .filter(|field| !field.value.is_null());
    let mut fields: Vec<_> = set
        .map(|field| (field.name_key.clone(), field.value.clone()))
        .collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    Ending {
        texts: [ada.first_name, ada.last_name, ada.company, ada.title],
        contacts: vec![
            ada.email_addresses,
            ada.website_addresses,
            values(ada.social_media_addresses),
        ],
        tags: ada.tags,
        fields,
        job: one.job_id == Some(world.job()),
        source: one.source_id.is_some(),
        referred: one.referrer_id.is_some(),
        stage: one.stage_name.clone(),
        tagged: client
            .applied_candidate_tags()
            .has(id, tag.id)
            .await
            .unwrap(),
    }
}

/// Social media profiles have no type.
fn values(contacts: Vec<Contact>) -> Vec<Contact> {
    let bare = |contact: Contact| Contact {
        kind: None,
        ..contact
    };
    contacts.into_iter().map(bare).collect()
}

async fn end_of(version: Version, change: fn(&mut Settings)) -> Ending {
    story(&World::with(version, change)).await
}

#[tokio::test]
async fn both_versions_end_the_same() {
    let v3 = end_of(Version::V3, |_| {}).await;
    let v1 = end_of(Version::V1, |_| {}).await;
    assert!(v3.job && v3.source && v3.referred && v3.tagged && v3.stage.is_some());
    assert_eq!(v3.tags, ["Intrro"]);
    assert_eq!(v3.fields.len(), 2, "{:?}", v3.fields);
    assert_eq!(v3, v1);
}

#[tokio::test]
async fn v3_may_answer_in_any_of_its_shapes() {
    let usual = end_of(Version::V3, |_| {}).await;
    let others = end_of(Version::V3, |settings| {
        settings.create_answer = CreateAnswer::Flat;
        settings.patch_answer = PatchAnswer::NoContent;
    });
    assert_eq!(others.await, usual);
}

#[tokio::test]
async fn v1_may_answer_in_any_of_its_shapes() {
    let usual = end_of(Version::V1, |_| {}).await;
    let others = end_of(Version::V1, |settings| {
        settings.v1.create_status = CreateStatus::Created;
        settings.v1.patch_answer = V1PatchAnswer::Object;
        settings.v1.single_page = SinglePage::LastOnly;
        settings.v1.currency_key = CurrencyKey::Value;
    });
    assert_eq!(others.await, usual);
}

#[tokio::test]
async fn a_truncated_answer_tells_both_ids_though_nothing_can_be_read_yet() {
    for version in Version::ALL {
        let world = World::with(*version, |settings| {
            settings.create_answer = CreateAnswer::Truncated(Duration::from_secs(60));
        });
        let person = NewCandidate {
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            application: Some(application(Target::Job(world.job()))),
            ..NewCandidate::default()
        };
        let created = world.client.candidates().create(&person).await.unwrap();
        assert!(created.application_id.is_some(), "{version}");
        let read = world.client.candidates().get(created.candidate_id).await;
        assert_eq!(read, Ok(None), "{version}");
        let applications = world.client.applications();
        let read = applications.of_candidate(created.candidate_id).await;
        assert_eq!(read, Ok(vec![]), "{version}");
    }
}

#[tokio::test]
async fn an_employee_is_found_by_their_number_and_nobody_else_is() {
    for version in Version::ALL {
        let world = World::new(*version);
        let users = world.client.users();
        let by_address = users.by_primary_email(REFERRER).await.unwrap();
        assert_eq!(by_address.len(), 1, "{version}");
        let by_number = users.by_employee_id("E0002").await;
        assert_eq!(by_number, Ok(by_address), "{version}");
        // v3 takes the second for a list.
        for nobodys in ["E9999", "E0002,E0003"] {
            let found = users.by_employee_id(nobodys).await;
            assert_eq!(found, Ok(vec![]), "{version}: {nobodys}");
        }
    }
}

#[tokio::test]
async fn a_removed_value_goes_alone() {
    for version in Version::ALL {
        let world = World::new(*version);
        story(&world).await;
        let found = world
            .client
            .candidates()
            .find_by_email(EMAIL)
            .await
            .unwrap();
        let patch = CandidatePatch {
            custom_fields: Some(vec![field("work_remotely", Value::Null)]),
            ..CandidatePatch::default()
        };
        let id = found[0].id;
        world.client.candidates().update(id, &patch).await.unwrap();
        let ending = ending(&world, id).await;
        let left: Vec<_> = ending.fields.iter().map(|field| field.0.as_str()).collect();
        assert_eq!(left, ["desired_salary"], "{version}");
    }
}
