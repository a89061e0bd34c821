//! `bridge publish FILE`: an event as the Intrro platform would publish it.

use std::io::Read;
use std::process::ExitCode;

use boot::settings::{Env, variables};
use broker::{Cause, Outbound, Outcome, Publisher, Topology};
use proto::envelope::{CLOUDEVENTS_JSON, RawMessage, Refusal, decode};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output;

/// The attributes that AMQP repeats outside the body.
#[derive(Deserialize)]
struct Attributes {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    traceparent: Option<String>,
}

pub(crate) async fn publish(file: &str, json: bool) -> Result<ExitCode, Failure> {
    let body = read(file)?;
    // It is published all the same, as the platform would: what becomes of it is then to be seen.
    let broken = broken(&body);
    let attributes: Attributes = serde_json::from_slice(&body).map_err(|error| {
        Failure::Usage(format!(
            "{file} is no CloudEvent in structured JSON: {error}"
        ))
    })?;
    let mut message = Outbound::new(
        Topology::EVENTS,
        attributes.event_type.as_str(),
        attributes.id.as_str(),
        body,
    );
    message.type_ = attributes.event_type;
    message.content_type = CLOUDEVENTS_JSON.to_owned();
    message.headers.extend(
        attributes
            .traceparent
            .map(|trace| ("traceparent".to_owned(), trace)),
    );
    confirmed(message).await?;
    if json {
        let mut told = serde_json::json!({ "id": attributes.id, "outcome": "confirmed" });
        if let Some(broken) = broken {
            told["broken"] = broken.to_string().into();
        }
        output::line(told)?;
    } else {
        output::line(format_args!(
            "published {0}; `bridge why {0}` tells what becomes of it",
            attributes.id
        ))?;
        if let Some(broken) = broken {
            output::aside(format_args!(
                "bridge: it breaks the contract and becomes a dead letter: {broken}"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Why no consumer will take an event, if none will.
fn broken(body: &[u8]) -> Option<Refusal> {
    let message = RawMessage {
        content_type: Some(CLOUDEVENTS_JSON.to_owned()),
        body: body.to_vec().into(),
        ..RawMessage::default()
    };
    decode(&message).err()
}

/// Publishes one event and waits until the broker has it.
pub(crate) async fn confirmed(mut message: Outbound) -> Result<(), Failure> {
    message.timestamp = proto::envelope::timestamp(&message.body);
    let mut env = Env::from_process();
    let uri = env.secret_url(&variables::AMQP_URL, &["amqp", "amqps"]);
    env.finish()?;
    let uri = uri.ok_or_else(|| Failure::Usage("BRIDGE_AMQP_URL is missing".into()))?;
    let config = broker::Config::new(uri, "bridge-publish")
        .map_err(|error| Failure::Usage(error.to_string()))?;
    boot::tls::install();
    let stop = CancellationToken::new();
    let publisher = Publisher::start(config, stop.clone());
    let outcome = publisher.publish(vec![message]).await.pop();
    let trouble = publisher.health().last_error;
    let refused = publisher.stats().reconnects.contains_key(&Cause::Refused);
    stop.cancel();
    match outcome {
        Some(Outcome::Confirmed) => Ok(()),
        Some(Outcome::Returned { text, .. }) => Err(Failure::Refused(format!(
            "the broker has no queue for it: {text}"
        ))),
        Some(Outcome::Nacked) => Err(Failure::Refused("the broker's queue is full".into())),
        Some(Outcome::Unknown) | None => Err(unconfirmed(trouble, refused)),
    }
}

/// What the last try to reach the broker came to; whether the broker has said no.
fn unconfirmed(trouble: Option<String>, refused: bool) -> Failure {
    let again = "publishing the same file again is safe";
    let trouble = trouble.unwrap_or_else(|| "no confirmation".to_owned());
    if refused {
        return Failure::Refused(trouble);
    }
    // Said by the failure itself.
    let why = trouble.strip_prefix("the broker cannot be reached: ");
    Failure::Unreachable {
        what: "the broker",
        why: format!("{}; {again}", why.unwrap_or(&trouble)),
    }
}

/// A file's bytes, or stdin's for `-`.
pub(crate) fn read(file: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let outcome = match file {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(drop),
        path => std::fs::read(path).map(|content| bytes = content),
    };
    outcome.map_err(|error| Failure::Usage(format!("cannot read {file}: {error}")))?;
    Ok(bytes)
}
