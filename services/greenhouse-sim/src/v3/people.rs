//! The keys of a person, the same when one is made and when one is edited.

use super::custom_items;
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::Reply,
    org::{
        people::Details,
        rows::{Contact, Profile},
    },
};

pub(crate) const PHONES: &[&str] = &["home", "work", "mobile", "skype", "other"];
pub(crate) const ADDRESSES: &[&str] = &["home", "work", "other"];
pub(crate) const EMAILS: &[&str] = &["personal", "work", "other"];
pub(crate) const WEBSITES: &[&str] = &["personal", "company", "portfolio", "blog", "other"];

/// What a person's body may hold.
pub(super) const PERSON: &[Field] = &[
    may("first_name", Kind::Filled),
    may("last_name", Kind::Filled),
    may_null("preferred_name", Kind::Text),
    may_null("company", Kind::Text),
    may_null("title", Kind::Text),
    may("is_private", Kind::Bool),
    may("can_email", Kind::Bool),
    may_null("time_zone", Kind::Text),
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
    may("linked_user_ids", Kind::Ids),
    may("custom_fields", Kind::Anything),
];

/// The details a checked body brings.
pub(super) fn details(body: &Body) -> Result<Details, Reply> {
    let clearable = |name: &str| body.has(name).then(|| body.text(name));
    Ok(Details {
        first_name: body.text("first_name"),
        last_name: body.text("last_name"),
        preferred_name: clearable("preferred_name"),
        company: clearable("company"),
        title: clearable("title"),
        time_zone: clearable("time_zone"),
        is_private: body.flag("is_private"),
        can_email: body.flag("can_email"),
        phone_numbers: contacts(body, "phone_numbers"),
        addresses: contacts(body, "addresses"),
        email_addresses: contacts(body, "email_addresses"),
        website_addresses: contacts(body, "website_addresses"),
        social_media_addresses: profiles(body),
        tags: body.texts("tags"),
        linked_user_ids: body.ids("linked_user_ids"),
        custom_fields: custom_items::read(body)?,
    })
}

pub(crate) fn contacts(body: &Body, name: &str) -> Option<Vec<Contact>> {
    let text = |item: &Body, name: &str| item.text(name).unwrap_or_default();
    let items = body.list(name)?;
    Some(
        items
            .iter()
            .map(|item| Contact {
                value: text(item, "value"),
                kind: text(item, "type"),
            })
            .collect(),
    )
}

pub(crate) fn profiles(body: &Body) -> Option<Vec<Profile>> {
    let items = body.list("social_media_addresses")?;
    Some(
        items
            .iter()
            .map(|item| Profile {
                value: item.text("value").unwrap_or_default(),
            })
            .collect(),
    )
}
