//! How a Greenhouse wants to be asked, as far as it has shown it. What helped once is believed for a while: a refusal may have
//! been a momentary one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::request::{Request, Spelling};

/// How long what helped is asked first. A Greenhouse that never takes what is documented then refuses it once more.
const BELIEVED: Duration = Duration::from_secs(600);

/// What helped, and since when.
#[derive(Debug, Default)]
pub(crate) struct Learned(Mutex<Since>);

#[derive(Debug, Clone, Copy, Default)]
struct Since {
    brackets: Option<Instant>,
    whole_rows: Option<Instant>,
}

impl Learned {
    /// How to ask first.
    pub(crate) fn spelling(&self, now: Instant) -> Spelling {
        let since = *self.lock();
        let believed = |learned: Option<Instant>| {
            learned.is_some_and(|learned| now.saturating_duration_since(learned) < BELIEVED)
        };
        Spelling::of(believed(since.brackets), believed(since.whole_rows))
    }

    /// This way was taken where others were refused. What makes no difference for the request is as it was.
    pub(crate) fn learn(&self, request: &Request, spelling: Spelling, now: Instant) {
        let matters = |other| request.spelt(other) != request.query;
        let mut since = self.lock();
        if matters(Spelling::of(true, false)) {
            since.brackets = spelling.brackets.then_some(now);
        }
        if matters(Spelling::of(false, true)) {
            since.whole_rows = spelling.whole_rows.then_some(now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Since> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    #[test]
    fn what_helped_is_believed_for_a_while_and_where_it_matters() {
        let learned = Learned::default();
        let get = || Request::get(Operation::JobsList, "/v3/jobs");
        let dates = get().with_dates("updated_at", chrono::DateTime::UNIX_EPOCH, None);
        let fields = get().with_names("fields", &["id"]);
        let now = Instant::now();
        learned.learn(&dates, Spelling::of(true, false), now);
        let later = now + BELIEVED / 2;
        learned.learn(&fields, Spelling::of(false, true), later);
        assert_eq!(learned.spelling(later), Spelling::of(true, true));
        assert_eq!(learned.spelling(now + BELIEVED), Spelling::of(false, true));
        assert_eq!(learned.spelling(later + BELIEVED), Spelling::default());
        learned.learn(&fields, Spelling::default(), later);
        assert_eq!(learned.spelling(later), Spelling::of(true, false));
    }
}
