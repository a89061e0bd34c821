//! Both updates of an introduction's person, and what has become of them in the end.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{profile_update, says_unknown, status_change};
use crate::accounting::settled;
use crate::world::{Announced, World, email};

/// Another profile and another status.
pub(crate) fn updates(event: &Value) -> [Value; 2] {
    let status = status_change(event, "Interviewing");
    [profile_update(event), status]
}

/// Both [`updates`] are in Greenhouse and answered, once each. `people`: how many were introduced. `unknown`: how many
/// notes of the status there are where nobody can know.
pub(crate) async fn updated_once(
    world: &World,
    people: usize,
    story: &Value,
    unknown: Option<usize>,
) {
    let about = |event: &&Announced| {
        event.name.starts_with("CandidateUpdate")
            && event.data["candidateId"] == story["data"]["candidate"]["id"]
    };
    let answers = |events: &[Announced]| {
        let told = events.iter().filter(about);
        let told = told.map(|event| (event.id.clone(), event.text("how").to_owned()));
        told.collect::<BTreeSet<_>>()
    };
    world
        .announced_until("both answers", |events| answers(events).len() >= 2)
        .await;
    settled(world, people).await;
    let events = world.announced();
    let told = answers(&events);
    assert!(
        told.len() == 2 && told.iter().all(|(_, how)| how == "WRITTEN"),
        "{told:?}"
    );
    let id = story["data"]["introduction_id"].as_str().expect("an id");
    let state = world.greenhouse.state();
    let [person] = &state.candidates_by_email(&email(id))[..] else {
        panic!("one candidate")
    };
    assert_eq!(person.title.as_deref(), Some("Countess"));
    assert_eq!(person.email_addresses.len(), 2);
    let status = &person.custom_fields.as_ref().expect("custom fields")["intrro_status"];
    assert_eq!(status.value, "Interviewing");
    // One of the introduction, one of the status.
    let notes = state.notes_of(person.meta.id).len();
    assert_eq!(notes, 1 + unknown.unwrap_or(1));
    let told_unknown = events.iter().filter(about).any(says_unknown);
    assert_eq!(told_unknown, unknown.is_some());
}
