//! What a JobsRefreshRequested becomes: a row that waits for its answer.

use ::intake::{Message, Refusal, Take, Tally};
use proto::{Command, Scope};
use store::Transaction;
use store::jobs::{NewRequest, accept};

/// Takes the commands of `greenhouse.jobs`.
pub(crate) struct Requests;

impl Take for Requests {
    type Arrival = NewRequest;

    type Begins = ();

    fn sort(&self, message: Message) -> Result<Option<NewRequest>, Refusal> {
        let Message {
            tenant, incoming, ..
        } = message;
        let Command::JobsRefreshRequested(request) = incoming.event else {
            // `introductions` has a copy of everything, and works on this or buries it.
            return Ok(None);
        };
        Ok(Some(NewRequest {
            tenant,
            source: incoming.source,
            message_id: incoming.id,
            whole: request.scope() == Scope::Full,
            request_id: request.request_id,
            trace: incoming.traceparent,
        }))
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[NewRequest],
    ) -> Result<(Tally, ()), store::Error> {
        let new = accept(tx, arrivals).await?;
        let tally = Tally {
            new,
            repeats: (arrivals.len() as u64).saturating_sub(new),
            conflicts: 0,
        };
        Ok((tally, ()))
    }

    fn begin(&self, (): ()) {}
}
