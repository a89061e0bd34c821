//! An exchange that messages are published to. What none of its queues wants is to go to our alternate exchange; where
//! somebody declared it before us without that, the bridge works all the same, and says what is lost.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use lapin::ExchangeKind;

use super::{Declarer, text};
use crate::{Error, Mismatch};

const ALTERNATE: &str = "alternate-exchange";

/// Exchanges of which this process has spoken: every connection finds out anew.
static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Makes it exist.
pub(super) async fn declare(
    declarer: &mut Declarer<'_>,
    name: &str,
    unrouted: &str,
) -> Result<(), Error> {
    let arguments = [(ALTERNATE, text(unrouted))];
    let declared = declarer.exchange(name, ExchangeKind::Topic, &arguments);
    let mismatch = match declared.await {
        Err(Error::Mismatch(mismatch)) => mismatch,
        done => return done,
    };
    // The broker compares arguments last: it is a topic, and durable.
    if !mismatch.broker_said.contains(&format!("'{ALTERNATE}'")) {
        return Err(Error::Mismatch(mismatch));
    }
    declarer.reopen().await?;
    declarer.exists(name).await?;
    say(&mismatch, unrouted);
    Ok(())
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
