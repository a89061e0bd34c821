//! The whole bridge over a real RabbitMQ and a real PostgreSQL, with the Greenhouse simulator in-process.
//!
//! One binary, because linking is what takes the time. `cargo xtask test` provides the servers.

mod accounting;
mod architecture;
mod budget;
mod chaos;
mod crash;
mod documents;
mod faults;
mod import;
mod input;
mod replicas;
mod scene;
mod world;
mod why;
