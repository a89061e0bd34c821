//! Connections that are not given back between statements.
//!
//! A pool of sqlx asks a connection whether it still answers whenever one comes back: a round trip for every statement.
//! And it hands its connections out in turn, so that every one of them has gone cold. What each event passes keeps its
//! connections here, and the one that was used last goes out first.
//!
//! What a connection has planned it keeps until the statistics of a table change. A plan that was made while a table was
//! nearly empty may read all of it for every row, and does so when thousands have come in. Whoever was slow plans anew.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::timing::{Query, Timed, Watch};

/// Several times what a full batch takes. Planning everything anew takes a tenth of it.
const SLOW: Duration = Duration::from_millis(100);

/// At most so many connections of a pool, kept.
pub(crate) struct Kept {
    pool: PgPool,
    places: Semaphore,
    free: Mutex<Vec<Free>>,
    watch: Arc<Watch>,
}

struct Free {
    connection: PoolConnection<Postgres>,
    was_slow: bool,
}

/// A connection in use. Unless it is [kept](InHand::keep) all go back to the pool, which looks whether they are still good:
/// where one broke the server may have restarted, and the others with it.
pub(crate) struct InHand<'a> {
    connection: PoolConnection<Postgres>,
    timed: Timed<'a>,
    place: Place<'a>,
}

struct Place<'a> {
    kept: &'a Kept,
    ended_well: bool,
    _permit: SemaphorePermit<'a>,
}

impl Kept {
    pub(crate) fn new(pool: PgPool, places: usize, watch: Arc<Watch>) -> Kept {
        Kept {
            pool,
            places: Semaphore::new(places),
            free: Mutex::default(),
            watch,
        }
    }

    /// Connections that wait here for something to do.
    pub(crate) fn free(&self) -> u32 {
        u32::try_from(self.lock().len()).unwrap_or(u32::MAX)
    }

    /// # Errors
    /// Those of the pool.
    pub(crate) async fn take(&self, query: Query) -> Result<InHand<'_>, sqlx::Error> {
        let closed = |_| sqlx::Error::PoolClosed;
        let asked = Instant::now();
        let permit = self.places.acquire().await.map_err(closed)?;
        self.connect(permit, query, asked).await
    }

    /// None where all are in use: who has one already must not wait for another.
    ///
    /// # Errors
    /// Those of the pool.
    pub(crate) async fn take_free(&self, query: Query) -> Result<Option<InHand<'_>>, sqlx::Error> {
        let Ok(permit) = self.places.try_acquire() else {
            return Ok(None);
        };
        self.connect(permit, query, Instant::now()).await.map(Some)
    }

    async fn connect<'a>(
        &'a self,
        permit: SemaphorePermit<'a>,
        query: Query,
        asked: Instant,
    ) -> Result<InHand<'a>, sqlx::Error> {
        let place = Place {
            kept: self,
            ended_well: false,
            _permit: permit,
        };
        let free = self.lock().pop();
        let taken = match free {
            None => self.pool.acquire().await.map(|new| (new, false)),
            Some(free) => Ok((free.connection, free.was_slow)),
        };
        self.watch.waited(asked);
        let (mut connection, was_slow) = taken?;
        let timed = self.watch.start(query);
        if was_slow {
            sqlx::raw_sql("DISCARD PLANS")
                .execute(&mut *connection)
                .await?;
        }
        Ok(InHand {
            connection,
            timed,
            place,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Free>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InHand<'_> {
    /// Keeps the connection, whose last statement ended well.
    pub(crate) fn keep(self) {
        let InHand {
            connection,
            timed,
            mut place,
        } = self;
        place.ended_well = true;
        let was_slow = timed.elapsed() > SLOW;
        let free = Free {
            connection,
            was_slow,
        };
        place.kept.lock().push(free);
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn plan(kept: &Kept) -> String {
        let mut connection = kept.take(Query::Claim).await.expect("connects");
        let explain = sqlx::raw_sql("EXPLAIN (COSTS OFF) EXECUTE look");
        let row = explain.fetch_one(&mut *connection).await.expect("explains");
        connection.keep();
        sqlx::Row::get(&row, 0)
    }

    async fn run(kept: &Kept, statements: &'static str) {
        let mut connection = kept.take(Query::Claim).await.expect("connects");
        let run = sqlx::raw_sql(statements).execute(&mut *connection);
        run.await.expect("runs");
        connection.keep();
    }

    #[tokio::test]
    async fn whoever_was_slow_plans_anew() {
        let url = testkit::fresh_database("kept").await.expect("a database");
        let pool = PgPool::connect_lazy(&url).expect("a URL");
        let kept = Kept::new(pool, 1, Arc::default());
        run(
            &kept,
            "CREATE TABLE things (id bigint PRIMARY KEY);
            SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off;
            PREPARE look AS SELECT id FROM things WHERE id = 1; EXECUTE look;",
        )
        .await;
        let first = plan(&kept).await;
        assert!(first.contains("things_pkey"), "{first}");
        run(
            &kept,
            "SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off",
        )
        .await;
        assert_eq!(plan(&kept).await, first);
        run(&kept, "SELECT pg_sleep(0.2)").await;
        assert_eq!(plan(&kept).await, "Seq Scan on things");
    }
}
