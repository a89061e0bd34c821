//! The one checker of every fault: what was sent is imported, failed, waiting or dead; nothing is lost, nothing is in
//! Greenhouse twice, nothing is left half done, and the steps of each application are numbered without a gap. It
//! compares what the producer sent, what was announced, the ledger, the dead letters, and what Greenhouse has.

use std::collections::{BTreeMap, BTreeSet};

use broker::Topology;
use greenhouse_sim::View;
use serde_json::Value;

use crate::world::{Announced, World, attempt, email};

/// Where the introductions that were sent have got to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Answered as imported.
    pub imported: BTreeSet<String>,
    /// Answered with a failure, and nothing is left to do.
    pub failed: BTreeSet<String>,
    /// Still to be done: the ledger has them open.
    pub waiting: BTreeSet<String>,
    /// Messages among the dead letters.
    pub dead: usize,
    /// Sent, and none of these.
    pub lost: BTreeSet<String>,
}

impl Account {
    fn sum(&self) -> usize {
        self.imported.len() + self.failed.len() + self.waiting.len() + self.dead
    }
}

/// Waits until `sent` introductions have their last answer or are dead and the bridge has nothing left to do, then
/// checks the books.
pub async fn settled(world: &World, sent: usize) -> Account {
    at_rest(world, sent, 0).await
}

/// As [`settled`], for when this many introductions cannot go on: their tenant is not connected, or paused.
pub async fn at_rest(world: &World, sent: usize, waiting: usize) -> Account {
    let balance = attempt(async || {
        is_quiet(world, waiting).await?;
        let account = account(world).await?;
        let balances = account.sum() == sent && account.waiting.len() == waiting;
        (balances && account.lost.is_empty()).then_some(account)
    });
    let Some(account) = balance.await else {
        panic!(
            "sent {sent}, and the books do not balance: {:#?}\n{}",
            account(world).await,
            world.logs()
        )
    };
    one_answer_each(&world.announced());
    numbered_without_a_gap(&world.announced());
    in_greenhouse_once(world, &account);
    account
}

/// Nothing is under way: neither to the bridge, nor in it, nor from it.
async fn is_quiet(world: &World, waiting: usize) -> Option<()> {
    let gauges = world.store.ledger_gauges().await.ok()?;
    let outbox = world.store.outbox_backlog().await.ok()?;
    let commands = messages(world, Topology::INTRODUCTIONS).await?;
    let quiet = gauges.open == waiting as i64 && (outbox.rows, outbox.parked) == (0, 0);
    (quiet && commands == (0, 0)).then_some(())
}

/// None while the database does not answer.
async fn account(world: &World) -> Option<Account> {
    let announced = world.announced();
    let told = |name: &str| -> BTreeSet<String> {
        let told = announced.iter().filter(|event| event.name == name);
        told.map(|event| event.text("introductionId").to_owned())
            .collect()
    };
    let (imported, refused) = (
        told("IntroductionImported"),
        told("IntroductionImportFailed"),
    );
    let dead = dead_letters(world).await as usize;
    let mut account = Account {
        dead,
        ..Account::default()
    };
    for id in world.sent().union(&refused) {
        if imported.contains(id) {
            continue;
        }
        let place = match (is_open(world, id).await?, refused.contains(id)) {
            (true, _) => &mut account.waiting,
            (false, true) => &mut account.failed,
            (false, false) => &mut account.lost,
        };
        place.insert(id.clone());
    }
    account.imported = imported;
    Some(account)
}

/// Whether the ledger has something left to do for an introduction.
async fn is_open(world: &World, introduction: &str) -> Option<bool> {
    let stories = world.store.stories(introduction).await.ok()?;
    let mut own = stories
        .iter()
        .filter(|story| story.business_key == introduction);
    Some(own.any(|story| story.state == "open"))
}

/// A redelivered announcement carries the same id; two different ones would be two answers.
fn one_answer_each(events: &[Announced]) {
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in events.iter().filter(is_import) {
        let introduction = event.text("introductionId");
        ids.entry(introduction).or_default().insert(&event.id);
    }
    for (introduction, ids) in ids {
        assert_eq!(
            ids.len(),
            1,
            "{introduction} was answered more than once: {ids:?}"
        );
    }
}

/// Each number of an application is one event, and none is left out before the last one.
fn numbered_without_a_gap(events: &[Announced]) {
    let mut steps: BTreeMap<(&str, &str), BTreeMap<i64, BTreeSet<&str>>> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| event.name == "CandidateStatusChanged")
    {
        let application = (event.tenant.as_str(), event.text("applicationId"));
        let number = number(&event.data["sequence"]).expect("a number");
        let steps = steps.entry(application).or_default();
        steps.entry(number).or_default().insert(&event.id);
    }
    for (application, steps) in steps {
        let numbers = steps.keys().copied();
        assert!(
            numbers.eq(1..=steps.len() as i64) && steps.values().all(|ids| ids.len() == 1),
            "{application:?}: {steps:?}"
        );
    }
}

fn is_import(event: &&Announced) -> bool {
    event.name == "IntroductionImported"
}

/// What an answer names is there, and there is no person, application or note beside it.
fn in_greenhouse_once(world: &World, account: &Account) {
    let announced = world.announced();
    for answer in announced.iter().filter(is_import) {
        is_there(&world.organisation_of(&answer.tenant), answer);
    }
    let tenants: BTreeSet<&str> = announced
        .iter()
        .map(|event| event.tenant.as_str())
        .collect();
    for tenant in tenants {
        nobody_twice(&world.organisation_of(tenant), account);
    }
}

/// No person, application or note is there twice.
fn nobody_twice(state: &View, account: &Account) {
    for introduction in &account.imported {
        let people = state.candidates_by_email(&email(introduction));
        assert!(
            people.len() <= 1,
            "{introduction} is in Greenhouse {} times",
            people.len()
        );
    }
    let mut applications = BTreeSet::new();
    for application in state.applications() {
        let key = (application.candidate_id, application.job_id);
        assert!(
            applications.insert(key) || application.job_id.is_none(),
            "two applications of {key:?}"
        );
    }
    let mut notes = BTreeSet::new();
    for note in state.notes() {
        let key = (note.candidate_id, note.body.clone());
        assert!(notes.insert(key.clone()), "two notes {key:?}");
    }
}

/// The candidate that an answer names exists, and each application it names is that candidate's, on that job.
fn is_there(state: &View, answer: &Announced) {
    let candidate = number(&answer.data["greenhouseCandidateId"]);
    let known = candidate.and_then(|id| state.candidate(id));
    assert!(known.is_some(), "not in Greenhouse: {answer:#?}");
    let applications = answer.data["applications"].as_array();
    for told in applications.into_iter().flatten() {
        let Some(id) = number(&told["applicationId"]) else {
            assert_eq!(
                told["how"], "FAILED",
                "an application without id: {answer:#?}"
            );
            continue;
        };
        let found = state.application(id);
        let found = found.unwrap_or_else(|| panic!("no such application: {answer:#?}"));
        assert_eq!(Some(found.candidate_id), candidate, "{answer:#?}");
        assert_eq!(found.job_id, number(&told["jobId"]), "{answer:#?}");
    }
}

/// A 64-bit number, which JSON on the wire has as text.
fn number(value: &Value) -> Option<i64> {
    value.as_str()?.parse().ok()
}

/// How many messages lie in the dead letters.
pub async fn dead_letters(world: &World) -> u64 {
    let messages = messages(world, Topology::DEAD).await;
    messages.expect("the queue of dead letters").0
}

/// How many messages of a queue are ready, and how many not yet acknowledged.
async fn messages(world: &World, queue: &str) -> Option<(u64, u64)> {
    let management = &world.env.management;
    let counts = management.queue(&world.env.vhost, queue).await.ok()??;
    Some((counts.ready, counts.unacknowledged))
}
