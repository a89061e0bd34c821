//! `/v3/referrers`

use domain::{ReferrerId, UserId};
use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::referrers::Referrer;
use crate::request::Request;
use crate::wire::loose_text;

pub(crate) fn of_users(ids: &[UserId]) -> Request {
    Request::list(Operation::ReferrersList, "/v3/referrers").with_ids("user_ids", ids)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Referrer>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<ReferrerId>,
    user_id: Option<UserId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
}

fn accept(wire: Wire) -> Option<Referrer> {
    Some(Referrer {
        id: wire.id?,
        user_id: wire.user_id,
        name: wire.name,
    })
}
