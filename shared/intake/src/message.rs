//! One delivery, read.

use boot::metrics::Queue;
use broker::Delivery;
use domain::Tenant;
use proto::envelope::{self, Incoming, RawMessage};

use crate::refusal::Refusal;

/// A command and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Whose it is; [`Incoming::tenant`] as an id.
    pub tenant: Tenant,
    /// The command and its envelope. It has a trace: where it came without one, one begins here.
    pub incoming: Incoming,
    /// The routing key under which it came, which tells what other queue has it.
    pub routing_key: String,
}

/// Reads a delivery: CloudEvents, structured or binary.
///
/// # Errors
/// [`Refusal`] when it will never be readable.
pub fn read(queue: Queue, delivery: &Delivery) -> Result<Message, Refusal> {
    let mut incoming = envelope::decode(&raw(delivery))?;
    let tenant = Tenant::try_from(incoming.tenant.as_str())
        .map_err(|error| Refusal::invalid("$.tenantid", error))?;
    incoming.traceparent = incoming.traceparent.or_else(|| begin_trace(queue));
    Ok(Message {
        tenant,
        incoming,
        routing_key: delivery.routing_key.clone(),
    })
}

/// The delivery in the contract's terms.
pub(crate) fn raw(delivery: &Delivery) -> RawMessage {
    RawMessage {
        headers: delivery.headers.clone(),
        content_type: delivery.content_type.clone(),
        message_id: delivery.message_id.clone(),
        type_: delivery.type_.clone(),
        body: delivery.body.clone(),
    }
}

/// The event came without a trace: one begins here, so that every try joins it.
fn begin_trace(queue: Queue) -> Option<String> {
    let name = format!("receive {}", queue.as_str());
    let span =
        tracing::info_span!(parent: None, "receive", otel.name = name, otel.kind = "consumer");
    span.in_scope(boot::telemetry::current_traceparent)
}
