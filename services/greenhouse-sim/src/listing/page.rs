//! Finding a page: the narrowest index leads, the others are only asked whether they agree.

use std::{collections::BTreeSet, iter::Peekable};

use serde::Serialize;
use serde_json::{Map, Value};

use super::selection::Selection;
use crate::{
    config::Lag,
    http::reply::Reply,
    stamp::Stamp,
    table::{KeyValue, Row, Table},
};

/// What the caller is shown at this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) now: Stamp,
    pub(crate) lag: Lag,
    /// Whether rows still being processed appear, as a message in their place.
    pub(crate) processing: bool,
}

impl Sight {
    /// Whether a finished row shows up, given how it was asked for.
    pub(crate) fn shows(self, row: &impl Row, selection: &Selection) -> bool {
        let meta = row.meta();
        if meta.ready_at > self.now && !self.processing {
            return false;
        }
        let searched = selection.ids.is_none();
        if !searched && !self.lag.by_id {
            return true;
        }
        let fresh = |moment: Stamp| moment.plus(self.lag.length) > self.now;
        // A search by what changed last runs on an index that lags for changes as well as for new rows.
        let moved = selection
            .dates
            .iter()
            .filter(|(name, _)| ["updated_at", "last_activity_at"].contains(name))
            .filter_map(|(name, _)| row.date(name));
        self.lag.length.is_zero() || !(fresh(meta.born) || moved.into_iter().any(fresh))
    }

    /// Whether one finished row shows up when asked for by its id.
    pub(crate) fn shows_by_id(self, row: &impl Row) -> bool {
        let meta = row.meta();
        let lags = self.lag.by_id && meta.born.plus(self.lag.length) > self.now;
        meta.ready_at <= self.now && !lags
    }
}

/// Rows of one page, newest id first, and the id after which the next one starts.
pub(crate) struct Page<'a, T> {
    pub(crate) rows: Vec<&'a T>,
    pub(crate) next_after: Option<i64>,
}

/// Finds one page.
pub(crate) fn find<'a, T: Row>(
    table: &'a Table<T>,
    selection: &Selection,
    sight: Sight,
    permitted: &dyn Fn(&T) -> bool,
) -> Page<'a, T> {
    let bound = selection.after.unwrap_or(i64::MAX);
    let fits = |row: &&T| {
        sight.shows(*row, selection) && matches(table, *row, selection) && permitted(row)
    };
    let wanted = selection.per_page + 1;
    let mut rows: Vec<&T> = match lead(table, selection, bound) {
        Some(ids) => ids
            .filter_map(|id| table.get(id))
            .filter(fits)
            .take(wanted)
            .collect(),
        None => table.below(bound).filter(fits).take(wanted).collect(),
    };
    let more = rows.len() == wanted;
    rows.truncate(selection.per_page);
    let next_after = rows.last().filter(|_| more).map(|row| row.meta().id);
    Page { rows, next_after }
}

/// One row as JSON, cut down to the fields asked for.
pub(crate) fn show(row: &impl Serialize, fields: Option<&[&'static str]>) -> Value {
    match (serde_json::to_value(row).unwrap_or_default(), fields) {
        (Value::Object(mut whole), Some(fields)) => {
            let kept = fields
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), whole.remove(*name)?)));
            Value::Object(kept.collect::<Map<String, Value>>())
        }
        (whole, _) => whole,
    }
}

/// The answer for a page, with its `Link` when there is another one.
pub(crate) fn answer<T: Row>(
    page: &Page<'_, T>,
    selection: &Selection,
    shown: impl Fn(&T, Option<&[&'static str]>) -> Option<Value>,
    link: impl FnOnce(i64) -> String,
) -> Reply {
    let fields = selection.fields.as_deref();
    let reply = if fields.is_none() && page.rows.iter().all(|row| shown(row, None).is_none()) {
        Reply::ok(&page.rows)
    } else {
        let changed = |row: &&T| shown(row, fields).unwrap_or_else(|| show(*row, fields));
        Reply::ok(&page.rows.iter().map(changed).collect::<Vec<Value>>())
    };
    match page
        .next_after
        .map(link)
        .and_then(|link| hyper::header::HeaderValue::try_from(link).ok())
    {
        Some(link) => reply.with("link", link),
        None => reply,
    }
}

/// The most ids of a date range that are put in order; in a wider one, walking the table finds a page sooner.
const MOST_SORTED: usize = 5_000;

/// The ids worth looking at, newest first and lazily, so that a page costs what is on it; none means every row.
fn lead<'a, T: Row>(
    table: &'a Table<T>,
    selection: &Selection,
    bound: i64,
) -> Option<Box<dyn Iterator<Item = i64> + 'a>> {
    if let Some(ids) = &selection.ids {
        return Some(Box::new(sorted(ids.clone(), bound)));
    }
    let sets = |(name, values): &(&'static str, Vec<KeyValue>)| -> Vec<&'a BTreeSet<i64>> {
        values
            .iter()
            .filter_map(|value| table.ids(name, value.clone()))
            .collect()
    };
    let narrowest = selection
        .keys
        .iter()
        .map(sets)
        .min_by_key(|sets| size(sets));
    let most = narrowest
        .as_ref()
        .map_or(MOST_SORTED, |sets| size(sets).min(MOST_SORTED));
    for (name, range) in &selection.dates {
        let dated: Vec<i64> = table
            .dated(name, range.from, range.to)
            .take(most + 1)
            .collect();
        if dated.len() <= most {
            return Some(Box::new(sorted(dated, bound)));
        }
    }
    let each = narrowest?
        .into_iter()
        .map(|ids| ids.range(..bound).rev().copied().peekable())
        .collect();
    Some(Box::new(Merged(each)))
}

fn size(sets: &[&BTreeSet<i64>]) -> usize {
    sets.iter().map(|ids| ids.len()).sum()
}

fn sorted(mut ids: Vec<i64>, bound: i64) -> impl Iterator<Item = i64> {
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    ids.into_iter().filter(move |id| *id < bound)
}

/// Several descending lists as one, each id once.
struct Merged<I: Iterator<Item = i64>>(Vec<Peekable<I>>);

impl<I: Iterator<Item = i64>> Iterator for Merged<I> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let newest = self
            .0
            .iter_mut()
            .filter_map(|ids| ids.peek().copied())
            .max()?;
        for ids in &mut self.0 {
            ids.next_if_eq(&newest);
        }
        Some(newest)
    }
}

fn matches<T: Row>(table: &Table<T>, row: &T, selection: &Selection) -> bool {
    let id = row.meta().id;
    let keyed = |(name, values): &(&'static str, Vec<KeyValue>)| {
        values.iter().any(|value| {
            table
                .ids(name, value.clone())
                .is_some_and(|ids| ids.contains(&id))
        })
    };
    selection.ids.as_ref().is_none_or(|ids| ids.contains(&id))
        && selection.keys.iter().all(keyed)
        && selection
            .dates
            .iter()
            .all(|(name, range)| row.date(name).is_some_and(|at| range.contains(at)))
}
