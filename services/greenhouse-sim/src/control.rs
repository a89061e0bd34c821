//! `/_sim/`: the simulator's own interface, open to whoever reaches the port. README.md lists it.

use hyper::{StatusCode, http::request::Parts};
use serde_json::json;

use crate::{http::reply::Reply, world::World};

pub(crate) fn handle(world: &World, head: &Parts, _body: &[u8]) -> Reply {
    match head.uri.path() {
        "/_sim/health" => Reply::ok(&json!({"requests": world.lock().log.count()})),
        _ => Reply::json(StatusCode::NOT_FOUND, &json!({"error": "no such path"})),
    }
}
