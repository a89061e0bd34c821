//! Waiting for what announces itself to nobody.

use std::time::Duration;

/// How long anything may take that is expected to happen soon, on a machine that does other things as well.
pub const SOON: Duration = Duration::from_secs(90);

/// How often it is asked.
const LOOK: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
///
/// # Panics
/// After [`SOON`], saying `what` did not happen.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    let answer = attempt(ask).await;
    answer.unwrap_or_else(|| panic!("{what}: did not happen within {SOON:?}"))
}

/// As [`until`], for whoever has more to say about what did not happen.
pub async fn attempt<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_happens_is_told_and_what_does_not_is_named() {
        let mut asked = 0;
        let third = until("the third", async || {
            asked += 1;
            (asked == 3).then_some(asked)
        });
        assert_eq!(third.await, 3);
        let never = tokio::spawn(until("the impossible", async || None::<()>));
        let panicked = never.await.unwrap_err().into_panic();
        let said = panicked.downcast_ref::<String>().unwrap();
        assert!(said.starts_with("the impossible: did not"), "{said}");
    }
}
