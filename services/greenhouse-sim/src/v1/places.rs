//! What departments and offices are asked for with.

use super::query::Query;
use crate::{http::reply::Reply, listing::selection::Selection};

/// Whether the answer is to be a tree.
pub(super) fn tree(query: &Query) -> Result<bool, Reply> {
    let form = query.word("render_as", &["list", "tree"])?;
    Ok(form == Some("tree"))
}

/// The rows with the external id asked for, or all.
pub(super) fn selection(query: &Query) -> Selection {
    let external = query.text("external_id");
    let keys = external.map(|id| ("external_id", vec![id.into()]));
    Selection {
        keys: keys.into_iter().collect(),
        ..Selection::default()
    }
}
