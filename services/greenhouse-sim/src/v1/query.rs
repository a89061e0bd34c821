//! The query of a v1 request. Parameters are read one by one, each by the endpoint that knows it; what a filter cannot
//! mean is 422.

use url::form_urlencoded;

use super::{refusal, settings::UnknownParameters};
use crate::{http::reply::Reply, listing::dates::Range, listing::selection, stamp::Stamp};

const MOST_IDS: usize = 50;
const PER_PAGE: usize = 100;
const MOST_PER_PAGE: i64 = 500;

/// The parameters of every paged list.
pub(super) const PAGED: [&str; 3] = ["per_page", "page", "skip_count"];

/// The parameters of dates most lists can be narrowed by, and the rows' names for them.
pub(super) const DATES: [(&str, &str); 2] = [("created", "created_at"), ("updated", "updated_at")];

/// Parameters that mean something by being there.
const PRESENT: [&str; 3] = ["content", "questions", "full_content"];

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) per_page: usize,
    /// From 1.
    pub(super) page: usize,
    /// Nobody counts how many pages there are.
    pub(super) skip_count: bool,
}

/// Decoded parameters in the order given.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Takes a query apart; parameters beyond `known` are refused or ignored.
    pub(super) fn read(
        query: &str,
        known: &[&str],
        unknown: UnknownParameters,
    ) -> Result<Self, Reply> {
        let pairs = selection::pairs(query);
        for (at, (name, value)) in pairs.iter().enumerate() {
            if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(refusal::invalid(name, "Is given more than once"));
            }
            if value.trim().is_empty() && !PRESENT.contains(&name.as_str()) {
                return Err(refusal::invalid(name, "Must not be empty"));
            }
            if unknown == UnknownParameters::Refused && !known.contains(&name.as_str()) {
                return Err(refusal::invalid(name, "Unknown parameter"));
            }
        }
        Ok(Self(pairs))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn id(&self, name: &str) -> Result<Option<i64>, Reply> {
        self.each(name, |text| text.parse().ok(), "Must be an integer")
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Reply> {
        self.each(name, |text| text.parse().ok(), "Must be true or false")
    }

    /// One of some words.
    pub(super) fn word<'a>(&'a self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Reply> {
        match self.text(name) {
            Some(word) if !words.contains(&word) => {
                let reason = format!("Must be one of: {}", words.join(", "));
                Err(refusal::invalid(name, &reason))
            }
            word => Ok(word),
        }
    }

    /// Up to 50 ids, separated by commas.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, Reply> {
        let read = |text: &str| -> Option<Vec<i64>> {
            let ids: Option<Vec<i64>> = text.split(',').map(|id| id.parse().ok()).collect();
            ids.filter(|ids| ids.len() <= MOST_IDS)
        };
        self.each(name, read, "Must be up to 50 ids, separated by commas")
    }

    /// `<stem>_after`, which includes its moment, and `<stem>_before`, which does not.
    fn range(&self, stem: &str) -> Result<Option<Range>, Reply> {
        let reason = "Must be an ISO-8601 timestamp";
        let after = self.each(&format!("{stem}_after"), Stamp::parse, reason)?;
        let before = self.each(&format!("{stem}_before"), Stamp::parse, reason)?;
        if after.is_none() && before.is_none() {
            return Ok(None);
        }
        Ok(Some(Range {
            from: after.unwrap_or(Stamp::from_millis(i64::MIN)),
            to: before.map_or(Stamp::from_millis(i64::MAX), |at| at.minus_millis(1)),
        }))
    }

    /// The ranges given of several dates: what the parameters call each, and what the rows do.
    pub(super) fn ranges(
        &self,
        dates: &[(&str, &'static str)],
    ) -> Result<Vec<(&'static str, Range)>, Reply> {
        let mut ranges = Vec::new();
        for (stem, name) in dates {
            ranges.extend(self.range(stem)?.map(|range| (*name, range)));
        }
        Ok(ranges)
    }

    /// Which page is asked for.
    pub(super) fn wanted(&self) -> Result<Wanted, Reply> {
        let between = |most: i64| {
            move |text: &str| {
                let count: i64 = text.parse().ok()?;
                (1..=most).contains(&count).then_some(count)
            }
        };
        let per_page = self.each(
            "per_page",
            between(MOST_PER_PAGE),
            "Must be an integer between 1 and 500",
        )?;
        let page = self.each("page", between(i64::MAX), "Must be a positive integer")?;
        let count = |given: Option<i64>, usual: usize| {
            given.map_or(usual, |count| usize::try_from(count).unwrap_or(usize::MAX))
        };
        Ok(Wanted {
            per_page: count(per_page, PER_PAGE),
            page: count(page, 1),
            skip_count: self.flag("skip_count")?.unwrap_or(false),
        })
    }

    /// The same query for another page: everything else is repeated.
    pub(super) fn turned_to(&self, page: usize, per_page: usize) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        let others = self
            .0
            .iter()
            .filter(|(name, _)| !["page", "per_page"].contains(&name.as_str()));
        out.extend_pairs(others);
        out.append_pair("page", &page.to_string());
        out.append_pair("per_page", &per_page.to_string());
        out.finish()
    }

    /// The same query, going on after an id.
    pub(super) fn onward_from(&self, name: &str, id: i64, per_page: usize) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        let others = self
            .0
            .iter()
            .filter(|(known, _)| ![name, "per_page"].contains(&known.as_str()));
        out.extend_pairs(others);
        out.append_pair(name, &id.to_string());
        out.append_pair("per_page", &per_page.to_string());
        out.finish()
    }

    fn each<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        reason: &str,
    ) -> Result<Option<T>, Reply> {
        let read = |text| read(text).ok_or_else(|| refusal::invalid(name, reason));
        self.text(name).map(read).transpose()
    }
}
