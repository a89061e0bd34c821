//! Paging and batches of ids.

use std::sync::Arc;

use domain::{CandidateId, JobId};
use futures::TryStreamExt;
use harvest::{Candidate, Cause, Error, Operation};

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
    let stream = client.candidates().created_since(since);
    let found: Vec<Candidate> = stream.try_collect().await.unwrap();
    let ids: Vec<_> = found.iter().map(|candidate| candidate.id.0).collect();
    assert_eq!(ids, [3, 2, 1]);
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v3/candidates?per_page=500&created_at=gte%7C2026-11-24T10%3A00%3A00.000Z",
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
        let stream = client.candidates().created_since(since);
        let found: Result<Vec<Candidate>, Error> = stream.try_collect().await;
        assert_eq!(found, Err(Error::Processing { operation }), "{rows}");
    }
}
