//! Names made of what others wrote, however long that is.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// Longest name in bytes: PostgreSQL's indexes take no row beyond 2 704 bytes, and a name is one column of several.
const LONGEST: usize = 500;

/// The name as it is, or a hash in place of one that is too long for an index; equal for equal names.
#[must_use]
pub fn bounded(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST {
        return Cow::Borrowed(name);
    }
    let hash = Sha256::digest(name.as_bytes());
    let digits = hash.iter().map(|byte| format!("{byte:02x}"));
    Cow::Owned(digits.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stays_and_a_long_one_is_told_apart_by_64_digits() {
        let (short, long) = ("x".repeat(LONGEST), "x".repeat(LONGEST + 1));
        assert_eq!(bounded(&short), short);
        assert_eq!(bounded(&long).len(), 64);
        assert_eq!(bounded(&long), bounded(&long));
        assert_ne!(bounded(&long), bounded(&format!("{long}x")));
    }
}
