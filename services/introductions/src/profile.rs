//! A person as an event describes them, in Greenhouse's words, and what of it a record in Greenhouse lacks.

use domain::marker::Marker;
use domain::matching::{self, Contact, ContactList};
use domain::{Code, IntrroCandidateId, InvalidId, Problem, Tenant};
use harvest::{Candidate, CandidatePatch};
use proto::v1;
use store::person::PersonKey;
use url::Url;

use crate::attempt::Attempt;
use crate::said::Said;
use crate::stop::Stop;
use crate::unshown::{Text, Unshown};

/// The person of an event, parsed once.
pub(crate) struct Profile {
    pub(crate) candidate: IntrroCandidateId,
    /// Normalised, without repeats, in the event's order.
    pub(crate) emails: Vec<String>,
    /// Identifies the person in Greenhouse, and is their link back to Intrro.
    pub(crate) marker: Marker,
    pub(crate) person: v1::Candidate,
}

impl Profile {
    /// # Errors
    /// [`InvalidId`] when the person has none; intake refuses such an event.
    pub(crate) fn parse(
        tenant: &Tenant,
        base: &Url,
        person: v1::Candidate,
    ) -> Result<Profile, InvalidId> {
        let candidate = IntrroCandidateId::try_from(person.id.as_str())?;
        Ok(Profile {
            emails: emails(&person),
            marker: Marker::candidate(base, tenant, &candidate),
            candidate,
            person,
        })
    }

    /// The event's entries of one list in Greenhouse's words; the link back to Intrro is one of the websites.
    pub(crate) fn contacts(&self, list: ContactList) -> Vec<Contact> {
        let entries = match list {
            ContactList::Emails => &self.person.emails,
            ContactList::Phones => &self.person.phones,
            ContactList::Websites => &self.person.websites,
            ContactList::SocialProfiles => &self.person.social_profiles,
            ContactList::Addresses => &self.person.addresses,
        };
        let mut contacts: Vec<Contact> = entries
            .iter()
            .map(|entry| Contact {
                value: entry.value.clone(),
                kind: Some(entry.r#type.clone()).filter(|kind| !kind.is_empty()),
            })
            .collect();
        if list == ContactList::Websites {
            contacts.push(Contact {
                value: self.marker.as_str().to_owned(),
                kind: Some("other".to_owned()),
            });
        }
        contacts
    }

    /// How the event writes this address of [`Profile::emails`], where it is otherwise.
    pub(crate) fn as_written(&self, email: &str) -> Option<&str> {
        let mut written = self.person.emails.iter().map(|entry| entry.value.trim());
        written.find(|text| *text != email && text.to_lowercase() == email)
    }

    /// Warns of what the event has for an e-mail address that is none: it is left out.
    pub(crate) fn warn_of_unusable(&self, attempt: &mut Attempt<'_>) {
        for (place, entry) in self.person.emails.iter().enumerate() {
            let value = &entry.value;
            if !value.trim().is_empty() && matching::normalise_email(value).is_none() {
                let field = format!("candidate.emails[{place}]");
                attempt.warn(Problem::new(Code::EmailUnusable).field(field));
            }
        }
    }

    /// Keys of the e-mail addresses.
    pub(crate) fn email_keys(&self, tenant: &Tenant) -> Vec<PersonKey> {
        self.emails
            .iter()
            .filter_map(|email| PersonKey::email(tenant, email))
            .collect()
    }

    /// What the record lacks: gaps are filled, lists united, nothing is overwritten.
    pub(crate) fn gaps(&self, record: &Candidate, unshown: &Unshown) -> CandidatePatch {
        let missing = |has: &Option<String>, text: Text| {
            let empty = has.as_deref().is_none_or(|text| text.trim().is_empty());
            filled(text(&self.person)).filter(|_| empty && !unshown.fills(text))
        };
        self.patch(record, unshown, missing)
    }

    /// What is new: what Intrro says otherwise than before replaces what the record says, gaps are filled, lists are united.
    /// What Intrro says as before stays as recruiters have corrected it. So does what the event does not know, and every
    /// address and profile that somebody added in Greenhouse.
    pub(crate) fn changes(
        &self,
        record: &Candidate,
        unshown: &Unshown,
        said: &Said,
    ) -> CandidatePatch {
        let other = |has: &Option<String>, text: Text| {
            let shown = has.as_deref().map(str::trim).unwrap_or_default();
            let has = unshown.replaced(text).unwrap_or(shown.to_owned());
            let is_wanted = |new: &String| has.is_empty() || said.last(text).as_ref() != Some(new);
            filled(text(&self.person)).filter(|new| *new != has && is_wanted(new))
        };
        self.patch(record, unshown, other)
    }

    fn patch(
        &self,
        record: &Candidate,
        unshown: &Unshown,
        text: impl Fn(&Option<String>, Text) -> Option<String>,
    ) -> CandidatePatch {
        let union = |list, shown: &[Contact]| {
            let has = unshown.united(list, shown);
            matching::union_contacts(list, &has, &self.contacts(list))
        };
        CandidatePatch {
            first_name: text(&record.first_name, |person| &person.first_name),
            last_name: text(&record.last_name, |person| &person.last_name),
            company: text(&record.company, |person| &person.company),
            title: text(&record.title, |person| &person.title),
            email_addresses: union(ContactList::Emails, &record.email_addresses),
            phone_numbers: union(ContactList::Phones, &record.phone_numbers),
            website_addresses: union(ContactList::Websites, &record.website_addresses),
            social_media_addresses: union(
                ContactList::SocialProfiles,
                &record.social_media_addresses,
            ),
            addresses: union(ContactList::Addresses, &record.addresses),
            ..CandidatePatch::default()
        }
    }
}

/// The names of what a patch changes, as the event calls them.
pub(crate) fn changed(patch: &CandidatePatch) -> Vec<&'static str> {
    let parts = [
        ("first_name", patch.first_name.is_some()),
        ("last_name", patch.last_name.is_some()),
        ("company", patch.company.is_some()),
        ("title", patch.title.is_some()),
        ("emails", patch.email_addresses.is_some()),
        ("phones", patch.phone_numbers.is_some()),
        ("websites", patch.website_addresses.is_some()),
        ("social_profiles", patch.social_media_addresses.is_some()),
        ("addresses", patch.addresses.is_some()),
    ];
    let changed = parts.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(name, _)| name).collect()
}

/// Names the refusal of a person after what was refused, and the part of the event that it is about, where Greenhouse names
/// any; leaves every other reason as it is.
pub(crate) fn refused(stop: Stop, code: Code) -> Stop {
    match stop {
        Stop::Fail(problem) => Stop::Fail(Problem {
            code,
            field: problem.field.map(|field| path(&field).to_owned()),
            detail: problem.detail,
        }),
        other => other,
    }
}

/// What Greenhouse calls the parts of a person, and where the event has them.
const PARTS: [(&str, &str); 15] = [
    ("first_name", "candidate.first_name"),
    ("last_name", "candidate.last_name"),
    ("company", "candidate.company"),
    ("title", "candidate.title"),
    ("email", "candidate.emails"),
    ("email_addresses", "candidate.emails"),
    ("phone_numbers", "candidate.phones"),
    ("website_addresses", "candidate.websites"),
    ("social_media_addresses", "candidate.social_profiles"),
    ("addresses", "candidate.addresses"),
    ("tags", "candidate.tags"),
    ("custom_fields", "custom_fields"),
    ("application", "job_ids"),
    ("applications", "job_ids"),
    ("job_id", "job_ids"),
];

/// The part, in Greenhouse's word, that a refusal plainly names where it names no field: it begins with it, as in `First name
/// can't be blank`, or has it as it is written, as in `Missing first_name`. Elsewhere a word like `title` may be about anything.
pub(crate) fn named(refusal: &str) -> Option<&'static str> {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let said = refusal.rsplit(": ").next().unwrap_or_default().trim();
    let said = said.strip_prefix("Invalid ").unwrap_or(said);
    let begins = |name: &str| {
        let (start, rest) = said.split_at_checked(name.len()).unwrap_or_default();
        start.replace(' ', "_").eq_ignore_ascii_case(name) && !rest.starts_with(letter)
    };
    let written = |name: &str| {
        let mut words = refusal.split(|c| !letter(c));
        name.contains('_') && words.any(|word| word == name)
    };
    let mut names = PARTS.iter().map(|(name, _)| *name);
    names.find(|name| begins(name) || written(name))
}

/// Where the event has what Greenhouse calls `field`. Without the position in a list: what is sent has no repeats, and
/// the record's own entries first.
fn path(field: &str) -> &'static str {
    let known = |part: &str| {
        let mut all = PARTS.iter();
        let (_, path) = all.find(|(name, _)| *name == part)?;
        Some(*path)
    };
    // How paths are written is not described, and may be as JSON pointers.
    field
        .split(['.', '[', '/'])
        .find_map(known)
        .unwrap_or("candidate")
}

/// The person's e-mail addresses, normalised, without repeats; what is no address is left out.
pub(crate) fn emails(person: &v1::Candidate) -> Vec<String> {
    let mut emails: Vec<String> = Vec::new();
    for contact in &person.emails {
        if let Some(email) = matching::normalise_email(&contact.value)
            && !emails.contains(&email)
        {
            emails.push(email);
        }
    }
    emails
}

/// The text without surrounding space, if anything is left of it.
pub(crate) fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CandidateId;

    fn contact(value: &str) -> Contact {
        Contact {
            value: value.to_owned(),
            kind: None,
        }
    }

    fn record() -> Candidate {
        Candidate {
            id: CandidateId(1),
            first_name: Some("Ada".into()),
            last_name: Some("Byron".into()),
            company: None,
            title: Some("Programmer".into()),
            private: false,
            created_at: None,
            updated_at: None,
            last_activity_at: None,
            tags: vec![],
            email_addresses: vec![contact("recruiters@own.example")],
            phone_numbers: vec![],
            website_addresses: vec![contact("https://app.intrro.com/t/acme/candidates/c-1")],
            social_media_addresses: vec![contact("https://linkedin.com/in/ada")],
            addresses: vec![],
            custom_fields: vec![],
        }
    }

    fn profile(person: v1::Candidate) -> Profile {
        let person = v1::Candidate {
            id: "c-1".into(),
            ..person
        };
        let base = "https://app.intrro.com".parse().unwrap();
        Profile::parse(&Tenant::try_from("acme").unwrap(), &base, person).unwrap()
    }

    /// Where nothing is known of what Intrro said before.
    fn changes(profile: &Profile) -> CandidatePatch {
        profile.changes(&record(), &Unshown::default(), &Said::default())
    }

    fn entry(value: &str) -> v1::Contact {
        v1::Contact {
            value: value.into(),
            r#type: String::new(),
        }
    }

    #[test]
    fn what_the_event_does_not_know_stays() {
        let profile = profile(v1::Candidate::default());
        assert!(changes(&profile).is_empty());
        assert!(changed(&changes(&profile)).is_empty());
    }

    #[test]
    fn a_change_replaces_texts_and_adds_to_lists() {
        let profile = profile(v1::Candidate {
            last_name: "Lovelace".into(),
            title: " Programmer ".into(),
            emails: vec![entry("ada@new.example")],
            social_profiles: vec![entry("linkedin.com/in/ada")],
            ..v1::Candidate::default()
        });
        let patch = changes(&profile);
        assert_eq!(changed(&patch), ["last_name", "emails"]);
        assert_eq!(patch.last_name.as_deref(), Some("Lovelace"));
        let emails: Vec<_> = patch.email_addresses.unwrap();
        assert_eq!(emails.len(), 2);
        assert_eq!(emails[0].value, "recruiters@own.example");
    }

    #[test]
    fn a_refusal_names_the_part_of_the_event() {
        let refused = |field: Option<&str>| {
            let complaint = harvest::FieldError {
                field: field.map(str::to_owned),
                message: "is invalid".into(),
            };
            let error = harvest::Error::Rejected {
                operation: harvest::Operation::CandidatesCreate,
                status: 422,
                message: "Unprocessable Content".into(),
                fields: vec![complaint],
            };
            match super::refused(Stop::from(error), Code::CandidateRefused) {
                Stop::Fail(problem) => problem.field.unwrap_or_default(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused(Some("first_name")), "candidate.first_name");
        assert_eq!(
            refused(Some("email_addresses[1].value")),
            "candidate.emails"
        );
        assert_eq!(refused(Some("candidate.title")), "candidate.title");
        assert_eq!(refused(Some("application.job_id")), "job_ids");
        assert_eq!(refused(Some("job_id")), "job_ids");
        assert_eq!(refused(Some("/candidate/last_name")), "candidate.last_name");
        assert_eq!(refused(Some("#/phone_numbers/0/value")), "candidate.phones");
        assert_eq!(refused(Some("is_private")), "candidate");
        assert_eq!(refused(None), "", "Greenhouse names nothing");
    }

    #[test]
    fn a_refusal_in_plain_words_names_the_part_where_they_plainly_do() {
        for (words, part) in [
            ("First name can't be blank", Some("first_name")),
            (
                "Validation failed: Email addresses is invalid",
                Some("email"),
            ),
            ("Missing required field: last_name", Some("last_name")),
            ("the phone_numbers are too many", Some("phone_numbers")),
            ("Invalid tags", Some("tags")),
            ("Title is too long", Some("title")),
            ("Your company's plan does not allow this", None),
            ("Titles are not allowed", None),
            ("Unprocessable Content", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(named(words), part, "{words}");
        }
    }

    #[test]
    fn an_address_is_known_as_the_event_writes_it() {
        let profile = profile(v1::Candidate {
            emails: vec![entry(" Ada@New.example "), entry("ada@own.example")],
            ..v1::Candidate::default()
        });
        let written = profile.as_written("ada@new.example");
        assert_eq!(written, Some("Ada@New.example"));
        assert_eq!(profile.as_written("ada@own.example"), None);
    }

    #[test]
    fn gaps_are_filled_and_nothing_is_overwritten() {
        let profile = profile(v1::Candidate {
            last_name: "Lovelace".into(),
            company: "Engines".into(),
            ..v1::Candidate::default()
        });
        assert_eq!(
            changed(&profile.gaps(&record(), &Unshown::default())),
            ["company"]
        );
    }
}
