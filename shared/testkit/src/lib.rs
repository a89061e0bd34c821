//! What tests and `cargo xtask` need around the bridge: real servers to run against.
//!
//! It knows nothing about introductions, Greenhouse or the ledger: what must be true after a fault is
//! judged in the tests, not here. It never talks AMQP itself; RabbitMQ is looked at through its HTTP API.
#![deny(missing_docs)]

pub mod management;
pub mod servers;

pub use management::Management;
pub use servers::{Options, Postgres, Rabbit, Servers};
