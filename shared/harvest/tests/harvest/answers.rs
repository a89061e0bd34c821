//! What the caller learns about the effect of a call.

use std::sync::{Arc, Mutex};

use domain::{CandidateId, TagId};
use harvest::{CandidatePatch, Cause, Client, Config, Error, Http, NewCandidate, Unmetered};

use crate::server::{Reply, Server, answer, answer_with, client, config, credential, impatient};

async fn write(client: &Client) -> Error {
    let candidate = NewCandidate {
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        ..NewCandidate::default()
    };
    client.candidates().create(&candidate).await.unwrap_err()
}

async fn read(client: &Client) -> Error {
    let found = client.candidates().find_by_email("ada@example.com").await;
    found.unwrap_err()
}

/// What a write and a read make of the same mishap; neither is sent twice.
async fn both(reply: fn() -> Reply) -> (Error, Error) {
    let server = Server::start(move |_, _| reply()).await;
    let client = impatient(&server);
    let errors = (write(&client).await, read(&client).await);
    assert_eq!(server.calls().len(), 2);
    errors
}

/// A mishap that makes a write unknown and a read repeatable.
async fn is_interrupted(reply: fn() -> Reply, expected: impl Fn(&Cause) -> bool) {
    match both(reply).await {
        (Error::Unknown { cause: write }, Error::Unavailable { cause: read }) => {
            assert!(expected(&write) && expected(&read), "{write:?} {read:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// The same after a success was told: the write was accepted.
async fn is_unreadable(reply: fn() -> Reply, expected: impl Fn(&Cause) -> bool) {
    match both(reply).await {
        (Error::Accepted { cause: write }, Error::Unavailable { cause: read }) => {
            assert!(expected(&write) && expected(&read), "{write:?} {read:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request() {
    is_interrupted(
        || Reply::Bytes("".into()),
        |cause| matches!(cause, Cause::Broken(_)),
    )
    .await;
}

#[tokio::test]
async fn a_body_that_is_cut_off() {
    is_unreadable(
        || {
            Reply::Bytes(
                "HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"candidate\":{".into(),
            )
        },
        |cause| matches!(cause, Cause::Broken(_)),
    )
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_json() {
    is_unreadable(
        || answer(201, "<html>created</html>"),
        |cause| matches!(cause, Cause::Unreadable { line: 1, .. }),
    )
    .await;
}

#[tokio::test]
async fn a_body_without_an_id_or_without_anything() {
    is_unreadable(
        || answer(200, ""),
        |cause| matches!(cause, Cause::Unreadable { .. }),
    )
    .await;
}

#[tokio::test]
async fn a_person_who_is_accepted_and_still_processed() {
    let server = Server::start(|_, _| answer(201, r#"{"message":"processing"}"#)).await;
    let error = write(&client(&server)).await;
    assert!(matches!(error, Error::Accepted { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_come() {
    is_interrupted(|| Reply::Silence, |cause| *cause == Cause::Timeout).await;
}

#[tokio::test]
async fn an_answer_that_begins_and_does_not_end() {
    is_unreadable(
        || {
            Reply::Stalled(
                "HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"candidate\":{".into(),
            )
        },
        |cause| *cause == Cause::Timeout,
    )
    .await;
    is_interrupted(
        || Reply::Stalled("HTTP/1.1 201 Cre".into()),
        |cause| *cause == Cause::Timeout,
    )
    .await;
}

#[tokio::test]
async fn an_error_of_the_server() {
    for status in [500, 502, 503, 504] {
        let server = Server::start(move |_, _| answer(status, "")).await;
        let cause = Cause::Status(status);
        assert_eq!(write(&client(&server)).await, Error::Unknown { cause });
        assert_eq!(server.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    is_interrupted(
        || answer_with(307, "location: /elsewhere\r\n", ""),
        |cause| *cause == Cause::Redirect(307),
    )
    .await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_announced_or_not() {
    let chunk = "40\r\n                                                                \r\n";
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}");
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n{chunk}");
    for reply in [announced, chunked] {
        let server = Server::start(move |_, _| Reply::Bytes(reply.clone())).await;
        // Enough for the token.
        let max_body = 100;
        let config = Config {
            max_body,
            ..config(&server)
        };
        let client = crate::server::client_with(&config, Arc::new(Unmetered));
        let cause = Cause::TooLarge;
        assert_eq!(read(&client).await, Error::Unavailable { cause });
    }
}

#[tokio::test]
async fn a_refused_connection_proves_that_nothing_was_sent() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let config = Config {
        api_url: address.parse().unwrap(),
        ..config(&server)
    };
    let client = crate::server::client_with(&config, Arc::new(Unmetered));
    for error in [write(&client).await, read(&client).await] {
        let Error::NotSent {
            cause: Cause::Connect(_),
        } = &error
        else {
            panic!("{error:?}");
        };
        // The address that was called holds the e-mail.
        assert!(!format!("{error} {error:?}").contains("ada"));
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_a_write_is_unknown_and_not_sent_again() {
    let server = Server::start(|_, before| match before {
        0 => answer(200, "[]"),
        _ => Reply::Bytes("".into()),
    })
    .await;
    let client = client(&server);
    assert_eq!(client.sources().list().await.unwrap(), []);
    assert!(matches!(write(&client).await, Error::Unknown { .. }));
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn refusals_keep_greenhouses_words_without_addresses() {
    let server = Server::start(|_, _| {
        answer(
            422,
            r#"{"message":"Validation error for ada@example.com","errors":[{"message":"Bad","field":"tags"}]}"#,
        )
    })
    .await;
    let error = write(&client(&server)).await;
    assert_eq!(
        error.to_string(),
        "refused with 422: Validation error for [e-mail]"
    );
    assert!(error.names_field("tags"));
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let server = Server::start(|_, _| answer(403, "")).await;
    let error = write(&client(&server)).await;
    assert_eq!(error.scope(), Some("harvest:candidates:create"));
}

#[tokio::test]
async fn an_edit_may_answer_with_nothing() {
    let server = Server::start(|_, _| Reply::Bytes("HTTP/1.1 204 No Content\r\n\r\n".into())).await;
    let client = client(&server);
    let patch = CandidatePatch {
        title: Some("Countess".into()),
        ..CandidatePatch::default()
    };
    let edited = client.candidates().update(CandidateId(1), &patch).await;
    assert_eq!(edited, Ok(()));
    let applied = client
        .applied_candidate_tags()
        .create(CandidateId(1), TagId(2))
        .await;
    assert_eq!(applied, Ok(()));
    let calls = server.calls();
    assert_eq!(calls[0].line, "PATCH /v3/candidates/1");
    assert_eq!(calls[0].body, r#"{"title":"Countess"}"#);
    assert!(calls[0].head.contains("content-type: application/json\r\n"));
}

#[tokio::test]
async fn every_exchange_is_reported() {
    let server = Server::start(|_, before| match before {
        0 => answer(200, "[]"),
        1 => answer(429, ""),
        _ => Reply::Bytes("".into()),
    })
    .await;
    let reported = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&reported);
    let http = Http::new(&config(&server))
        .unwrap()
        .on_call(move |operation, class, _| {
            let line = format!("{operation} {class}");
            report.lock().unwrap().push(line);
        });
    let client = Client::new(&http, &config(&server), credential(), Arc::new(Unmetered));
    for _ in 0..3 {
        let _ = client.sources().list().await;
    }
    assert_eq!(
        *reported.lock().unwrap(),
        [
            "token ok",
            "sources.list ok",
            "sources.list throttled",
            "sources.list network"
        ]
    );
}

/// What is refused, only the rest would tell.
#[tokio::test]
async fn a_refusal_whose_words_break_off_was_not_executed_and_may_be_asked_again() {
    let cut = || {
        let headers = "content-type: application/json\r\n";
        answer_with(422, headers, r#"{"errors":[{"message":"Invalid pa"#)
    };
    let dropped = || {
        let head = "HTTP/1.1 422 Unprocessable\r\ncontent-length: 100\r\n\r\n";
        Reply::Bytes(format!("{head}{{\"errors\":"))
    };
    for reply in [cut as fn() -> Reply, dropped] {
        match both(reply).await {
            (Error::NotSent { .. }, Error::Unavailable { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    let whole = || answer_with(422, "content-type: application/json\r\n", "{}");
    let plain = || answer(422, "no");
    for reply in [whole as fn() -> Reply, plain] {
        match both(reply).await {
            (Error::Rejected { .. }, Error::Rejected { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
