//! What a batch of commands becomes in the ledger, with the answers to what cannot begin now.

use chrono::Utc;
use domain::{Code, Problem, Tenant};
use intake::{Message, Refusal, Take, Tally};
use store::Transaction;
use store::intake::{Arrival, Verdict};
use store::outbox::{self, Announcement};
use store::wake::News;

use crate::answers;
use crate::decode::decode;

/// Takes the commands of `greenhouse.introductions`.
pub(crate) struct Ledger;

impl Take for Ledger {
    type Arrival = Arrival;

    const NEWS: Option<News> = Some(News::Work);

    fn sort(&self, message: Message) -> Result<Option<Arrival>, Refusal> {
        decode(message)
    }

    fn in_order<'a>(&self, arrivals: &'a [Arrival]) -> Vec<&'a Tenant> {
        arrivals.iter().map(|arrival| &arrival.tenant).collect()
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[Arrival],
    ) -> Result<Tally, store::Error> {
        let verdicts = store::intake::accept(tx, arrivals).await?;
        let answers: Vec<Announcement> = arrivals
            .iter()
            .zip(&verdicts)
            .filter_map(|(arrival, verdict)| answer_at_once(arrival, *verdict))
            .collect();
        outbox::enqueue(tx, &answers).await?;
        Ok(tally(&verdicts))
    }
}

fn tally(verdicts: &[Verdict]) -> Tally {
    let mut tally = Tally::default();
    for verdict in verdicts {
        match verdict {
            Verdict::Accepted(_) | Verdict::AcceptedUnconnected(_) | Verdict::Erased(_) => {
                tally.new += 1;
            }
            Verdict::Duplicate => tally.repeats += 1,
            Verdict::Conflict(_) => tally.conflicts += 1,
        }
    }
    tally
}

/// What Intrro is told before any work begins: that the tenant must connect first, that the same introduction was sent
/// before with other content, or that the person has asked to be forgotten since.
fn answer_at_once(arrival: &Arrival, verdict: Verdict) -> Option<Announcement> {
    let (operation, code) = match verdict {
        Verdict::AcceptedUnconnected(operation) => (operation, Code::NotConnected),
        Verdict::Conflict(operation) => (operation, Code::ConflictingContent),
        Verdict::Erased(operation) => (operation, Code::PersonErased),
        Verdict::Accepted(_) | Verdict::Duplicate => return None,
    };
    let kind = arrival.kind.parse().ok()?;
    let command = proto::Command::decode(kind, &arrival.payload).ok();
    let notice = answers::refusal(
        kind,
        command.as_ref(),
        &arrival.business_key,
        &arrival.subject,
        operation,
        &Problem::new(code),
    )?;
    answers::announce(
        &notice,
        &arrival.tenant,
        &arrival.subject,
        operation,
        arrival.trace.as_deref(),
        Utc::now(),
    )
}
