//! Ids. Every resource counts in a range of its own, so that an id of the wrong kind never happens to exist; all are too
//! big for 32 bits, as Greenhouse's are.

use std::collections::HashMap;

const STEP_PER_ORGANISATION: i64 = 100_000_000;

/// The counters of one organisation.
#[derive(Debug)]
pub(crate) struct Ids {
    offset: i64,
    next: HashMap<&'static str, i64>,
}

impl Ids {
    pub(crate) fn of_organisation(number: usize) -> Self {
        let number = i64::try_from(number).unwrap_or_default();
        Self {
            offset: number * STEP_PER_ORGANISATION,
            next: HashMap::new(),
        }
    }

    pub(crate) fn next(&mut self, kind: &'static str) -> i64 {
        let next = self.next.entry(kind).or_insert(first(kind) + self.offset);
        *next += 1;
        *next
    }
}

fn first(kind: &str) -> i64 {
    let range = match kind {
        "candidate" => 21,
        "application" => 32,
        "application_stage" => 43,
        "job" => 54,
        "job_interview_stage" => 65,
        "note" => 76,
        "candidate_tag" => 87,
        "applied_candidate_tag" => 98,
        "user" => 109,
        "referrer" => 120,
        "source" => 131,
        "rejection_reason" => 142,
        "rejection_detail" => 153,
        "custom_field" => 164,
        "custom_field_option" => 175,
        "department" => 186,
        "office" => 197,
        "job_post" => 208,
        "job_post_location" => 219,
        "opening" => 230,
        "job_owner" => 241,
        "job_hiring_manager" => 252,
        "close_reason" => 263,
        "prospect_pool" => 274,
        "prospect_pool_stage" => 285,
        "prospect_detail" => 296,
        "bulk_request" => 307,
        "webhook" => 318,
        _ => 329,
    };
    range * 1_000_000_000
}
