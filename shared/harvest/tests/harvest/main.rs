//! The client against a real socket: what it sends, and what it makes of every way in which an answer can fail.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod answers;
mod credentials;
mod limits;
mod lists;
mod oauth;
mod operations;
mod permissions;
mod server;
mod v1;
mod versions;
