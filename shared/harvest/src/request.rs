//! One request as data: built by pure functions, tested without a network.

use std::borrow::Cow;
use std::fmt::Write;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use crate::operation::Operation;
use crate::wire::text;

/// Most ids in one `ids` or `…_ids` filter (v3).
pub(crate) const MAX_IDS: usize = 50;

/// Largest page (v3 and v1); each page counts against the limit, so the largest is the cheapest.
const PER_PAGE: &str = "500";

/// What to send, apart from host and credential.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) path: Cow<'static, str>,
    /// Encoded, without `?`.
    pub(crate) query: String,
    /// JSON.
    pub(crate) body: Option<Bytes>,
}

impl Request {
    /// Reads something small.
    pub(crate) fn get(operation: Operation, path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            operation,
            method: Method::GET,
            path: path.into(),
            query: String::new(),
            body: None,
        }
    }

    /// Reads in pages of the largest size.
    pub(crate) fn list(operation: Operation, path: impl Into<Cow<'static, str>>) -> Self {
        Self::get(operation, path).with("per_page", PER_PAGE)
    }

    pub(crate) fn post(
        operation: Operation,
        path: impl Into<Cow<'static, str>>,
        body: &impl Serialize,
    ) -> Self {
        Self {
            method: Method::POST,
            body: Some(json(body)),
            ..Self::get(operation, path)
        }
    }

    pub(crate) fn patch(operation: Operation, path: String, body: &impl Serialize) -> Self {
        Self {
            method: Method::PATCH,
            ..Self::post(operation, path, body)
        }
    }

    /// A write that says everything in its path.
    pub(crate) fn put(operation: Operation, path: String) -> Self {
        Self {
            method: Method::PUT,
            ..Self::get(operation, path)
        }
    }

    /// Adds a parameter; `name` must need no encoding.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        self.query.extend(byte_serialize(value.as_bytes()));
        self
    }

    /// Adds a filter by ids, comma separated (OpenAPI style form, not exploded).
    pub(crate) fn with_ids<I: Copy + Into<i64>>(mut self, name: &str, ids: &[I]) -> Self {
        self.begin(name);
        for (index, id) in ids.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing into a string cannot fail.
            let _ = write!(self.query, "{comma}{}", (*id).into());
        }
        self
    }

    /// Adds names in the same form; they must need no encoding.
    pub(crate) fn with_names(mut self, name: &str, names: &[&str]) -> Self {
        self.begin(name);
        self.query.push_str(&names.join(","));
        self
    }

    /// Adds a date filter in v3's documented form, `gte|A` or `gte|A|lte|B`, both ends included.
    pub(crate) fn with_dates(
        self,
        name: &str,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
    ) -> Self {
        let mut filter = format!("gte|{}", text(from));
        if let Some(to) = to {
            filter.push_str("|lte|");
            filter.push_str(&text(to));
        }
        self.with(name, &filter)
    }

    /// Adds a time as a value of its own (v1).
    pub(crate) fn with_time(self, name: &str, time: DateTime<Utc>) -> Self {
        self.with(name, &text(time))
    }

    /// The query for a Greenhouse that wants to be asked in this way.
    pub(crate) fn spelt(&self, spelling: Spelling) -> Cow<'_, str> {
        if spelling == Spelling::default() {
            return Cow::Borrowed(&self.query);
        }
        let parameters = self.query.split('&');
        let kept = parameters.filter(|one| !(spelling.whole_rows && one.starts_with("fields=")));
        let spelt = kept.map(|one| match in_brackets(one) {
            Some(dates) if spelling.brackets => Cow::Owned(dates),
            _ => Cow::Borrowed(one),
        });
        Cow::Owned(spelt.collect::<Vec<_>>().join("&"))
    }

    fn begin(&mut self, name: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(name);
        self.query.push('=');
    }
}

/// What some Greenhouse, or somebody in front of it, may want to be asked otherwise than is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spelling {
    /// Ends of a date filter as parameters of their own, `updated_at[gte]=`.
    pub(crate) brackets: bool,
    /// Rows with everything in them.
    pub(crate) whole_rows: bool,
}

impl Spelling {
    /// In the order in which they are tried.
    pub(crate) const ALL: [Spelling; 4] = [
        Spelling::of(false, false),
        Spelling::of(true, false),
        Spelling::of(false, true),
        Spelling::of(true, true),
    ];

    pub(crate) const fn of(brackets: bool, whole_rows: bool) -> Spelling {
        Spelling {
            brackets,
            whole_rows,
        }
    }
}

/// A date filter of [`Request::with_dates`] in brackets; none: the parameter is another one.
fn in_brackets(parameter: &str) -> Option<String> {
    let (name, filter) = parameter.split_once('=')?;
    matches!(name, "created_at" | "updated_at").then_some(())?;
    let mut parts = filter.split("%7C");
    let mut ends = Vec::new();
    while let Some(end) = parts.next() {
        if !matches!(end, "gte" | "lte") {
            return None;
        }
        ends.push(format!("{name}%5B{end}%5D={}", parts.next()?));
    }
    Some(ends.join("&"))
}

/// Prints neither query nor body: both may hold personal data.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Serialising into memory fails only for maps whose keys are not strings, and no body has such a map. Were it to
/// fail, the empty body would be refused by Greenhouse, not misread.
fn json(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::JobId;

    fn get() -> Request {
        Request::get(Operation::JobsList, "/v3/jobs")
    }

    #[test]
    fn values_are_encoded_and_lists_are_not() {
        let request = get()
            .with("email", "a+b@c.d&x=1")
            .with_ids("ids", &[JobId(1), JobId(2)])
            .with_names("fields", &["id", "job_id"]);
        assert_eq!(
            request.query,
            "email=a%2Bb%40c.d%26x%3D1&ids=1,2&fields=id,job_id"
        );
    }

    #[test]
    fn date_windows_have_pipes() {
        let from = "2026-11-24T10:00:00.5Z".parse().unwrap();
        let to = "2026-11-24T11:00:00Z".parse().unwrap();
        assert_eq!(
            get().with_dates("updated_at", from, Some(to)).query,
            "updated_at=gte%7C2026-11-24T10%3A00%3A00.500Z%7Clte%7C2026-11-24T11%3A00%3A00.000Z"
        );
        assert_eq!(
            get().with_dates("created_at", from, None).query,
            "created_at=gte%7C2026-11-24T10%3A00%3A00.500Z"
        );
    }

    #[test]
    fn a_request_can_be_spelt_otherwise() {
        let (from, to) = ("2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z");
        let dates = |name| get().with_dates(name, from.parse().unwrap(), Some(to.parse().unwrap()));
        let request = dates("updated_at").with_names("fields", &["id", "name"]);
        let brackets = "updated_at%5Bgte%5D=2026-11-24T10%3A00%3A00.000Z&updated_at%5Blte%5D=2026-11-24T11%3A00%3A00.000Z";
        let [documented, in_brackets, whole_rows, both] =
            Spelling::ALL.map(|spelling| request.spelt(spelling).into_owned());
        assert_eq!(documented, request.query);
        assert_eq!(in_brackets, format!("{brackets}&fields=id,name"));
        assert_eq!(whole_rows, dates("updated_at").query);
        assert_eq!(both, brackets);
        let plain = get().with("email", "gte|x@y.org");
        assert!(
            Spelling::ALL
                .iter()
                .all(|spelling| plain.spelt(*spelling) == plain.query)
        );
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let request = get().with("email", "ada@example.com");
        assert!(!format!("{request:?}").contains("ada"));
    }
}
