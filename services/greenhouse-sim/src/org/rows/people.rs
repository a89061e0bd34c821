//! Users, who gets credit for a candidate, and where candidates come from.

use serde::Serialize;

use crate::{
    org::custom_fields::{CustomValues, chosen},
    table::{Key, Meta, Row},
};

/// Somebody who works in Greenhouse.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct User {
    #[serde(flatten)]
    pub meta: Meta,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub primary_email: String,
    pub job_title: Option<String>,
    pub agency_id: Option<i64>,
    pub name: Option<String>,
    pub deactivated: bool,
    pub site_admin: bool,
    pub employee_id: Option<String>,
    pub linked_candidate_ids: Vec<i64>,
    pub office_ids: Vec<i64>,
    pub department_ids: Vec<i64>,
    pub interviewer_tags: Vec<InterviewerTag>,
    pub emails: Vec<String>,
    pub custom_fields: Option<CustomValues>,
    /// Where they are placed, as the customer's other systems call it.
    #[serde(skip)]
    pub(crate) external_office_ids: Vec<String>,
    #[serde(skip)]
    pub(crate) external_department_ids: Vec<String>,
    /// Service accounts stay out of lists unless asked for.
    #[serde(skip)]
    pub service_account: bool,
}

impl Row for User {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            ("primary_email", self.primary_email.as_str().into()),
            ("deactivated", self.deactivated.into()),
            ("service_account", self.service_account.into()),
        ];
        keys.extend(self.agency_id.map(|id| ("agency_ids", id.into())));
        keys.extend(
            self.employee_id
                .iter()
                .map(|id| ("employee_ids", id.as_str().into())),
        );
        keys.extend(
            self.linked_candidate_ids
                .iter()
                .map(|id| ("linked_candidate_ids", (*id).into())),
        );
        keys.extend(
            self.office_ids
                .iter()
                .map(|id| ("office_ids", (*id).into())),
        );
        keys.extend(
            self.department_ids
                .iter()
                .map(|id| ("department_ids", (*id).into())),
        );
        keys.extend(
            self.interviewer_tags
                .iter()
                .map(|tag| ("interviewer_tag_ids", tag.id.into())),
        );
        let offices = self.external_office_ids.iter();
        keys.extend(offices.map(|id| ("external_office_id", id.as_str().into())));
        let departments = self.external_department_ids.iter();
        keys.extend(departments.map(|id| ("external_department_id", id.as_str().into())));
        keys.extend(chosen(self.custom_fields.as_ref()));
        keys
    }
}

/// A label on an interviewer.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct InterviewerTag {
    pub id: i64,
    pub name: String,
}

/// Who gets credit for a candidate: a user, or an outsider who is only a name.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Referrer {
    #[serde(flatten)]
    pub meta: Meta,
    pub user_id: Option<i64>,
    pub name: String,
}

impl Row for Referrer {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        self.user_id
            .map(|id| ("user_ids", id.into()))
            .into_iter()
            .collect()
    }
}

/// Where candidates come from.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct Source {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: SourceType,
}

/// The group a source is listed under.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct SourceType {
    pub id: i64,
    pub name: String,
}

impl Row for Source {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![("name", self.name.as_str().into())]
    }
}
