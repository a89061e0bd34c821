//! Paging and batches of ids.

use std::sync::Arc;

use domain::{CandidateId, JobId};
use futures::TryStreamExt;
use harvest::{Candidate, Cause, Cursor, Error, Operation};

use crate::server::{Ledger, Server, answer, answer_with, client, client_with, config};

#[tokio::test]
async fn pages_follow_the_link_as_it_is_and_each_costs_one_call() {
    let server = Server::start(|_, before| match before {
        0 => answer_with(
            200,
            "link: </v3/candidates?cursor=%7Bx,y%7D>; rel=\"next\"\r\n",
            r#"[{"id":3},{"id":2}]"#,
        ),
        _ => answer(200, r#"[{"id":1}]"#),
    })
    .await;
    let ledger = Arc::new(Ledger::default());
    let client = client_with(&config(&server), Arc::clone(&ledger) as _);
    let since = "2026-11-24T10:00:00Z".parse().unwrap();
    let stream = client.candidates().created_between(since, since);
    let found: Vec<Candidate> = stream.try_collect().await.unwrap();
    let ids: Vec<_> = found.iter().map(|candidate| candidate.id.0).collect();
    assert_eq!(ids, [3, 2, 1]);
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v3/candidates?per_page=500&created_at=gte%7C2026-11-24T10%3A00%3A00.000Z%7Clte%7C2026-11-24T10%3A00%3A00.000Z",
            "GET /v3/candidates?cursor=%7Bx,y%7D"
        ]
    );
    let acquired = ledger
        .told()
        .into_iter()
        .filter(|told| told == "acquire Work");
    assert_eq!(acquired.count(), 2);
}

#[tokio::test]
async fn the_newest_take_one_call_and_leave_out_whoever_is_not_shown_yet() {
    let server = Server::start(|_, _| {
        let link = "link: </v3/candidates?cursor=1>; rel=\"next\"\r\n";
        let rows = r#"[{"id":3},{"message":"Candidate is still processing"},{"id":2}]"#;
        answer_with(200, link, rows)
    })
    .await;
    let since = "2026-11-24T10:00:00Z".parse().unwrap();
    let client = client(&server);
    let found = client.candidates().newest_since(since).await.unwrap();
    let ids: Vec<_> = found.iter().map(|candidate| candidate.id.0).collect();
    assert_eq!(ids, [3, 2]);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn the_credential_does_not_follow_a_link_to_another_host() {
    let elsewhere = Server::start(|_, _| answer(200, "[]")).await;
    let link = format!(
        "link: <{}v3/sources?cursor=1>; rel=\"next\"\r\n",
        elsewhere.url
    );
    let server = Server::start(move |_, _| answer_with(200, &link, "[]")).await;
    let error = client(&server).sources().list().await.unwrap_err();
    let cause = Cause::Link;
    assert_eq!(error, Error::Unavailable { cause });
    assert_eq!(elsewhere.calls().len(), 0);
    // The page was asked for here; it is no next page of its own.
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_tag_is_looked_for_until_it_is_found() {
    let server = Server::start(|_, before| {
        let link = format!("link: </v3/candidate_tags?cursor={before}>; rel=\"next\"\r\n");
        let body = format!(r#"[{{"id":{before},"name":"tag {before}"}}]"#);
        answer_with(200, &link, &body)
    })
    .await;
    let tag = client(&server)
        .candidate_tags()
        .find("tag 2")
        .await
        .unwrap();
    assert_eq!(tag.unwrap().id.0, 2);
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn ids_go_in_batches_of_fifty_and_no_ids_cost_nothing() {
    let server = Server::start(|_, _| answer(200, r#"[{"id":1,"status":"open"}]"#)).await;
    let client = client(&server);
    assert_eq!(client.jobs().by_ids(&[]).await.unwrap(), []);
    assert_eq!(server.calls().len(), 0);
    let ids: Vec<JobId> = (1..=101).map(JobId).collect();
    assert_eq!(client.jobs().by_ids(&ids).await.unwrap().len(), 3);
    let calls = server.calls();
    assert!(calls[1].line.starts_with("GET /v3/jobs?ids=51,52,"));
    assert_eq!(calls[2].line, "GET /v3/jobs?ids=101");
}

#[tokio::test]
async fn one_candidate_is_the_one_with_the_id() {
    let server = Server::start(|_, _| answer(200, r#"[{"id":8}]"#)).await;
    let candidates = client(&server);
    let candidates = candidates.candidates();
    assert!(candidates.get(CandidateId(8)).await.unwrap().is_some());
    assert!(candidates.get(CandidateId(9)).await.unwrap().is_none());
}

#[tokio::test]
async fn somebody_with_other_addresses_is_no_match() {
    let rows = r#"[
        {"id":1,"email_addresses":[{"value":"bob@x.org","type":"work"}]},
        {"id":2,"email_addresses":[{"value":"x@y.z"},{"value":" Ada@X.org "}]},
        {"id":3,"email_addresses":[]}
    ]"#;
    let server = Server::start(move |_, _| answer(200, rows)).await;
    let found = client(&server)
        .candidates()
        .find_by_email("ada@x.ORG")
        .await;
    let ids: Vec<_> = found
        .unwrap()
        .iter()
        .map(|candidate| candidate.id.0)
        .collect();
    assert_eq!(ids, [2, 3]);
}

#[tokio::test]
async fn a_list_with_somebody_who_is_still_processed_proves_no_absence() {
    for rows in [
        r#"[{"message":"processing"}]"#,
        r#"[{"id":1},{"message":"processing"}]"#,
    ] {
        let server = Server::start(move |_, _| answer(200, rows)).await;
        let client = client(&server);
        let operation = Operation::CandidatesList;
        let found = client.candidates().find_by_email("ada@x.org").await;
        assert_eq!(found, Err(Error::Processing { operation }), "{rows}");
        let since = "2026-11-24T10:00:00Z".parse().unwrap();
        let stream = client.candidates().created_between(since, since);
        let found: Result<Vec<Candidate>, Error> = stream.try_collect().await;
        assert_eq!(found, Err(Error::Processing { operation }), "{rows}");
    }
}

#[tokio::test]
async fn links_that_lead_in_a_circle_are_not_followed_for_ever() {
    let server = Server::start(|_, before| {
        let link = format!(
            "link: </v3/sources?cursor={}>; rel=\"next\"\r\n",
            before % 2
        );
        answer_with(200, &link, r#"[{"id":1}]"#)
    })
    .await;
    let error = client(&server).sources().list().await.unwrap_err();
    let cause = Cause::Link;
    assert_eq!(error, Error::Unavailable { cause });
    assert_eq!(server.calls().len(), 3);
}

const REFUSED: &str = r#"{"message":"Unprocessable Content","errors":["Invalid query params"]}"#;

#[tokio::test]
async fn a_filter_by_date_that_is_refused_is_spelt_in_brackets_from_then_on() {
    let server = Server::start(|seen, _| match seen.line.contains("gte%7C") {
        true => answer(422, REFUSED),
        false => answer(200, "[]"),
    })
    .await;
    let client = client(&server);
    let (from, to) = (
        "2026-11-24T10:00:00Z".parse().unwrap(),
        "2026-11-24T11:00:00Z".parse().unwrap(),
    );
    for calls in [2, 3] {
        let page = client.applications().updated_between(from, to, None).await;
        assert_eq!(page.unwrap().rows, []);
        assert_eq!(server.calls().len(), calls);
    }
    assert_eq!(
        server.calls()[1].line,
        "GET /v3/applications?per_page=500&updated_at%5Bgte%5D=2026-11-24T10%3A00%3A00.000Z\
        &updated_at%5Blte%5D=2026-11-24T11%3A00%3A00.000Z"
    );
}

#[tokio::test]
async fn what_was_refused_for_a_moment_is_asked_as_documented_again() {
    let server = Server::start(|seen, before| {
        let refused = match seen.line.contains("gte%7C") {
            true => before == 0,
            false => before > 1,
        };
        match refused {
            true => answer(422, REFUSED),
            false => answer(200, "[]"),
        }
    })
    .await;
    let client = client(&server);
    let since = "2026-11-24T10:00:00Z".parse().unwrap();
    for calls in [2, 4, 5] {
        let page = client.jobs().page(Some(since), None).await;
        assert_eq!(page.unwrap().rows, []);
        assert_eq!(server.calls().len(), calls);
    }
}

#[tokio::test]
async fn posts_are_read_in_full_where_some_of_their_fields_are_refused() {
    let server = Server::start(|seen, _| match seen.line.contains("fields=") {
        true => answer(422, REFUSED),
        false => answer(200, r#"[{"id":7}]"#),
    })
    .await;
    let client = client(&server);
    let found = client.job_posts().of_jobs(&[JobId(1)]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        client
            .job_posts()
            .page(None, None)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines[1..],
        [
            "GET /v3/job_posts?per_page=500&job_ids=1",
            "GET /v3/job_posts?per_page=500"
        ]
    );
}

#[tokio::test]
async fn what_is_refused_however_it_is_asked_is_refused() {
    let server = Server::start(|_, _| answer(422, REFUSED)).await;
    let client = client(&server);
    let error = client.job_posts().page(None, None).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { status: 422, .. }));
    assert_eq!(server.calls().len(), 2);
    // A cursor is refused for what it is.
    let cursor = Cursor::from_text("/v3/job_posts?cursor=x".to_owned());
    client
        .job_posts()
        .page(None, Some(&cursor))
        .await
        .unwrap_err();
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn an_odd_row_of_a_page_is_named_and_the_others_are_read() {
    let odd =
        r#"[{"id":9,"custom_fields":[]},{"id":8,"status":4},{"id":7,"custom_fields":{"a":"b"}}]"#;
    let server = Server::start(move |_, _| answer(200, odd)).await;
    let page = client(&server).jobs().page(None, None).await.unwrap();
    let ids: Vec<i64> = page.rows.iter().map(|job| job.id.0).collect();
    assert_eq!((ids, page.unread), (vec![9, 7], vec![8]));
}

#[tokio::test]
async fn an_odd_row_of_what_is_read_by_ids_is_left_out_for_whoever_wants_it_so() {
    let odd = r#"[{"id":9,"job_id":1},{"id":8,"job_id":1,"active":"yes"},{"id":7,"job_id":1}]"#;
    let server = Server::start(move |_, _| answer(200, odd)).await;
    let client = client(&server);
    let jobs = [JobId(1)];
    client
        .job_interview_stages()
        .of_jobs(&jobs)
        .await
        .unwrap_err();
    let leaving_out = client.leaving_out_unread();
    let found = leaving_out.job_interview_stages().of_jobs(&jobs).await;
    let ids: Vec<i64> = found.unwrap().iter().map(|stage| stage.id.0).collect();
    assert_eq!((ids, leaving_out.take_unread()), (vec![9, 7], vec![8]));
    assert!(leaving_out.take_unread().is_empty());
}
