//! Connections that bring nothing any more, although the server answers whoever comes anew.
//!
//! Where a host is lost without a word, or a firewall or a proxy forgets who talked through it, the kernel believes in a
//! connection for a quarter of an hour where something was sent, and for ever where only an answer is awaited. sqlx sets
//! neither keepalive nor a limit on its sockets, and asks each connection that comes back to a pool whether it answers,
//! for as long as that takes. So nothing in this process can end such a wait but its own end. This tells when it is due.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection};

use crate::Store;

/// How often is looked within the patience.
const LOOKS: u32 = 12;

/// What the server was asked and has not answered yet.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<Questions>);

#[derive(Default)]
struct Questions {
    next: u64,
    /// By number, so the oldest is the first.
    asked: BTreeMap<u64, Instant>,
}

/// A question, until it is dropped.
pub(crate) struct Asked {
    unanswered: Arc<Unanswered>,
    number: u64,
}

impl Unanswered {
    pub(crate) fn ask(self: &Arc<Self>) -> Asked {
        let mut questions = self.lock();
        let number = questions.next;
        questions.next += 1;
        questions.asked.insert(number, Instant::now());
        drop(questions);
        Asked {
            unanswered: Arc::clone(self),
            number,
        }
    }

    /// The number of the oldest question, if it was asked that long ago.
    fn oldest(&self, patience: Duration) -> Option<u64> {
        let questions = self.lock();
        let (number, asked) = questions.asked.first_key_value()?;
        (asked.elapsed() >= patience).then_some(*number)
    }

    fn lock(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.unanswered.lock().asked.remove(&self.number);
    }
}

impl Store {
    /// Returns when a question has waited for its answer for longer than `patience`, although the server answers whoever
    /// connects anew and is at nothing of ours. So never because it is away, stands still, or takes its time: for a lock,
    /// for its disk, for a migration.
    pub async fn fallen_silent(&self, patience: Duration) {
        let pause = patience / LOOKS;
        let mut suspect = None;
        loop {
            tokio::time::sleep(pause).await;
            let silent = match self.watch.unanswered.oldest(patience) {
                Some(question) if self.answers_others(pause).await => Some(question),
                _ => None,
            };
            // Once is not enough: where all stood still, the server or this process, answers come in a moment.
            if silent.is_some() && silent == suspect {
                return;
            }
            suspect = silent;
        }
    }

    /// Whether a new connection is answered `within` that time, and the server has been at nothing of ours for as long.
    async fn answers_others(&self, within: Duration) -> bool {
        let look = async {
            let mut new = self.pool.connect_options().connect().await?;
            // Who waits for us to take an answer is not heard either.
            let at_work = sqlx::query_scalar!(
                r#"SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = current_user
                      AND application_name = current_setting('application_name')
                      AND state <> 'idle' AND wait_event IS DISTINCT FROM 'ClientWrite'
                      AND xact_start < clock_timestamp() - make_interval(secs => $1)) AS "at_work!""#,
                within.as_secs_f64(),
            )
            .fetch_one(&mut new)
            .await?;
            new.close().await?;
            Ok::<bool, sqlx::Error>(!at_work)
        };
        let answer = tokio::time::timeout(within, look).await;
        matches!(answer, Ok(Ok(true)))
    }
}
