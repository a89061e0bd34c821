//! A Greenhouse that does not answer: nobody begins work there until a look at it is answered, so that an outage costs
//! few calls, and what waits loses no attempts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use accounts::AccountError;
use domain::Code;
use futures::future::join_all;
use harvest::{Error as Remote, Purpose};
use store::claim::Claim;
use store::outages::Outage;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Context;
use crate::stop::Stop;

/// After so many failures without a success in between it is an outage, and not a bad day of one operation.
const IN_A_ROW: u32 = 5;
/// When the first look is due; from there the pause doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Most seconds that pass between Greenhouse's recovery and ours, unless it names a time itself.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How often it asks the ledger whether a look is due.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long after a process took a look another one does, if nothing was heard of it.
const LEASE: Duration = Duration::from_secs(30);
/// Nobody's address, in a domain that cannot exist (RFC 2606): the look reads what every import reads first.
const NOBODY: &str = "nobody@bridge.invalid";

/// How often in a row Greenhouse did not answer operations of this process, per connection; those it answered are absent.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<HashMap<Uuid, u32>>);

impl Unanswered {
    fn count(&self, connection: Uuid) -> u32 {
        let mut counts = self.lock();
        let count = counts.entry(connection).or_default();
        *count += 1;
        *count
    }

    fn forget(&self, connection: Uuid) {
        self.lock().remove(&connection);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Learns from how an operation stopped (none: it did not) whether Greenhouse answers.
pub(crate) async fn learn(context: &Context, claim: &Claim, stop: Option<&Stop>) {
    let connection = claim.connection;
    match stop {
        Some(Stop::Retry(problem)) if problem.code == Code::GreenhouseUnavailable => {}
        // They tell of us, or of one write whose answer was lost: a read comes next, and tells more.
        Some(Stop::Abandon | Stop::GiveBack | Stop::Wait { .. }) => return,
        None | Some(Stop::Retry(_) | Stop::Pause(_) | Stop::Fail(_) | Stop::Park(_)) => {
            return context.unanswered.forget(connection);
        }
    }
    let in_a_row = context.unanswered.count(connection);
    // Where several processes share one operation that fails, none of them sees it often.
    let between_processes = in_a_row > 1 && claim.attempts + 1 >= IN_A_ROW;
    if in_a_row < IN_A_ROW && !between_processes {
        return;
    }
    match context.store.begin_outage(connection, FIRST_PAUSE).await {
        Ok(begun) => {
            context.unanswered.forget(connection);
            if begun {
                tracing::warn!(tenant = %claim.tenant, "Greenhouse does not answer: nothing begins until it does");
            }
        }
        Err(error) => tracing::warn!(tenant = %claim.tenant, %error, "cannot record an outage"),
    }
}

/// Looks where Greenhouse did not answer, until the token is cancelled.
pub(crate) async fn watch(context: &Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match context.store.outages_due(LEASE).await {
            Ok(due) => drop(join_all(due.iter().map(|outage| look(context, outage))).await),
            Err(error) => tracing::warn!(%error, "cannot ask for outages"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// One look: whatever Greenhouse answers, it answers.
async fn look(context: &Context, outage: &Outage) {
    let Outage {
        tenant,
        connection,
        revision,
        looks,
    } = outage;
    let asked = Instant::now();
    let answer = match context
        .accounts
        .client_at(tenant, *connection, *revision)
        .await
    {
        Ok(client) => {
            let client = client.with_purpose(Purpose::Proof);
            client.candidates().find_by_email(NOBODY).await.map(drop)
        }
        // What it is that stands in the way, the next operation tells.
        Err(AccountError::Sealed) => Ok(()),
        // A new credential, or a database that does not answer: the end of the lease is soon enough.
        Err(AccountError::Absent | AccountError::Store(_)) => return,
    };
    let done = match answer {
        Err(Remote::NotSent { .. } | Remote::Unavailable { .. } | Remote::Unknown { .. }) => {
            let pause = pause(*looks, asked.elapsed(), rand::random());
            context.store.put_off_look(*connection, pause).await
        }
        // What asks everybody to stay away is a limit, or what stands in front of a Greenhouse that is away.
        Err(Remote::Denied { retry_after } | Remote::Throttled { retry_after }) => {
            context.store.put_off_look(*connection, retry_after).await
        }
        Ok(())
        | Err(
            Remote::Unauthorized { .. }
            | Remote::Credential { .. }
            | Remote::Forbidden { .. }
            | Remote::NotFound { .. }
            | Remote::NotServed { .. }
            | Remote::Accepted { .. }
            | Remote::Processing { .. }
            | Remote::Rejected { .. },
        ) => {
            tracing::info!(%tenant, looks, "Greenhouse answers again");
            context.store.end_outage(*connection).await
        }
    };
    if let Err(error) = done {
        tracing::warn!(%tenant, %error, "cannot record a look");
    }
}

/// The wait after look number `looks` (1 is the first) was not answered: between half a window that doubles and all of it,
/// so that many tenants of one Greenhouse do not look at once, and none looks twice at once. It counts from when the look
/// began: one that hangs takes as long as a call may, and Greenhouse may be back before it ends.
fn pause(looks: u32, took: Duration, random_unit: f64) -> Duration {
    let window = LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.pow(looks.min(8)));
    let pause = window.mul_f64(0.5 + 0.5 * random_unit.clamp(0.0, 1.0));
    pause.saturating_sub(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer_and_never_too_rare() {
        let refused = Duration::ZERO;
        let longest = (1..=6).map(|look| pause(look, refused, 1.0).as_secs());
        assert_eq!(longest.collect::<Vec<_>>(), [2, 4, 8, 16, 20, 20]);
        assert_eq!(pause(u32::MAX, refused, 0.0), LONGEST_PAUSE / 2);
    }

    #[test]
    fn one_that_hung_is_followed_no_later_than_one_that_was_refused() {
        let hung = Duration::from_secs(10);
        assert_eq!(pause(9, hung, 1.0), LONGEST_PAUSE - hung);
        assert_eq!(pause(1, hung, 1.0), Duration::ZERO);
    }
}
