//! `/v1/rejection_reasons`. Greenhouse's own are only told when asked for.

use serde_json::{Value, json};

use super::call::Call;
use crate::{http::reply::Answer, listing::selection::Selection, org::rows::RejectionReason};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&["include_defaults"])?;
    let mut selection = Selection::default();
    if query.flag("include_defaults")? != Some(true) {
        selection.keys.push(("default", vec![false.into()]));
    }
    let reasons = &call.org.rejection_reasons;
    call.list(&query, reasons, selection, &|_| true, shown)
}

fn shown(reason: &RejectionReason) -> Value {
    let kind = json!({"id": reason.kind.id, "name": reason.kind.name});
    json!({"id": reason.meta.id, "name": reason.name, "type": kind})
}
