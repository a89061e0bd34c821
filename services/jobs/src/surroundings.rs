//! What jobs refer to, as the contract says it. Pure.

use std::collections::HashMap;

use proto::v1;
use store::jobs::{Kind, Record};

use crate::content::{Named, Place, restored};

/// Departments nest no deeper; whatever claims to runs in a circle.
const DEPTH: usize = 50;

/// What jobs refer to: departments, offices, reasons for closing.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    departments: HashMap<i64, (String, Option<i64>)>,
    offices: HashMap<i64, Place>,
    reasons: HashMap<i64, String>,
}

impl Surroundings {
    pub(crate) fn new(records: &[(Kind, Record)]) -> Self {
        let mut all = Self::default();
        for (kind, record) in records {
            match kind {
                Kind::Department => {
                    let named: Named = restored(&record.content);
                    all.departments
                        .insert(record.id, (named.name, record.parent));
                }
                Kind::Office => {
                    all.offices.insert(record.id, restored(&record.content));
                }
                Kind::CloseReason => {
                    let named: Named = restored(&record.content);
                    all.reasons.insert(record.id, named.name);
                }
                Kind::Job
                | Kind::Post
                | Kind::PostLocation
                | Kind::Stage
                | Kind::Opening
                | Kind::Owner
                | Kind::HiringManager => {}
            }
        }
        all
    }

    /// The department and those above it, the top last.
    pub(crate) fn ancestry(&self, department: i64) -> Vec<i64> {
        let above = |id: &i64| self.departments.get(id).and_then(|(_, parent)| *parent);
        std::iter::successors(Some(department), above)
            .take(DEPTH)
            .collect()
    }

    /// None for one that is gone.
    pub(crate) fn department(&self, id: i64) -> Option<v1::Department> {
        let (name, parent) = self.departments.get(&id)?;
        let names = self.ancestry(id).into_iter().rev();
        Some(v1::Department {
            id,
            name: name.clone(),
            parent_id: *parent,
            path: names
                .filter_map(|id| Some(self.departments.get(&id)?.0.clone()))
                .collect(),
        })
    }

    /// None for one that is gone.
    pub(crate) fn office(&self, id: i64) -> Option<v1::Office> {
        let place = self.place(id)?;
        Some(v1::Office {
            id,
            name: place.name.clone(),
            location: place.location.clone(),
        })
    }

    /// An office as Greenhouse has it.
    pub(crate) fn place(&self, id: i64) -> Option<&Place> {
        self.offices.get(&id)
    }

    /// None for one that is gone.
    pub(crate) fn reason(&self, id: i64) -> Option<v1::CloseReason> {
        let name = self.reasons.get(&id)?.clone();
        Some(v1::CloseReason { id, name })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn below(id: i64, parent: i64) -> Record {
        Record {
            id,
            job: None,
            parent: Some(parent),
            content: json!({"name": "a department"}),
        }
    }

    #[test]
    fn departments_in_a_circle_end() {
        let circle = Surroundings::new(&[
            (Kind::Department, below(1, 2)),
            (Kind::Department, below(2, 1)),
        ]);
        assert_eq!(circle.ancestry(1).len(), DEPTH);
    }
}
