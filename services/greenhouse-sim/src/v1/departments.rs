//! `/v1/departments`, flat or as a tree.

use serde_json::Value;

use super::{call::Call, places, shown};
use crate::{
    http::reply::{Answer, Reply},
    org::rows::Department,
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&["render_as", "external_id"])?;
    let tree = places::tree(&query)?;
    let selection = places::selection(&query);
    // Of a tree only the roots are entries of the list, unless one asks for others by name.
    let roots = tree && selection.keys.is_empty();
    let entry = |row: &Department| !roots || row.parent_id.is_none();
    let departments = &call.org.departments;
    let shown = |row: &Department| rendered(call, row, tree);
    call.list(&query, departments, selection, &entry, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    let tree = places::tree(&call.query(&["render_as"])?)?;
    let row = call.retrieve(&call.org.departments, call.ids[0])?;
    Ok(Reply::ok(&rendered(call, row, tree)))
}

fn rendered(call: &Call<'_>, row: &Department, tree: bool) -> Value {
    if tree {
        shown::department_tree(call.org, row)
    } else {
        shown::department(call.org, row)
    }
}
