//! What every process of the bridge starts with: [`settings`] from the environment, [`telemetry`], [`metrics`], the HTTP
//! listener for [`http`] health and metrics, and an orderly [`shutdown`].
//!
//! Deliberately absent: anything about introductions, Greenhouse, the broker or the database.
#![deny(missing_docs)]

pub mod http;
pub mod metrics;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod tls;

pub use metrics::Metrics;
pub use settings::Settings;
