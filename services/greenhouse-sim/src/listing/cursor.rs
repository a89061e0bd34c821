//! Cursors: opaque, bound to the organisation and path they were made for, and sealed so that a made-up or changed one
//! is refused. They die with the simulator's process.

use std::hash::{BuildHasher, RandomState};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The key cursors are sealed with.
#[derive(Debug, Default)]
pub(crate) struct Seal(RandomState);

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The first page's query, verbatim.
    pub(crate) query: String,
    /// The last id of the page before.
    pub(crate) after: i64,
}

impl Seal {
    pub(crate) fn write(&self, scope: &str, cursor: &Cursor) -> String {
        let content = format!("{}\n{}", cursor.after, cursor.query);
        let mark = self.0.hash_one((scope, &content));
        URL_SAFE_NO_PAD.encode(format!("{mark:016x}{content}"))
    }

    pub(crate) fn read(&self, scope: &str, text: &str) -> Option<Cursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (mark, content) = text.split_at_checked(16)?;
        let mark = u64::from_str_radix(mark, 16).ok()?;
        let (after, query) = content.split_once('\n')?;
        let genuine = mark == self.0.hash_one((scope, &content.to_owned()));
        let after = after.parse().ok()?;
        genuine.then(|| Cursor {
            query: query.to_owned(),
            after,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_only_where_it_belongs_and_only_unchanged() {
        let seal = Seal::default();
        let cursor = Cursor {
            query: "per_page=2&email=a%40b.c".to_owned(),
            after: 17,
        };
        let text = seal.write("acme/v3/candidates", &cursor);
        assert_eq!(seal.read("acme/v3/candidates", &text), Some(cursor));
        assert_eq!(seal.read("acme/v3/notes", &text), None);
        let mut changed = text.clone().into_bytes();
        changed[30] ^= 1;
        assert_eq!(
            seal.read("acme/v3/candidates", &String::from_utf8(changed).unwrap()),
            None
        );
        assert_eq!(seal.read("acme/v3/candidates", "x"), None);
        assert_eq!(Seal::default().read("acme/v3/candidates", &text), None);
    }
}
