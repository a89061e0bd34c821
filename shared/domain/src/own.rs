//! What the bridge has of its own in every organisation: a source, a tag, and custom fields on candidates.

/// The source that every import names, and the tag that every person gets.
pub const INTRRO: &str = "Intrro";

/// A custom field of the bridge's own, on candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnField {
    /// What it is called.
    pub name: &'static str,
    /// The key that Greenhouse usually derives from the name; it may add a number.
    pub usual_key: &'static str,
}

impl OwnField {
    /// Where the introduction stands in Intrro.
    pub const STATUS: OwnField = OwnField {
        name: "Intrro status",
        usual_key: "intrro_status",
    };
    /// The link to it.
    pub const INTRODUCTION: OwnField = OwnField {
        name: "Intrro introduction",
        usual_key: "intrro_introduction",
    };
    /// Who made it.
    pub const REFERRER: OwnField = OwnField {
        name: "Intrro referrer",
        usual_key: "intrro_referrer",
    };
    /// All of them.
    pub const ALL: [OwnField; 3] = [OwnField::STATUS, OwnField::INTRODUCTION, OwnField::REFERRER];

    /// Which of an organisation's fields it is: by name, and where somebody has given it another one, by key. `words` are
    /// the name and the key of a field.
    pub fn among<'a, F: 'a>(
        &self,
        mut fields: impl Iterator<Item = &'a F> + Clone,
        words: impl Fn(&F) -> (&str, &str),
    ) -> Option<&'a F> {
        let named = |field: &&'a F| words(field).0.trim().eq_ignore_ascii_case(self.name);
        let keyed = |field: &&'a F| words(field).1 == self.usual_key;
        let found = fields.clone().find(named);
        found.or_else(|| fields.find(keyed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_ours_by_its_name_in_any_case_before_its_key() {
        let old = ("Old status", "intrro_status");
        let ours = (" intrro Status ", "intrro_status_17");
        let other = ("Intrro status of old", "intrro_status_2");
        let found = |fields: &[(&'static str, &'static str)]| {
            let found = OwnField::STATUS.among(fields.iter(), |field| *field);
            found.copied()
        };
        assert_eq!(found(&[other, old, ours]), Some(ours));
        assert_eq!(found(&[other, old]), Some(old));
        assert_eq!(found(&[other]), None);
    }
}
