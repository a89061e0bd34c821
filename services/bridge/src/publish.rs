//! `bridge publish FILE`: an event as the Intrro platform would publish it.

use std::io::Read;
use std::process::ExitCode;

use boot::settings::{Env, variables};
use broker::{Cause, Health, Outbound, Outcome, Publisher, Topology};
use domain::Code;
use proto::envelope::{CLOUDEVENTS_JSON, RawMessage, Refusal, decode};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output;

/// What `--help` says of commands that publish.
pub(crate) const HELP: &str = "Needs BRIDGE_AMQP_URL, or BRIDGE_AMQP_URL_FILE.";

/// The attributes that AMQP repeats outside the body.
#[derive(Deserialize)]
struct Attributes {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    traceparent: Option<String>,
}

pub(crate) async fn publish(file: &str, json: bool) -> Result<ExitCode, Failure> {
    let broker = broker()?;
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
    let fate = match Topology::takes(&attributes.event_type) {
        true => "becomes a dead letter".to_owned(),
        false => format!(
            "no queue is bound for its type, so it lies in {}",
            Topology::UNROUTED
        ),
    };
    message.type_ = attributes.event_type;
    message.content_type = CLOUDEVENTS_JSON.to_owned();
    message.headers.extend(
        attributes
            .traceparent
            .map(|trace| ("traceparent".to_owned(), trace)),
    );
    confirmed(broker, message).await?;
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
                "bridge: it breaks the contract and {fate}: {broken}"
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

/// Where to publish.
pub(crate) fn broker() -> Result<broker::Config, Failure> {
    let mut env = Env::from_process();
    let uri = env.secret_url(&variables::AMQP_URL, &["amqp", "amqps"]);
    env.finish()?;
    let uri = uri.ok_or_else(|| Failure::Usage("BRIDGE_AMQP_URL is missing".into()))?;
    broker::Config::new(uri, "bridge-publish").map_err(|error| Failure::Usage(error.to_string()))
}

/// Publishes one event and waits until the broker has it.
pub(crate) async fn confirmed(
    broker: broker::Config,
    mut message: Outbound,
) -> Result<(), Failure> {
    message.timestamp = proto::envelope::timestamp(&message.body);
    boot::tls::install();
    let stop = CancellationToken::new();
    let publisher = Publisher::start(broker, stop.clone());
    let outcome = publisher.publish(vec![message]).await.pop();
    let health = publisher.health();
    stop.cancel();
    let why = match outcome {
        Some(Outcome::Confirmed) => return Ok(()),
        Some(Outcome::Returned { text, .. }) => {
            format!("the broker has no queue for it ({text}): bridge run declares it")
        }
        Some(Outcome::Nacked) => {
            "the broker's queue is full: let the bridge empty it, then publish again".to_owned()
        }
        Some(Outcome::Unknown) | None => return Err(unconfirmed(health)),
    };
    let code = Code::BrokerRefused;
    Err(Failure::Refused { code, why })
}

/// By what the last try to reach the broker came to.
fn unconfirmed(health: Health) -> Failure {
    let trouble = health.last_error;
    let why = trouble.unwrap_or_else(|| "the broker confirms nothing".to_owned());
    match health.last_cause.and_then(Cause::code) {
        Some(code @ Code::BrokerRefused) => Failure::Refused { code, why },
        _ => Failure::Unreachable {
            code: Code::BrokerUnreachable,
            why: format!("{why}; publishing the same event again is safe"),
        },
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
