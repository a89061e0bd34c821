//! What tests and `cargo xtask` need around the bridge: real servers to run against, faults between it and them,
//! and the bridge itself as a process that can be killed.
//!
//! It knows nothing about introductions, Greenhouse or the ledger: what must be true after a fault is
//! judged in the tests, not here. It never talks AMQP itself; RabbitMQ is looked at through its HTTP API.
#![deny(missing_docs)]

pub mod child;
pub mod env;
mod folder;
pub mod http;
pub mod management;
mod port;
mod process;
pub mod promtool;
pub mod python;
pub mod relay;
pub mod servers;
pub mod until;

pub use child::Child;
pub use env::{TestEnv, fresh_database};
pub use http::Http;
pub use management::Management;
pub use port::free as free_port;
pub use relay::Relay;
pub use servers::{Alarm, Options, Postgres, Rabbit, Servers};
pub use until::until;
