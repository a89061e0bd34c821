//! The broker crate against a real RabbitMQ. Each test has its own exchanges and queues and removes them.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod consuming;
mod dead_letters;
mod harness;
mod history;
mod publishing;
mod source;
mod topology;
