//! The catalogue of everything we ask of Greenhouse, and the one place that knows what each operation needs: a scope in
//! v3, a permission of the API key in v1, and which of our features suffer without it. Findings at connect, refusals,
//! the least scopes to ask for and `PERMISSIONS.md` all come from here.

use std::collections::BTreeSet;
use std::fmt;

use crate::version::Version;

macro_rules! maybe {
    (none) => {
        None
    };
    ($text:literal) => {
        Some($text)
    };
}

macro_rules! operations {
    ($($variant:ident = $resource:literal . $verb:literal, $scope:tt, $permission:tt, [$($feature:ident),*];)+) => {
        /// One operation of the Harvest API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation {
            /// A call of the OAuth endpoints (`/token`, `/introspect`), which needs no right.
            Token,
            $(
                #[doc = concat!("`", $resource, ".", $verb, "`")]
                $variant,
            )+
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[Self::Token, $(Self::$variant),+];

            /// The stable name: span name, metric label.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::Token => "token",
                    $(Self::$variant => concat!($resource, ".", $verb),)+
                }
            }

            /// The OAuth scope that v3 asks for; none where v3 has no such operation.
            #[must_use]
            pub const fn scope(self) -> Option<&'static str> {
                match self {
                    Self::Token => None,
                    $(Self::$variant => maybe!($scope),)+
                }
            }

            /// The permission of the API key that v1 asks for; none where v1 has no such operation, or tells the same
            /// in the answer of another one.
            #[must_use]
            pub const fn permission(self) -> Option<&'static str> {
                match self {
                    Self::Token => None,
                    $(Self::$variant => maybe!($permission),)+
                }
            }

            /// What of ours needs it.
            #[must_use]
            pub const fn features(self) -> &'static [Feature] {
                match self {
                    Self::Token => Feature::ALL,
                    $(Self::$variant => &[$(Feature::$feature),*],)+
                }
            }

            /// Whether it changes anything in Greenhouse, so that repeating it is not free.
            #[must_use]
            pub fn is_write(self) -> bool {
                match self {
                    Self::Token => false,
                    $(Self::$variant => !matches!($verb, "list" | "retrieve"),)+
                }
            }
        }
    };
}

operations! {
    CandidatesList = "candidates"."list", "harvest:candidates:list", "Candidates: list", [Import];
    CandidatesRetrieve = "candidates"."retrieve", "harvest:candidates:list", "Candidates: retrieve", [Import, Updates, Status];
    CandidatesCreate = "candidates"."create", "harvest:candidates:create", "Candidates: add", [Import];
    CandidatesUpdate = "candidates"."update", "harvest:candidates:update", "Candidates: edit", [Import, Updates];
    ProspectsCreate = "prospects"."create", "harvest:candidates:create", "Candidates: add prospect", [Prospects];
    ApplicationsList = "applications"."list", "harvest:applications:list", "Applications: list", [Import, Status];
    ApplicationsRetrieve = "applications"."retrieve", "harvest:applications:list", "Applications: retrieve", [Status];
    ApplicationsCreate = "applications"."create", "harvest:applications:create", "Candidates: add application", [Import];
    ApplicationsUpdate = "applications"."update", "harvest:applications:update", "Applications: update", [Referrer, Prospects];
    ApplicationStagesList = "application_stages"."list", "harvest:application_stages:list", none, [Status];
    RejectionDetailsList = "rejection_details"."list", "harvest:rejection_details:list", none, [Status];
    RejectionReasonsList = "rejection_reasons"."list", "harvest:rejection_reasons:list", "Rejection reasons: list", [Status];
    NotesList = "notes"."list", "harvest:notes:list", none, [Note];
    NotesCreate = "notes"."create", "harvest:notes:create", "Candidates: add note", [Note];
    CandidateTagsList = "candidate_tags"."list", "harvest:candidate_tags:list", "Tags: list", [Tags];
    CandidateTagsCreate = "candidate_tags"."create", "harvest:candidate_tags:create", "Tags: add", [Tags];
    AppliedCandidateTagsList = "applied_candidate_tags"."list", "harvest:applied_candidate_tags:list", none, [Tags];
    AppliedCandidateTagsCreate = "applied_candidate_tags"."create", "harvest:applied_candidate_tags:create", "Tags: apply", [Tags];
    SourcesList = "sources"."list", "harvest:sources:list", "Sources: list", [Import];
    ReferrersList = "referrers"."list", "harvest:referrers:list", none, [Referrer];
    UsersList = "users"."list", "harvest:users:list", "Users: list", [Referrer, NewReferrer];
    UsersRetrieve = "users"."retrieve", "harvest:users:list", "Users: retrieve", [Connect];
    UsersCreate = "users"."create", "harvest:users:create", "Users: add", [NewReferrer];
    BulkRequestsRetrieve = "bulk_requests"."retrieve", "harvest:bulk_requests:list", none, [NewReferrer];
    JobsList = "jobs"."list", "harvest:jobs:list", "Jobs: list", [Jobs];
    JobsRetrieve = "jobs"."retrieve", "harvest:jobs:list", "Jobs: retrieve", [Import, Jobs];
    JobInterviewStagesList = "job_interview_stages"."list", "harvest:job_interview_stages:list", "Job stages: list", [Jobs];
    JobInterviewStagesRetrieve = "job_interview_stages"."retrieve", "harvest:job_interview_stages:list", "Job stages: retrieve", [Status];
    JobInterviewStagesOfJob = "job_interview_stages_of_job"."list", "harvest:job_interview_stages:list", "Job stages: for a job", [Status, Jobs];
    JobPostsList = "job_posts"."list", "harvest:job_posts:list", "Job posts: list", [Jobs];
    JobPostsOfJob = "job_posts_of_job"."list", "harvest:job_posts:list", "Job posts: for a job", [Jobs];
    JobPostsRetrieve = "job_posts"."retrieve", "harvest:job_posts:list", "Job posts: retrieve for a job", [Jobs];
    JobPostLocationsList = "job_post_locations"."list", "harvest:job_post_locations:list", none, [Jobs];
    JobOwnersList = "job_owners"."list", "harvest:job_owners:list", none, [Jobs];
    JobHiringManagersList = "job_hiring_managers"."list", "harvest:job_hiring_managers:list", none, [Jobs];
    OpeningsList = "openings"."list", "harvest:openings:list", none, [Jobs];
    CloseReasonsList = "close_reasons"."list", "harvest:close_reasons:list", "Close reasons: list", [Jobs];
    DepartmentsList = "departments"."list", "harvest:departments:list", "Departments: list", [Jobs];
    DepartmentsRetrieve = "departments"."retrieve", "harvest:departments:list", "Departments: retrieve", [Jobs];
    OfficesList = "offices"."list", "harvest:offices:list", "Offices: list", [Jobs];
    OfficesRetrieve = "offices"."retrieve", "harvest:offices:list", "Offices: retrieve", [Jobs];
    ProspectPoolsList = "prospect_pools"."list", "harvest:prospect_pools:list", "Prospect pools: list", [Prospects];
    ProspectPoolsRetrieve = "prospect_pools"."retrieve", "harvest:prospect_pools:list", "Prospect pools: retrieve", [Prospects];
    ProspectPoolStagesList = "prospect_pool_stages"."list", "harvest:prospect_pool_stages:list", none, [Prospects];
    ProspectDetailsList = "prospect_details"."list", "harvest:prospect_details:list", none, [Prospects];
    CustomFieldsList = "custom_fields"."list", "harvest:custom_fields:list", "Custom fields: list", [CustomFields];
    CustomFieldsRetrieve = "custom_fields"."retrieve", "harvest:custom_fields:list", "Custom fields: retrieve", [CustomFields];
    CustomFieldsCreate = "custom_fields"."create", "harvest:custom_fields:create", "Custom fields: create", [CustomFields];
    CustomFieldsUpdate = "custom_fields"."update", "harvest:custom_fields:update", "Custom fields: update", [CustomFields];
    CustomFieldOptionsList = "custom_field_options"."list", "harvest:custom_field_options:list", "Custom field options: list", [CustomFields];
    CustomFieldOptionsCreate = "custom_field_options"."create", "harvest:custom_field_options:create", "Custom field options: create", [CustomFields];
    CustomFieldOptionsUpdate = "custom_field_options"."update", "harvest:custom_field_options:update", "Custom field options: update", [CustomFields];
}

impl Operation {
    /// Whether it lists what every account has, whatever is in it: that it is not found tells of no record.
    pub(crate) const fn is_always_there(self) -> bool {
        matches!(
            self,
            Self::ApplicationsList | Self::CandidatesList | Self::JobsList | Self::SourcesList
        )
    }

    /// Whether v1 reads it at the address of one record, so that a refusal may be about that record alone.
    pub(crate) fn reads_one_record(self) -> bool {
        let within_one = matches!(
            self,
            Self::JobInterviewStagesOfJob | Self::JobPostsOfJob | Self::CustomFieldOptionsList
        );
        within_one || self.as_str().ends_with(".retrieve")
    }

    /// What has to be granted for it, in the words of that version.
    #[must_use]
    pub const fn needs(self, version: Version) -> Option<&'static str> {
        match version {
            Version::V3 => self.scope(),
            Version::V1 => self.permission(),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! features {
    ($($variant:ident = $word:literal, $meaning:literal;)+) => {
        /// Something the bridge does for a tenant, as findings and documents call it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Feature {
            $(#[doc = $meaning] $variant,)+
        }

        impl Feature {
            /// Every feature.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What it is, in words for an admin.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }
        }
    };
}

features! {
    Connect = "connect", "find out who acts, and whether they may list";
    Import = "import", "bring introduced people in under their jobs";
    Prospects = "prospects", "bring them in as prospects instead, into a pool";
    Note = "note", "tell in a note who introduced them and why";
    Tags = "tags", "tag them";
    Referrer = "referrer", "credit the employee who referred them";
    NewReferrer = "new_referrer", "add that employee to Greenhouse where they are missing";
    Updates = "updates", "keep profiles up to date with Intrro";
    CustomFields = "custom_fields", "provision and fill Intrro's custom fields";
    Status = "status", "report each step of the hiring process";
    Jobs = "jobs", "show the open jobs in Intrro";
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The least that has to be granted so that these features work: scopes in v3, permissions of the API key in v1.
#[must_use]
pub fn least_scopes(version: Version, features: &[Feature]) -> BTreeSet<&'static str> {
    needing(features)
        .filter_map(|operation| operation.needs(version))
        .collect()
}

/// The operations that these features need.
fn needing(features: &[Feature]) -> impl Iterator<Item = Operation> {
    let needed = |operation: &Operation| operation.features().iter().any(|f| features.contains(f));
    Operation::ALL.iter().copied().filter(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_but_the_token_needs_a_scope_and_belongs_to_a_feature() {
        for operation in &Operation::ALL[1..] {
            assert!(operation.scope().is_some(), "{operation}");
            assert!(!operation.features().is_empty(), "{operation}");
        }
        assert_eq!(Operation::Token.scope(), None);
        assert_eq!(Operation::Token.permission(), None);
    }

    #[test]
    fn a_scope_is_that_of_the_resource_and_says_whether_it_writes() {
        for operation in Operation::ALL {
            let Some(scope) = operation.scope() else {
                continue;
            };
            let (_, action) = scope.rsplit_once(':').unwrap();
            assert_eq!(operation.is_write(), action != "list", "{operation}");
        }
    }

    #[test]
    fn no_permission_of_v1_stands_for_two_operations() {
        let named: Vec<_> = Operation::ALL
            .iter()
            .filter_map(|o| o.permission())
            .collect();
        let distinct: BTreeSet<_> = named.iter().collect();
        assert_eq!(named.len(), distinct.len());
    }

    #[test]
    fn the_least_scopes_are_those_of_the_features_alone() {
        let tags = least_scopes(Version::V3, &[Feature::Tags]);
        assert_eq!(
            tags.into_iter().collect::<Vec<_>>(),
            [
                "harvest:applied_candidate_tags:create",
                "harvest:applied_candidate_tags:list",
                "harvest:candidate_tags:create",
                "harvest:candidate_tags:list",
            ]
        );
        let v1 = least_scopes(Version::V1, &[Feature::Tags]);
        let v1: Vec<_> = v1.into_iter().collect();
        assert_eq!(v1, ["Tags: add", "Tags: apply", "Tags: list"]);
        assert!(least_scopes(Version::V3, &[]).is_empty());
    }
}
