//! The route as Greenhouse and as strangers meet it: a real listener, a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod refused;
mod rotation;
mod storm;
mod taken;
mod world;
