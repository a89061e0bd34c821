//! The one checker of every fault: what was sent is imported, failed, dead or waiting; nothing is lost, nothing is in
//! Greenhouse twice, nothing is left half done.

use std::collections::{BTreeMap, BTreeSet};

use broker::Topology;

use crate::world::{Announced, World, email, until};

/// Where the introductions that were sent have got to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Imported.
    pub imported: BTreeSet<String>,
    /// Answered with a failure and nothing else.
    pub failed: BTreeSet<String>,
}

/// Waits until `sent` introductions have their last answer and the bridge has nothing left to do, then checks the
/// books.
pub async fn settled(world: &World, sent: usize) -> Account {
    until("every operation settled", async || {
        let gauges = world.store.ledger_gauges().await.ok()?;
        let outbox = world.store.outbox_backlog().await.ok()?;
        (gauges.open == 0 && outbox.rows == 0 && outbox.parked == 0).then_some(())
    })
    .await;
    until("every message acknowledged", async || {
        let queue = world
            .env
            .management
            .queue(&world.env.vhost, Topology::INTRODUCTIONS)
            .await
            .ok()??;
        (queue.ready == 0 && queue.unacknowledged == 0).then_some(())
    })
    .await;
    let account = account(
        &world
            .announced_until("every answer", |events| answered(events).len() >= sent)
            .await,
    );
    assert_eq!(
        account.imported.len() + account.failed.len(),
        sent,
        "lost or invented: {account:#?}"
    );
    no_duplicates(world, &account);
    account
}

fn answered(events: &[Announced]) -> BTreeSet<&str> {
    events
        .iter()
        .filter(|event| is_answer(event))
        .map(|event| event.text("introductionId"))
        .collect()
}

fn is_answer(event: &Announced) -> bool {
    matches!(
        event.name.as_str(),
        "IntroductionImported" | "IntroductionImportFailed"
    )
}

fn account(events: &[Announced]) -> Account {
    let mut account = Account::default();
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| event.name == "IntroductionImported")
    {
        account
            .imported
            .insert(event.text("introductionId").to_owned());
        ids.entry(event.text("introductionId"))
            .or_default()
            .insert(&event.id);
    }
    // A redelivered announcement carries the same id; two different ones would be two answers.
    for (introduction, ids) in ids {
        assert_eq!(
            ids.len(),
            1,
            "{introduction} was answered more than once: {ids:?}"
        );
    }
    for event in events
        .iter()
        .filter(|event| event.name == "IntroductionImportFailed")
    {
        let id = event.text("introductionId").to_owned();
        if !account.imported.contains(&id) {
            account.failed.insert(id);
        }
    }
    account
}

/// Nobody twice, no job twice, no note twice.
pub fn no_duplicates(world: &World, account: &Account) {
    let state = world.greenhouse.state();
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

/// How many messages lie in the dead letters.
pub async fn dead_letters(world: &World) -> u64 {
    let queue = world
        .env
        .management
        .queue(&world.env.vhost, Topology::DEAD)
        .await
        .expect("the broker");
    queue.expect("the queue of dead letters").ready
}
