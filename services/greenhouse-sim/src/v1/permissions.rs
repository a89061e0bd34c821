//! What an API key may be allowed: one permission for each endpoint, ticked in the Dev Center.

/// Every permission the mission grants, by resource and action. Reading the activity feed is not among them.
pub const ALL: &[&str] = &[
    "Applications: list",
    "Applications: retrieve",
    "Applications: update",
    "Candidates: add",
    "Candidates: add application",
    "Candidates: add note",
    "Candidates: add prospect",
    "Candidates: edit",
    "Candidates: list",
    "Candidates: retrieve",
    "Close reasons: list",
    "Custom field options: create",
    "Custom field options: list",
    "Custom field options: update",
    "Custom fields: create",
    "Custom fields: list",
    "Custom fields: retrieve",
    "Custom fields: update",
    "Departments: list",
    "Departments: retrieve",
    "Job posts: list",
    "Job posts: for a job",
    "Job posts: retrieve",
    "Job posts: retrieve for a job",
    "Job stages: list",
    "Job stages: for a job",
    "Job stages: retrieve",
    "Jobs: list",
    "Jobs: retrieve",
    "Offices: list",
    "Offices: retrieve",
    "Prospect pools: list",
    "Prospect pools: retrieve",
    "Rejection reasons: list",
    "Sources: list",
    "Tags: add",
    "Tags: apply",
    "Tags: list",
    "Users: add",
    "Users: list",
    "Users: retrieve",
];

/// Exists at Greenhouse and is not granted: the only way to read notes back.
pub(crate) const ACTIVITY_FEED: &str = "Candidates: retrieve activity feed";

/// Whether there is such a permission at all.
pub(crate) fn exists(name: &str) -> bool {
    name == ACTIVITY_FEED || ALL.contains(&name)
}
