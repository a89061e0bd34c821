//! Where Greenhouse shows less than it has: how long that proves nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{CandidateId, Code};
use harvest::{Application, Error as Remote};

use crate::attempt::{Attempt, FORESIGHT};
use crate::stop::Stop;

/// For how many times the settling time somebody who was just made may be absent: Greenhouse says minutes.
const ABSENT_FOR: u32 = 10;

impl Attempt<'_> {
    /// Reading found nothing. That proves something only when the last send lies far enough back for a slow write
    /// and for Greenhouse's delay between writing and reading. What Greenhouse `accepted` is shown after minutes at most,
    /// as somebody who was just made.
    pub(crate) fn rest_until_settled(
        &self,
        last_sent: DateTime<Utc>,
        accepted: bool,
    ) -> Result<(), Stop> {
        let whole = match accepted {
            true => self.shown_within(),
            false => self.context.config.settle,
        };
        let ago = self.claim.clock.since(last_sent).saturating_sub(FORESIGHT);
        rest(ago, whole)
    }

    /// For how long after its last send what a write made may not be shown yet.
    pub(crate) fn shown_within(&self) -> Duration {
        self.context.config.settle * ABSENT_FOR
    }

    /// Greenhouse shows none of these people, of whom we know. Those who became known a while ago are gone; others it does
    /// not show yet.
    pub(crate) async fn rest_until_shown(&self, people: &[CandidateId]) -> Result<(), Stop> {
        let store = &self.context.store;
        match store.known_for(&self.claim.tenant, people).await? {
            Some(known) => rest(known, self.shown_within()),
            None => Ok(()),
        }
    }

    /// A look that may have missed somebody. Whoever is still being made is waited for as long as somebody who just became
    /// known, without an attempt; a row that stays unreadable after that is an attempt each time, so that it ends.
    pub(crate) fn missed(&self, error: Remote) -> Stop {
        let here = self.claim.clock.since(self.claim.created_at);
        if matches!(error, Remote::Processing { .. })
            && let Err(wait) = rest(here, self.shown_within())
        {
            return wait;
        }
        error.into()
    }

    /// Greenhouse's list of a person's applications may lack those that were made just now: it does while one of them is
    /// not among `listed`.
    pub(crate) async fn rest_until_listed(
        &self,
        person: CandidateId,
        listed: &[Application],
    ) -> Result<(), Stop> {
        let settle = self.context.config.settle;
        let store = &self.context.store;
        let lately = store.followed_lately(&self.claim.tenant, person, settle);
        let mut lately = lately.await?.into_iter();
        match lately.find(|(made, _)| listed.iter().all(|one| one.id != *made)) {
            Some((_, followed)) => rest(followed, settle),
            None => Ok(()),
        }
    }
}

/// Until what happened so long ago counts as seen after `whole`: looks again after as long as was waited already, soon
/// at first, then ever less often.
fn rest(ago: Duration, whole: Duration) -> Result<(), Stop> {
    let rest = whole.saturating_sub(ago);
    if rest.is_zero() {
        return Ok(());
    }
    let pause = ago
        .clamp(Duration::from_millis(500), Duration::from_secs(10))
        .min(rest);
    Err(Stop::wait(pause, Code::WaitingForProof))
}
