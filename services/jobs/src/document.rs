//! A job and everything belonging to it as the contract's job. Pure, and the same for the same records in any order.

use chrono::{DateTime, Utc};
use proto::{JobStatus, v1, wkt};
use serde_json::Value;
use store::jobs::{Kind, Record};

use crate::content::{Job, Member, Opening, Post, PostLocation, Stage, Standing, restored};
use crate::surroundings::Surroundings;

/// The contract's job.
pub(crate) fn document(
    id: i64,
    job: &Job,
    parts: &[(Kind, Record)],
    surroundings: &Surroundings,
) -> v1::Job {
    let status = match job.status {
        Standing::Open => JobStatus::Open,
        Standing::Draft => JobStatus::Draft,
        Standing::Closed => JobStatus::Closed,
    };
    let mut offices = job.office_ids.clone();
    offices.sort_unstable();
    let openings = openings(parts, surroundings);
    let department = job.department_id.and_then(|id| surroundings.department(id));
    v1::Job {
        id,
        name: job.name.clone(),
        requisition_id: job.requisition_id.clone(),
        status: status.into(),
        confidential: job.confidential,
        department,
        offices: offices
            .into_iter()
            .filter_map(|id| surroundings.office(id))
            .collect(),
        posts: posts(parts, surroundings),
        stages: stages(parts),
        opened_at: moment(job.opened_at),
        closed_at: moment(job.closed_at),
        updated_at: moment(job.updated_at),
        hiring_team: team(parts),
        close_reason: (status == JobStatus::Closed)
            .then(|| last_reason(&openings))
            .flatten(),
        openings,
        custom_fields: custom_fields(job),
    }
}

/// What a search looks at.
pub(crate) fn words(job: &v1::Job) -> String {
    let posts = job.posts.iter().map(|post| post.title.as_str());
    let all: Vec<&str> = [job.name.as_str(), job.requisition_id.as_str()]
        .into_iter()
        .chain(posts)
        .filter(|text| !text.is_empty())
        .collect();
    all.join("\n").to_lowercase()
}

fn of(parts: &[(Kind, Record)], kind: Kind) -> Vec<&Record> {
    let mut found: Vec<&Record> = parts
        .iter()
        .filter(|(one, _)| *one == kind)
        .map(|(_, record)| record)
        .collect();
    found.sort_unstable_by_key(|record| record.id);
    found
}

fn posts(parts: &[(Kind, Record)], surroundings: &Surroundings) -> Vec<v1::JobPost> {
    let places = of(parts, Kind::PostLocation);
    let post = |record: &Record| {
        let post: Post = restored(&record.content);
        let mine = places
            .iter()
            .filter(|place| place.parent == Some(record.id));
        let locations: Vec<String> = mine
            .filter_map(|place| location(place, surroundings))
            .collect();
        v1::JobPost {
            id: record.id,
            title: post.title,
            location: locations.join("; "),
            internal: post.internal,
            live: post.live,
            url: post.url,
            locations,
            language: post.language,
        }
    };
    of(parts, Kind::Post).into_iter().map(post).collect()
}

fn location(place: &Record, surroundings: &Surroundings) -> Option<String> {
    let place: PostLocation = restored(&place.content);
    let in_words = place.name.filter(|name| !name.trim().is_empty());
    in_words.or_else(|| {
        let office = surroundings.place(place.office_id?)?;
        let words = if office.location.is_empty() {
            &office.name
        } else {
            &office.location
        };
        Some(words.clone())
    })
}

/// In order, deleted ones last.
fn stages(parts: &[(Kind, Record)]) -> Vec<v1::JobStage> {
    let mut stages: Vec<(i64, Stage)> = of(parts, Kind::Stage)
        .into_iter()
        .map(|record| (record.id, restored(&record.content)))
        .collect();
    stages.sort_by_key(|(id, stage)| (!stage.active, stage.order, *id));
    (0..)
        .zip(stages)
        .map(|(position, (id, stage))| v1::JobStage {
            id,
            name: stage.name,
            position,
            active: stage.active,
        })
        .collect()
}

fn openings(parts: &[(Kind, Record)], surroundings: &Surroundings) -> Vec<v1::Opening> {
    let opening = |record: &Record| {
        let opening: Opening = restored(&record.content);
        v1::Opening {
            id: record.id,
            opening_id: opening.opening_id,
            open: opening.open,
            opened_at: moment(opening.opened_at),
            closed_at: moment(opening.closed_at),
            close_reason: opening
                .close_reason_id
                .and_then(|id| surroundings.reason(id)),
        }
    };
    of(parts, Kind::Opening).into_iter().map(opening).collect()
}

/// Of the seat closed last: its closing closes the job.
fn last_reason(openings: &[v1::Opening]) -> Option<v1::CloseReason> {
    let closed = openings.iter().filter(|opening| !opening.open);
    let last = closed.max_by_key(|opening| {
        let at = opening.closed_at.as_ref();
        (at.map(|at| (at.seconds, at.nanos)), opening.id)
    });
    last?.close_reason.clone()
}

fn team(parts: &[(Kind, Record)]) -> Vec<v1::HiringTeamMember> {
    use v1::hiring_team_member::Role;
    let mut team: Vec<v1::HiringTeamMember> = parts
        .iter()
        .filter(|(kind, _)| matches!(kind, Kind::Owner | Kind::HiringManager))
        .map(|(_, record)| {
            let member: Member = restored(&record.content);
            let role = match member.role.as_str() {
                "hiring_manager" => Role::HiringManager,
                "recruiter" => Role::Recruiter,
                "coordinator" => Role::Coordinator,
                "sourcer" => Role::Sourcer,
                _ => Role::Unspecified,
            };
            v1::HiringTeamMember {
                user_id: member.user_id,
                role: role.into(),
                responsible: member.responsible,
            }
        })
        .collect();
    team.sort_by_key(|member| (member.role, member.user_id, member.responsible));
    team.dedup();
    team
}

/// None when there are none, or when they nest deeper than the contract carries.
fn custom_fields(job: &Job) -> Option<wkt::Struct> {
    if job.custom_fields.is_empty() {
        return None;
    }
    serde_json::from_value(Value::Object(job.custom_fields.clone())).ok()
}

/// What the contract cannot say (years beyond 9999) is left out.
fn moment(at: Option<DateTime<Utc>>) -> Option<wkt::Timestamp> {
    let at = wkt::Timestamp::from(at?);
    at.to_utc().map(|_| at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(id: i64, parent: Option<i64>, content: Value) -> Record {
        Record {
            id,
            job: Some(1),
            parent,
            content,
        }
    }

    fn surroundings() -> Surroundings {
        Surroundings::new(&[
            (
                Kind::Department,
                record(10, None, json!({"name": "Company"})),
            ),
            (
                Kind::Department,
                record(11, Some(10), json!({"name": "Engineering"})),
            ),
            (
                Kind::Department,
                record(12, Some(11), json!({"name": "Backend"})),
            ),
            (
                Kind::Office,
                record(
                    20,
                    None,
                    json!({"name": "London", "location": "London, UK"}),
                ),
            ),
            (
                Kind::CloseReason,
                record(30, None, json!({"name": "Hire - new"})),
            ),
        ])
    }

    fn job(content: Value, parts: &[(Kind, Record)]) -> v1::Job {
        document(1, &restored(&content), parts, &surroundings())
    }

    #[test]
    fn a_department_comes_with_its_path_from_the_top() {
        let job = job(json!({"status": "open", "department_id": 12}), &[]);
        assert_eq!(
            job.department.unwrap().path,
            ["Company", "Engineering", "Backend"]
        );
    }

    #[test]
    fn stages_are_in_order_and_numbered_with_deleted_ones_last() {
        let stage = |id, name: &str, order: i64, active: bool| {
            let content = json!({"name": name, "order": order, "active": active});
            (Kind::Stage, record(id, None, content))
        };
        let parts = [
            stage(3, "Offer", 9, true),
            stage(1, "Old", 0, false),
            stage(2, "Review", 4, true),
        ];
        let told: Vec<(String, i32)> = job(json!({"status": "open"}), &parts)
            .stages
            .into_iter()
            .map(|stage| (stage.name, stage.position))
            .collect();
        let expected = [("Review", 0), ("Offer", 1), ("Old", 2)];
        assert_eq!(told, expected.map(|(name, at)| (name.to_owned(), at)));
    }

    #[test]
    fn a_post_names_all_its_places_in_words() {
        let parts = [
            (Kind::Post, record(5, None, json!({"title": "Engineer"}))),
            (
                Kind::PostLocation,
                record(7, Some(5), json!({"name": "Remote"})),
            ),
            (
                Kind::PostLocation,
                record(6, Some(5), json!({"office_id": 20})),
            ),
            (
                Kind::PostLocation,
                record(8, Some(9), json!({"name": "elsewhere"})),
            ),
        ];
        let posts = job(json!({"status": "open"}), &parts).posts;
        assert_eq!(posts[0].locations, ["London, UK", "Remote"]);
        assert_eq!(posts[0].location, "London, UK; Remote");
    }

    #[test]
    fn a_closed_job_has_the_reason_of_the_seat_closed_last() {
        let seat = |id, closed: &str, reason: Option<i64>| {
            let content = json!({"open": false, "closed_at": closed, "close_reason_id": reason});
            (Kind::Opening, record(id, None, content))
        };
        let parts = [
            seat(1, "2026-01-02T00:00:00Z", Some(30)),
            seat(2, "2026-01-01T00:00:00Z", None),
        ];
        let reason = |status: &str| job(json!({ "status": status }), &parts).close_reason;
        assert_eq!(reason("closed").unwrap().name, "Hire - new");
        assert_eq!(reason("open"), None);
    }

    #[test]
    fn the_order_of_records_does_not_matter() {
        let mut parts = vec![
            (
                Kind::Owner,
                record(1, None, json!({"user_id": 5, "role": "recruiter"})),
            ),
            (
                Kind::HiringManager,
                record(1, None, json!({"user_id": 4, "role": "hiring_manager"})),
            ),
            (Kind::Post, record(2, None, json!({"title": "b"}))),
            (Kind::Post, record(1, None, json!({"title": "a"}))),
        ];
        let one = job(json!({"status": "open", "office_ids": [20]}), &parts);
        parts.reverse();
        assert_eq!(
            one,
            job(json!({"status": "open", "office_ids": [20]}), &parts)
        );
    }
}
