//! Two introductions that between them need every kind of write: somebody new under two jobs, and somebody whom
//! Greenhouse knows, with gaps and with an application that nobody is credited for.

mod updates;

use std::collections::BTreeSet;

use greenhouse_sim::rows::JobStatus;
use serde_json::{Value, json};

pub(crate) use self::updates::{updated_once, updates};
use crate::world::{Announced, World, email, introduction, until};

/// The simulator's word for each kind of write.
pub(crate) const WRITES: [&str; 7] = [
    "candidate_tags:create",
    "candidates:create",
    "applications:create",
    "notes:create",
    "candidates:update",
    "applications:update",
    "applied_candidate_tags:create",
];
/// Introduction of the person who is new.
pub(crate) const NEW: &str = "new";
/// Introduction of the person who is known.
pub(crate) const KNOWN: &str = "known";

/// Somebody new under the first two jobs, credited to a recruiter of the organisation.
pub(crate) fn newcomer(world: &World, tenant: &str, id: &str) -> Value {
    let mut event = introduction(tenant, id, &jobs(world, tenant)[..2]);
    event["data"]["referrer"] =
        json!({ "name": "Rita Recruiter", "email": format!("rita.recruiter@{tenant}.example") });
    event
}

/// Somebody new, introduced by an employee of their own whom Greenhouse does not know.
pub(crate) fn introduced_by_a_stranger(world: &World, tenant: &str, id: &str) -> Value {
    let mut event = newcomer(world, tenant, id);
    let email = format!("stranger-{id}@{tenant}.example");
    event["data"]["referrer"] = json!({ "name": "Sam Stranger", "email": email });
    event
}

/// An introduction under the first job of somebody whom this call puts into Greenhouse.
pub(crate) async fn acquaintance(world: &World, tenant: &str, id: &str) -> Value {
    plant(world, tenant, id).await;
    let mut event = newcomer(world, tenant, id);
    event["data"]["job_ids"] = json!([jobs(world, tenant)[0]]);
    event
}

/// The jobs of a tenant that take applications.
pub(crate) fn jobs(world: &World, tenant: &str) -> Vec<i64> {
    let jobs = world.greenhouse.state_of(tenant).jobs();
    let open = jobs
        .iter()
        .filter(|job| job.status == JobStatus::Open && !job.confidential);
    open.map(|job| job.meta.id).collect()
}

/// Both.
pub(crate) async fn both(world: &World) -> Vec<Value> {
    vec![
        newcomer(world, "acme", NEW),
        acquaintance(world, "acme", KNOWN).await,
    ]
}

/// Asserts that an introduction is in Greenhouse completely and once, and was answered once.
pub(crate) fn once(world: &World, event: &Value) {
    assert_eq!(once_but_for_the_note(world, event), (1, false), "{event}");
}

/// Asserts the same where a note's answer was lost in v1, which shows no notes: whether it is there or not, it is not
/// written again, and the answer says that somebody has to look for it.
pub(crate) fn once_and_unsure_of_the_note(world: &World, event: &Value, notes: usize) {
    let found = once_but_for_the_note(world, event);
    assert_eq!(found, (notes, true), "{event}");
}

/// Asserts one of both; whether it is the second.
pub(crate) fn once_sure_or_unsure_of_the_note(world: &World, event: &Value) -> bool {
    let (notes, unsure) = once_but_for_the_note(world, event);
    assert_eq!(notes, 1, "{event}");
    unsure
}

/// How many notes there are, and whether the answer says that this cannot be known.
fn once_but_for_the_note(world: &World, event: &Value) -> (usize, bool) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (tenant, id) = (
        text(&event["tenantid"]),
        text(&event["data"]["introduction_id"]),
    );
    let state = world.greenhouse.state_of(&tenant);
    let answers: Vec<_> = world
        .announced()
        .into_iter()
        .filter(|event| event.text("introductionId") == id)
        .collect();
    let [person] = &state.candidates_by_email(&email(&id))[..] else {
        panic!("{id}: one candidate")
    };
    assert_eq!(
        person.company.as_deref(),
        Some("Analytical Engines"),
        "{id}"
    );
    let mut tags = person.tags.clone();
    tags.sort();
    let asked = event["data"]["candidate"]["tags"].as_array().unwrap();
    let mut wanted: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
    wanted.push("Intrro");
    wanted.sort();
    assert_eq!(tags, wanted, "{answers:#?}");
    let applications = state.applications_of(person.meta.id);
    let jobs: BTreeSet<Option<i64>> = applications
        .iter()
        .map(|application| application.job_id)
        .collect();
    let wanted: BTreeSet<Option<i64>> = event["data"]["job_ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::as_i64)
        .collect();
    assert_eq!(
        (&jobs, applications.len()),
        (&wanted, wanted.len()),
        "{answers:#?}"
    );
    let creditable = creditable(world, event);
    for application in &applications {
        assert!(application.source_id.is_some(), "{id}");
        assert_eq!(application.referrer_id, creditable, "{id}");
    }
    answered_once(world, &id);
    let notes = state.notes_of(person.meta.id).len();
    (notes, answers.iter().any(says_unknown))
}

/// Whether an answer says that a write may or may not have happened.
pub(crate) fn says_unknown(answer: &Announced) -> bool {
    let warnings = answer.data["warnings"].as_array();
    let mut warnings = warnings.into_iter().flatten();
    warnings.any(|warning| warning["code"] == "remote_unknown")
}

/// The referrer that stands for the event's employee. A user who was just added has none in v3.
fn creditable(world: &World, event: &Value) -> Option<i64> {
    let state = world
        .greenhouse
        .state_of(event["tenantid"].as_str().unwrap_or_default());
    let email = &event["data"]["referrer"]["email"];
    let users = state.users();
    let user = users.iter().find(|user| user.primary_email == *email)?;
    let referrers = state.referrers();
    let stands_for = referrers
        .iter()
        .find(|row| row.user_id == Some(user.meta.id))?;
    Some(stands_for.meta.id)
}

fn answered_once(world: &World, id: &str) {
    // Somebody may have had to act before.
    let waits = |event: &Announced| event.data["needsHuman"] == true;
    let about = world
        .announced()
        .into_iter()
        .filter(|event| event.text("introductionId") == id && !waits(event));
    let answers: BTreeSet<(String, String)> = about.map(|event| (event.name, event.id)).collect();
    let names: Vec<&str> = answers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["IntroductionImported"], "{id}: {answers:?}");
}

/// Puts somebody into Greenhouse as another integration would: name and e-mail, and an application under the first
/// job without source or referrer.
async fn plant(world: &World, tenant: &str, id: &str) {
    let other = Integration::of(world, tenant).await;
    let person = json!({
        "first_name": "Ada", "last_name": "Known",
        "email_addresses": [{ "value": email(id), "type": "work" }],
        "application": { "job_id": jobs(world, tenant)[0] },
    });
    other
        .send(reqwest::Method::POST, "/v3/candidates", &person)
        .await;
    let search = format!("/v3/candidates?email={}", email(id).replace('@', "%40"));
    until("Greenhouse's own search finds the person", async || {
        other.get(&search).await?.contains(&email(id)).then_some(())
    })
    .await;
}

/// Another program that works with the tenant's Greenhouse, as a recruiter does by hand.
pub(crate) struct Integration {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Integration {
    pub(crate) async fn of(world: &World, tenant: &str) -> Integration {
        let access = world.greenhouse.all_access();
        let access = access
            .iter()
            .find(|access| access.organisation == tenant)
            .expect("the tenant's organisation");
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("an HTTP client");
        let token = http
            .post(format!("{}/token", world.greenhouse.auth_url()))
            .basic_auth(&access.client_id, Some(&access.client_secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!(
                "grant_type=client_credentials&sub={}",
                access.site_admin_id
            ));
        let token: Value =
            serde_json::from_str(&token.send().await.unwrap().text().await.unwrap()).unwrap();
        Integration {
            http,
            url: world.greenhouse.api_url(),
            token: token["access_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// Writes, and expects to be obeyed.
    pub(crate) async fn send(&self, method: reqwest::Method, path: &str, body: &Value) {
        let answer = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let done = answer.status().is_success();
        assert!(done, "{}", answer.text().await.unwrap());
    }

    async fn get(&self, path: &str) -> Option<String> {
        let url = format!("{}{path}", self.url);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await;
        answer.ok()?.text().await.ok()
    }
}

/// A later profile of an introduction's person: another title, one more address.
pub(crate) fn profile_update(event: &Value) -> Value {
    let mut person = event["data"]["candidate"].clone();
    let id = event["data"]["introduction_id"]
        .as_str()
        .unwrap_or_default();
    person["title"] = json!("Countess");
    let emails = person["emails"].as_array_mut().expect("addresses");
    emails.push(json!({ "value": format!("{id}@second.example"), "type": "work" }));
    let data = json!({ "candidate": person, "changed_at": chrono::Utc::now().to_rfc3339() });
    about(event, "CandidateProfileUpdated", "profile", data)
}

/// The introduction moved on in Intrro, with a remark.
pub(crate) fn status_change(event: &Value, status: &str) -> Value {
    let data = json!({
        "introduction_id": event["data"]["introduction_id"],
        "candidate_id": event["data"]["candidate"]["id"],
        "status": status, "previous_status": "Introduced",
        "changed_at": chrono::Utc::now().to_rfc3339(),
        "note": "Prefers mornings.",
    });
    about(event, "IntroductionStatusChanged", status, data)
}

/// The person of an introduction asked to be forgotten.
pub(crate) fn erasure(event: &Value) -> Value {
    let data =
        json!({ "candidate_id": event["data"]["candidate"]["id"], "reason": "gdpr_article_17" });
    about(event, "CandidateErasureRequested", "erasure", data)
}

/// Another event about the same person.
pub(crate) fn about(event: &Value, name: &str, suffix: &str, data: Value) -> Value {
    let mut other = event.clone();
    let id = event["id"].as_str().unwrap_or_default();
    other["id"] = json!(format!("{id}-{suffix}"));
    other["type"] = json!(format!("intrro.events.v1.{name}"));
    other["time"] = json!(chrono::Utc::now().to_rfc3339());
    other["data"] = data;
    other
}
