//! What the budget is asked and told.

use std::sync::Arc;
use std::time::Duration;

use harvest::{Error, Purpose};

use crate::server::{Ledger, Server, answer, answer_with, client_with, config};

#[tokio::test]
async fn a_denied_call_is_not_sent() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let ledger = Arc::new(Ledger {
        denies: true,
        ..Ledger::default()
    });
    let client = client_with(&config(&server), ledger);
    let retry_after = Duration::from_secs(4);
    let error = client.sources().list().await.unwrap_err();
    assert_eq!(error, Error::Denied { retry_after });
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn a_throttled_call_is_told_to_everybody_and_not_repeated() {
    let reset = chrono::Utc::now().timestamp() + 3000;
    let server = Server::start(move |_, _| {
        let limit = format!(
            "x-ratelimit-limit: 75\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: {reset}\r\n"
        );
        answer_with(429, &format!("{limit}retry-after: 17\r\n"), "")
    })
    .await;
    let ledger = Arc::new(Ledger::default());
    let client = client_with(&config(&server), Arc::clone(&ledger) as _);
    let error = client.sources().list().await.unwrap_err();
    let retry_after = Duration::from_secs(17);
    assert_eq!(error, Error::Throttled { retry_after });
    assert_eq!(ledger.told(), ["acquire Work", "exhausted 17s"]);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_server_without_limits_is_noted_once() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let ledger = Arc::new(Ledger::default());
    let client = client_with(&config(&server), Arc::clone(&ledger) as _);
    client.sources().list().await.unwrap();
    let proof = client.with_purpose(Purpose::Proof);
    proof.sources().list().await.unwrap();
    assert_eq!(
        ledger.told(),
        ["acquire Work", "observe Absent", "acquire Proof"]
    );
}

#[tokio::test]
async fn greenhouses_clock_is_known_from_the_first_answer_on_whatever_it_answers() {
    let date = chrono::Utc::now() - chrono::TimeDelta::minutes(10);
    let told = date.to_rfc2822();
    let server =
        Server::start(move |_, _| answer_with(404, &format!("date: {told}\r\n"), "")).await;
    let client = client_with(&config(&server), Arc::new(Ledger::default()));
    assert_eq!(client.greenhouse_clock(), None);
    client.sources().list().await.unwrap_err();
    let since = client.greenhouse_clock().unwrap() - date;
    assert!((-1..60).contains(&since.num_seconds()), "{since}");
}

#[tokio::test]
async fn an_answer_without_a_readable_date_tells_no_clock() {
    let server = Server::start(|_, call| match call {
        0 => answer(200, "[]"),
        _ => answer_with(200, "date: yesterday\r\n", "[]"),
    })
    .await;
    let client = client_with(&config(&server), Arc::new(Ledger::default()));
    for _ in 0..2 {
        client.sources().list().await.unwrap();
        assert_eq!(client.greenhouse_clock(), None);
    }
}

/// As reliability has it, 503 with `Retry-After` is a limit like 429; a write that was refused so may have happened.
#[tokio::test]
async fn an_outage_that_says_when_it_ends_is_told_to_everybody() {
    let server = Server::start(|_, _| answer_with(503, "retry-after: 17\r\n", "")).await;
    let ledger = Arc::new(Ledger::default());
    let client = client_with(&config(&server), Arc::clone(&ledger) as _);
    let retry_after = Duration::from_secs(17);
    let error = client.sources().list().await.unwrap_err();
    assert_eq!(error, Error::Throttled { retry_after });
    let error = client.candidate_tags().create("Intrro").await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    let told = ledger.told();
    let exhausted = told.iter().filter(|told| *told == "exhausted 17s");
    assert_eq!(exhausted.count(), 2, "{told:?}");
}
