//! Greenhouse's Harvest API as typed calls. The only crate that knows reqwest, and the only one that knows what
//! Greenhouse's JSON looks like.
//!
//! A call goes: typed operation (one file per resource) → `v3` (a pure function builds the request, another one reads
//! the answer) → `call` (token, budget, one exchange on the wire, one place that turns a status into an [`Error`]).
//! `v1` is a second folder of the same kind behind the same typed operations; where it cannot do what v3 can, or the
//! other way round, a typed operation says so, as [`Notes::can_be_read`] does.
//!
//! Deliberately absent: retries and redirects. A write is sent once; whether it may be sent again is for the caller to
//! decide, who is told by [`Error`] what is known about its effect. Its one repetition is after a 401, which proves
//! that nothing was executed, with another token. A read is asked again only otherwise than before: a refused filter in
//! another spelling, a page that is too large in smaller ones; each is a call of its own, in budget and deadline. Below
//! us, hyper moves a request to another connection only while not a byte of it was written.
#![deny(missing_docs)]

mod answer;
mod application_stages;
mod applications;
mod applied_candidate_tags;
mod auth;
mod budget;
mod bulk_requests;
mod call;
mod candidate_tags;
mod candidates;
mod client;
mod clock;
mod close_reasons;
mod config;
mod credential;
mod custom_field_options;
mod custom_fields;
mod departments;
mod error;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod http;
mod job_hiring_managers;
mod job_interview_stages;
mod job_owners;
mod job_post_locations;
mod job_posts;
mod jobs;
mod learned;
mod limits;
mod link;
mod notes;
mod nul;
mod oauth;
mod offices;
mod openings;
mod operation;
mod page;
mod pages;
mod prospect_details;
mod prospect_pools;
mod referrers;
mod rejection_details;
mod rejection_reasons;
mod request;
mod sources;
mod token;
mod users;
mod v1;
mod v3;
mod version;
mod wire;
mod words;

pub use application_stages::{ApplicationStage, ApplicationStages};
pub use applications::{
    Application, ApplicationPatch, ApplicationStatus, Applications, NewApplication, Target,
};
pub use applied_candidate_tags::{AppliedCandidateTag, AppliedCandidateTags};
pub use budget::{Budget, Denied, Purpose, RateLimit, Unmetered};
pub use bulk_requests::{BulkRequest, BulkRequestId, BulkRequests};
pub use candidate_tags::{CandidateTag, CandidateTags};
pub use candidates::{
    Candidate, CandidatePatch, Candidates, CreatedCandidate, InlineNote, NewCandidate,
};
pub use client::Client;
pub use close_reasons::{CloseReason, CloseReasons};
pub use config::{Config, DEFAULT_API_URL, DEFAULT_AUTH_URL};
pub use credential::{AccessToken, AccessTokens, Credential, Introspection, Organization, Partner};
pub use custom_field_options::{CustomFieldOption, CustomFieldOptions, NewCustomFieldOption};
pub use custom_fields::{
    CustomField, CustomFieldPatch, CustomFieldValue, CustomFields, FieldType, NewCustomField,
    UnshownField, ValueType,
};
pub use departments::{Department, Departments};
pub use error::{Cause, Error, FieldError, Whose};
pub use http::{Http, HttpError};
pub use job_hiring_managers::{JobHiringManager, JobHiringManagers};
pub use job_interview_stages::{JobInterviewStage, JobInterviewStages};
pub use job_owners::{JobOwner, JobOwners};
pub use job_post_locations::{JobPostLocation, JobPostLocations};
pub use job_posts::{JobPost, JobPosts, PlacedPost};
pub use jobs::{Job, JobParts, JobStatus, Jobs, WholeJob};
pub use notes::{NewNote, Note, Notes, Visibility};
pub use oauth::{AuthorizedTokens, authorize_url};
pub use offices::{Office, Offices};
pub use openings::{Opening, Openings};
pub use operation::{Feature, Operation, least_scopes};
pub use page::{Cursor, Page};
pub use prospect_details::{ProspectDetail, ProspectDetails};
pub use prospect_pools::{ProspectPool, ProspectPoolStage, ProspectPools};
pub use referrers::{Referrer, Referrers};
pub use rejection_details::{RejectionDetail, RejectionDetails};
pub use rejection_reasons::{RejectionReason, RejectionReasons};
pub use sources::{Source, Sources};
pub use users::{AddedUser, NewUser, User, Users};
pub use version::Version;

/// `Debug` that shows the named fields only: the others are, or may hold, personal data.
macro_rules! debug_without_personal_data {
    ($type:ident { $($field:ident),* }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }
    };
}
use debug_without_personal_data;
