//! Wake-ups between processes: LISTEN/NOTIFY as a hint, never as the only way to learn of work.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::Notify;

use crate::{Error, Store};

/// What there may be news about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Operations may be claimable.
    Work,
    /// Outbox rows may be waiting.
    Outbox,
}

impl News {
    const ALL: [News; 2] = [News::Work, News::Outbox];

    /// The channel's name in PostgreSQL.
    pub const fn channel(self) -> &'static str {
        match self {
            News::Work => "work",
            News::Outbox => "outbox",
        }
    }
}

/// One listening connection of this process, shared by everybody who waits.
#[derive(Clone)]
pub struct Wake {
    work: Arc<Notify>,
    outbox: Arc<Notify>,
}

impl Wake {
    /// Starts listening; the task ends with the last clone of the handle.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the first connection fails. Later losses are repaired in the background, and
    /// the callers' own interval covers the gap.
    pub async fn start(store: &Store) -> Result<Wake, Error> {
        let mut listener = PgListener::connect_with(store.pool()).await?;
        listener.listen_all(News::ALL.map(News::channel)).await?;
        let wake = Wake {
            work: Arc::new(Notify::new()),
            outbox: Arc::new(Notify::new()),
        };
        let (work, outbox) = (Arc::downgrade(&wake.work), Arc::downgrade(&wake.outbox));
        tokio::spawn(async move {
            loop {
                let heard = listener.recv().await;
                let (Some(work), Some(outbox)) = (work.upgrade(), outbox.upgrade()) else {
                    return;
                };
                match heard {
                    Ok(note) if note.channel() == News::Outbox.channel() => outbox.notify_one(),
                    Ok(_) => work.notify_one(),
                    Err(_) => {
                        work.notify_one();
                        outbox.notify_one();
                        drop((work, outbox));
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(wake)
    }

    /// Returns when there may be news, at the latest after `interval`.
    pub async fn wait(&self, news: News, interval: Duration) {
        let bell = match news {
            News::Work => &self.work,
            News::Outbox => &self.outbox,
        };
        let _ = tokio::time::timeout(interval, bell.notified()).await;
    }

    /// Rings the bell inside this process only.
    pub fn ring(&self, news: News) {
        match news {
            News::Work => self.work.notify_one(),
            News::Outbox => self.outbox.notify_one(),
        }
    }
}
