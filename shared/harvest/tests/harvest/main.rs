//! The client against a real socket: what it sends, and what it makes of every way in which an answer can fail.

mod answers;
mod credentials;
mod limits;
mod lists;
mod server;
