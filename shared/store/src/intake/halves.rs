//! Two halves of a batch that have nobody in common, so that each can enter on a connection of its own, beside the other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::OperationKind;
use uuid::Uuid;

use super::{Arrival, erased};

/// From here on two halves are entered sooner than the whole: each costs a statement.
const WORTH_IT: usize = 100;
/// No half is smaller than this.
const SMALLEST: usize = 25;

/// What must enter in one transaction, in its order: everything that may be of one person, or may be the same.
#[derive(PartialEq, Eq, Hash)]
enum Bond<'a> {
    Person(Uuid),
    Intent(&'a str, OperationKind, &'a str),
    Delivery(&'a str, &'a str, &'a str),
}

/// Parts a batch. Of one person each half keeps the order of the batch; the second is empty where parting gains nothing.
#[must_use]
pub fn halves(arrivals: Vec<Arrival>) -> (Vec<Arrival>, Vec<Arrival>) {
    if arrivals.len() < WORTH_IT {
        return (arrivals, Vec::new());
    }
    let groups = groups(&arrivals);
    let mut sizes = vec![0; arrivals.len()];
    for group in &groups {
        sizes[*group] += 1;
    }
    // Each group goes, with its first arrival, to the half that is smaller so far.
    let mut of_group = vec![None; arrivals.len()];
    let mut filled = [0, 0];
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (arrival, group) in arrivals.into_iter().zip(groups) {
        let half: usize = *of_group[group].get_or_insert_with(|| {
            let smaller = usize::from(filled[1] < filled[0]);
            filled[smaller] += sizes[group];
            smaller
        });
        match half {
            0 => first.push(arrival),
            _ => second.push(arrival),
        }
    }
    if first.len().min(second.len()) < SMALLEST {
        // They have nobody in common, so whichever is first.
        first.append(&mut second);
    }
    (first, second)
}

/// Per arrival the group to which it is bound, named by one of its members.
fn groups(arrivals: &[Arrival]) -> Vec<usize> {
    let mut groups = Groups((0..arrivals.len()).collect());
    let mut bound = HashMap::with_capacity(6 * arrivals.len());
    for (index, arrival) in arrivals.iter().enumerate() {
        for bond in bonds(arrival) {
            match bound.entry(bond) {
                Entry::Occupied(earlier) => groups.join(*earlier.get(), index),
                Entry::Vacant(free) => {
                    free.insert(index);
                }
            }
        }
    }
    (0..arrivals.len()).map(|index| groups.of(index)).collect()
}

fn bonds(a: &Arrival) -> impl Iterator<Item = Bond<'_>> {
    let tenant = a.tenant.as_str();
    let keys = a.keys.iter().chain(&a.ordered_by).map(|key| key.0);
    let people = keys.chain(erased::key(a)).map(Bond::Person);
    people.chain([
        Bond::Intent(tenant, a.kind, &a.business_key),
        Bond::Delivery(tenant, &a.source, &a.message_id),
    ])
}

/// Disjoint sets of arrivals: each points at another of its group, the first of it at itself.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}
