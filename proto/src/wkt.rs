//! The two of protobuf's well-known types that our messages use. Own types instead of a library's because of two
//! needs: a struct with ordered members, and a `Debug` without content.

mod structure;
mod timestamp;

pub use structure::{ListValue, MAX_DEPTH, Struct, Value, value};
pub use timestamp::Timestamp;
