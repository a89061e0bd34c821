//! What recruiters have corrected stays until Intrro says something new.

use domain::JobId;
use greenhouse_sim::{CandidateEdit, Fault, When};
use harvest::{Target, Version};
use serde_json::{Value, json};

use crate::edits::{introduction, profile, written};
use crate::refusals::unprocessable;
use crate::world::{BOTH, World};

/// Somebody whom the bridge has made, and their introduction.
async fn made(version: Version) -> (World, Value) {
    let world = World::new(version).await;
    let known = json!({ "candidate": { "title": "Analyst", "company": "Engines" } });
    let introduction = introduction(&world, "i-1", known);
    let answer = world.import(introduction.clone()).await;
    assert_eq!(answer.data["how"], "CREATED", "{version:?}: {answer:?}");
    (world, introduction)
}

fn correct(world: &World, edit: CandidateEdit) {
    let person = world.person("i-1").meta.id;
    let recruiter = world.greenhouse.recruiter();
    recruiter.edit_candidate(person, edit).unwrap();
}

fn title(title: &str) -> CandidateEdit {
    CandidateEdit {
        title: Some(title.into()),
        ..CandidateEdit::default()
    }
}

/// Title, last name and company of the person.
fn texts(world: &World) -> [String; 3] {
    let person = world.person("i-1");
    [person.title, person.last_name, person.company].map(Option::unwrap_or_default)
}

#[tokio::test]
async fn a_profile_overwrites_only_what_is_new_in_it() {
    for version in BOTH {
        let (world, introduction) = made(version).await;
        let edit = CandidateEdit {
            last_name: Some("King".into()),
            ..title("Principal")
        };
        correct(&world, edit);
        let company = json!({ "company": "Looms" });
        let answer = written(&world, profile(&introduction, "company", company)).await;
        assert_eq!(answer.data["changed"], json!(["company"]), "{version:?}");
        assert_eq!(texts(&world), ["Principal", "King", "Looms"], "{version:?}");

        let both = json!({ "company": "Looms", "title": "CTO" });
        let answer = written(&world, profile(&introduction, "title", both.clone())).await;
        assert_eq!(answer.data["changed"], json!(["title"]), "{version:?}");
        correct(&world, title("Founder"));
        let answer = world.import(profile(&introduction, "again", both)).await;
        assert_eq!(answer.data["how"], "UNCHANGED", "{version:?}: {answer:?}");
        assert_eq!(texts(&world), ["Founder", "King", "Looms"], "{version:?}");
        let back = json!({ "company": "Looms" });
        written(&world, profile(&introduction, "back", back)).await;
        assert_eq!(texts(&world), ["Analyst", "King", "Looms"], "{version:?}");
    }
}

/// The answer to the edit is lost, so that the next try finds nothing to change.
#[tokio::test]
async fn what_an_earlier_try_has_changed_is_told() {
    for version in BOTH {
        let (world, introduction) = made(version).await;
        let edit = When::operation("candidates:update").times(1);
        world.greenhouse.faults().add(edit, Fault::CommitThen500);
        let company = json!({ "company": "Looms" });
        let answer = written(&world, profile(&introduction, "company", company)).await;
        assert_eq!(answer.data["changed"], json!(["company"]), "{version:?}");
    }
}

#[tokio::test]
async fn what_somebody_had_before_their_introduction_stays() {
    for version in BOTH {
        let world = World::new(version).await;
        let target = Target::Job(JobId(world.jobs()[1]));
        world.plant("i-1", target).await;
        let known = introduction(&world, "i-1", json!({}));
        let answer = world.import(known.clone()).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        let titled = json!({ "title": "Analyst" });
        written(&world, profile(&known, "title", titled.clone())).await;
        assert_eq!(texts(&world), ["Analyst", "Known", ""], "{version:?}");
    }
}

/// It fills gaps only, so what it has otherwise than the one before is still to be written.
#[tokio::test]
async fn a_later_introduction_makes_nothing_old() {
    for version in BOTH {
        let (world, _) = made(version).await;
        let named = json!({ "candidate": { "id": "candidate-i-1", "last_name": "Byron" } });
        let other = introduction(&world, "i-2", named);
        let answer = world.import(other.clone()).await;
        assert_eq!(answer.data["how"], "MATCHED", "{version:?}: {answer:?}");
        assert_eq!(texts(&world)[1], "Lovelace", "{version:?}");
        written(&world, profile(&other, "name", json!({}))).await;
        assert_eq!(texts(&world)[1], "Byron", "{version:?}");
    }
}

#[tokio::test]
async fn a_profile_that_was_refused_is_still_new() {
    for version in BOTH {
        let (world, introduction) = made(version).await;
        let edit = When::operation("candidates:update");
        let faults = world.greenhouse.faults();
        faults.add(edit.times(1), unprocessable(Some("title")));
        let cto = json!({ "title": "CTO" });
        let answer = world
            .import(profile(&introduction, "refused", cto.clone()))
            .await;
        assert_eq!(answer.name, "CandidateUpdateFailed", "{version:?}");
        written(&world, profile(&introduction, "again", cto)).await;
        assert_eq!(texts(&world)[0], "CTO", "{version:?}");
    }
}

#[tokio::test]
async fn what_intrro_said_before_its_contents_went_may_be_anything() {
    for version in BOTH {
        let (world, introduction) = made(version).await;
        correct(&world, title("Principal"));
        world.run("UPDATE operations SET payload = ''").await;
        written(&world, profile(&introduction, "late", json!({}))).await;
        assert_eq!(texts(&world)[0], "Analyst", "{version:?}");
    }
}
