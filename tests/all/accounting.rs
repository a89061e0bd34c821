//! The one checker of every fault: what was sent is imported, failed, waiting or dead; nothing is lost, nothing is in
//! Greenhouse twice, nothing is left half done, and the steps of each application come in order and numbered without a
//! gap. It compares what the producer sent, what was announced, the ledger, the dead letters, and what Greenhouse has.

mod noticed;

use std::collections::{BTreeMap, BTreeSet};

use broker::Topology;
use domain::Code;
use greenhouse_sim::View;
use serde_json::Value;

use crate::world::{Announced, World, attempt};

/// What every link back to Intrro begins with.
pub const INTRRO: &str = "https://app.intrro.com/t/";

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
    numbered_in_order(&world.announced());
    in_greenhouse_once(world);
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
    let mut ids: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for event in events.iter().filter(|event| is_last_answer(event)) {
        let introduction = event.text("introductionId");
        let answers = ids.entry(introduction).or_default();
        answers.insert((&event.name, &event.id));
    }
    for (introduction, ids) in ids {
        assert_eq!(
            ids.len(),
            1,
            "{introduction} was answered more than once: {ids:?}"
        );
    }
}

/// Whether nothing follows after it. What the bridge goes on with by itself is told before, and other content under the
/// same introduction is another event's answer.
fn is_last_answer(event: &Announced) -> bool {
    let refused = event.name == "IntroductionImportFailed" && {
        let code: Code = event.text("code").parse().expect("a code of the catalogue");
        !code.retried() && code != Code::ConflictingContent
    };
    is_import(&event) || refused
}

/// Each number of an application is one event, none is left out before the last one, and each comes after the one
/// before it. An announcement that was made already may come again at any time.
fn numbered_in_order(events: &[Announced]) {
    let mut steps: BTreeMap<(&str, &str), Vec<(i64, &str)>> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| event.name == "CandidateStatusChanged")
    {
        let application = (event.tenant.as_str(), event.text("applicationId"));
        let number = number(&event.data["sequence"]).expect("a number");
        let (steps, step) = (steps.entry(application).or_default(), (number, &*event.id));
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    for (application, steps) in steps {
        let numbers = steps.iter().map(|(number, _)| *number);
        assert!(
            numbers.eq(1..=steps.len() as i64),
            "{application:?}: {steps:?}"
        );
    }
}

fn is_import(event: &&Announced) -> bool {
    event.name == "IntroductionImported"
}

/// What an answer names is there, and there is no person, application or note beside it.
fn in_greenhouse_once(world: &World) {
    let announced = world.announced();
    for answer in announced.iter().filter(is_import) {
        is_there(&world.organisation_of(&answer.tenant), answer);
    }
    let tenants: BTreeSet<&str> = announced
        .iter()
        .map(|event| event.tenant.as_str())
        .collect();
    for tenant in tenants {
        nobody_twice(&world.organisation_of(tenant));
    }
}

/// No person, application or note is there twice.
fn nobody_twice(state: &View) {
    each_of_one_person(&known_by(state));
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

/// What people are known by, each with whose record it is on: addresses, and the links back to Intrro, which are on the
/// record itself and in its notes.
fn known_by(state: &View) -> Vec<(String, i64)> {
    let mut known = Vec::new();
    for person in state.candidates() {
        let id = person.meta.id;
        let emails = person.email_addresses.iter();
        known.extend(emails.map(|email| (email.value.to_lowercase(), id)));
        let sites = person.website_addresses.iter();
        known.extend(
            sites
                .flat_map(|site| links(&site.value))
                .map(|link| (link, id)),
        );
        let notes = state.notes_of(id).into_iter().filter_map(|note| note.body);
        known.extend(notes.flat_map(|body| links(&body)).map(|link| (link, id)));
    }
    known
}

/// The links back to Intrro in a text.
fn links(text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    let links = words.filter(|word| word.starts_with(INTRRO));
    links.map(str::to_owned).collect()
}

fn each_of_one_person(known: &[(String, i64)]) {
    let mut owners = BTreeMap::new();
    for (what, person) in known {
        let owner = owners.entry(what).or_insert(person);
        assert_eq!(owner, &person, "two people have {what}");
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
