//! `/v3/prospect_pools` and `/v3/prospect_pool_stages`

use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::prospect_pools::{ProspectPool, ProspectPoolStage};
use crate::request::Request;

const PATH: &str = "/v3/prospect_pools";

pub(crate) fn list() -> Request {
    Request::list(Operation::ProspectPoolsList, PATH)
}

pub(crate) fn with_id(id: i64) -> Request {
    Request::get(Operation::ProspectPoolsRetrieve, PATH).with_ids("ids", &[id])
}

pub(crate) fn stages_of(pools: &[i64]) -> Request {
    Request::list(
        Operation::ProspectPoolStagesList,
        "/v3/prospect_pool_stages",
    )
    .with_ids("prospect_pool_ids", pools)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<ProspectPool>, serde_json::Error> {
    rows(body, accept)
}

/// Stages with the pool they are in, and their position.
pub(crate) fn read_stages(
    body: &[u8],
) -> Result<Vec<(i64, Option<i64>, ProspectPoolStage)>, serde_json::Error> {
    rows(body, accept_stage)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<i64>,
    name: Option<String>,
    active: Option<bool>,
}

#[derive(Deserialize)]
struct WireStage {
    id: Option<i64>,
    prospect_pool_id: Option<i64>,
    name: Option<String>,
    sort_order: Option<i64>,
}

fn accept(wire: Wire) -> Option<ProspectPool> {
    Some(ProspectPool {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
        active: wire.active.unwrap_or(true),
        stages: Vec::new(),
    })
}

fn accept_stage(wire: WireStage) -> Option<(i64, Option<i64>, ProspectPoolStage)> {
    let stage = ProspectPoolStage {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
    };
    Some((wire.prospect_pool_id?, wire.sort_order, stage))
}
