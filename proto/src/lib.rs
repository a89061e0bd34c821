//! The contracts between Intrro, the bridge and whoever listens: every event as a Rust type with protobuf bytes and
//! canonical proto3 JSON, and the CloudEvents envelope around it.
//!
//! Deliberately absent: any knowledge of a broker's client, of Greenhouse's API or of what a command makes the bridge do.
#![deny(missing_docs)]

pub mod envelope;
mod event;
mod json;
mod redact;
pub mod v1;
pub mod wkt;

pub use event::{Command, Kind, Notice, PACKAGE};
pub use v1::application_result::How as ApplicationHow;
pub use v1::candidate_erased::Cause as ErasureCause;
pub use v1::candidate_status_changed::Phase;
pub use v1::candidate_status_changed::detected_by::Detector;
pub use v1::candidate_status_changed::occurred_at_quality::Quality;
pub use v1::candidate_status_changed::rejection::Type as RejectionType;
pub use v1::candidate_status_changed::state::Status as ApplicationStatus;
pub use v1::connection_health_changed::State as ConnectionState;
pub use v1::connection_health_changed::finding::Severity;
pub use v1::introduction_imported::How as CandidateHow;
pub use v1::job::Status as JobStatus;
pub use v1::job_changed::Change;
pub use v1::jobs_refresh_requested::Scope;
