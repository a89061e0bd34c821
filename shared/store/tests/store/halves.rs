//! A batch in two halves: nobody is in both.

use domain::OperationKind;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::intake::{Arrival, halves};

use crate::ledger::{arrival, arrivals};

/// Its place in the batch.
fn places(arrivals: &[Arrival]) -> Vec<&[u8]> {
    arrivals.iter().map(|a| a.payload.as_slice()).collect()
}

/// Whether both must enter in the order in which they came.
fn bound(one: &Arrival, other: &Arrival) -> bool {
    let people = |a: &Arrival| -> Vec<_> { a.keys.iter().chain(&a.ordered_by).copied().collect() };
    let theirs = people(other);
    one.tenant == other.tenant
        && (one.subject == other.subject
            || people(one).iter().any(|key| theirs.contains(key))
            || (one.kind, &one.business_key) == (other.kind, &other.business_key)
            || (&one.source, &one.message_id) == (&other.source, &other.message_id))
}

#[test]
fn strangers_are_parted_evenly_and_few_are_not_parted() {
    let (first, second) = halves(arrivals("acme", 500));
    assert_eq!((first.len(), second.len()), (250, 250));
    let (first, second) = halves(arrivals("acme", 99));
    assert_eq!((first.len(), second.len()), (99, 0));
}

#[test]
fn a_half_of_a_few_is_none() {
    let mut batch = arrivals("acme", 300);
    let everybodys = batch[0].keys[0];
    for one in &mut batch[..290] {
        one.keys.push(everybodys);
    }
    let (first, second) = halves(batch);
    assert_eq!((first.len(), second.len()), (300, 0));
}

#[test]
fn everybody_of_one_person_stays_together() {
    let mut batch = arrivals("acme", 200);
    // A chain: each has an address of the one before.
    for n in 1..batch.len() {
        let before = batch[n - 1].keys[1];
        batch[n].keys.push(before);
    }
    let (first, second) = halves(batch);
    assert_eq!((first.len(), second.len()), (200, 0));
}

#[test]
fn what_belongs_together_is_in_one_half_in_its_order() {
    for seed in 0..20 {
        println!("seed {seed}");
        keeps_together(&mut StdRng::seed_from_u64(seed));
    }
}

fn keeps_together(random: &mut StdRng) {
    let batch: Vec<Arrival> = (0..300)
        .map(|n| {
            let tenant = ["acme", "umbrella"][random.random_range(0..2)];
            let candidate = format!("c-{}", random.random_range(0..1000));
            let email = format!("{}@example.com", random.random_range(0..1000));
            let mut one = arrival(tenant, &format!("i-{n}"), &candidate, &email);
            one.payload = n.to_string().into_bytes();
            match random.random_range(0..20) {
                0 => one.business_key = "i-1".into(),
                1 => one.message_id = "m-i-2".into(),
                2 => one.kind = OperationKind::CandidateProfileUpdated,
                3 => one.keys.clear(),
                4 => one.ordered_by = one.keys.pop(),
                _ => {}
            }
            one
        })
        .collect();
    let (first, second) = halves(batch.clone());
    assert!(!first.is_empty() && !second.is_empty());
    for one in &first {
        for other in &second {
            assert!(!bound(one, other), "{one:?} and {other:?}");
        }
    }
    let half = |half: &[Arrival]| {
        let mut of_batch = batch.clone();
        of_batch.retain(|one| places(half).contains(&one.payload.as_slice()));
        of_batch
            .iter()
            .map(|one| one.payload.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&first), half(&first));
    assert_eq!(places(&second), half(&second));
    assert_eq!(first.len() + second.len(), batch.len());
}
