//! `/v1/prospect_pools`, with their stages.

use serde::Deserialize;

use super::{List, Named, list as items, one_or_many, rows};
use crate::operation::Operation;
use crate::prospect_pools::{ProspectPool, ProspectPoolStage};
use crate::request::Request;

const PATH: &str = "/v1/prospect_pools";

pub(crate) fn list() -> Request {
    Request::list(Operation::ProspectPoolsList, PATH)
}

pub(crate) fn with_id(id: i64) -> Request {
    Request::get(Operation::ProspectPoolsRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<ProspectPool>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<ProspectPool>, serde_json::Error> {
    one_or_many(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    name: Option<String>,
    active: Option<bool>,
    prospect_stages: List<Named>,
}

fn accept(wire: Wire) -> Option<ProspectPool> {
    let stage = |stage: Named| {
        Some(ProspectPoolStage {
            id: stage.id?,
            name: stage.name.unwrap_or_default(),
        })
    };
    let stages = items(wire.prospect_stages).into_iter();
    Some(ProspectPool {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
        active: wire.active.unwrap_or(true),
        stages: stages.filter_map(stage).collect(),
    })
}
