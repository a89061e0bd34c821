//! The scopes of the operations served here. Others of Greenhouse's list can be granted too; nothing asks for them.

/// Every scope some operation here needs.
pub const ALL: &[&str] = &[
    "harvest:application_stages:list",
    "harvest:applications:create",
    "harvest:applications:list",
    "harvest:applications:update",
    "harvest:applied_candidate_tags:create",
    "harvest:applied_candidate_tags:list",
    "harvest:candidate_tags:create",
    "harvest:candidate_tags:list",
    "harvest:candidates:create",
    "harvest:candidates:list",
    "harvest:candidates:update",
    "harvest:job_interview_stages:list",
    "harvest:jobs:list",
    "harvest:notes:create",
    "harvest:notes:list",
    "harvest:referrers:list",
    "harvest:rejection_details:list",
    "harvest:rejection_reasons:list",
    "harvest:sources:list",
    "harvest:users:list",
];
