//! An exchange that messages are published to. What none of its queues wants is to go to our alternate exchange; where
//! somebody declared it before us without that, the bridge works all the same, and says what is lost.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use lapin::{
    Channel, Connection, ExchangeKind, options::ExchangeDeclareOptions, types::FieldTable,
};

use super::{channel, exchange, short, text};
use crate::{Error, Mismatch};

const ALTERNATE: &str = "alternate-exchange";

/// Exchanges of which this process has spoken: every connection finds out anew.
static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Makes it exist, and returns the channel to go on with.
pub(super) async fn declare(
    connection: &Connection,
    declaring: Channel,
    name: &str,
    unrouted: &str,
) -> Result<Channel, Error> {
    let arguments = [(ALTERNATE, text(unrouted))];
    let mismatch = match exchange(&declaring, name, ExchangeKind::Topic, &arguments).await {
        Ok(()) => return Ok(declaring),
        Err(Error::Mismatch(mismatch)) => mismatch,
        Err(error) => return Err(error),
    };
    // The broker compares arguments last: it is a topic, and durable.
    if !mismatch.broker_said.contains(&format!("'{ALTERNATE}'")) {
        return Err(Error::Mismatch(mismatch));
    }
    // The broker closed the other one over it.
    let channel = channel(connection).await?;
    exists(&channel, name).await?;
    say(&mismatch, unrouted);
    Ok(channel)
}

/// Asks whether it is there, however it was declared.
async fn exists(channel: &Channel, exchange: &str) -> Result<(), Error> {
    let options = ExchangeDeclareOptions {
        passive: true,
        ..Default::default()
    };
    let (name, kind) = (short(exchange)?, ExchangeKind::Topic);
    let asked = channel.exchange_declare(name, kind, options, FieldTable::default());
    asked.await.map_err(Error::from_lapin)
}

/// Once in the life of a process.
fn say(mismatch: &Mismatch, unrouted: &str) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !said.insert(mismatch.name.clone()) {
        return;
    }
    let Mismatch { name, remedy, .. } = mismatch;
    let policy = format!(
        "rabbitmqctl set_policy {unrouted} '^{name}$' '{{\"{ALTERNATE}\":\"{unrouted}\"}}' --apply-to exchanges"
    );
    tracing::warn!(
        exchange = name,
        broker_said = mismatch.broker_said,
        remedy = format!("{policy} (this warning stays); or {remedy}"),
        "an exchange lacks our alternate exchange: what no queue is bound for is not kept in '{unrouted}', but dropped, or \
         returned to publishers that ask for that"
    );
}
