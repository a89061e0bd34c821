//! RabbitMQ for the bridge: topology, a supervised consumer, a confirmed publisher, dead letters.
//!
//! The only crate that knows lapin. It moves bytes and headers and reports what the broker promised about
//! them; what a message means, whether it was seen before and when to try again is decided by its callers.
//! It keeps no state of its own, retries no message, and exports no metrics: [`Stats`] are plain numbers.
//!
//! * [`Topology`] names the exchanges and queues, and [`declare`] makes them exist.
//! * [`Consumer`] yields [`Batch`]es, each settled exactly once by value.
//! * [`Publisher`] turns [`Outbound`] messages into an [`Outcome`] each.
//! * [`dead_letter`] wraps an unusable [`Delivery`] for the dead-letter queue.
#![deny(missing_docs)]

mod batch;
mod config;
mod connection;
mod consumer;
mod dead;
mod declare;
mod delivery;
mod error;
mod headers;
mod health;
mod lane;
mod outbound;
mod probe;
mod publisher;
mod supervisor;
mod topology;
mod wave;

pub use batch::{Batch, Settled};
pub use config::Config;
pub use consumer::Consumer;
pub use dead::{DeadLetter, Reason, dead_letter};
pub use declare::{declare, declare_when_reachable};
pub use delivery::Delivery;
pub use error::{Error, Mismatch};
pub use health::{Cause, Health, Monitor, Stats};
pub use outbound::{Carried, Outbound, Outcome};
pub use publisher::Publisher;
pub use topology::Topology;

/// Target of log lines that no process may write, whatever its filter says.
///
/// lapin 4.12.3 logs every returned message with its whole body at WARN (`returned_messages.rs`), and bodies are
/// people's data. Nothing is lost: returns are an [`Outcome`], broken connections are logged and counted here.
pub const SILENCED: &str = "lapin";
