//! Checking request bodies against a table of what they may hold: unknown keys, missing keys and wrong types are all
//! reported at once.

use serde_json::{Map, Value, json};

use crate::{http::reply::Reply, stamp::Stamp};

/// A key of a body.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
    nullable: bool,
}

/// What a value may be.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Text, possibly empty.
    Text,
    /// Text that says something.
    Filled,
    /// Something that looks like an e-mail address.
    Email,
    Id,
    Bool,
    /// A date-time with its zone.
    Time,
    Ids,
    Texts,
    /// At least one thing that looks like an e-mail address.
    Emails,
    Word(&'static [&'static str]),
    List(&'static [Field]),
    Object(&'static [Field]),
    /// Looked at by whoever knows the custom field.
    Anything,
}

/// An optional key.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
        nullable: false,
    }
}

/// An optional key that may be null.
pub(crate) const fn may_null(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
        nullable: true,
    }
}

/// A required key.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
        nullable: false,
    }
}

/// A checked body.
#[derive(Debug, Default)]
pub(crate) struct Body(Map<String, Value>);

/// Why a body was not taken.
#[derive(Debug)]
pub(crate) enum Unfit {
    NotJson,
    Flaws(Vec<Flaw>),
}

/// What is wrong with one key.
#[derive(Debug)]
pub(crate) struct Flaw {
    /// Where it stands: `emails[0].type`.
    pub(crate) path: String,
    pub(crate) kind: FlawKind,
    pub(crate) reason: String,
}

/// v1 has a sentence of its own for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlawKind {
    Missing,
    Unknown,
    Invalid,
}

/// Reads and checks a body, refusing it in v3's words.
pub(crate) fn read(bytes: &[u8], schema: &[Field]) -> Result<Body, Reply> {
    check_body(bytes, schema).map_err(|unfit| match unfit {
        Unfit::NotJson => Reply::bad_request("The body is not valid JSON."),
        Unfit::Flaws(flaws) => {
            let each = flaws
                .into_iter()
                .map(|flaw| json!({ flaw.path: flaw.reason }));
            Reply::unprocessable(each.collect())
        }
    })
}

/// Reads and checks a body.
pub(crate) fn check_body(bytes: &[u8], schema: &[Field]) -> Result<Body, Unfit> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Unfit::NotJson)?;
    let mut errors = Vec::new();
    object(&value, schema, "", &mut errors);
    match value {
        Value::Object(map) if errors.is_empty() => Ok(Body(map)),
        _ => Err(Unfit::Flaws(errors)),
    }
}

impl Body {
    /// A nested object that was checked with the whole.
    pub(crate) fn nested(&self, name: &str) -> Option<Self> {
        self.0
            .get(name)
            .and_then(Value::as_object)
            .cloned()
            .map(Self)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn id(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    pub(crate) fn time(&self, name: &str) -> Option<Stamp> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .and_then(Stamp::parse)
    }

    pub(crate) fn ids(&self, name: &str) -> Option<Vec<i64>> {
        self.0
            .get(name)
            .and_then(Value::as_array)
            .map(|items| items.iter().filter_map(Value::as_i64).collect())
    }

    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let items = self.0.get(name).and_then(Value::as_array)?;
        Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    }

    pub(crate) fn list(&self, name: &str) -> Option<Vec<Self>> {
        let items = self.0.get(name).and_then(Value::as_array)?;
        Some(
            items
                .iter()
                .filter_map(Value::as_object)
                .cloned()
                .map(Self)
                .collect(),
        )
    }
}

fn object(value: &Value, schema: &[Field], path: &str, errors: &mut Vec<Flaw>) {
    let Value::Object(map) = value else {
        return wrong(errors, path, "is not an object");
    };
    for (name, value) in map {
        let path = join(path, name);
        match schema.iter().find(|field| field.name == name) {
            None => errors.push(Flaw::new(&path, FlawKind::Unknown, "is not allowed")),
            Some(field) if value.is_null() => {
                if !field.nullable {
                    wrong(errors, &path, "must not be null");
                }
            }
            Some(field) => check(value, field.kind, &path, errors),
        }
    }
    for field in schema
        .iter()
        .filter(|field| field.required && !map.contains_key(field.name))
    {
        let path = join(path, field.name);
        errors.push(Flaw::new(&path, FlawKind::Missing, "is missing"));
    }
}

fn check(value: &Value, kind: Kind, path: &str, errors: &mut Vec<Flaw>) {
    let expected = match kind {
        Kind::Text if !value.is_string() => "is not a string",
        Kind::Filled if value.as_str().is_none_or(|text| text.trim().is_empty()) => {
            "is not a filled string"
        }
        Kind::Email if value.as_str().is_none_or(|text| !like_email(text)) => {
            "is not an e-mail address"
        }
        Kind::Id if value.as_i64().is_none() => "is not an integer",
        Kind::Bool if !value.is_boolean() => "is not a boolean",
        Kind::Time if value.as_str().and_then(Stamp::parse).is_none() => "is not a date-time",
        Kind::Word(words) if value.as_str().is_none_or(|word| !words.contains(&word)) => {
            return wrong(
                errors,
                path,
                &format!("is not one of: {}", words.join(", ")),
            );
        }
        Kind::Ids => {
            return items(value, path, errors, |item, path, errors| {
                check(item, Kind::Id, path, errors)
            });
        }
        Kind::Texts => {
            return items(value, path, errors, |item, path, errors| {
                check(item, Kind::Filled, path, errors)
            });
        }
        Kind::Emails if value.as_array().is_some_and(Vec::is_empty) => "must not be empty",
        Kind::Emails => {
            return items(value, path, errors, |item, path, errors| {
                check(item, Kind::Email, path, errors)
            });
        }
        Kind::List(schema) => {
            return items(value, path, errors, |item, path, errors| {
                object(item, schema, path, errors)
            });
        }
        Kind::Object(schema) => return object(value, schema, path, errors),
        _ => return,
    };
    wrong(errors, path, expected);
}

fn items(
    value: &Value,
    path: &str,
    errors: &mut Vec<Flaw>,
    each: impl Fn(&Value, &str, &mut Vec<Flaw>),
) {
    let Value::Array(items) = value else {
        return wrong(errors, path, "is not an array");
    };
    for (index, item) in items.iter().enumerate() {
        each(item, &format!("{path}[{index}]"), errors);
    }
}

fn like_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let outline = |(local, host): (&str, &str)| {
        !local.is_empty() && host.contains('.') && !host.contains('@')
    };
    parts.is_some_and(outline) && !text.contains(char::is_whitespace)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn wrong(errors: &mut Vec<Flaw>, path: &str, reason: &str) {
    let path = if path.is_empty() { "body" } else { path };
    errors.push(Flaw::new(path, FlawKind::Invalid, reason));
}

impl Flaw {
    fn new(path: &str, kind: FlawKind, reason: &str) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            reason: reason.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[Field] = &[
        must("name", Kind::Filled),
        may_null("company", Kind::Text),
        may(
            "mails",
            Kind::List(&[
                must("value", Kind::Email),
                must("type", Kind::Word(&["work", "other"])),
            ]),
        ),
        may("ids", Kind::Ids),
        may("at", Kind::Time),
    ];

    #[test]
    fn what_fits_is_accepted() {
        let text = br#"{"name":"A","company":null,"mails":[{"value":"a@b.c","type":"work"}],"ids":[1],"at":"2024-01-01T00:00:00Z"}"#;
        assert_eq!(read(text, SCHEMA).unwrap().ids("ids"), Some(vec![1]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let table = [
            (r"[]", 422),
            (r"{", 400),
            (r"{}", 422),
            (r#"{"name":null}"#, 422),
            (r#"{"name":" "}"#, 422),
            (r#"{"name":1}"#, 422),
            (r#"{"name":"A","extra":1}"#, 422),
            (r#"{"name":"A","company":1}"#, 422),
            (r#"{"name":"A","mails":{}}"#, 422),
            (r#"{"name":"A","mails":[{"value":"a","type":"work"}]}"#, 422),
            (
                r#"{"name":"A","mails":[{"value":"a@b.c","type":"WORK"}]}"#,
                422,
            ),
            (r#"{"name":"A","mails":[{"value":"a@b.c"}]}"#, 422),
            (r#"{"name":"A","ids":["1"]}"#, 422),
            (r#"{"name":"A","ids":[1.5]}"#, 422),
            (r#"{"name":"A","at":"2024-01-01"}"#, 422),
        ];
        for (text, status) in table {
            assert_eq!(
                read(text.as_bytes(), SCHEMA).unwrap_err().status,
                status,
                "{text}"
            );
        }
    }
}
