//! The whole bridge over a real RabbitMQ and a real PostgreSQL, with the Greenhouse simulator in-process.
//!
//! One binary, because linking is what takes the time. `cargo xtask test` provides the servers.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test reports by panicking, and its modules are one program"
)]

mod accounting;
mod api;
mod architecture;
mod budget;
mod chaos;
mod commands;
mod consent;
mod crash;
mod documents;
mod erasure;
mod faults;
mod import;
mod input;
mod jobs;
mod keys;
mod outages;
mod pauses;
mod processes;
mod replicas;
mod rights;
mod scene;
mod secrets;
mod statuses;
mod traces;
mod updates;
mod webhooks;
mod why;
mod world;
