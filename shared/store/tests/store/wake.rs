//! Bells between two processes on one database.

use std::time::Duration;

use store::wake::{News, Wake};
use tokio::time::timeout;

use crate::{fresh_database, open};

const LONG: Duration = Duration::from_secs(30);

async fn hears(wake: &Wake, news: News) -> bool {
    timeout(LONG / 2, wake.wait(news, LONG)).await.is_ok()
}

#[tokio::test]
async fn news_is_heard_here_and_by_the_others_and_comes_back_to_nobody() {
    let database = fresh_database().await;
    let (ours, theirs) = (open(&database).await, open(&database).await);
    let here = Wake::start(&ours).await.unwrap();
    let there = Wake::start(&theirs).await.unwrap();
    // From now on somebody here is known to wait for it.
    here.wait(News::Outbox, Duration::ZERO).await;
    ours.ring(News::Outbox);
    assert!(hears(&here, News::Outbox).await);
    assert!(hears(&there, News::Outbox).await);

    // Notifications come in order: once the second is here, the first has come by.
    theirs.ring(News::Work);
    assert!(hears(&here, News::Work).await);
    let echo = here.wait(News::Outbox, LONG);
    assert!(timeout(Duration::from_millis(1), echo).await.is_err());
}

#[tokio::test]
async fn a_process_without_ears_tells_the_others() {
    let database = fresh_database().await;
    let (ours, theirs) = (open(&database).await, open(&database).await);
    let _telling = Wake::start(&ours).await.unwrap();
    let there = Wake::start(&theirs).await.unwrap();
    ours.ring(News::Outbox);
    assert!(hears(&there, News::Outbox).await);
}
