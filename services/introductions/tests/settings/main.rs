//! What each setting of a tenant, and a database that stumbles, make of an introduction in both versions of the API.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fields;
mod hiccups;
mod people;
mod prospects;
mod referrer;
mod words;
mod world;
