//! The vocabulary and the pure policy of the bridge: ids, the catalogue of problems, and the rules that decide without
//! asking anybody (matching people, finding status changes, backing off, cutting poll windows).
//!
//! Deliberately absent: input and output of any kind, clocks, random numbers. Callers bring the time and the dice.
//! The one documented exception is [`crash::crash_here`], which exists only in test builds.
#![deny(missing_docs)]

pub mod backoff;
mod bounded;
pub mod code;
pub mod crash;
pub mod ids;
pub mod marker;
pub mod matching;
pub mod operation;
mod own;
pub mod phase;
pub mod problem;
pub mod settings;
pub mod status;
pub mod step;
pub mod webhook;
pub mod window;
mod words;

pub use bounded::bounded;
pub use code::Code;
pub use ids::*;
pub use operation::OperationKind;
pub use own::{INTRRO, OwnField};
pub use phase::Phase;
pub use problem::Problem;
pub use step::StepKind;
pub use words::UnknownWord;
