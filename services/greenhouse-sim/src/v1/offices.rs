//! `/v1/offices`, flat or as a tree.

use serde_json::Value;

use super::{call::Call, places, shown};
use crate::{
    http::reply::{Answer, Reply},
    org::rows::Office,
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&["render_as", "external_id"])?;
    let tree = places::tree(&query)?;
    let selection = places::selection(&query);
    let roots = tree && selection.keys.is_empty();
    let entry = |row: &Office| !roots || row.parent_id.is_none();
    let shown = |row: &Office| rendered(call, row, tree);
    call.list(&query, &call.org.offices, selection, &entry, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    let tree = places::tree(&call.query(&["render_as"])?)?;
    let row = call.retrieve(&call.org.offices, call.ids[0])?;
    Ok(Reply::ok(&rendered(call, row, tree)))
}

fn rendered(call: &Call<'_>, row: &Office, tree: bool) -> Value {
    if tree {
        shown::office_tree(call.org, row)
    } else {
        shown::office(call.org, row)
    }
}
