//! The connection on which batches enter, and when what entered is safe.

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

impl Store {
    /// Waits for its turn where another batch of this process enters.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn entrance(&self) -> Result<Entrance<'_>, Error> {
        let connection = self.intake.take(Query::Enter).await?;
        Ok(Entrance { connection })
    }
}

impl Entrance<'_> {
    /// Begins the transaction of a batch of events. Whose order counts is named: their operations get ids in the order in
    /// which they become visible, so that a lower id of a tenant is always there before a higher one.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin<'t>(
        &mut self,
        in_order: impl IntoIterator<Item = &'t Tenant>,
    ) -> Result<Transaction<'_>, Error> {
        let mut locks: Vec<i64> = in_order.into_iter().map(order_lock).collect();
        // Always taken in the same order, so that no two batches wait for each other.
        locks.sort_unstable();
        locks.dedup();
        let locks = locks
            .iter()
            .map(|lock| format!("pg_advisory_xact_lock('{lock}')"));
        // One round trip; nothing but numbers of our own is in it.
        let begin = format!(
            "BEGIN; SET LOCAL synchronous_commit = off; SELECT {}",
            locks.collect::<Vec<_>>().join(", ")
        );
        Ok(self.connection.begin_with(AssertSqlSafe(begin)).await?)
    }

    /// Waits until everything committed here is on disk.
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

/// The advisory lock under which a tenant's operations are entered, and its people erased.
pub(crate) fn order_lock(tenant: &Tenant) -> i64 {
    let hash = Sha256::new_with_prefix("order")
        .chain_update(tenant.as_str())
        .finalize();
    hash.iter()
        .take(8)
        .fold(0, |lock, byte| (lock << 8) | i64::from(*byte))
}
