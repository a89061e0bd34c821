//! U+0000, which JSON can say and PostgreSQL's text cannot hold.

use bytes::{Bytes, BytesMut};

/// As JSON escapes it; unescaped it is no JSON.
const NUL: &[u8] = br"\u0000";
/// U+FFFD.
const REPLACEMENT: &[u8] = br"\ufffd";

/// The same JSON with U+FFFD in the place of every U+0000: one such character in the name of one record would keep all of a
/// tenant's records out of the database.
pub(crate) fn replaced(json: Bytes) -> Bytes {
    if !json.windows(NUL.len()).any(|part| part == NUL) {
        return json;
    }
    let mut json = BytesMut::from(json);
    let mut rest = &mut json[..];
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (_, escape) = rest.split_at_mut(at);
        if escape.starts_with(NUL) {
            let (nul, _) = escape.split_at_mut(NUL.len());
            nul.copy_from_slice(REPLACEMENT);
        }
        // What is escaped begins no escape: the second backslash of two least of all.
        rest = escape.get_mut(2..).unwrap_or_default();
    }
    json.freeze()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> Value {
        let body = replaced(Bytes::copy_from_slice(text.as_bytes()));
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        assert_eq!(
            read(r#"["a\u0000b", "\u0000"]"#),
            json!(["a\u{fffd}b", "\u{fffd}"])
        );
        assert_eq!(
            read(r#"["\\u0000\n\u00001"]"#),
            json!(["\\u0000\n\u{fffd}1"])
        );
        for cut in [r"\u0000\", r"\u0000\u", r"\u000"] {
            assert_eq!(
                replaced(Bytes::from_static(cut.as_bytes())).len(),
                cut.len()
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_but_that_changes(text in r#"[\x00a\\u0"]{0,12}"#) {
            prop_assert_eq!(read(&json!(text).to_string()), json!(text.replace('\0', "\u{fffd}")));
        }
    }
}
