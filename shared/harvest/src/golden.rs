//! Every reader against the documented shapes: `tests/golden/{v3,v1}`, one file per resource. In each of them: the record
//! in full; with nulls where they are described; with nulls everywhere; with its ids alone; with a property that nobody
//! has described yet; and the shapes between which the facts do not decide.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::{ApplicationId, JobStageId, StageId};
use serde_json::{Value, json};

use crate::notes::Visibility;
use crate::{ApplicationStatus, JobParts, WholeJob, v1, v3};

type Records = BTreeMap<String, Value>;

fn golden(file: &str) -> Records {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let text = std::fs::read(folder.join(file)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Reads all records of a file as one page. None may be lost, whatever is null in it; what is not described changes
/// nothing; and `filled` says of the full record that all was found.
fn check<T: PartialEq>(
    file: &str,
    read: impl Fn(&[u8]) -> Result<Vec<T>, serde_json::Error>,
    filled: impl Fn(&T) -> bool,
) {
    let records = golden(file);
    let page: Vec<&Value> = records.values().collect();
    let read_page = read(&serde_json::to_vec(&page).unwrap()).unwrap();
    assert_eq!(read_page.len(), records.len(), "{file}");
    let one = |name: &str| {
        let mut read = read(&serde_json::to_vec(&[&records[name]]).unwrap()).unwrap();
        read.remove(0)
    };
    assert!(filled(&one("full")), "{file}: something was not found");
    assert!(
        one("full") == one("more_than_described"),
        "{file}: what is not described made a difference"
    );
    assert!(one("nulls_everywhere") == one("ids_alone"), "{file}");
}

fn v1_people(body: &[u8]) -> Result<Vec<crate::Candidate>, serde_json::Error> {
    let rows = v1::candidates::read_each(body)?;
    Ok(rows.into_iter().flatten().collect())
}

/// The same of readers that take one record.
fn check_one<T: PartialEq>(
    file: &str,
    read: impl Fn(&[u8]) -> Result<T, serde_json::Error>,
    filled: impl Fn(&T) -> bool,
) {
    let each = |page: &[u8]| {
        let page: Vec<Value> = serde_json::from_slice(page)?;
        let read = |one: &Value| read(one.to_string().as_bytes());
        page.iter().map(read).collect()
    };
    check(file, each, filled);
}

#[test]
fn people_are_read_in_both_versions() {
    let contacts = |one: &crate::Candidate| {
        [
            &one.email_addresses,
            &one.phone_numbers,
            &one.website_addresses,
            &one.social_media_addresses,
            &one.addresses,
        ]
        .iter()
        .all(|list| list.len() == 1)
    };
    let filled = |one: &crate::Candidate| {
        let texts = [&one.first_name, &one.last_name, &one.company, &one.title];
        let times = [one.created_at, one.updated_at, one.last_activity_at];
        texts.iter().all(|text| text.is_some())
            && times.iter().all(Option::is_some)
            && one.private
            && one.tags.len() == 1
            && one.custom_fields.len() == 13
            && contacts(one)
    };
    check("v3/candidate.json", v3::candidates::read_list, filled);
    check("v1/candidate.json", v1_people, filled);
    check_one(
        "v1/candidate.json",
        |body| v1::candidates::read_single(body).map(|mut one| one.remove(0)),
        filled,
    );
    // What adding a prospect answers is a person without some of it.
    check("v1/prospect.json", v1_people, contacts);
}

#[test]
fn every_shape_of_a_created_person_tells_both_ids() {
    for (name, answer) in golden("created.json") {
        for read in [v1::candidates::read_created, v3::candidates::read_created] {
            let created = read(answer.to_string().as_bytes()).unwrap();
            assert_eq!(created.candidate_id.0, 1, "{name}");
            assert_eq!(created.application_id.map(|id| id.0), Some(2), "{name}");
        }
    }
}

#[test]
fn a_created_person_shows_their_application() {
    let wrapped = json!({"candidate": {"id": 1}, "application": {"id": 2, "status": "in_process", "stage_id": 3}});
    let created = v3::candidates::read_created(wrapped.to_string().as_bytes()).unwrap();
    assert_eq!(created.application.unwrap().stage_id, Some(StageId(3)));
    let flat = json!({"id": 1, "applications": [{"id": 2, "status": "active", "current_stage": {"id": 4}}]});
    let created = v1::candidates::read_created(flat.to_string().as_bytes()).unwrap();
    let application = created.application.unwrap();
    assert_eq!(application.job_stage_id, Some(JobStageId(4)));
    assert_eq!(application.status, ApplicationStatus::InProcess);
    // What cannot be read leaves the ids.
    let odd = json!({"candidate": {"id": 1}, "application": {"id": 2, "stage_id": "?"}});
    let created = v3::candidates::read_created(odd.to_string().as_bytes()).unwrap();
    assert_eq!(created.application_id, Some(ApplicationId(2)));
    assert_eq!(created.application, None);
}

#[test]
fn applications_are_read_in_both_versions() {
    let filled = |one: &crate::Application| {
        one.candidate_id.is_some()
            && one.status == ApplicationStatus::InProcess
            && one.prospect
            && one.source_id.is_some()
            && one.referrer_id.is_some()
            && one.credited
            && one.stage_name.is_some()
            && one.created_at.is_some()
            && one.rejected_at.is_some()
            && one.last_activity_at.is_some()
            && one.prospective_job_ids.len() == 1
            && one.custom_fields.len() == 13
    };
    let v3 = |one: &crate::Application| {
        let waiting = crate::Application {
            status: ApplicationStatus::InProcess,
            ..one.clone()
        };
        filled(&waiting) && one.job_id.is_some() && one.stage_id.is_some()
    };
    check("v3/application.json", v3::applications::read_list, v3);
    let v1 = |one: &crate::Application| {
        filled(one) && one.job_stage_id.is_some() && one.rejection_reason.is_some()
    };
    check("v1/application.json", v1::applications::read_list, v1);
    check_one("v1/application.json", v1::applications::read_one, v1);
    check(
        "v3/application_stage.json",
        v3::application_stages::read_list,
        |one| one.job_stage_id.is_some() && one.entered_at.is_some() && one.current,
    );
    check(
        "v3/rejection_detail.json",
        v3::rejection_details::read_list,
        |one| one.reason.is_some() && one.rejected_at.is_some(),
    );
    check(
        "v3/prospect_detail.json",
        v3::prospect_details::read_list,
        |one| one.pool_id.is_some() && one.pool_stage_id.is_some() && one.owner_id.is_some(),
    );
}

#[test]
fn a_prospect_of_v1_tells_where_it_is_kept() {
    let prospect = golden("v1/application.json")["prospect"].to_string();
    let read = v1::applications::read_prospect_detail(prospect.as_bytes()).unwrap();
    assert_eq!((read[0].pool_id, read[0].pool_stage_id), (Some(1), Some(2)));
    assert_eq!(read[0].owner_id.map(|id| id.0), Some(3));
    let read = v1::applications::read_one(prospect.as_bytes()).unwrap();
    assert_eq!((read.job_id, read.job_stage_id), (None, None));
}

#[test]
fn reasons_and_sources_are_read_in_both_versions() {
    let reason = |one: &crate::RejectionReason| one.name.is_some();
    let read = v3::rejection_reasons::read_list;
    check("v3/rejection_reason.json", read, |one| {
        reason(one) && one.kind.is_some()
    });
    check(
        "v1/rejection_reason.json",
        v1::rejection_reasons::read_list,
        reason,
    );
    let source = |one: &crate::Source| !one.name.is_empty() && one.kind.is_some();
    check("v3/source.json", v3::sources::read_list, source);
    check("v1/source.json", v1::sources::read_list, source);
    let closing = |one: &crate::CloseReason| one.name.is_some();
    check(
        "v3/close_reason.json",
        v3::close_reasons::read_list,
        closing,
    );
    check(
        "v1/close_reason.json",
        v1::close_reasons::read_list,
        closing,
    );
}

#[test]
fn notes_and_tags_are_read_in_both_versions() {
    check("v3/note.json", v3::notes::read_list, |one| {
        !one.body.is_empty() && one.visibility.is_some() && one.created_at.is_some()
    });
    check_one("v1/note.json", v1::notes::read_one, |one| {
        !one.body.is_empty() && one.visibility == Some(Visibility::Private)
    });
    let tag = |one: &crate::CandidateTag| !one.name.is_empty();
    check("v3/candidate_tag.json", v3::candidate_tags::read_list, tag);
    check("v1/tag.json", v1::candidate_tags::read_list, tag);
    check(
        "v3/applied_candidate_tag.json",
        v3::applied_candidate_tags::read_list,
        |_| true,
    );
}

#[test]
fn users_and_referrers_are_read_in_both_versions() {
    let filled = |one: &crate::User| {
        one.name.is_some()
            && one.primary_email.is_some()
            && one.employee_id.is_some()
            && one.deactivated
            && one.site_admin
    };
    check("v3/user.json", v3::users::read_list, filled);
    check("v1/user.json", v1::users::read_list, filled);
    check("v3/referrer.json", v3::referrers::read_list, |one| {
        one.user_id.is_some() && one.name.is_some()
    });
}

#[test]
fn jobs_are_read_in_both_versions() {
    let filled = |one: &crate::Job| {
        one.name.is_some()
            && one.requisition_id.is_some()
            && one.confidential
            && one.template
            && one.department_id.is_some()
            && one.office_ids.len() == 1
            && one.opened_at.is_some()
            && one.closed_at.is_some()
            && one.updated_at.is_some()
            && one.custom_fields.len() == 13
    };
    check("v3/job.json", v3::jobs::read_list, filled);
    check("v1/job.json", v1::jobs::read_list, filled);
}

#[test]
fn what_v1_keeps_inside_of_jobs_is_read_from_them() {
    let full = format!("[{}]", golden("v1/job.json")["full"]);
    let openings = v1::openings::read_list(full.as_bytes()).unwrap();
    assert!(openings[0].job_id.is_some() && openings[0].close_reason_id.is_some());
    let owners = v1::hiring_teams::read_owners(full.as_bytes()).unwrap();
    assert_eq!(owners.len(), 3);
    assert!(owners.iter().all(|one| one.id > 0 && one.user_id.is_some()));
    let managers = v1::hiring_teams::read_managers(full.as_bytes()).unwrap();
    assert_eq!(managers.len(), 1);
    let whole = v1::jobs::read_whole_list(full.as_bytes()).unwrap();
    let job = v1::jobs::read_list(full.as_bytes()).unwrap().remove(0);
    let parts = Some(JobParts {
        openings,
        owners,
        hiring_managers: managers,
    });
    assert_eq!(whole, [WholeJob { job, parts }]);
    let nulls = format!("[{}]", golden("v1/job.json")["nulls_everywhere"]);
    assert!(
        v1::openings::read_list(nulls.as_bytes())
            .unwrap()
            .is_empty()
    );
    assert!(
        v1::hiring_teams::read_owners(nulls.as_bytes())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_v3_keeps_beside_jobs_is_read() {
    check("v3/opening.json", v3::openings::read_list, |one| {
        one.job_id.is_some() && one.open && one.close_reason_id.is_some()
    });
    check("v3/job_owner.json", v3::job_owners::read_list, |one| {
        one.job_id.is_some() && one.user_id.is_some() && one.responsible
    });
    check(
        "v3/job_hiring_manager.json",
        v3::job_hiring_managers::read_list,
        |one| one.job_id.is_some() && one.user_id.is_some(),
    );
    check(
        "v3/job_post_location.json",
        v3::job_post_locations::read_list,
        |one| one.job_post_id.is_some() && one.name.is_some() && one.office_id.is_some(),
    );
}

#[test]
fn posts_and_stages_are_read_in_both_versions() {
    let post = |one: &crate::JobPost| {
        one.job_id.is_some() && one.title.is_some() && one.internal && one.active && one.live
    };
    check("v3/job_post.json", v3::job_posts::read_list, post);
    check("v1/job_post.json", v1::job_posts::read_list, post);
    check("v1/job_post.json", v1::job_posts::read_placed, |one| {
        post(&one.post) && one.places.as_ref().is_some_and(|places| places.len() == 1)
    });
    let stage = |one: &crate::JobInterviewStage| {
        one.job_id.is_some() && one.name.is_some() && one.sort_order.is_some() && one.active
    };
    let read = v3::job_interview_stages::read_list;
    check("v3/job_interview_stage.json", read, stage);
    check("v1/job_stage.json", v1::job_stages::read_list, stage);
}

#[test]
fn departments_and_offices_are_read_in_both_versions() {
    let department = |one: &crate::Department| one.name.is_some() && one.parent_id.is_some();
    check("v3/department.json", v3::departments::read_list, department);
    check("v1/department.json", v1::departments::read_list, department);
    let office = |one: &crate::Office| {
        one.name.is_some() && one.parent_id.is_some() && one.location.is_some()
    };
    check("v3/office.json", v3::offices::read_list, office);
    check("v1/office.json", v1::offices::read_list, office);
}

#[test]
fn pools_are_read_in_both_versions() {
    let pool = |one: &crate::ProspectPool| !one.name.is_empty() && one.active;
    check("v3/prospect_pool.json", v3::prospect_pools::read_list, pool);
    check(
        "v1/prospect_pool.json",
        v1::prospect_pools::read_list,
        |one| pool(one) && one.stages.len() == 1,
    );
    check(
        "v3/prospect_pool_stage.json",
        v3::prospect_pools::read_stages,
        |(_, sort_order, stage)| sort_order.is_some() && !stage.name.is_empty(),
    );
}

#[test]
fn custom_fields_are_read_in_both_versions() {
    let filled = |one: &crate::CustomField| {
        !one.name.is_empty()
            && !one.name_key.is_empty()
            && one.field_type.is_some()
            && one.value_type.is_some()
            && one.private
            && one.required
    };
    check("v3/custom_field.json", v3::custom_fields::read_list, filled);
    check(
        "v1/custom_field.json",
        v1::custom_fields::read_list,
        |one| filled(one) && one.options.len() == 1,
    );
    check(
        "v3/custom_field_option.json",
        v3::custom_field_options::read_list,
        |one| one.custom_field_id.is_some() && one.external_id.is_some() && one.active,
    );
    check_one("v3/bulk_request.json", v3::bulk_requests::read_one, |one| {
        one.completed && one.succeeded > 0
    });
}

/// How many rows a reader finds.
type Count = fn(&[u8]) -> Result<usize, serde_json::Error>;

/// What people see of a record decides nothing: whatever stands there, the record is read. `odd` shows what it may be.
#[test]
fn what_only_people_read_makes_no_record_unreadable() {
    let readers: [(Count, &[&str]); 23] = [
        (
            |b| v3::jobs::read_list(b).map(|rows| rows.len()),
            &["name", "requisition_id", "custom_fields", "opened_at"],
        ),
        (
            |b| v3::job_posts::read_list(b).map(|rows| rows.len()),
            &["title", "public_url", "language"],
        ),
        (
            |b| v3::job_interview_stages::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v3::openings::read_list(b).map(|rows| rows.len()),
            &["opening_id", "closed_at"],
        ),
        (
            |b| v3::departments::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v3::offices::read_list(b).map(|rows| rows.len()),
            &["name", "location"],
        ),
        (
            |b| v3::job_post_locations::read_list(b).map(|rows| rows.len()),
            &["plain_text_location"],
        ),
        (
            |b| v3::close_reasons::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v3::users::read_list(b).map(|rows| rows.len()),
            &["name", "first_name", "last_name", "employee_id"],
        ),
        (
            |b| v3::referrers::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v3::rejection_reasons::read_list(b).map(|rows| rows.len()),
            &["name", "type"],
        ),
        (
            |b| v3::sources::read_list(b).map(|rows| rows.len()),
            &["type"],
        ),
        (
            |b| v3::candidates::read_list(b).map(|rows| rows.len()),
            &["company", "title", "custom_fields", "created_at"],
        ),
        (
            |b| v3::applications::read_list(b).map(|rows| rows.len()),
            &["stage_name", "custom_fields"],
        ),
        (
            |b| v1::jobs::read_whole_list(b).map(|rows| rows.len()),
            &["name", "requisition_id", "keyed_custom_fields"],
        ),
        (
            |b| v1::job_posts::read_placed(b).map(|rows| rows.len()),
            &["title", "location"],
        ),
        (
            |b| v1::job_stages::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v1::departments::read_list(b).map(|rows| rows.len()),
            &["name"],
        ),
        (
            |b| v1::offices::read_list(b).map(|rows| rows.len()),
            &["name", "location"],
        ),
        (
            |b| v1::users::read_list(b).map(|rows| rows.len()),
            &["name", "first_name", "last_name", "employee_id"],
        ),
        (
            |b| v1::rejection_reasons::read_list(b).map(|rows| rows.len()),
            &["name", "type"],
        ),
        (
            |b| v1::sources::read_list(b).map(|rows| rows.len()),
            &["type"],
        ),
        (
            v1_people_count,
            &["company", "title", "keyed_custom_fields"],
        ),
    ];
    let odd = [
        json!(7),
        json!(true),
        json!([]),
        json!({"id": 1, "key": 2}),
        json!("text"),
    ];
    for (index, (read, properties)) in readers.into_iter().enumerate() {
        for property in properties {
            for odd in &odd {
                let mut row = json!({"id": 1, "candidate_id": 2, "job_id": 3});
                row[*property] = odd.clone();
                let page = json!([row]).to_string();
                let read = read(page.as_bytes()).ok();
                assert_eq!(read, Some(1), "reader {index}: {property} is {odd}");
            }
        }
    }
    let job = json!([{"id": 1, "openings": [{"id": 2, "close_reason": "Filled"}]}]).to_string();
    let opening = v1::openings::read_list(job.as_bytes()).unwrap().remove(0);
    assert_eq!((opening.id, opening.close_reason_id), (2, None));
}

fn v1_people_count(body: &[u8]) -> Result<usize, serde_json::Error> {
    v1_people(body).map(|people| people.len())
}
