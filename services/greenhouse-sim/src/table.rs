//! Rows of one resource with their indexes. Every filter an endpoint offers is an index here, so that no request ever
//! walks a whole table looking for what it wants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::stamp::Stamp;

/// What every row has.
#[derive(Clone, Debug, Serialize)]
pub struct Meta {
    /// Unique over all organisations and resources of a simulator.
    pub id: i64,
    /// May be backdated by the caller, so it says nothing about when the row became visible.
    pub created_at: Stamp,
    /// Moves with every write.
    pub updated_at: Stamp,
    /// When the row was really written; the read lag counts from here.
    #[serde(skip)]
    pub born: Stamp,
    /// Until then the row is still being processed and nobody can see it.
    #[serde(skip)]
    pub ready_at: Stamp,
}

impl Meta {
    /// A row written now and visible at once.
    pub fn new(id: i64, now: Stamp) -> Self {
        Self {
            id,
            created_at: now,
            updated_at: now,
            born: now,
            ready_at: now,
        }
    }
}

/// A value an index is looked up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyValue {
    /// An id or another number.
    Int(i64),
    /// A word; caseless filters store it in lower case.
    Text(String),
    /// A yes or no.
    Bool(bool),
}

impl From<i64> for KeyValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for KeyValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for KeyValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// The name of a filter, as in the query, and a value.
pub(crate) type Key = (&'static str, KeyValue);

/// A row of one resource.
pub(crate) trait Row: Clone + Serialize {
    /// The dates one can filter by.
    const DATES: &'static [&'static str] = &["created_at", "updated_at"];

    /// Whether lists may tell of a row that is still being processed.
    const TELLS_PROCESSING: bool = false;

    /// Its id and timestamps.
    fn meta(&self) -> &Meta;

    /// Everything it can be found by, under the names of the query's filters.
    fn keys(&self) -> Vec<Key>;

    /// The value of one of [`Row::DATES`].
    fn date(&self, name: &str) -> Option<Stamp> {
        match name {
            "created_at" => Some(self.meta().created_at),
            "updated_at" => Some(self.meta().updated_at),
            _ => None,
        }
    }
}

/// Rows by id, with an index for each filter.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<i64, T>,
    keys: HashMap<Key, BTreeSet<i64>>,
    dates: HashMap<&'static str, BTreeSet<(Stamp, i64)>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            keys: HashMap::new(),
            dates: HashMap::new(),
        }
    }
}

impl<T: Row> Table<T> {
    /// Adds a row and returns its id.
    pub(crate) fn insert(&mut self, row: T) -> i64 {
        let id = row.meta().id;
        self.reindex(id, Marks::default(), Marks::of(&row));
        self.rows.insert(id, row);
        id
    }

    /// Changes a row in place, indexes included; false when there is none.
    pub(crate) fn change(&mut self, id: i64, change: impl FnOnce(&mut T)) -> bool {
        let Some(row) = self.rows.get_mut(&id) else {
            return false;
        };
        let before = Marks::of(row);
        change(row);
        let after = Marks::of(row);
        self.reindex(id, before, after);
        true
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<T> {
        let row = self.rows.remove(&id)?;
        self.reindex(id, Marks::of(&row), Marks::default());
        Some(row)
    }

    pub(crate) fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows, oldest id first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// Rows with an id below `bound`, newest first.
    pub(crate) fn below(&self, bound: i64) -> impl Iterator<Item = &T> {
        self.rows.range(..bound).rev().map(|(_, row)| row)
    }

    /// Ids found under one key.
    pub(crate) fn ids(
        &self,
        name: &'static str,
        value: impl Into<KeyValue>,
    ) -> Option<&BTreeSet<i64>> {
        self.keys.get(&(name, value.into()))
    }

    /// Rows found under one key, oldest id first.
    pub(crate) fn find(
        &self,
        name: &'static str,
        value: impl Into<KeyValue>,
    ) -> impl DoubleEndedIterator<Item = &T> {
        self.ids(name, value)
            .into_iter()
            .flatten()
            .filter_map(|id| self.rows.get(id))
    }

    /// Ids whose date lies between two moments, both included.
    pub(crate) fn dated(&self, name: &str, from: Stamp, to: Stamp) -> impl Iterator<Item = i64> {
        let range = (from <= to).then_some((from, i64::MIN)..=(to, i64::MAX));
        let index = self.dates.get(name).zip(range);
        index
            .into_iter()
            .flat_map(|(index, range)| index.range(range))
            .map(|(_, id)| *id)
    }

    /// Moves a row in the indexes. Most changes leave most marks alone, so only the difference is touched.
    fn reindex(&mut self, id: i64, before: Marks, after: Marks) {
        for key in before.keys.iter().filter(|key| !after.keys.contains(key)) {
            if let Some(ids) = self.keys.get_mut(key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.keys.remove(key);
                }
            }
        }
        for key in after.keys {
            if !before.keys.contains(&key) {
                self.keys.entry(key).or_default().insert(id);
            }
        }
        for (name, moment) in &before.dates {
            if !after.dates.contains(&(name, *moment))
                && let Some(index) = self.dates.get_mut(name)
            {
                index.remove(&(*moment, id));
            }
        }
        for (name, moment) in after.dates {
            if !before.dates.contains(&(name, moment)) {
                self.dates.entry(name).or_default().insert((moment, id));
            }
        }
    }
}

/// Everything a row is found by.
#[derive(Default)]
struct Marks {
    keys: Vec<Key>,
    dates: Vec<(&'static str, Stamp)>,
}

impl Marks {
    fn of<T: Row>(row: &T) -> Self {
        let dates = T::DATES
            .iter()
            .filter_map(|name| Some((*name, row.date(name)?)));
        Self {
            keys: row.keys(),
            dates: dates.collect(),
        }
    }
}
