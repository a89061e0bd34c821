//! Tokens of an authorization code: got, renewed, and shared with whoever keeps them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use greenhouse_sim::Simulator;
use harvest::{
    AccessToken, AccessTokens, Client, Credential, Error, Feature, Http, Partner, Unmetered,
    Version, authorize_url, least_scopes,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::server::{Reply, Server, answer, answer_with, config};

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
async fn how_long_a_token_is_good_for_is_counted_by_the_clock_that_ends_it() {
    let server = Server::start_with_tokens(
        |_, _| {
            let date = chrono::Utc::now() - Duration::from_secs(3600);
            let ends = (date + Duration::from_secs(1800)).format("%Y-%m-%dT%H:%M:%SZ");
            let date = date.format("date: %a, %d %b %Y %H:%M:%S GMT\r\n");
            let told =
                format!(r#"{{"access_token":"a","expires_at":"{ends}","refresh_token":"r"}}"#);
            answer_with(200, &date.to_string(), &told)
        },
        |_, _| answer(200, "[]"),
    )
    .await;
    let refresh = SecretString::from("r0");
    let tokens = http(&server)
        .refresh_tokens(&config(&server), &partner(), &refresh)
        .await
        .unwrap();
    assert_eq!(tokens.access.good_for, Duration::from_secs(1800));
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

/// An admin of the simulated company agrees; what comes back is the code.
async fn consent(sim: &Simulator, page: &Url) -> SecretString {
    let admin = sim.access().site_admin_id.to_string();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(page.query_pairs())
        .append_pair("decision", "allow")
        .append_pair("user", &admin);
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let answer = browser
        .post(page[..url::Position::AfterPath].to_owned())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish())
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    let back: Url = location.parse().unwrap();
    let found = |name: &str| {
        back.query_pairs()
            .find(|pair| pair.0 == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(found("state"), "the state");
    found("code").into()
}

#[tokio::test]
async fn a_partner_is_let_in_once_per_code_and_goes_on_with_refresh_tokens() {
    let sim = Simulator::start(greenhouse_sim::Config::default()).unwrap();
    let address = |text: String| text.parse().unwrap();
    let config = harvest::Config::new(address(sim.api_url()), address(sim.auth_url()));
    let (client_id, client_secret) = sim.partner().unwrap();
    let partner = Partner {
        client_id,
        client_secret: client_secret.into(),
    };
    let back = "http://127.0.0.1/connect/greenhouse/callback"
        .parse()
        .unwrap();
    let scopes = least_scopes(Version::V3, &[Feature::Import]);
    let http = Http::new(&config).unwrap();
    let page = authorize_url(&config, &partner.client_id, &back, "the state", scopes).unwrap();
    let code = consent(&sim, &page).await;
    let first = http
        .exchange_code(&config, &partner, &code, &back)
        .await
        .unwrap();
    let again = http.exchange_code(&config, &partner, &code, &back).await;
    assert_eq!(again.unwrap_err().kind(), "credential");
    // A second use of the code may have taken the authorisation with it: the admin agrees again.
    let code = consent(&sim, &page).await;
    let second = http
        .exchange_code(&config, &partner, &code, &back)
        .await
        .unwrap();
    assert_ne!(
        first.refresh_token.expose_secret(),
        second.refresh_token.expose_secret()
    );
    let third = http
        .refresh_tokens(&config, &partner, &second.refresh_token)
        .await
        .unwrap();
    let kept = Given(third.access);
    let credential = Credential::AuthorizationCode {
        partner,
        tokens: Arc::new(kept),
    };
    let client = Client::new(&http, &config, credential, Arc::new(Unmetered));
    assert!(!client.sources().list().await.unwrap().is_empty());
    let told = client.introspect().await.unwrap();
    assert_eq!(
        told.sub.map(|user| user.0),
        Some(sim.access().site_admin_id)
    );
    // What was not asked for is not granted.
    let refused = client.departments().get(1).await.unwrap_err();
    assert_eq!(refused.scope(), Some("harvest:departments:list"));
}

/// One token, whatever becomes of it.
struct Given(AccessToken);

impl AccessTokens for Given {
    fn access_token<'a>(
        &'a self,
        _: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<AccessToken, Error>> {
        std::future::ready(Ok(self.0.clone())).boxed()
    }
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
