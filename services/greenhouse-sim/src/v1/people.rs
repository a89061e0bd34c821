//! The keys of a person, the same when one is made and when one is edited.

use serde_json::Value;

use super::custom_values;
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    org::{Org, Refused, custom_fields::CustomValues, people::Details, refused},
    stamp::Stamp,
    v3::people::{ADDRESSES, EMAILS, PHONES, WEBSITES, contacts, profiles},
};

/// Somebody who looks after a candidate, by id or by address.
const STAFF: Kind = Kind::Object(&[may("id", Kind::Id), may("email", Kind::Email)]);

/// What a person's body may hold.
pub(super) const PERSON: &[Field] = &[
    may("first_name", Kind::Filled),
    may("last_name", Kind::Filled),
    may_null("company", Kind::Text),
    may_null("title", Kind::Text),
    may("is_private", Kind::Bool),
    may(
        "phone_numbers",
        Kind::List(&[
            must("value", Kind::Filled),
            must("type", Kind::Word(PHONES)),
        ]),
    ),
    may(
        "addresses",
        Kind::List(&[
            must("value", Kind::Filled),
            must("type", Kind::Word(ADDRESSES)),
        ]),
    ),
    may(
        "email_addresses",
        Kind::List(&[must("value", Kind::Email), must("type", Kind::Word(EMAILS))]),
    ),
    may(
        "website_addresses",
        Kind::List(&[
            must("value", Kind::Filled),
            must("type", Kind::Word(WEBSITES)),
        ]),
    ),
    may(
        "social_media_addresses",
        Kind::List(&[must("value", Kind::Filled)]),
    ),
    may("tags", Kind::Texts),
    may("custom_fields", Kind::Anything),
    may("recruiter", STAFF),
    may("coordinator", STAFF),
];

/// What a checked body says about a person.
pub(super) struct Person {
    details: Details,
    values: CustomValues,
    recruiter: Option<i64>,
    coordinator: Option<i64>,
}

/// Reads a checked body. Custom fields are merged into the present values.
pub(super) fn read(org: &Org, body: &Body, present: &CustomValues) -> Result<Person, Refused> {
    let values = match body.get("custom_fields") {
        None => present.clone(),
        Some(Value::Array(items)) => custom_values::merge(org, "candidate", present, items)?,
        Some(_) => return Err(refused("custom_fields", "is not an array")),
    };
    Ok(Person {
        details: details(body),
        values,
        recruiter: staff(org, body, "recruiter")?,
        coordinator: staff(org, body, "coordinator")?,
    })
}

impl Person {
    /// Makes a candidate of it. Nobody looks for an existing one.
    pub(super) fn create(mut self, org: &mut Org, now: Stamp, ready_at: Stamp) -> i64 {
        let details = self.take_details();
        let id = org.create_candidate(details, now, ready_at);
        self.write_rest(org, id);
        id
    }

    /// Stores it; what it does not name stays. The details come last, because whoever listens is told with them.
    pub(super) fn write(mut self, org: &mut Org, id: i64, now: Stamp) {
        let details = self.take_details();
        self.write_rest(org, id);
        org.write_details(id, details, now);
    }

    fn take_details(&mut self) -> Details {
        std::mem::take(&mut self.details)
    }

    /// What v3's details have no place for.
    fn write_rest(self, org: &mut Org, id: i64) {
        org.candidates.change(id, |candidate| {
            candidate.custom_fields = Some(self.values);
            candidate.recruiter_id = self.recruiter.or(candidate.recruiter_id);
            candidate.coordinator_id = self.coordinator.or(candidate.coordinator_id);
        });
    }
}

fn details(body: &Body) -> Details {
    let clearable = |name: &str| body.has(name).then(|| body.text(name));
    Details {
        first_name: body.text("first_name"),
        last_name: body.text("last_name"),
        company: clearable("company"),
        title: clearable("title"),
        is_private: body.flag("is_private"),
        phone_numbers: contacts(body, "phone_numbers"),
        addresses: contacts(body, "addresses"),
        email_addresses: contacts(body, "email_addresses"),
        website_addresses: contacts(body, "website_addresses"),
        social_media_addresses: profiles(body),
        tags: body.texts("tags"),
        ..Details::default()
    }
}

fn staff(org: &Org, body: &Body, name: &str) -> Result<Option<i64>, Refused> {
    let Some(given) = body.nested(name) else {
        return Ok(None);
    };
    let id = match (given.id("id"), given.text("email")) {
        (Some(id), None) => Some(id),
        (None, Some(email)) => org.user_by_email(&email),
        _ => return Err(refused(name, "needs either id or email")),
    };
    let known = id.filter(|id| org.colleague(*id));
    known.map(Some).ok_or_else(|| refused(name, "is unknown"))
}
