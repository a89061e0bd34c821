//! Connections that are not given back between statements.
//!
//! A pool of sqlx asks a connection whether it still answers whenever one comes back: a round trip for every statement.
//! And it hands its connections out in turn, so that every one of them has gone cold. What each event passes keeps its
//! connections here, and the one that was used last goes out first.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{Semaphore, SemaphorePermit};

/// At most so many connections of a pool, kept.
pub(crate) struct Kept {
    pool: PgPool,
    places: Semaphore,
    free: Mutex<Vec<PoolConnection<Postgres>>>,
}

/// A connection in use. Unless it is [kept](InHand::keep) all go back to the pool, which looks whether they are still good:
/// where one broke the server may have restarted, and the others with it.
pub(crate) struct InHand<'a> {
    connection: PoolConnection<Postgres>,
    place: Place<'a>,
}

struct Place<'a> {
    kept: &'a Kept,
    ended_well: bool,
    _permit: SemaphorePermit<'a>,
}

impl Kept {
    pub(crate) fn new(pool: PgPool, places: usize) -> Kept {
        Kept {
            pool,
            places: Semaphore::new(places),
            free: Mutex::default(),
        }
    }

    /// # Errors
    /// Those of the pool.
    pub(crate) async fn take(&self) -> Result<InHand<'_>, sqlx::Error> {
        let closed = |_| sqlx::Error::PoolClosed;
        let permit = self.places.acquire().await.map_err(closed)?;
        let free = self.lock().pop();
        let connection = match free {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        let place = Place {
            kept: self,
            ended_well: false,
            _permit: permit,
        };
        Ok(InHand { connection, place })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PoolConnection<Postgres>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InHand<'_> {
    /// Keeps the connection, whose last statement ended well.
    pub(crate) fn keep(self) {
        let InHand {
            connection,
            mut place,
        } = self;
        place.ended_well = true;
        place.kept.lock().push(connection);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.ended_well {
            self.kept.lock().clear();
        }
    }
}

impl Deref for InHand<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for InHand<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
