//! Tokens of an authorization code: got, renewed, and shared with whoever keeps them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use harvest::{AccessToken, AccessTokens, Client, Credential, Error, Http, Partner, Unmetered};
use secrecy::{ExposeSecret, SecretString};

use crate::server::{Reply, Server, answer, config};

fn partner() -> Partner {
    Partner {
        client_id: "partner".into(),
        client_secret: "secret".to_owned().into(),
    }
}

fn http(server: &Server) -> Http {
    Http::new(&config(server)).unwrap()
}

#[tokio::test]
async fn a_code_becomes_tokens() {
    let server = Server::start_with_tokens(
        |_, _| {
            let told = r#"{"access_token":"a","expires_in":3600,"refresh_token":"r","scope":"harvest:jobs:list"}"#;
            answer(200, told)
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    let back = "https://bridge.example/callback".parse().unwrap();
    let code = SecretString::from("c&1");
    let tokens = http(&server)
        .exchange_code(&config(&server), &partner(), &code, &back)
        .await
        .unwrap();
    assert_eq!(tokens.access.token.expose_secret(), "a");
    assert_eq!(tokens.refresh_token.expose_secret(), "r");
    assert_eq!(tokens.refresh_good_for, Duration::from_secs(24 * 3600));
    assert_eq!(tokens.scopes, ["harvest:jobs:list"]);
    let asked = &server.token_requests()[0];
    assert_eq!(
        asked.body,
        "grant_type=authorization_code&code=c%261&redirect_uri=https%3A%2F%2Fbridge.example%2Fcallback"
    );
    // partner:secret
    assert!(
        asked
            .head
            .contains("authorization: Basic cGFydG5lcjpzZWNyZXQ=\r\n")
    );
    assert!(!format!("{tokens:?}").contains("\"a\""));
}

#[tokio::test]
async fn a_refused_refresh_is_told_from_one_whose_fate_is_unknown() {
    let replies: [fn() -> Reply; 4] = [
        || answer(400, r#"{"error":"invalid_grant"}"#),
        || answer(503, ""),
        || Reply::Bytes("".into()),
        || answer(200, r#"{"access_token":"#),
    ];
    let kinds = ["credential", "unknown", "unknown", "unknown"];
    for (reply, expected) in replies.into_iter().zip(kinds) {
        let server = Server::start_with_tokens(move |_, _| reply(), |_, _| answer(200, "[]")).await;
        let refresh = SecretString::from("r0");
        let error = http(&server)
            .refresh_tokens(&config(&server), &partner(), &refresh)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), expected, "{error:?}");
    }
}

#[tokio::test]
async fn a_refresh_that_brings_no_new_refresh_token_keeps_the_old_one() {
    let server = Server::start_with_tokens(
        |_, _| answer(200, r#"{"access_token":"a1","expires_in":3600}"#),
        |_, _| answer(200, "[]"),
    )
    .await;
    let refresh = SecretString::from("r0");
    let tokens = http(&server)
        .refresh_tokens(&config(&server), &partner(), &refresh)
        .await
        .unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), "r0");
    assert_eq!(
        server.token_requests()[0].body,
        "grant_type=refresh_token&refresh_token=r0"
    );
}

/// Gives `t0` until it is refused, then `t1`.
#[derive(Default)]
struct Kept {
    refused: Mutex<Vec<String>>,
}

impl AccessTokens for Kept {
    fn access_token<'a>(
        &'a self,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<AccessToken, Error>> {
        let mut seen = self.refused.lock().unwrap();
        seen.extend(refused.map(|token| token.expose_secret().to_owned()));
        let token = format!("t{}", seen.len()).into();
        let good_for = Duration::from_secs(3600);
        std::future::ready(Ok(AccessToken { token, good_for })).boxed()
    }
}

#[tokio::test]
async fn whoever_keeps_the_tokens_is_told_which_one_was_refused() {
    let server = Server::start(|seen, _| match seen.head.contains("Bearer t0\r\n") {
        true => answer(401, ""),
        false => answer(200, "[]"),
    })
    .await;
    let kept = Arc::new(Kept::default());
    let credential = Credential::AuthorizationCode {
        partner: partner(),
        tokens: Arc::clone(&kept) as _,
    };
    let client = Client::new(
        &http(&server),
        &config(&server),
        credential,
        Arc::new(Unmetered),
    );
    client.sources().list().await.unwrap();
    client.sources().list().await.unwrap();
    assert_eq!(*kept.refused.lock().unwrap(), ["t0"]);
    assert_eq!(server.calls().len(), 3);
    assert_eq!(server.token_requests().len(), 0);
}
