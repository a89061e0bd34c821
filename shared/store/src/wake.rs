//! Wake-ups: a bell within this process, LISTEN/NOTIFY between processes; a hint, never the only way to learn of work.
//!
//! What every event rings for is rung by its process after the commit ([`Store::ring`]). Most of it is for this process
//! itself, which need not go through the database for it; the others are told together, a few times a second. News that
//! is rare is notified within the transaction that makes it true.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::webhook::Consumer;
use sqlx::postgres::PgListener;
use sqlx::{Acquire, Connection};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use uuid::Uuid;

use crate::timing::Watch;
use crate::{Error, Store};

/// For how long news is gathered for the other processes while somebody in this one has heard of it.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the others may say nothing before the server is asked whether it is still there.
const QUIET: Duration = Duration::from_secs(5);

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

/// The bells of this process: whoever has committed news rings one.
pub(crate) struct Bells {
    /// How this process signs what it tells the others, so that it does not listen to itself.
    signature: String,
    /// One for each of [`News::ALL`].
    bells: [Bell; News::ALL.len()],
    /// The others need not hear at once: somebody in this process does.
    later: Notify,
    /// Nobody in this process waits for it, so the others are to hear at once.
    now: Notify,
}

#[derive(Default)]
struct Bell {
    here: Notify,
    /// Whether anybody in this process ever waited for it.
    has_ears: AtomicBool,
    /// Whether the others are still to hear of it.
    untold: AtomicBool,
}

impl Bells {
    pub(crate) fn new() -> Bells {
        Bells {
            signature: Uuid::now_v7().to_string(),
            bells: std::array::from_fn(|_| Bell::default()),
            later: Notify::new(),
            now: Notify::new(),
        }
    }

    fn of(&self, news: News) -> &Bell {
        &self.bells[news.place()]
    }

    fn ring(&self, news: News) {
        let bell = self.of(news);
        bell.here.notify_one();
        bell.untold.store(true, Ordering::Release);
        match bell.has_ears.load(Ordering::Relaxed) {
            true => self.later.notify_one(),
            false => self.now.notify_one(),
        }
    }

    /// Waits until the others are to hear of something, and returns the channels to tell it on.
    async fn untold(&self) -> Vec<&'static str> {
        let later = async {
            self.later.notified().await;
            tokio::time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = self.now.notified() => {}
            () = later => {}
        }
        let is_untold = |news: &News| self.of(*news).untold.swap(false, Ordering::Acquire);
        let untold = News::ALL.into_iter().filter(is_untold);
        untold.map(News::channel).collect()
    }
}

impl Store {
    /// Says that there is news, which has been committed: at once to whoever waits in this process, and in a moment to
    /// the others, who may have hands free where this process has none.
    pub fn ring(&self, news: News) {
        self.bells.ring(news);
    }
}

/// Hears of news from this process and, over one listening connection, from the others; shared by everybody who waits.
#[derive(Clone)]
pub struct Wake {
    bells: Arc<Bells>,
    /// The tasks end with the last clone of this.
    _alive: Arc<watch::Sender<()>>,
}

impl Wake {
    /// Starts listening to the other processes and telling them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the first connection fails. Later losses are repaired in the background, and
    /// the callers' own interval covers the gap.
    pub async fn start(store: &Store) -> Result<Wake, Error> {
        let mut listener = PgListener::connect_with(store.pool()).await?;
        listener.listen_all(News::ALL.map(News::channel)).await?;
        let (alive, ends) = watch::channel(());
        let (bells, watch) = (Arc::clone(&store.bells), Arc::clone(&store.watch));
        until_dropped(ends.clone(), hear(listener, bells, watch));
        until_dropped(ends, tell(store.clone()));
        Ok(Wake {
            bells: Arc::clone(&store.bells),
            _alive: Arc::new(alive),
        })
    }

    /// Returns when there may be news, at the latest after `interval`.
    pub async fn wait(&self, news: News, interval: Duration) {
        let bell = self.bells.of(news);
        bell.has_ears.store(true, Ordering::Relaxed);
        let _ = tokio::time::timeout(interval, bell.here.notified()).await;
    }
}

fn until_dropped(
    mut alive: watch::Receiver<()>,
    task: impl Future<Output = Infallible> + Send + 'static,
) {
    tokio::spawn(async move {
        tokio::select! {
            _ = alive.changed() => {}
            never = task => match never {},
        }
    });
}

async fn hear(mut listener: PgListener, bells: Arc<Bells>, watch: Arc<Watch>) -> Infallible {
    loop {
        match timeout(QUIET, listener.recv()).await {
            Ok(Ok(note)) if note.payload() == bells.signature => {}
            Ok(Ok(note)) => {
                let heard = |news: &News| news.channel() == note.channel();
                for news in News::ALL.into_iter().filter(heard) {
                    bells.of(news).here.notify_one();
                }
            }
            Ok(Err(_)) => {
                bells.bells.iter().for_each(|bell| bell.here.notify_one());
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(_) => {
                // Who only listens would never learn that nobody can be heard any more; what becomes of it shows next.
                let _asked = watch.unanswered.ask();
                let _heard = ask(&mut listener).await;
            }
        }
    }
}

async fn ask(listener: &mut PgListener) -> Result<(), sqlx::Error> {
    listener.acquire().await?.ping().await
}

async fn tell(store: Store) -> Infallible {
    loop {
        let channels = store.bells.untold().await;
        // A hint: whoever does not hear of it looks anyway before long.
        let _hint = sqlx::query!(
            "SELECT pg_notify(channel, $2) FROM unnest((SELECT $1::text[])) AS channel",
            &channels as _,
            store.bells.signature,
        )
        .fetch_all(&store.relaxed)
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_others_hear_at_once_only_where_nobody_here_does() {
        let bells = Bells::new();
        let began = tokio::time::Instant::now();
        bells.ring(News::Work);
        assert_eq!(bells.untold().await, ["work"]);
        assert_eq!(began.elapsed(), Duration::ZERO);

        bells.of(News::Work).has_ears.store(true, Ordering::Relaxed);
        bells.ring(News::Work);
        bells.ring(News::Work);
        assert_eq!(bells.untold().await, ["work"]);
        assert!(began.elapsed() >= PAUSE);

        let began = tokio::time::Instant::now();
        bells.ring(News::Work);
        bells.ring(News::Outbox);
        assert_eq!(bells.untold().await, ["work", "outbox"]);
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[test]
    fn everything_has_a_bell_and_a_channel_of_its_own() {
        for (place, news) in News::ALL.into_iter().enumerate() {
            assert_eq!(news.place(), place, "{news:?}");
            let channel = |other: &News| other.channel() == news.channel();
            assert_eq!(News::ALL.iter().position(channel), Some(place));
        }
    }
}
