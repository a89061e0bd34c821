//! A strict, stateful Greenhouse in one process: Harvest v3 and v1 over the same data, the OAuth host with
//! its page for partners, webhooks, rate limits, faults on demand, and recruiters who do what they are told. For tests (in this process or another), demos and
//! benchmarks.
//!
//! It is an independent reading of Greenhouse's documented behaviour and therefore shares no code with the client it
//! checks. Where the facts leave room it takes the less friendly reading; README.md lists those. Deliberately absent:
//! every endpoint the bridge does not call.
#![deny(missing_docs)]

pub mod auth;
mod body;
pub mod config;
mod control;
pub mod faults;
mod http;
mod listing;
mod log;
mod meter;
pub mod org;
mod recruiter;
mod routes;
pub mod seed;
mod simulator;
mod stamp;
mod state;
mod table;
pub mod v1;
mod v3;
mod webhooks;
mod world;

pub use config::{
    Config, CreateAnswer, Lag, ListWithoutSiteAdmin, OrganisationConfig, PartnerConfig,
    PatchAnswer, Processing, Settings, TokenExpiry,
};
pub use faults::{Fault, Gate, When};
pub use log::LogEntry;
pub use meter::WindowUse;
pub use org::{
    Refused,
    jobs::JobEdit,
    people::NewUser,
    posting::{NewPost, PostEdit},
    recruiting::NewJob,
    rows,
};
pub use recruiter::{CustomFieldEdit, Recruiter, candidates::CandidateEdit};
pub use seed::Seed;
pub use simulator::{Access, Faults, Simulator};
pub use stamp::Stamp;
pub use state::{Counts, View};
pub use table::Meta;
pub use v1::V1Settings;
pub use webhooks::{Delivery, Webhooks};
