//! What each setting of a tenant, a database that stumbles, an acting user who may not list and another account make of an
//! introduction in both versions of the API.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
// Futures of whole operations inside one another.
#![recursion_limit = "256"]

mod credit;
mod definitions;
mod edits;
mod emails;
mod fields;
mod hiccups;
mod jobs;
mod last_try;
mod later_tries;
mod lease;
mod lookups;
mod lost_create;
mod people;
mod prospects;
mod reconnected;
mod referrer;
mod refusals;
mod restored;
mod said;
mod sealed;
mod sight;
mod unanswered;
mod words;
mod world;
