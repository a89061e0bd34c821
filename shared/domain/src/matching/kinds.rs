//! The lists of contact entries a person has, and the words Greenhouse allows as their types.

/// One of the five lists of contact entries on a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactList {
    /// E-mail addresses.
    Emails,
    /// Phone numbers.
    Phones,
    /// Websites, among them our marker.
    Websites,
    /// Social media profiles, which have no type.
    SocialProfiles,
    /// Postal addresses.
    Addresses,
}

impl ContactList {
    /// Every list.
    pub const ALL: &'static [Self] = &[
        Self::Emails,
        Self::Phones,
        Self::Websites,
        Self::SocialProfiles,
        Self::Addresses,
    ];

    /// The words Greenhouse takes as the type of an entry of this list.
    #[must_use]
    pub const fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::Emails => &["personal", "work", "other"],
            Self::Phones => &["home", "work", "mobile", "skype", "other"],
            Self::Websites => &["personal", "company", "portfolio", "blog", "other"],
            Self::SocialProfiles => &[],
            Self::Addresses => &["home", "work", "other"],
        }
    }

    /// Greenhouse's word for whatever type an event carries; what has no counterpart is `other`.
    /// `None` only for social profiles.
    #[must_use]
    pub fn kind(self, word: Option<&str>) -> Option<&'static str> {
        let word = word.unwrap_or_default().trim().to_lowercase();
        let exact = self.allowed().iter().find(|allowed| **allowed == word);
        match (self, exact) {
            (Self::SocialProfiles, _) => None,
            (_, Some(exact)) => Some(exact),
            (list, None) => Some(list.synonym(&word)),
        }
    }

    fn synonym(self, word: &str) -> &'static str {
        match (self, word) {
            (Self::Emails | Self::Websites, "home" | "private") => "personal",
            (Self::Phones | Self::Addresses, "personal" | "private") => "home",
            (Self::Emails | Self::Phones | Self::Addresses, "business" | "office" | "company") => {
                "work"
            }
            (Self::Phones, "cell" | "cellphone" | "cellular") => "mobile",
            (Self::Websites, "work" | "business" | "corporate") => "company",
            _ => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_words_stay_in_any_case() {
        for list in ContactList::ALL {
            for word in list.allowed() {
                assert_eq!(
                    list.kind(Some(&format!(" {} ", word.to_uppercase()))),
                    Some(*word)
                );
            }
        }
    }

    #[test]
    fn common_words_have_a_counterpart() {
        assert_eq!(ContactList::Emails.kind(Some("private")), Some("personal"));
        assert_eq!(ContactList::Phones.kind(Some("Cell")), Some("mobile"));
        assert_eq!(ContactList::Websites.kind(Some("work")), Some("company"));
        assert_eq!(ContactList::Addresses.kind(Some("office")), Some("work"));
    }

    #[test]
    fn anything_else_is_other_and_always_allowed() {
        for list in ContactList::ALL {
            for word in [
                None,
                Some(""),
                Some("fax"),
                Some("private"),
                Some("business"),
            ] {
                let kind = list.kind(word);
                assert!(
                    kind.is_none_or(|kind| list.allowed().contains(&kind)),
                    "{list:?} {word:?} {kind:?}"
                );
                assert_eq!(kind.is_none(), *list == ContactList::SocialProfiles);
            }
        }
        assert_eq!(ContactList::Phones.kind(Some("fax")), Some("other"));
    }
}
