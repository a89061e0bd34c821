//! `/v1/close_reasons`, all at once.

use serde_json::{Value, json};

use super::call::Call;
use crate::http::reply::{Answer, Reply};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    let reasons = call.org.close_reasons.iter();
    let reasons: Vec<Value> = reasons
        .map(|reason| json!({"id": reason.meta.id, "name": reason.name}))
        .collect();
    Ok(Reply::ok(&reasons))
}
