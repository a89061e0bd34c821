//! Candidates and their tags.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    stamp::Stamp,
    table::{Key, Meta, Row},
};

/// A person.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Candidate {
    #[serde(flatten)]
    pub meta: Meta,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub preferred_name: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub last_activity_at: Option<Stamp>,
    pub private: Option<bool>,
    pub can_email: bool,
    pub time_zone: Option<String>,
    pub tags: Vec<String>,
    pub linked_user_ids: Vec<i64>,
    pub phone_numbers: Vec<Contact>,
    pub addresses: Vec<Contact>,
    pub email_addresses: Vec<Contact>,
    pub website_addresses: Vec<Contact>,
    pub social_media_addresses: Vec<Profile>,
    pub custom_fields: Option<CustomValues>,
    /// v1 knows who looks after a person; v3 only who looks after an application.
    #[serde(skip)]
    pub recruiter_id: Option<i64>,
    #[serde(skip)]
    pub coordinator_id: Option<i64>,
    #[serde(skip)]
    pub employments: Vec<Employment>,
}

impl Candidate {
    /// Somebody with no details yet.
    pub(crate) fn new(meta: Meta, custom_fields: CustomValues) -> Self {
        Self {
            last_activity_at: Some(meta.created_at),
            meta,
            first_name: None,
            last_name: None,
            preferred_name: None,
            company: None,
            title: None,
            private: Some(false),
            can_email: true,
            time_zone: None,
            tags: Vec::new(),
            linked_user_ids: Vec::new(),
            phone_numbers: Vec::new(),
            addresses: Vec::new(),
            email_addresses: Vec::new(),
            website_addresses: Vec::new(),
            social_media_addresses: Vec::new(),
            custom_fields: Some(custom_fields),
            recruiter_id: None,
            coordinator_id: None,
            employments: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> i64 {
        self.meta.id
    }
}

impl Row for Candidate {
    const TELLS_PROCESSING: bool = true;
    const DATES: &'static [&'static str] = &["created_at", "updated_at", "last_activity_at"];

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![("private", self.private.unwrap_or_default().into())];
        keys.extend(
            self.email_addresses
                .iter()
                .map(|email| ("email", email.value.to_lowercase().as_str().into())),
        );
        keys.extend(self.tags.iter().map(|tag| ("tag", tag.as_str().into())));
        keys.extend(chosen(self.custom_fields.as_ref()));
        keys
    }

    fn date(&self, name: &str) -> Option<Stamp> {
        match name {
            "created_at" => Some(self.meta.created_at),
            "updated_at" => Some(self.meta.updated_at),
            _ => self.last_activity_at,
        }
    }
}

/// A phone number, address, e-mail or web address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The number, text or address itself.
    pub value: String,
    /// `work`, `personal` and so on.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A social profile; it has no type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The profile's address.
    pub value: String,
}

/// Where somebody worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v1 documentation, by its names"
)]
pub struct Employment {
    pub id: i64,
    pub company_name: String,
    pub title: String,
    pub start_date: Stamp,
    pub end_date: Option<Stamp>,
}

/// A tag of the organisation.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Tag {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
}

impl Row for Tag {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![("name", self.name.as_str().into())]
    }
}

/// A tag on a candidate.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct AppliedTag {
    #[serde(flatten)]
    pub meta: Meta,
    pub candidate_tag_id: i64,
    pub candidate_id: i64,
}

impl Row for AppliedTag {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![
            ("candidate_tag_ids", self.candidate_tag_id.into()),
            ("candidate_ids", self.candidate_id.into()),
        ]
    }
}
