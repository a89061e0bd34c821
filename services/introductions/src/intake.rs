//! What a batch of commands becomes in the ledger, with the answers to what cannot begin now.

use std::sync::Arc;

use chrono::Utc;
use domain::{Code, OperationId, Problem, Tenant};
use intake::{Message, Refusal, Take, Tally};
use store::claim::Claim;
use store::intake::{Arrival, Verdict};
use store::outbox::{self, Announcement};
use store::wake::News;
use store::{Store, Transaction};

use crate::asker::{Asked, Asker};
use crate::decode::decode;
use crate::worker::{Crew, FreeHand};

/// Takes the commands of `greenhouse.introductions`.
pub(crate) struct Commands {
    pub(crate) store: Store,
    /// Who works on them in this process.
    pub(crate) crew: Option<Arc<Crew>>,
}

/// What the commit of a batch lets begin.
pub(crate) enum Begins {
    Nothing,
    /// There may be something to claim.
    Claiming,
    /// The only operation of the batch, by the hand for which it was claimed.
    Operation(Box<Claim>, FreeHand),
}

impl Take for Commands {
    type Arrival = Arrival;

    type Begins = Begins;

    fn sort(&self, message: Message) -> Result<Option<Arrival>, Refusal> {
        decode(message)
    }

    fn halves(&self, arrivals: Vec<Arrival>) -> (Vec<Arrival>, Vec<Arrival>) {
        store::intake::halves(arrivals)
    }

    fn in_order<'a>(&self, arrivals: &'a [Arrival]) -> Vec<&'a Tenant> {
        arrivals.iter().map(|arrival| &arrival.tenant).collect()
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[Arrival],
    ) -> Result<(Tally, Begins), store::Error> {
        let (verdicts, at_once) = self.accept(tx, arrivals).await?;
        let answers: Vec<(OperationId, Announcement)> = arrivals
            .iter()
            .zip(&verdicts)
            .filter_map(|(arrival, verdict)| answer_at_once(arrival, *verdict))
            .collect();
        outbox::enqueue_answers(tx, &answers).await?;
        let tally = tally(&verdicts);
        let begins = match at_once {
            Some((claim, hand)) => Begins::Operation(Box::new(claim), hand),
            None if tally.new > 0 => Begins::Claiming,
            None => Begins::Nothing,
        };
        Ok((tally, begins))
    }

    fn begin(&self, begins: Begins) {
        match begins {
            Begins::Nothing => {}
            Begins::Claiming => self.store.ring(News::Work),
            Begins::Operation(claim, hand) => hand.perform(*claim),
        }
    }
}

impl Commands {
    /// An operation that comes alone, to idle hands, is claimed as it enters: nobody need look for it.
    async fn accept(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[Arrival],
    ) -> Result<(Vec<Verdict>, Option<(Claim, FreeHand)>), store::Error> {
        let hand = match (arrivals, &self.crew) {
            ([only], Some(crew)) => crew.free_hand(&only.tenant, only.kind).zip(Some(only)),
            _ => None,
        };
        let Some((hand, only)) = hand else {
            return Ok((store::intake::accept(tx, arrivals).await?, None));
        };
        let (verdict, claim) = store::intake::accept_and_claim(tx, only, hand.lease).await?;
        Ok((vec![verdict], claim.zip(Some(hand))))
    }
}

fn tally(verdicts: &[Verdict]) -> Tally {
    let mut tally = Tally::default();
    for verdict in verdicts {
        match verdict {
            Verdict::Accepted(_) | Verdict::Waits(..) | Verdict::Erased(_) => {
                tally.new += 1;
            }
            Verdict::Duplicate => tally.repeats += 1,
            Verdict::Conflict(_) => tally.conflicts += 1,
        }
    }
    tally
}

/// What Intrro is told before any work begins: what somebody of the tenant must do first, that the same introduction was
/// sent before with other content, or that the person has asked to be forgotten since.
fn answer_at_once(arrival: &Arrival, verdict: Verdict) -> Option<(OperationId, Announcement)> {
    let (operation, code) = match verdict {
        Verdict::Waits(operation, code) => (operation, code),
        Verdict::Conflict(operation) => (operation, Code::ConflictingContent),
        Verdict::Erased(operation) => (operation, Code::PersonErased),
        Verdict::Accepted(_) | Verdict::Duplicate => return None,
    };
    let asked = Asked::read(arrival.kind, &arrival.business_key, &arrival.payload);
    let asker = Asker {
        tenant: &arrival.tenant,
        operation,
        candidate: &arrival.subject,
        trace: arrival.trace.as_deref(),
        at: Utc::now(),
    };
    let answer = asker.refuse(&asked, &Problem::new(code), &[])?;
    Some((operation, answer))
}
