//! v1 on the wire: its key, its paging, and what it does in several steps.

use std::sync::Arc;

use domain::{ApplicationId, CandidateId, JobId, TagId, UserId};
use harvest::{
    CandidatePatch, Client, Config, Credential, CustomFieldValue, Error, Http, Unmetered, Version,
};
use serde_json::json;

use crate::server::{Server, answer, answer_with, config};

fn client(server: &Server) -> Client {
    client_for(server, Some(UserId(77)))
}

fn client_for(server: &Server, acting_user: Option<UserId>) -> Client {
    client_of(&config(server), acting_user)
}

fn client_of(config: &Config, acting_user: Option<UserId>) -> Client {
    let credential = Credential::ApiKey {
        api_key: "key".to_owned().into(),
        acting_user,
    };
    let http = Http::new(config).unwrap();
    Client::new(&http, config, credential, Arc::new(Unmetered))
}

#[tokio::test]
async fn a_key_needs_no_token_and_names_the_user_on_writes_alone() {
    let server = Server::start(|_, _| answer(200, r#"[{"id":1,"name":"Intrro"}]"#)).await;
    let client = client(&server);
    assert_eq!(client.version(), Version::V1);
    client.sources().list().await.unwrap();
    client.candidate_tags().create("Intrro").await.unwrap();
    assert_eq!(server.token_requests().len(), 0);
    let calls = server.calls();
    // key:
    let basic = "authorization: Basic a2V5Og==\r\n";
    assert!(calls.iter().all(|call| call.head.contains(basic)));
    assert!(!calls[0].head.contains("on-behalf-of"));
    assert!(calls[1].head.contains("on-behalf-of: 77\r\n"));
}

#[tokio::test]
async fn without_an_acting_user_nothing_is_written() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let created = client_for(&server, None)
        .candidate_tags()
        .create("Intrro")
        .await;
    assert!(matches!(created, Err(Error::Unauthorized { .. })));
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again() {
    let body = r#"{"message":"Invalid Basic Auth credentials"}"#;
    let server = Server::start(move |_, _| answer(401, body)).await;
    let error = client(&server).sources().list().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_key_that_may_not_make_the_cheapest_call_is_a_good_key() {
    let body = r#"{"message":"This API Key does not have permission for this endpoint"}"#;
    let server = Server::start(move |_, _| answer(403, body)).await;
    assert_eq!(client(&server).verify_token().await, Ok(()));
    let refused = Server::start(|_, _| answer(401, "")).await;
    assert!(client(&refused).verify_token().await.is_err());
    let told = client(&server).introspect().await.unwrap();
    assert!(told.active && told.scopes.is_empty());
    assert_eq!(told.sub, Some(UserId(77)));
}

#[tokio::test]
async fn a_refused_key_is_the_end_of_v1_only_where_it_is_said_to_be() {
    for (words, no_more) in [
        (r#"{"message":"Harvest v1 has been removed"}"#, true),
        (r#"{"message":"Invalid Basic Auth credentials"}"#, false),
        (
            r#"{"message":"This API key was removed, it is no longer valid"}"#,
            false,
        ),
        ("", false),
    ] {
        let server = Server::start(move |_, _| answer(401, words)).await;
        let client = client(&server);
        let not_served = |error: &Error| matches!(error, Error::NotServed { status: 401 });
        let error = client.jobs().by_ids(&[domain::JobId(1)]).await.unwrap_err();
        assert_eq!(not_served(&error), no_more, "{error:?}");
        let error = client.verify_token().await.unwrap_err();
        assert_eq!(not_served(&error), no_more, "{error:?}");
    }
}

/// Whoever stands in front of Greenhouse may say 403 of everything, which is no word about the version.
#[tokio::test]
async fn a_list_that_is_denied_does_not_end_the_version_unless_it_is_said_to() {
    for (words, no_more) in [
        ("Access denied", false),
        ("Harvest API v1 has been removed", true),
        ("This version of the API is no longer available", true),
    ] {
        let server = Server::start(move |_, _| answer(403, words)).await;
        let client = client(&server);
        let listed = client.jobs().any().await.unwrap_err();
        let scope = (!no_more).then_some("Jobs: list");
        assert_eq!(listed.scope(), scope, "{listed:?}");
        let not_served = |error: &Error| matches!(error, Error::NotServed { status: 403 });
        assert_eq!(not_served(&listed), no_more, "{listed:?}");
        let listed = client.users().any().await.unwrap_err();
        assert_eq!(not_served(&listed), no_more, "{listed:?}");
        let verified = client.verify_token().await;
        assert_eq!(verified.is_err_and(|error| not_served(&error)), no_more);
    }
}

#[tokio::test]
async fn pages_follow_the_link_with_its_numbers_and_filters() {
    let server = Server::start(|_, before| match before {
        0 => {
            let link = "link: </v1/applications?job_id=1&page=2&per_page=500>; rel=\"next\",\
                        </v1/applications?job_id=1&page=2&per_page=500>; rel=\"last\"\r\n";
            answer_with(200, link, r#"[{"id":2}]"#)
        }
        _ => {
            let link = "link: </v1/applications?page=1>; rel=\"prev\"\r\n";
            answer_with(200, link, r#"[{"id":1}]"#)
        }
    })
    .await;
    let from = "2026-11-24T10:00:00Z".parse().unwrap();
    let client = client(&server);
    let applications = client.applications();
    let first = applications.updated_between(from, from, None);
    let first = first.await.unwrap();
    let last = applications.updated_between(from, from, first.next.as_ref());
    let last = last.await.unwrap();
    let ids = [first.rows[0].id, last.rows[0].id];
    assert_eq!(ids, [ApplicationId(2), ApplicationId(1)]);
    assert_eq!(last.next, None);
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/applications?per_page=500&last_activity_after=2026-11-24T10%3A00%3A00.000Z",
            "GET /v1/applications?job_id=1&page=2&per_page=500"
        ]
    );
}

#[tokio::test]
async fn what_does_not_exist_is_left_out() {
    let server = Server::start(|seen, _| match seen.line.ends_with("/2") {
        true => answer(404, r#"{"message":"Resource not found"}"#),
        false => answer(200, r#"{"id":1}"#),
    })
    .await;
    let client = client(&server);
    let ids = [ApplicationId(1), ApplicationId(2)];
    let found = client.applications().by_ids(&ids).await.unwrap();
    assert_eq!(found.len(), 1);
    let absent = client.candidates().get(CandidateId(2)).await.unwrap();
    assert!(absent.is_none());
}

#[tokio::test]
async fn whoever_is_hidden_is_not_gone() {
    let server = Server::start(|seen, _| match seen.line.rsplit('/').next() {
        Some("1") => answer(200, r#"{"id":1}"#),
        Some("2") => answer(403, r#"{"message":"Access denied"}"#),
        Some("3") => answer(403, ""),
        _ => answer(404, r#"{"message":"Resource not found"}"#),
    })
    .await;
    let client = client(&server);
    for (id, gone) in [(1, false), (2, false), (3, false), (4, true)] {
        let told = client.candidates().is_gone(CandidateId(id)).await.unwrap();
        assert_eq!(told, gone, "{id}");
    }
}

#[tokio::test]
async fn whoever_has_another_number_is_left_out() {
    let everybody = r#"[{"id":1},{"id":2,"employee_id":"E2"},{"id":3,"employee_id":"E3"}]"#;
    for (status, body, expected) in [
        (200, everybody, vec![UserId(2)]),
        (200, r#"{"id":2,"employee_id":"E2"}"#, vec![UserId(2)]),
        (200, "[]", vec![]),
        (404, r#"{"message":"Resource not found"}"#, vec![]),
    ] {
        let server = Server::start(move |_, _| answer(status, body)).await;
        let client = client(&server);
        let found = client.users().by_employee_id("E2").await.unwrap();
        let found: Vec<UserId> = found.iter().map(|user| user.id).collect();
        assert_eq!(found, expected, "{status} {body}");
        assert_eq!(server.calls()[0].line, "GET /v1/users?employee_id=E2");
    }
}

#[tokio::test]
async fn custom_fields_with_several_options_are_written_by_id() {
    let server = Server::start(|seen, _| match seen.line.as_str() {
        "PATCH /v1/candidates/9" => answer(200, r#"[{"id":9}]"#),
        _ => answer(
            200,
            r#"[{"id":1,"name_key":"skills","custom_field_options":[{"id":11,"name":"Rust"}]}]"#,
        ),
    })
    .await;
    let patch = CandidatePatch {
        custom_fields: Some(vec![CustomFieldValue {
            name_key: "skills".into(),
            value: json!(["Rust"]),
        }]),
        ..CandidatePatch::default()
    };
    let edited = client(&server)
        .candidates()
        .update(CandidateId(9), &patch)
        .await;
    assert_eq!(edited, Ok(()));
    let written = server.calls().pop().unwrap().body;
    let expected = r#"{"custom_fields":[{"name_key":"skills","value":[11]}]}"#;
    assert_eq!(written, expected);
}

#[tokio::test]
async fn a_tag_is_looked_for_by_name_in_any_case() {
    let server = Server::start(|seen, _| match seen.line.starts_with("GET /v1/tags") {
        true => answer(200, r#"[{"id":5,"name":"intrro"},{"id":6,"name":"Other"}]"#),
        false => answer(200, r#"{"id":1,"tags":["intrro"]}"#),
    })
    .await;
    let client = client(&server);
    let found = client.candidate_tags().find("Intrro").await.unwrap();
    assert_eq!(found.unwrap().id, TagId(5));
    let tags = client.applied_candidate_tags();
    assert!(tags.has(CandidateId(1), TagId(5)).await.unwrap());
    assert!(!tags.has(CandidateId(1), TagId(6)).await.unwrap());
}

#[tokio::test]
async fn what_v1_cannot_do_is_said_and_costs_no_call() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let client = client(&server);
    assert!(!client.notes().can_be_read());
    assert!(client.notes().go_with_a_new_candidate());
    assert!(client.candidates().credit_goes_with_a_new_prospect());
    assert!(client.notes().of_candidate(CandidateId(1)).await.is_err());
    assert!(!client.application_stages().are_told());
    let stages = client.application_stages();
    assert_eq!(
        stages.of_applications(&[ApplicationId(1)]).await,
        Ok(vec![])
    );
    let credited = client.referrers().by_users(&[UserId(4)]).await.unwrap();
    assert_eq!(
        (credited[0].id.0, credited[0].user_id),
        (4, Some(UserId(4)))
    );
    assert_eq!(server.calls().len(), 0);
}

/// v1's posts with long texts can be larger together than what is read of one answer.
#[tokio::test]
async fn a_page_that_is_too_large_is_read_in_smaller_ones() {
    let server = Server::start(|seen, _| {
        let target = seen.line.split_once('?').unwrap().1;
        let (rows, page) = match target {
            "per_page=500&active=true" => (500, 1),
            "per_page=50&active=true" => (50, 1),
            "per_page=50&page=2" => (50, 2),
            _ => panic!("not asked for: {target}"),
        };
        let row = |id: i64| format!(r#"{{"id":{id},"title":"{}"}}"#, "x".repeat(100));
        let first = (page - 1) * rows;
        let listed: Vec<String> = (first..first + rows)
            .take(60 - first as usize)
            .map(row)
            .collect();
        let link = match rows {
            50 if page == 1 => "link: </v1/job_posts?per_page=50&page=2>; rel=\"next\"\r\n",
            _ => "",
        };
        answer_with(200, link, &format!("[{}]", listed.join(",")))
    })
    .await;
    let config = Config {
        max_body: 7_000,
        ..config(&server)
    };
    let client = client_of(&config, None);
    let first = client.job_posts().page(None, None).await.unwrap();
    let posts = client.job_posts();
    let second = posts.page(None, first.next.as_ref()).await.unwrap();
    assert_eq!((first.rows.len(), second.rows.len()), (50, 10));
    assert_eq!(second.next, None);
    assert_eq!(server.calls().len(), 3);
}

/// A single way to read may be withdrawn; that v1 is no more, a list tells that every account has.
#[tokio::test]
async fn one_read_that_is_gone_does_not_make_the_version_so() {
    for (sources, no_more) in [(200, false), (404, true)] {
        let server = Server::start(move |seen, _| match seen.line.contains("/v1/sources") {
            true => answer(sources, "[]"),
            false => answer(410, ""),
        })
        .await;
        let jobs = client(&server).jobs().by_ids(&[domain::JobId(1)]).await;
        let error = jobs.unwrap_err();
        assert_eq!(
            matches!(error, Error::NotServed { .. }),
            no_more,
            "{error:?}"
        );
        assert_eq!(server.calls().len(), 2);
    }
}

#[tokio::test]
async fn an_odd_record_that_is_read_alone_is_named_too() {
    let odd = r#"{"id":8,"status":4}"#;
    let server = Server::start(move |_, _| answer(200, odd)).await;
    let client = client(&server).leaving_out_unread();
    let found = client.jobs().whole_by_ids(&[JobId(8)]).await.unwrap();
    assert_eq!((found, client.take_unread()), (vec![], vec![8]));
}
