//! How the customer is organised: departments and offices, each a tree by `parent_id`.

use serde::Serialize;

use crate::table::{Key, Meta, Row};

/// A department.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Department {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    pub parent_id: Option<i64>,
    pub external_id: Option<String>,
}

impl Row for Department {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        place_keys(self.parent_id, self.external_id.as_deref())
    }
}

/// An office.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Office {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    pub parent_id: Option<i64>,
    pub external_id: Option<String>,
    pub location: Option<String>,
    pub primary_in_house_contact_user_id: Option<i64>,
}

impl Row for Office {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        place_keys(self.parent_id, self.external_id.as_deref())
    }
}

fn place_keys(parent_id: Option<i64>, external_id: Option<&str>) -> Vec<Key> {
    let parent = parent_id.map(|id| ("parent_id", id.into()));
    let external = external_id.map(|id| ("external_id", id.into()));
    parent.into_iter().chain(external).collect()
}
