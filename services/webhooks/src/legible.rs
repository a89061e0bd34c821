//! A body that is almost JSON, made such: a name with half a character in it must not hide the ids beside it.

/// Length of `\uXXXX`.
const ESCAPE: usize = 6;

/// The same body with U+FFFD for whatever is no character, and blanks for control characters.
pub(crate) fn legible(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut legible = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(first) = rest.chars().next() {
        let length = match (first, unit(rest)) {
            // What is escaped begins no escape.
            ('\\', None) => rest.chars().take(2).map(char::len_utf8).sum(),
            ('\\', Some(0xD800..=0xDBFF))
                if rest.get(ESCAPE..).and_then(unit).is_some_and(is_low) =>
            {
                2 * ESCAPE
            }
            ('\\', Some(_)) => ESCAPE,
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        match unit(piece) {
            Some(0xD800..=0xDFFF) if length == ESCAPE => legible.push_str(r"\ufffd"),
            _ if first.is_ascii_control() => legible.push(' '),
            _ => legible.push_str(piece),
        }
        rest = after;
    }
    legible
}

/// What an escape at the beginning stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn is_low(unit: u16) -> bool {
    (0xDC00..=0xDFFF).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_character_is_replaced() {
        for (body, read) in [
            (
                r#"["\ud83d\ude00 é \\ud83d \n"]"#,
                r#"["\ud83d\ude00 é \\ud83d \n"]"#,
            ),
            (
                r#"["\ud83d", "\ude00\ud83d"]"#,
                r#"["\ufffd", "\ufffd\ufffd"]"#,
            ),
            (r#"["\ud83d\u0041"]"#, r#"["\ufffd\u0041"]"#),
            ("[\"a\0b\"]", "[\"a b\"]"),
            (r"\u12", r"\u12"),
            (r"\", r"\"),
        ] {
            assert_eq!(legible(body.as_bytes()), read);
        }
        assert_eq!(legible(b"[\"\xff\"]"), "[\"\u{fffd}\"]");
    }
}
