//! The connection on which batches enter, and when what entered is safe.

use std::collections::BTreeSet;

use domain::Tenant;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection};

use crate::kept::InHand;
use crate::timing::Query;
use crate::{Error, Store, Transaction};

/// Where one batch of events enters: [begin](Entrance::begin), record, commit, and then [`Entrance::flush`], before which
/// nothing may be acknowledged.
///
/// The commit does not wait for the disk, so that work on the batch begins while the disk is written. That work
/// may only read: whatever leaves for Greenhouse or RabbitMQ follows a later commit that does wait, and a log that is on
/// disk up to there has this one before it.
pub struct Entrance<'a> {
    connection: InHand<'a>,
}

/// How much of a batch enters in one transaction.
///
/// Two [halves](super::halves()) enter beside each other, each on an [`Entrance`] of its own. The transaction of the second is
/// begun once that of the first is, and neither records anything before: then nobody else can enter anything of these
/// tenants until both have ended, in whatever order, and if one of them breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// The first half.
    First,
    /// The second half.
    Second,
}

impl Store {
    /// Waits for its turn where another batch of this process enters.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn entrance(&self) -> Result<Entrance<'_>, Error> {
        let connection = self.intake.take(Query::Enter).await?;
        Ok(Entrance { connection })
    }

    /// A second entrance for the other half of a batch; none where there is no connection to be had for it.
    pub async fn entrance_beside(&self) -> Option<Entrance<'_>> {
        // Whatever is wrong with another connection, the one that the batch has already may be good.
        let connection = self.intake.take_free(Query::Enter).await.ok()??;
        Some(Entrance { connection })
    }
}

impl Entrance<'_> {
    /// Begins the transaction of a batch of events. Whose order counts is named: their operations get ids in the order in
    /// which they become visible, so that of a person a lower id is always there before a higher one.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin<'t>(
        &mut self,
        in_order: impl IntoIterator<Item = &'t Tenant>,
        share: Share,
    ) -> Result<Transaction<'_>, Error> {
        // Each once: a batch names a tenant for every event.
        let tenants: BTreeSet<&Tenant> = in_order.into_iter().collect();
        let tenants: Vec<[i64; 2]> = tenants.into_iter().map(order_locks).collect();
        let halves: &[usize] = match share {
            Share::Whole => &[0, 1],
            Share::First => &[0],
            Share::Second => &[1],
        };
        // Always taken in the same order, so that no two batches wait for each other.
        let sorted =
            |half: &usize| -> BTreeSet<i64> { tenants.iter().map(|locks| locks[*half]).collect() };
        let locks = halves
            .iter()
            .flat_map(sorted)
            .map(|lock| format!("pg_advisory_xact_lock('{lock}')"));
        // One round trip; nothing but numbers of our own is in it.
        let begin = format!(
            "BEGIN; SET LOCAL synchronous_commit = off; SELECT {}",
            locks.collect::<Vec<_>>().join(", ")
        );
        Ok(self.connection.begin_with(AssertSqlSafe(begin)).await?)
    }

    /// Gives back the entrance of a half that is committed; the other's [flush](Entrance::flush) is for both.
    pub fn leave(self) {
        self.connection.keep();
    }

    /// Waits until everything is on disk that was committed before, here or elsewhere.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it may or may not be, and may be recorded again.
    pub async fn flush(mut self) -> Result<(), Error> {
        // A transaction that writes nothing would not wait for anything: this writes a record that nobody reads.
        sqlx::query!(r#"SELECT pg_logical_emit_message(true, 'bridge', '')::text AS "end!""#)
            .fetch_one(&mut *self.connection)
            .await?;
        self.connection.keep();
        Ok(())
    }
}

/// The advisory locks under which a tenant's operations are entered, one for each half of a batch, and its people erased.
/// The first is always taken first.
pub(crate) fn order_locks(tenant: &Tenant) -> [i64; 2] {
    ["order", "order, second half"].map(|prefix| {
        let hash = Sha256::new_with_prefix(prefix)
            .chain_update(tenant.as_str())
            .finalize();
        hash.iter()
            .take(8)
            .fold(0, |lock, byte| (lock << 8) | i64::from(*byte))
    })
}
