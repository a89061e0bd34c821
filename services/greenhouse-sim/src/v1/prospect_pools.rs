//! `/v1/prospect_pools`, each with its stages.

use serde_json::{Value, json};

use super::call::Call;
use crate::{
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::ProspectPool,
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&[])?;
    let pools = &call.org.prospect_pools;
    let shown = |pool: &ProspectPool| shown(call, pool);
    call.list(&query, pools, Selection::default(), &|_| true, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    let pool = call.retrieve(&call.org.prospect_pools, call.ids[0])?;
    Ok(Reply::ok(&shown(call, pool)))
}

fn shown(call: &Call<'_>, pool: &ProspectPool) -> Value {
    let stages = &call.org.prospect_pool_stages;
    let mut stages = call.rows(stages, "prospect_pool_ids", pool.meta.id);
    stages.sort_by_key(|stage| stage.sort_order);
    let stages: Vec<Value> = stages
        .into_iter()
        .map(|stage| json!({"id": stage.meta.id, "name": stage.name}))
        .collect();
    json!({
        "id": pool.meta.id,
        "name": pool.name,
        "active": pool.active,
        "prospect_stages": stages,
    })
}
