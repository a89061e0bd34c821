use domain::UserId;
use serde_json::json;

use super::*;

fn refusal(body: &Value) -> String {
    format!(
        "{:?}",
        Connect::parse(body.to_string().as_bytes()).unwrap_err()
    )
}

fn auth(auth: &Value) -> Result<Auth, Failure> {
    let body = json!({"tenant": "acme", "auth": auth});
    Connect::parse(body.to_string().as_bytes()).map(|connect| connect.auth)
}

#[test]
fn every_kind_of_credential_is_read_and_none_is_shown() {
    for credential in [
        json!({"kind": "client_credentials", "client_id": "i", "client_secret": "hush", "acting_user_id": "7"}),
        json!({"kind": "api_key", "api_key": "hush", "acting_user_id": 7}),
    ] {
        let auth = auth(&credential).unwrap();
        assert_eq!(auth.acting_user, Some(ActingUser::Id(UserId(7))));
        assert!(!format!("{auth:?}").contains("hush"));
    }
}

#[test]
fn an_acting_user_may_be_an_address() {
    let key =
        |user: Value| auth(&json!({"kind": "api_key", "api_key": "k", "acting_user_id": user}));
    let ann = ActingUser::Email("ann@example.com".into());
    assert!(!format!("{ann:?}").contains("ann"));
    assert_eq!(
        key(json!(" ann@example.com ")).unwrap().acting_user,
        Some(ann)
    );
    for wrong in [
        json!(null),
        json!(-1),
        json!(0),
        json!("ann"),
        json!("@example.com"),
        json!(1.5),
        json!("a@b"),
    ] {
        assert!(key(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let complete = json!({"kind": "client_credentials", "client_id": "i", "client_secret": "s"});
    for (body, name) in [
        (json!([]), "\"$\""),
        (json!({"auth": complete}), "tenant"),
        (json!({"tenant": "acme"}), "auth"),
        (
            json!({"tenant": "acme", "auth": {"kind": "magic"}}),
            "auth.kind",
        ),
        (
            json!({"tenant": "acme", "auth": {"kind": "authorization_code"}}),
            "links",
        ),
        (
            json!({"tenant": "acme", "auth": {"kind": "api_key"}}),
            "auth.api_key",
        ),
        (
            json!({"tenant": "acme", "auth": {"kind": "client_credentials", "client_id": "i"}}),
            "auth.client_secret",
        ),
    ] {
        assert!(refusal(&body).contains(name), "{body}: {}", refusal(&body));
    }
    assert!(Connect::parse(b"{").is_err());
}

#[test]
fn what_is_not_known_is_named_beside_what_is() {
    let credential = json!({"kind": "client_credentials", "client_id": "i", "client_secret": "s"});
    let key = json!({"kind": "api_key", "api_key": "k", "acting_user_id": 7});
    let with = |auth: &Value, name: &str| {
        let mut auth = auth.clone();
        auth[name] = json!("hush");
        json!({"tenant": "acme", "auth": auth})
    };
    for (body, field, known) in [
        (
            json!({"tenant": "acme", "auth": key, "zzz": "hush"}),
            "\"zzz\"",
            "there are: tenant, auth, settings, webhook_secrets",
        ),
        (
            with(&key, "client_secret"),
            "\"auth.client_secret\"",
            "there are: kind, api_key, acting_user_id",
        ),
        (
            with(&credential, "api_key"),
            "\"auth.api_key\"",
            "there are: kind, client_id, client_secret, acting_user_id",
        ),
    ] {
        let told = refusal(&body);
        assert!(told.contains(field) && told.contains(known), "{told}");
        assert!(!told.contains("hush"), "{told}");
        let rotated = rotation(json!({"auth": body["auth"]}).to_string().as_bytes());
        assert_eq!(rotated.is_err(), field.contains("auth."), "{field}");
    }
}

#[test]
fn what_cannot_be_changed_is_refused() {
    assert!(Change::parse(br#"{"settings":{"poll_interval_seconds":30}}"#).is_ok());
    for wrong in [
        r#"{"settings":[]}"#,
        r#"{"webhook_secrets":[1]}"#,
        r#"{"webhook_secrets":["two\nlines"]}"#,
        r#"{"state":"active"}"#,
    ] {
        assert!(Change::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn a_pause_has_a_reason_and_may_end_by_itself() {
    let lasts = |value: Value| {
        let body = json!({"reason": "audit", "for": value}).to_string();
        Pause::parse(body.as_bytes()).map(|pause| pause.lasts.map(|lasts| lasts.as_secs()))
    };
    for (value, seconds) in [
        (json!(null), None),
        (json!(90), Some(90)),
        (json!("90s"), Some(90)),
        (json!("30m"), Some(1800)),
        (json!("12h"), Some(43_200)),
        (json!("7d"), Some(604_800)),
    ] {
        assert_eq!(lasts(value).unwrap(), seconds);
    }
    for wrong in [
        json!(0),
        json!(-1),
        json!("1y"),
        json!("d"),
        json!("99999999999999999999d"),
        json!("400d"),
    ] {
        assert!(lasts(wrong.clone()).is_err(), "{wrong}");
    }
    assert!(Pause::parse(b"{}").is_err());
}
