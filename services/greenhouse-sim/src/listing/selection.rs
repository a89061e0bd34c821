//! Reading the query of a list request, down to the last unknown parameter.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    Filter, Listing,
    dates::{Bounds, Range},
};
use crate::{http::reply::Reply, table::KeyValue};

/// The most values a list-valued parameter takes.
const MOST_VALUES: usize = 50;
const MOST_PER_PAGE: i64 = 500;
const PER_PAGE: usize = 100;

/// A list request, understood.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) ids: Option<Vec<i64>>,
    /// Any of the values, for each of the filters.
    pub(crate) keys: Vec<(&'static str, Vec<KeyValue>)>,
    pub(crate) dates: Vec<(&'static str, Range)>,
    pub(crate) per_page: usize,
    pub(crate) fields: Option<Vec<&'static str>>,
    /// Only rows with a smaller id.
    pub(crate) after: Option<i64>,
}

/// Decoded parameters in the order given.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// Reads `fields=`, the only parameter of a "retrieve one" endpoint.
pub(crate) fn fields_only(
    query: &str,
    listing: &Listing,
) -> Result<Option<Vec<&'static str>>, Reply> {
    let pairs = pairs(query);
    let unknown: Vec<&str> = pairs
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| *name != "fields")
        .collect();
    refuse_unknown(&unknown)?;
    pairs
        .first()
        .map(|(_, value)| fields(value, listing))
        .transpose()
        .map_err(Reply::unprocessable)
}

/// Reads everything but the cursor.
pub(crate) fn read(query: &str, listing: &Listing) -> Result<Selection, Reply> {
    let mut reader = Reader::new(listing);
    for (name, value) in pairs(query) {
        reader.parameter(&name, &value);
    }
    reader.finish()
}

struct Reader<'a> {
    listing: &'a Listing,
    seen: Vec<String>,
    unknown: Vec<String>,
    errors: Vec<Value>,
    bounds: Vec<(&'static str, Bounds)>,
    unhidden: Vec<&'static str>,
    selection: Selection,
}

impl<'a> Reader<'a> {
    fn new(listing: &'a Listing) -> Self {
        let selection = Selection {
            per_page: PER_PAGE,
            ..Selection::default()
        };
        Self {
            listing,
            seen: Vec::new(),
            unknown: Vec::new(),
            errors: Vec::new(),
            bounds: Vec::new(),
            unhidden: Vec::new(),
            selection,
        }
    }

    fn parameter(&mut self, name: &str, value: &str) {
        if self.seen.iter().any(|seen| seen == name) {
            return self.wrong(name, "is given more than once");
        }
        self.seen.push(name.to_owned());
        let read = match name {
            "per_page" => per_page(value).map(|count| self.selection.per_page = count),
            "ids" => int_list(value).map(|ids| self.selection.ids = Some(ids)),
            "fields" => match fields(value, self.listing) {
                Ok(names) => {
                    self.selection.fields = Some(names);
                    Ok(())
                }
                Err(mut errors) => return self.errors.append(&mut errors),
            },
            _ => self.filter(name, value),
        };
        if let Err(reason) = read {
            self.wrong(name, &reason);
        }
    }

    fn filter(&mut self, name: &str, value: &str) -> Result<(), String> {
        let (stem, operator) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((stem, operator)) => (stem, Some(operator)),
            None => (name, None),
        };
        if let Some(date) = self.date_name(stem) {
            let bounds = self.bounds(date);
            return match operator {
                Some(operator) => bounds.bracket(operator, value),
                None => bounds.pipes(value),
            };
        }
        let Some(filter) = self
            .listing
            .filters
            .iter()
            .find(|filter| filter.name() == name)
        else {
            self.unknown.push(name.to_owned());
            return Ok(());
        };
        if let Filter::Unhide(_, mark) = filter {
            if boolean(value)? {
                self.unhidden.push(mark);
            }
            return Ok(());
        }
        let values = values(filter, value)?;
        self.selection.keys.push((filter.name(), values));
        Ok(())
    }

    fn date_name(&self, stem: &str) -> Option<&'static str> {
        let universal = ["created_at", "updated_at"].into_iter();
        let own = self
            .listing
            .filters
            .iter()
            .filter_map(|filter| match filter {
                Filter::Dates(name) => Some(*name),
                _ => None,
            });
        universal.chain(own).find(|name| *name == stem)
    }

    fn bounds(&mut self, name: &'static str) -> &mut Bounds {
        let at = self
            .bounds
            .iter()
            .position(|(known, _)| *known == name)
            .unwrap_or_else(|| {
                self.bounds.push((name, Bounds::default()));
                self.bounds.len() - 1
            });
        &mut self.bounds[at].1
    }

    fn finish(mut self) -> Result<Selection, Reply> {
        let unknown: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        refuse_unknown(&unknown)?;
        let has = |wanted: &str| self.bounds.iter().any(|(name, _)| *name == wanted);
        if has("created_at") && has("updated_at") {
            self.errors
                .push(json!("Use only one of created_at and updated_at."));
        }
        if !self.errors.is_empty() {
            return Err(Reply::unprocessable(self.errors));
        }
        for filter in self.listing.filters {
            let unless_given = match filter {
                Filter::Unhide(_, mark) if !self.unhidden.contains(mark) => (*mark, false),
                Filter::BoolUnless(name, value) if !self.seen.iter().any(|seen| seen == name) => {
                    (*name, *value)
                }
                _ => continue,
            };
            let (name, value) = unless_given;
            self.selection
                .keys
                .push((name, vec![KeyValue::Bool(value)]));
        }
        self.selection.dates = self
            .bounds
            .iter()
            .map(|(name, bounds)| (*name, bounds.range()))
            .collect();
        Ok(self.selection)
    }

    fn wrong(&mut self, name: &str, reason: &str) {
        self.errors.push(json!({ name: reason }));
    }
}

fn refuse_unknown(names: &[&str]) -> Result<(), Reply> {
    if names.is_empty() {
        return Ok(());
    }
    Err(Reply::unprocessable(vec![json!(format!(
        "Invalid query params: {}",
        names.join(", ")
    ))]))
}

fn values(filter: &Filter, value: &str) -> Result<Vec<KeyValue>, String> {
    Ok(match filter {
        Filter::Ids(_) => int_list(value)?.into_iter().map(KeyValue::Int).collect(),
        Filter::Texts(_) => text_list(value)?
            .into_iter()
            .map(|text| KeyValue::Text(text.to_owned()))
            .collect(),
        Filter::Int(_) => vec![KeyValue::Int(int(value)?)],
        Filter::Text(_) => vec![KeyValue::Text(filled(value)?.to_owned())],
        Filter::Caseless(_) => vec![KeyValue::Text(filled(value)?.to_lowercase())],
        Filter::Bool(_) | Filter::BoolUnless(..) | Filter::Unhide(..) => {
            vec![KeyValue::Bool(boolean(value)?)]
        }
        Filter::Word(_, words) => {
            if !words.contains(&value) {
                return Err(format!("`{value}` is not one of: {}", words.join(", ")));
            }
            vec![KeyValue::Text(value.to_owned())]
        }
        Filter::Dates(_) => Vec::new(),
    })
}

fn per_page(value: &str) -> Result<usize, String> {
    let count = int(value)?;
    if count > MOST_PER_PAGE {
        return Err(format!("`{value}` number is greater than: {MOST_PER_PAGE}"));
    }
    if count < 1 {
        return Err(format!("`{value}` number is less than: 1"));
    }
    usize::try_from(count).map_err(|_| format!("`{value}` is not a valid integer"))
}

fn fields(value: &str, listing: &Listing) -> Result<Vec<&'static str>, Vec<Value>> {
    let wrong = |reason: String| vec![json!({"fields": reason})];
    let names = text_list(value).map_err(wrong)?;
    let known = |name: &str| listing.fields.iter().copied().find(|field| *field == name);
    let read = |name: &str| known(name).ok_or_else(|| wrong(format!("`{name}` is not a field")));
    names.into_iter().map(read).collect()
}

fn int_list(value: &str) -> Result<Vec<i64>, String> {
    text_list(value)?.into_iter().map(int).collect()
}

fn text_list(value: &str) -> Result<Vec<&str>, String> {
    let items: Vec<&str> = value.split(',').collect();
    if items.len() > MOST_VALUES {
        return Err(format!(
            "has {} values, the most is {MOST_VALUES}",
            items.len()
        ));
    }
    items.into_iter().map(filled).collect()
}

fn int(value: &str) -> Result<i64, String> {
    value
        .parse()
        .map_err(|_| format!("`{value}` is not a valid integer"))
}

fn boolean(value: &str) -> Result<bool, String> {
    value
        .parse()
        .map_err(|_| format!("`{value}` is not a valid boolean"))
}

fn filled(value: &str) -> Result<&str, String> {
    if value.trim().is_empty() {
        Err("must not be empty".to_owned())
    } else {
        Ok(value)
    }
}
