//! `/v3/webhooks`, for partners only. It can be written but not read.

use super::call::{Call, refusal};
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    org::{announcing::ACTIONS, rows::Webhook},
    table::Meta,
    webhooks::{MOST_ATTEMPTS, acceptable},
};

const REST: [Field; 5] = [
    may("deactivated", Kind::Bool),
    may_null("basic_auth_username", Kind::Text),
    may_null("basic_auth_password", Kind::Text),
    may_null("additional_headers", Kind::Text),
    may_null("error_recipient_email", Kind::Email),
];

fn creation() -> Vec<Field> {
    let mut schema = REST.to_vec();
    schema.extend([
        must("endpoint_url", Kind::Filled),
        must("name", Kind::Filled),
        must("event_action_type", Kind::Word(ACTIONS)),
        must("secret_key", Kind::Filled),
        must("max_attempts", Kind::Id),
    ]);
    schema
}

fn edition() -> Vec<Field> {
    let mut schema = REST.to_vec();
    schema.extend([
        may("endpoint_url", Kind::Filled),
        may("name", Kind::Filled),
        may("event_action_type", Kind::Word(ACTIONS)),
        may("secret_key", Kind::Filled),
        may("max_attempts", Kind::Id),
    ]);
    schema
}

/// Makes a webhook and pings it; the answer does not wait for what becomes of the ping.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    call.partners_only()?;
    let body = call.body(&creation())?;
    check(&body)?;
    let meta = Meta::new(call.org.ids.next("webhook"), call.now);
    let id = meta.id;
    let mut webhook = Webhook {
        meta,
        name: String::new(),
        endpoint_url: String::new(),
        event_action_type: String::new(),
        max_attempts: MOST_ATTEMPTS,
        additional_headers: None,
        error_recipient_email: None,
        deactivated: false,
        last_delivered: None,
        secret_key: String::new(),
        basic_auth: None,
    };
    write(&mut webhook, &body);
    call.org.webhooks.insert(webhook);
    call.org.ping(id);
    Ok(Reply::created(&call.org.webhooks.get(id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    call.partners_only()?;
    let body = call.body(&edition())?;
    if call.org.webhooks.get(call.id).is_none() {
        return Err(Reply::no_record());
    }
    check(&body)?;
    let now = call.now;
    call.org.webhooks.change(call.id, |webhook| {
        write(webhook, &body);
        webhook.meta.updated_at = now;
    });
    call.org.ping(call.id);
    Ok(Reply::ok(&call.org.webhooks.get(call.id)))
}

pub(super) fn destroy(call: &mut Call<'_>) -> Answer {
    call.partners_only()?;
    call.no_parameters()?;
    match call.org.webhooks.remove(call.id) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Reply::no_record()),
    }
}

fn check(body: &Body) -> Result<(), Reply> {
    if let Some(endpoint) = body.text("endpoint_url") {
        acceptable(&endpoint).map_err(refusal(""))?;
    }
    let attempts = body.id("max_attempts");
    if attempts.is_some_and(|attempts| !(1..=MOST_ATTEMPTS).contains(&attempts)) {
        let reason = format!("is not between 1 and {MOST_ATTEMPTS}");
        return Err(Reply::invalid("max_attempts", &reason));
    }
    if body.has("basic_auth_username") != body.has("basic_auth_password") {
        return Err(Reply::invalid(
            "basic_auth_password",
            "goes with basic_auth_username",
        ));
    }
    Ok(())
}

fn write(webhook: &mut Webhook, body: &Body) {
    let put = |place: &mut String, name: &str| {
        if let Some(text) = body.text(name) {
            *place = text;
        }
    };
    put(&mut webhook.name, "name");
    put(&mut webhook.endpoint_url, "endpoint_url");
    put(&mut webhook.event_action_type, "event_action_type");
    put(&mut webhook.secret_key, "secret_key");
    webhook.max_attempts = body.id("max_attempts").unwrap_or(webhook.max_attempts);
    webhook.deactivated = body.flag("deactivated").unwrap_or(webhook.deactivated);
    if body.has("basic_auth_username") {
        let both = body.text("basic_auth_username");
        webhook.basic_auth = both.zip(body.text("basic_auth_password"));
    }
    if body.has("additional_headers") {
        webhook.additional_headers = body.text("additional_headers");
    }
    if body.has("error_recipient_email") {
        webhook.error_recipient_email = body.text("error_recipient_email");
    }
}
