//! The store's budget in the words of the Greenhouse client.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use harvest::{Denied, Purpose, RateLimit};
use store::budget::{self, Report};

/// The budget of one connection, shared with every other process.
pub(crate) struct Metered(pub(crate) budget::Budget);

impl harvest::Budget for Metered {
    fn acquire(&self, purpose: Purpose) -> BoxFuture<'_, Result<(), Denied>> {
        let purpose = match purpose {
            Purpose::Work => budget::Purpose::Work,
            Purpose::Proof => budget::Purpose::Proof,
            Purpose::Poll => budget::Purpose::Poll,
        };
        async move {
            let denied = self.0.acquire(purpose).await;
            denied.map_err(|denied| Denied {
                retry_after: denied.retry_after,
            })
        }
        .boxed()
    }

    fn observe(&self, seen: RateLimit) {
        self.0.observe(report(seen));
    }

    fn exhausted(&self, retry_after: Duration) -> BoxFuture<'_, ()> {
        self.0.exhausted(retry_after).boxed()
    }
}

pub(crate) fn report(seen: RateLimit) -> Report {
    match seen {
        RateLimit::Window {
            limit,
            remaining,
            resets_in,
        } => Report::Window {
            limit,
            remaining,
            resets_in,
        },
        RateLimit::Absent => Report::Absent,
    }
}
