//! Pages with numbers: `Link` with `next`, `prev` and `last`, each repeating the filters. A row that comes or goes between
//! two requests shifts the pages after it.

use std::cmp::Reverse;

use hyper::header::HeaderValue;
use serde_json::Value;

use super::{
    query::{Query, Wanted},
    settings::{Order, SinglePage, V1Settings},
};
use crate::{
    http::reply::Reply,
    listing::{
        page::{self, Sight},
        selection::Selection,
    },
    table::{Row, Table},
};

/// More rows than any table has.
const ALL: usize = u32::MAX as usize;

/// Where a list is found, for its links.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) base: &'a str,
    pub(super) path: &'a str,
}

/// The rows that fit, in the list's order.
pub(super) fn fitting<'a, T: Row>(
    table: &'a Table<T>,
    selection: Selection,
    sight: Sight,
    permitted: &dyn Fn(&T) -> bool,
    order: Order,
) -> Vec<&'a T> {
    let whole = Selection {
        per_page: ALL,
        ..selection
    };
    let mut rows = page::find(table, &whole, sight, permitted).rows;
    let touched = |row: &T| row.date("last_activity_at").or(row.date("updated_at"));
    match order {
        Order::Descending => {}
        Order::Ascending => rows.reverse(),
        Order::Activity => rows.sort_by_key(|row| Reverse(touched(row))),
    }
    rows
}

/// One page of these rows.
pub(super) fn answer<T>(
    rows: &[T],
    shown: impl Fn(&T) -> Value,
    query: &Query,
    place: Place<'_>,
    settings: &V1Settings,
) -> Result<Reply, Reply> {
    let wanted = query.wanted()?;
    let start = wanted.per_page.saturating_mul(wanted.page - 1);
    let page: Vec<Value> = rows
        .iter()
        .skip(start)
        .take(wanted.per_page)
        .map(shown)
        .collect();
    let reply = Reply::ok(&page);
    let links = links(rows.len(), wanted, settings.single_page);
    let links: Vec<String> = links
        .into_iter()
        .map(|(rel, page)| {
            let query = query.turned_to(page, wanted.per_page);
            format!("<{}{}?{query}>; rel=\"{rel}\"", place.base, place.path)
        })
        .collect();
    Ok(match HeaderValue::try_from(links.join(",")) {
        Ok(link) if !links.is_empty() => reply.with("link", link),
        _ => reply,
    })
}

/// Where the newer kind of list goes on; opaque to callers.
pub(super) const SINCE: &str = "since_id";

/// One page of rows in order of their ids, with no way but onward.
pub(super) fn onward<T: Row>(
    rows: &[&T],
    shown: impl Fn(&T) -> Value,
    query: &Query,
    place: Place<'_>,
) -> Result<Reply, Reply> {
    let wanted = query.wanted()?;
    let since = query.id(SINCE)?.unwrap_or_default();
    let mut rest = rows.iter().filter(|row| row.meta().id > since);
    let page: Vec<&T> = rest.by_ref().take(wanted.per_page).copied().collect();
    let more = rest.next().is_some();
    let reply = Reply::ok(&page.iter().map(|row| shown(row)).collect::<Vec<_>>());
    let last = page.last().filter(|_| more).map(|row| row.meta().id);
    let link = last.map(|last| {
        let query = query.onward_from(SINCE, last, wanted.per_page);
        format!("<{}{}?{query}>; rel=\"next\"", place.base, place.path)
    });
    Ok(match link.map(HeaderValue::try_from) {
        Some(Ok(link)) => reply.with("link", link),
        _ => reply,
    })
}

/// Relations and the pages they lead to.
fn links(rows: usize, wanted: Wanted, single: SinglePage) -> Vec<(&'static str, usize)> {
    let last = rows.div_ceil(wanted.per_page).max(1);
    let mut links = Vec::new();
    if wanted.page < last {
        links.push(("next", wanted.page + 1));
    }
    if wanted.page > 1 {
        links.push(("prev", wanted.page - 1));
    }
    let alone = links.is_empty();
    if !wanted.skip_count && (!alone || single == SinglePage::LastOnly) {
        links.push(("last", last));
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(page: usize, skip_count: bool) -> Wanted {
        Wanted {
            per_page: 2,
            page,
            skip_count,
        }
    }

    #[test]
    fn each_page_knows_its_neighbours_and_the_last_one() {
        let of = |page, skip| links(5, wanted(page, skip), SinglePage::NoLink);
        assert_eq!(of(1, false), [("next", 2), ("last", 3)]);
        assert_eq!(of(2, false), [("next", 3), ("prev", 1), ("last", 3)]);
        assert_eq!(of(3, false), [("prev", 2), ("last", 3)]);
        assert_eq!(of(1, true), [("next", 2)]);
    }

    #[test]
    fn a_single_page_has_no_link_or_only_one_to_itself() {
        assert_eq!(links(2, wanted(1, false), SinglePage::NoLink), []);
        assert_eq!(
            links(2, wanted(1, false), SinglePage::LastOnly),
            [("last", 1)]
        );
    }
}
