//! Where prospects are filed.

use serde::Serialize;

use crate::table::{Key, Meta, Row};

/// A pool of prospects.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct ProspectPool {
    #[serde(flatten)]
    pub meta: Meta,
    pub name: String,
    pub active: bool,
    pub description: Option<String>,
    pub department_ids: Vec<i64>,
    pub office_ids: Vec<i64>,
    pub job_ids: Vec<i64>,
}

impl Row for ProspectPool {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let lists = [
            ("department_ids", &self.department_ids),
            ("office_ids", &self.office_ids),
            ("job_ids", &self.job_ids),
        ];
        let each = lists
            .into_iter()
            .flat_map(|(name, ids)| ids.iter().map(move |id| (name, (*id).into())));
        each.chain([("active", self.active.into())]).collect()
    }
}

/// A stage of a pool.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct ProspectPoolStage {
    #[serde(flatten)]
    pub meta: Meta,
    pub prospect_pool_id: i64,
    pub name: String,
    pub sort_order: i64,
}

impl Row for ProspectPoolStage {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        vec![("prospect_pool_ids", self.prospect_pool_id.into())]
    }
}

/// Where one prospect's application is filed: a row for each such application, with or without a pool. The schema says
/// that department and office are never null, which they are for a prospect nobody gave one.
#[derive(Clone, Debug, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields of Greenhouse's v3 schema, by its names"
)]
pub struct ProspectDetail {
    #[serde(flatten)]
    pub meta: Meta,
    pub application_id: i64,
    pub pool_id: Option<i64>,
    pub pool_stage_id: Option<i64>,
    pub prospect_owner_id: Option<i64>,
    pub department_id: Option<i64>,
    pub office_id: Option<i64>,
}

impl Row for ProspectDetail {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn keys(&self) -> Vec<Key> {
        let ids = [
            ("application_ids", Some(self.application_id)),
            ("pool_ids", self.pool_id),
            ("pool_stage_ids", self.pool_stage_id),
            ("prospect_owner_ids", self.prospect_owner_id),
            ("department_ids", self.department_id),
            ("office_ids", self.office_id),
        ];
        ids.into_iter()
            .filter_map(|(name, id)| Some((name, id?.into())))
            .collect()
    }
}
