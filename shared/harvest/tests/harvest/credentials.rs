//! Tokens: fetched once, replaced once.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use domain::UserId;
use harvest::{Cause, Error, Whose};

use crate::server::{Reply, Seen, Server, answer, answer_with, client, impatient};

fn numbered_token(before: usize) -> Reply {
    let token = format!(r#"{{"access_token":"t{before}","expires_in":3600}}"#);
    answer(200, &token)
}

#[tokio::test]
async fn many_calls_at_once_share_one_token() {
    let server = Server::start(|_, _| answer(200, "[]")).await;
    let client = client(&server);
    let calls = (0..20).map(|_| async { client.sources().list().await });
    for listed in futures::future::join_all(calls).await {
        listed.unwrap();
    }
    let tokens = server.token_requests();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].body, "grant_type=client_credentials&sub=77");
    // id:secret
    assert!(
        tokens[0]
            .head
            .contains("authorization: Basic aWQ6c2VjcmV0\r\n")
    );
    assert!(
        server.calls()[0]
            .head
            .contains("authorization: Bearer tkn\r\n")
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_repeated_once() {
    let server = Server::start_with_tokens(
        |_, before| numbered_token(before),
        |seen, _| {
            if seen.head.contains("Bearer t0\r\n") {
                answer(401, r#"{"message":"Unauthorized"}"#)
            } else {
                answer(200, "[]")
            }
        },
    )
    .await;
    let client = client(&server);
    client.sources().list().await.unwrap();
    assert_eq!(server.token_requests().len(), 2);
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_second_refusal_stands() {
    let server = Server::start(|_, _| answer(401, r#"{"message":"Token revoked"}"#)).await;
    let error = client(&server).sources().list().await.unwrap_err();
    let detail = "Token revoked".to_owned();
    assert_eq!(error, Error::Unauthorized { detail });
    assert_eq!(server.calls().len(), 2);
    assert_eq!(server.token_requests().len(), 2);
}

/// Each call has the token revoked that it brings when it first comes, so that another may have two tokens in a row
/// refused: the credential is good all the same.
#[tokio::test]
async fn a_token_that_another_call_had_revoked_is_no_refused_credential() {
    let met = Mutex::new(HashSet::new());
    let revoked = Mutex::new(HashSet::new());
    let server = Server::start_with_tokens(
        |_, before| numbered_token(before),
        move |seen, _| {
            let token = seen.head.split_once("Bearer ").unwrap().1;
            let token = token.lines().next().unwrap().to_owned();
            let mut revoked = revoked.lock().unwrap();
            if met.lock().unwrap().insert(seen.body.clone()) {
                revoked.insert(token.clone());
            }
            match revoked.contains(&token) {
                true => answer(401, r#"{"message":"Unauthorized"}"#),
                false => answer(201, r#"{"id":1,"name":"x"}"#),
            }
        },
    )
    .await;
    let client = client(&server);
    let tasks = (0..5).map(async |task| {
        for call in 0..20 {
            // Out of step: in step, all of them would share each new token.
            for _ in 0..(task * 7 + call * 13) % 40 {
                tokio::task::yield_now().await;
            }
            let name = format!("{task} {call}");
            client.candidate_tags().create(&name).await.unwrap();
        }
    });
    futures::future::join_all(tasks).await;
}

#[tokio::test]
async fn whoever_tries_a_new_token_and_gets_no_answer_holds_up_nobody_for_long() {
    let server = Server::start_with_tokens(
        |_, before| numbered_token(before),
        |seen, _| match (
            seen.head.contains("Bearer t0\r\n"),
            seen.body.contains("slow"),
        ) {
            (true, _) => answer(401, ""),
            (false, true) => Reply::Silence,
            (false, false) => answer(201, r#"{"id":1,"name":"quick"}"#),
        },
    )
    .await;
    let client = client(&server);
    let slow = async { client.candidate_tags().create("slow").await };
    let quick = async {
        while !tries_the_new_token(&server.calls()) {
            tokio::task::yield_now().await;
        }
        client.candidate_tags().create("quick").await
    };
    tokio::select! {
        answered = quick => drop(answered.unwrap()),
        answered = slow => panic!("{answered:?}"),
    }
    assert_eq!(server.token_requests().len(), 2);
}

fn tries_the_new_token(calls: &[Seen]) -> bool {
    let mut calls = calls.iter();
    calls.any(|call| call.head.contains("Bearer t1\r\n"))
}

#[tokio::test]
async fn a_refused_credential_costs_many_calls_one_new_token() {
    let server = Server::start_with_tokens(
        |_, before| numbered_token(before),
        |_, _| answer(401, r#"{"message":"Unauthorized"}"#),
    )
    .await;
    let client = client(&server);
    let calls = (0..20).map(|_| async { client.sources().list().await });
    for listed in futures::future::join_all(calls).await {
        assert!(matches!(listed, Err(Error::Unauthorized { .. })));
    }
    assert_eq!(server.token_requests().len(), 2);
}

#[tokio::test]
async fn many_refused_calls_replace_the_token_once() {
    let server = Server::start_with_tokens(
        |_, before| numbered_token(before),
        |seen, _| match seen.head.contains("Bearer t0\r\n") {
            true => answer(401, ""),
            false => answer(200, "[]"),
        },
    )
    .await;
    let client = client(&server);
    let calls = (0..20).map(|_| async { client.sources().list().await });
    for listed in futures::future::join_all(calls).await {
        listed.unwrap();
    }
    assert_eq!(server.token_requests().len(), 2);
}

#[tokio::test]
async fn an_expired_token_is_not_sent() {
    let server = Server::start_with_tokens(
        |_, before| {
            let token = format!(r#"{{"access_token":"t{before}","expires_in":1e-9}}"#);
            answer(200, &token)
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    let client = client(&server);
    client.sources().list().await.unwrap();
    client.sources().list().await.unwrap();
    let calls = server.calls();
    assert!(calls[1].head.contains("Bearer t1\r\n"));
}

/// The server's clock is far behind ours: by ours the token would have ended before it came.
#[tokio::test]
async fn a_token_ends_by_the_clock_of_the_server_that_gave_it() {
    let server = Server::start_with_tokens(
        |_, before| {
            let ends = "2020-11-24T10:30:00.000Z";
            let token = format!(r#"{{"access_token":"t{before}","expires_at":"{ends}"}}"#);
            answer_with(200, "date: Tue, 24 Nov 2020 10:00:00 GMT\r\n", &token)
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    let client = client(&server);
    client.sources().list().await.unwrap();
    client.sources().list().await.unwrap();
    assert_eq!(server.token_requests().len(), 1);
}

#[tokio::test]
async fn a_refused_credential_is_said_and_nothing_is_called() {
    let server = Server::start_with_tokens(
        |_, _| answer(401, r#"{"error":"invalid_client"}"#),
        |_, _| answer(200, "[]"),
    )
    .await;
    let client = client(&server);
    let refused = Error::Credential {
        status: 401,
        detail: "invalid_client".into(),
        whose: Whose::Tenant,
    };
    assert_eq!(client.sources().list().await, Err(refused.clone()));
    assert_eq!(client.verify_token().await, Err(refused.clone()));
    // Those who wait in line for the same token get the same answer; verifying always asks.
    assert_eq!(client.sources().list().await, Err(refused));
    assert_eq!(server.token_requests().len(), 2);
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn a_token_that_cannot_be_had_leaves_the_call_unsent() {
    let replies: [fn() -> Reply; 4] = [
        || answer(503, ""),
        || answer(200, "<html>"),
        || Reply::Bytes("".into()),
        || Reply::Silence,
    ];
    for reply in replies {
        let server = Server::start_with_tokens(move |_, _| reply(), |_, _| answer(200, "[]")).await;
        let error = impatient(&server).candidate_tags().create("x").await;
        assert!(matches!(error, Err(Error::NotSent { .. })), "{error:?}");
        assert_eq!(server.calls().len(), 0);
    }
}

#[tokio::test]
async fn a_throttled_token_endpoint_says_for_how_long() {
    let server = Server::start_with_tokens(
        |_, before| match before {
            0 => answer_with(429, "retry-after: 70\r\n", ""),
            _ => answer(429, ""),
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    // The window of the token endpoint where it does not say.
    for seconds in [70, 60] {
        let error = client(&server).sources().list().await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
    }
}

#[tokio::test]
async fn a_redirected_token_request_keeps_the_secret_at_home() {
    let server = Server::start_with_tokens(
        |_, _| answer_with(302, "location: /v3/sources\r\n", ""),
        |_, _| answer(200, "[]"),
    )
    .await;
    let error = client(&server).verify_token().await.unwrap_err();
    let cause = Cause::Redirect(302);
    assert_eq!(error, Error::NotSent { cause });
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn introspection_tells_what_the_token_is_good_for() {
    let server = Server::start_with_tokens(
        |seen, before| {
            if seen.line == "POST /introspect" {
                assert_eq!(seen.body, "token=t0&token_type_hint=access_token");
                let told = r#"{"active":true,"sub":"5","scope":"harvest:jobs:list"}"#;
                return answer(200, told);
            }
            numbered_token(before)
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    let told = client(&server).introspect().await.unwrap();
    assert!(told.active);
    assert_eq!(told.sub, Some(UserId(5)));
    assert_eq!(told.scopes, ["harvest:jobs:list"]);
}

#[tokio::test]
async fn a_token_near_its_end_is_replaced_while_calls_go_on() {
    let server =
        Server::start_with_tokens(|_, before| numbered_token(before), |_, _| answer(200, "[]"))
            .await;
    let client = client(&server);
    client.sources().list().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600 - 200)).await;
    tokio::time::resume();
    // This call goes with the old token and has the new one fetched.
    client.sources().list().await.unwrap();
    while server.token_requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    while !server
        .calls()
        .last()
        .unwrap()
        .head
        .contains("Bearer t1\r\n")
    {
        client.sources().list().await.unwrap();
    }
    assert!(server.calls()[1].head.contains("Bearer t0\r\n"));
    assert_eq!(server.token_requests().len(), 2);
}
