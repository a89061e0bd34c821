//! No bytes that anybody may answer with make a reader panic. A failure prints the input and the seed.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{v1, v3};

/// Every reader: the number of records it finds, or its error.
type Count = fn(&[u8]) -> Result<usize, serde_json::Error>;

/// Those that read lists.
const LISTS: &[Count] = &[
    |b| v3::application_stages::read_list(b).map(|rows| rows.len()),
    |b| v3::applications::read_list(b).map(|rows| rows.len()),
    |b| v3::applied_candidate_tags::read_list(b).map(|rows| rows.len()),
    |b| v3::candidate_tags::read_list(b).map(|rows| rows.len()),
    |b| v3::candidates::read_list(b).map(|rows| rows.len()),
    |b| v3::close_reasons::read_list(b).map(|rows| rows.len()),
    |b| v3::custom_field_options::read_list(b).map(|rows| rows.len()),
    |b| v3::custom_fields::read_list(b).map(|rows| rows.len()),
    |b| v3::departments::read_list(b).map(|rows| rows.len()),
    |b| v3::job_hiring_managers::read_list(b).map(|rows| rows.len()),
    |b| v3::job_interview_stages::read_list(b).map(|rows| rows.len()),
    |b| v3::job_owners::read_list(b).map(|rows| rows.len()),
    |b| v3::job_post_locations::read_list(b).map(|rows| rows.len()),
    |b| v3::job_posts::read_list(b).map(|rows| rows.len()),
    |b| v3::jobs::read_list(b).map(|rows| rows.len()),
    |b| v3::notes::read_list(b).map(|rows| rows.len()),
    |b| v3::offices::read_list(b).map(|rows| rows.len()),
    |b| v3::openings::read_list(b).map(|rows| rows.len()),
    |b| v3::prospect_details::read_list(b).map(|rows| rows.len()),
    |b| v3::prospect_pools::read_list(b).map(|rows| rows.len()),
    |b| v3::prospect_pools::read_stages(b).map(|rows| rows.len()),
    |b| v3::referrers::read_list(b).map(|rows| rows.len()),
    |b| v3::rejection_details::read_list(b).map(|rows| rows.len()),
    |b| v3::rejection_reasons::read_list(b).map(|rows| rows.len()),
    |b| v3::sources::read_list(b).map(|rows| rows.len()),
    |b| v3::users::read_list(b).map(|rows| rows.len()),
    |b| v1::applications::read_list(b).map(|rows| rows.len()),
    |b| v1::candidate_tags::read_list(b).map(|rows| rows.len()),
    |b| v1::candidates::read_each(b).map(|rows| rows.iter().flatten().count()),
    |b| v1::close_reasons::read_list(b).map(|rows| rows.len()),
    |b| v1::custom_fields::read_list(b).map(|rows| rows.len()),
    |b| v1::custom_fields::read_options(b).map(|rows| rows.len()),
    |b| v1::departments::read_list(b).map(|rows| rows.len()),
    |b| v1::job_posts::read_list(b).map(|rows| rows.len()),
    |b| v1::job_stages::read_list(b).map(|rows| rows.len()),
    |b| v1::jobs::read_list(b).map(|rows| rows.len()),
    |b| v1::offices::read_list(b).map(|rows| rows.len()),
    |b| v1::prospect_pools::read_list(b).map(|rows| rows.len()),
    |b| v1::rejection_reasons::read_list(b).map(|rows| rows.len()),
    |b| v1::sources::read_list(b).map(|rows| rows.len()),
    |b| v1::users::read_list(b).map(|rows| rows.len()),
];

/// Those that read lists of what is inside of the rows, or one record, or either.
const OTHERS: &[Count] = &[
    |b| v1::applications::read_of_candidate(b).map(|rows| rows.len()),
    |b| v1::applications::read_prospect_detail(b).map(|rows| rows.len()),
    |b| v1::applications::read_single(b).map(|rows| rows.len()),
    |b| v1::candidates::read_single(b).map(|rows| rows.len()),
    |b| v1::custom_fields::read_single(b).map(|rows| rows.len()),
    |b| v1::departments::read_single(b).map(|rows| rows.len()),
    |b| v1::hiring_teams::read_managers(b).map(|rows| rows.len()),
    |b| v1::hiring_teams::read_managers_of_one(b).map(|rows| rows.len()),
    |b| v1::hiring_teams::read_owners(b).map(|rows| rows.len()),
    |b| v1::hiring_teams::read_owners_of_one(b).map(|rows| rows.len()),
    |b| v1::job_posts::read_locations(b).map(|rows| rows.len()),
    |b| v1::job_posts::read_single(b).map(|rows| rows.len()),
    |b| v1::job_stages::read_single(b).map(|rows| rows.len()),
    |b| v1::jobs::read_single(b).map(|rows| rows.len()),
    |b| v1::offices::read_single(b).map(|rows| rows.len()),
    |b| v1::openings::read_list(b).map(|rows| rows.len()),
    |b| v1::openings::read_of_one(b).map(|rows| rows.len()),
    |b| v1::prospect_pools::read_single(b).map(|rows| rows.len()),
    |b| v1::users::read_single(b).map(|rows| rows.len()),
    |b| v1::users::read_by_id(b).map(|rows| rows.len()),
    |b| v3::jobs::read_asked_for(b).map(|rows| rows.len()),
    |b| v1::applications::read_one(b).map(|_| 1),
    |b| v1::candidate_tags::read_one(b).map(|_| 1),
    |b| v1::custom_fields::read_one(b).map(|_| 1),
    |b| v1::notes::read_one(b).map(|_| 1),
    |b| v1::users::read_one(b).map(|_| 1),
    |b| v3::applications::read_one(b).map(|_| 1),
    |b| v3::bulk_requests::read_id(b).map(|_| 1),
    |b| v3::bulk_requests::read_one(b).map(|_| 1),
    |b| v3::bulk_requests::read_ids(b).map(|rows| rows.len()),
    |b| v3::candidate_tags::read_one(b).map(|_| 1),
    |b| v3::custom_fields::read_one(b).map(|_| 1),
    |b| v3::introspection::read(b).map(|_| 1),
    |b| v3::notes::read_one(b).map(|_| 1),
    |b| v1::candidates::read_created(b).map(|_| 1),
    |b| v3::candidates::read_created(b).map(|_| 1),
];

/// Every property that some reader knows, and one that none does.
const PROPERTIES: &[&str] = &[
    "id",
    "value",
    "type",
    "name",
    "key",
    "unit",
    "first_name",
    "last_name",
    "company",
    "title",
    "private",
    "is_private",
    "created_at",
    "updated_at",
    "last_activity_at",
    "last_activity",
    "applied_at",
    "tags",
    "email_addresses",
    "phone_numbers",
    "website_addresses",
    "social_media_addresses",
    "addresses",
    "custom_fields",
    "keyed_custom_fields",
    "job_id",
    "jobs",
    "status",
    "prospect",
    "stage_id",
    "stage_name",
    "current_stage",
    "source_id",
    "source",
    "referrer_id",
    "credited_to",
    "prospective_job_ids",
    "prospect_detail",
    "prospect_pool",
    "prospect_stage",
    "prospect_owner",
    "prospective_office",
    "prospective_department",
    "rejected_at",
    "rejection_reason",
    "rejection_reason_id",
    "job_interview_stage_id",
    "entered_at",
    "exited_at",
    "current",
    "sort_order",
    "priority",
    "active",
    "body",
    "visibility",
    "visiblity",
    "primary_email",
    "primary_email_address",
    "employee_id",
    "deactivated",
    "disabled",
    "site_admin",
    "user_id",
    "requisition_id",
    "confidential",
    "is_template",
    "department_id",
    "departments",
    "office_ids",
    "office_id",
    "offices",
    "opened_at",
    "closed_at",
    "hiring_team",
    "hiring_managers",
    "recruiters",
    "coordinators",
    "sourcers",
    "responsible",
    "openings",
    "opening_id",
    "open",
    "close_reason",
    "close_reason_id",
    "parent_id",
    "location",
    "plain_text_location",
    "job_post_id",
    "internal",
    "live",
    "public_url",
    "language",
    "pool_id",
    "pool_stage_id",
    "prospect_owner_id",
    "prospect_pool_id",
    "prospect_stages",
    "name_key",
    "field_type",
    "value_type",
    "required",
    "custom_field_options",
    "custom_field_id",
    "external_id",
    "bulk_action_uuid",
    "success_count",
    "failure_count",
    "completed_at",
    "application",
    "applications",
    "application_ids",
    "candidate",
    "scope",
    "sub",
    "something_new",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("2026-11-24T10:00:00.000Z")),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let pair = (prop::sample::select(PROPERTIES), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(pair, 0..8).prop_map(|pairs| {
                let pairs = pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(pairs.collect())
            }),
        ]
    })
}

#[test]
fn everything_but_the_ids_may_be_null_or_missing() {
    let ids = json!({
        "id": 1, "candidate_id": 1, "application_id": 1, "candidate_tag_id": 1, "prospect_pool_id": 1
    });
    let mut nulls = ids.clone();
    for property in PROPERTIES {
        if ids.get(property).is_none() {
            nulls[*property] = Value::Null;
        }
    }
    let page = json!([ids, nulls, null, {}]).to_string();
    for (index, read) in LISTS.iter().enumerate() {
        assert_eq!(read(page.as_bytes()).unwrap(), 2, "reader {index}");
        assert_eq!(read(b"[]").unwrap(), 0, "reader {index}");
        assert!(read(b"").is_err() && read(b"{}").is_err(), "reader {index}");
    }
}

proptest! {
    #[test]
    fn no_json_makes_a_reader_panic(json in any_json(), cut in 0_usize..64) {
        let one = json.to_string();
        let page = format!("[{one}]");
        for read in LISTS.iter().chain(OTHERS) {
            for body in [&one, &page] {
                let _ = read(body.as_bytes());
                let _ = read(&body.as_bytes()[..cut.min(body.len())]);
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for read in LISTS.iter().chain(OTHERS) {
            let _ = read(&bytes);
        }
    }
}
