//! Master keys: `id:base64 of 32 bytes`, separated by commas. Tools differ in whether they pad base64, and lists put together by
//! them may end with a comma: both are taken as they come.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use secrecy::SecretBox;

/// A key that encrypts or decrypts credentials.
#[derive(Debug)]
pub struct MasterKey {
    /// Stored next to what the key has encrypted.
    pub id: String,
    /// 32 random bytes.
    pub key: SecretBox<[u8; 32]>,
}

/// Reads the list; an error says which entry is wrong without repeating key material.
pub(super) fn parse(text: &str) -> Result<Vec<MasterKey>, String> {
    let mut keys: Vec<MasterKey> = Vec::new();
    let text = text.trim_end();
    let entries = text.strip_suffix(',').unwrap_or(text).split(',');
    for (index, entry) in entries.enumerate() {
        let key = one(entry.trim())
            .map_err(|wrong| format!("has a wrong entry {}: {wrong}", index + 1))?;
        if keys.iter().any(|other| other.id == key.id) {
            return Err(format!("has the id {} twice", key.id));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn one(entry: &str) -> Result<MasterKey, String> {
    let (id, encoded) = entry
        .split_once(':')
        .ok_or("it has no colon between id and key")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err("its id is not 1 to 64 letters, digits, or - _ .".to_owned());
    }
    let mut key = SecretBox::new(Box::new([0_u8; 32]));
    let written = {
        use secrecy::ExposeSecretMut;
        // Decodes in place, so that no copy of the key stays behind on the heap.
        STANDARD_PAD_INDIFFERENT.decode_slice(encoded, key.expose_secret_mut())
    };
    match written {
        Ok(32) => Ok(MasterKey {
            id: id.to_owned(),
            key,
        }),
        Ok(other) => Err(format!("its key has {other} bytes")),
        Err(base64::DecodeSliceError::OutputSliceTooSmall) => {
            Err("its key has more than 32 bytes".to_owned())
        }
        Err(base64::DecodeSliceError::DecodeError(_)) => Err("its key is not base64".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use secrecy::ExposeSecret;

    #[test]
    fn keys_keep_their_order_because_the_first_one_encrypts() {
        let text = format!(
            "new:{}, old:{}",
            STANDARD.encode([7; 32]),
            STANDARD.encode([8; 32])
        );
        let keys = parse(&text).unwrap();
        assert_eq!(
            keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(),
            ["new", "old"]
        );
        assert_eq!(keys[0].key.expose_secret(), &[7; 32]);
    }

    #[test]
    fn padding_and_a_comma_at_the_end_may_be_there_or_not() {
        let padded = STANDARD.encode([7; 32]);
        let bare = padded.trim_end_matches('=');
        for text in [
            format!("a:{padded}"),
            format!("a:{bare}"),
            format!("a:{padded},"),
            format!("a:{bare} , "),
        ] {
            let keys = parse(&text).unwrap();
            assert_eq!(keys.len(), 1, "{text}");
            assert_eq!(keys[0].key.expose_secret(), &[7; 32], "{text}");
        }
        for text in [format!("a:{padded},,"), format!(",a:{padded}"), ",".into()] {
            let wrong = parse(&text).unwrap_err();
            assert!(wrong.contains("it has no colon"), "{text}: {wrong}");
        }
    }

    #[test]
    fn a_wrong_key_is_told_by_its_place_and_never_shown() {
        let good = STANDARD.encode([7; 32]);
        for (text, wrong) in [
            (
                format!("a:{good},b"),
                "has a wrong entry 2: it has no colon between id and key",
            ),
            (
                "a:c2hvcnQ=".to_owned(),
                "has a wrong entry 1: its key has 5 bytes",
            ),
            (
                format!("a:{}", STANDARD.encode([7; 33])),
                "has a wrong entry 1: its key has more than 32 bytes",
            ),
            (
                "a:not base64!".to_owned(),
                "has a wrong entry 1: its key is not base64",
            ),
            (format!("a:{good},a:{good}"), "has the id a twice"),
            (
                format!(":{good}"),
                "has a wrong entry 1: its id is not 1 to 64 letters, digits, or - _ .",
            ),
        ] {
            assert_eq!(parse(&text).unwrap_err(), wrong);
        }
    }
}
