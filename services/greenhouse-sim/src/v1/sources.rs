//! `/v1/sources`. Types are named as people see them; the words the documentation lists never come.

use serde_json::{Value, json};

use super::call::Call;
use crate::{http::reply::Answer, listing::selection::Selection, org::rows::Source};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(&[])?;
    let all = Selection::default();
    call.list(&query, &call.org.sources, all, &|_| true, shown)
}

fn shown(source: &Source) -> Value {
    let kind = json!({"id": source.kind.id, "name": source.kind.name});
    json!({"id": source.meta.id, "name": source.name, "type": kind})
}
