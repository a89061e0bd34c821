//! The HTTP side: connections that can be reset, answers that can be cut short, and the path a request takes.

pub(crate) mod connection;
pub(crate) mod effect;
pub(crate) mod pipeline;
pub(crate) mod reply;
