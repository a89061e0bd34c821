//! The messages of package `intrro.events.v1`, generated; `tests/generated.rs` says how and keeps them equal to the
//! .proto files.

include!("gen/intrro.events.v1.rs");
include!("gen/intrro.events.v1.serde.rs");
