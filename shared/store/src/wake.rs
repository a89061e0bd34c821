//! Wake-ups between processes: LISTEN/NOTIFY as a hint, never as the only way to learn of work.

use std::sync::Arc;
use std::time::Duration;

use domain::webhook::Consumer;
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
    /// Tasks from webhooks may be waiting for this consumer.
    Webhooks(Consumer),
}

impl News {
    const ALL: [News; 4] = [
        News::Work,
        News::Outbox,
        News::Webhooks(Consumer::Statuses),
        News::Webhooks(Consumer::Jobs),
    ];

    /// Index in [`News::ALL`].
    const fn place(self) -> usize {
        match self {
            News::Work => 0,
            News::Outbox => 1,
            News::Webhooks(Consumer::Statuses) => 2,
            News::Webhooks(Consumer::Jobs) => 3,
        }
    }

    /// The channel's name in PostgreSQL.
    pub const fn channel(self) -> &'static str {
        match self {
            News::Work => "work",
            News::Outbox => "outbox",
            News::Webhooks(Consumer::Statuses) => "webhook_statuses",
            News::Webhooks(Consumer::Jobs) => "webhook_jobs",
        }
    }
}

/// One listening connection of this process, shared by everybody who waits.
#[derive(Clone)]
pub struct Wake {
    /// One for each of [`News::ALL`].
    bells: Arc<[Notify; News::ALL.len()]>,
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
            bells: Arc::new(News::ALL.map(|_| Notify::new())),
        };
        let bells = Arc::downgrade(&wake.bells);
        tokio::spawn(async move {
            loop {
                let heard = listener.recv().await;
                let Some(bells) = bells.upgrade() else { return };
                match heard {
                    Ok(note) => {
                        for (news, bell) in News::ALL.iter().zip(bells.iter()) {
                            if news.channel() == note.channel() {
                                bell.notify_one();
                            }
                        }
                    }
                    Err(_) => {
                        bells.iter().for_each(Notify::notify_one);
                        drop(bells);
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(wake)
    }

    /// Returns when there may be news, at the latest after `interval`.
    pub async fn wait(&self, news: News, interval: Duration) {
        let bell = &self.bells[news.place()];
        let _ = tokio::time::timeout(interval, bell.notified()).await;
    }

    /// Rings the bell inside this process only.
    pub fn ring(&self, news: News) {
        self.bells[news.place()].notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_bell_and_a_channel_of_its_own() {
        for (place, news) in News::ALL.into_iter().enumerate() {
            assert_eq!(news.place(), place, "{news:?}");
            let channel = |other: &News| other.channel() == news.channel();
            assert_eq!(News::ALL.iter().position(channel), Some(place));
        }
    }
}
