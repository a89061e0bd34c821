//! From a queue of commands into the database: what one delivery becomes, and how a batch is made durable before it
//! is acknowledged. Shared by the services that consume commands.
//!
//! A delivery goes: [`read`] (envelope, tenant) → [`Take::sort`] (what it is to this service) → [`Take::record`] (one
//! transaction for the whole batch) → [`Take::begin`] → on disk, while work on it goes on → ack. What is refused on the
//! way lies confirmed in the dead letters before the ack; what is good waits for nothing of that.
//! Deliberately absent: what a command makes a service do, and any call to Greenhouse.
#![deny(missing_docs)]

mod batch;
mod burial;
mod message;
mod refusal;

pub use batch::{Source, Take, Tally};
pub use message::{Message, read};
pub use refusal::Refusal;
