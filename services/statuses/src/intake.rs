//! `greenhouse.statuses`: requests become rows before they are acknowledged.

use intake::{Message, Refusal, Take, Tally};
use proto::Command;
use store::Transaction;
use store::refreshes::{self, NewRefresh};

/// This service's part of its queue.
pub(crate) struct Requests;

impl Take for Requests {
    type Arrival = NewRefresh;

    type Begins = ();

    fn sort(&self, message: Message) -> Result<Option<NewRefresh>, Refusal> {
        let Command::StatusRefreshRequested(event) = message.incoming.event else {
            // `introductions` has a copy of everything, and works on this or buries it.
            return Ok(None);
        };
        Ok(Some(NewRefresh {
            tenant: message.tenant,
            source: message.incoming.source,
            message_id: message.incoming.id,
            request_id: event.request_id,
            everybody: event.all,
            candidates: event.candidate_ids,
            trace: message.incoming.traceparent,
        }))
    }

    async fn record(
        &self,
        tx: &mut Transaction<'_>,
        arrivals: &[NewRefresh],
    ) -> Result<(Tally, ()), store::Error> {
        let new = refreshes::accept(tx, arrivals).await?;
        let tally = Tally {
            new,
            repeats: arrivals.len() as u64 - new,
            conflicts: 0,
        };
        Ok((tally, ()))
    }

    fn begin(&self, (): ()) {}
}
