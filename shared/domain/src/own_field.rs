//! Knowing the bridge's own custom fields among those of an organisation.

/// Which of `fields` is ours: by name, and where somebody has given it another one, by the key that Greenhouse usually
/// derives from the name. `words` are the name and the key of a field.
pub fn own_field<'a, F: 'a>(
    mut fields: impl Iterator<Item = &'a F> + Clone,
    name: &str,
    usual_key: &str,
    words: impl Fn(&F) -> (&str, &str),
) -> Option<&'a F> {
    let named = |field: &&'a F| words(field).0.trim().eq_ignore_ascii_case(name);
    let keyed = |field: &&'a F| words(field).1 == usual_key;
    let found = fields.clone().find(named);
    found.or_else(|| fields.find(keyed))
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
            let fields = fields.iter();
            own_field(fields, "Intrro status", "intrro_status", |field| *field).copied()
        };
        assert_eq!(found(&[other, old, ours]), Some(ours));
        assert_eq!(found(&[other, old]), Some(old));
        assert_eq!(found(&[other]), None);
    }
}
