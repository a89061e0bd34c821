//! `/v3/sources`

use domain::SourceId;
use serde::Deserialize;

use super::rows;
use crate::operation::Operation;
use crate::request::Request;
use crate::sources::Source;
use crate::wire::loose_text;

pub(crate) fn list() -> Request {
    Request::list(Operation::SourcesList, "/v3/sources")
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Source>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<SourceId>,
    name: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "loose_text")]
    kind: Option<String>,
}

fn accept(wire: Wire) -> Option<Source> {
    Some(Source {
        id: wire.id?,
        name: wire.name.unwrap_or_default(),
        kind: wire.kind,
    })
}
