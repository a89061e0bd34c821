//! What candidates were before they were edited, for reads that run behind.

use std::{collections::HashMap, time::Duration};

use super::rows::Candidate;
use crate::stamp::Stamp;

/// Reads run no further behind than this.
const KEPT: Duration = Duration::from_secs(600);

/// Earlier versions of candidates by id, each with when it was replaced; the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Edits(HashMap<i64, Vec<(Stamp, Candidate)>>);

impl Edits {
    /// Keeps what is about to be replaced.
    pub(crate) fn keep(&mut self, before: Candidate, now: Stamp) {
        let earlier = self.0.entry(before.id()).or_default();
        earlier.retain(|(replaced, _)| replaced.plus(KEPT) > now);
        earlier.push((now, before));
    }

    /// What a read that runs so far behind shows of a candidate.
    pub(crate) fn shown<'a>(
        &'a self,
        candidate: &'a Candidate,
        lag: Duration,
        now: Stamp,
    ) -> &'a Candidate {
        let earlier = self.0.get(&candidate.id()).into_iter().flatten();
        let mut still = earlier.filter(|(replaced, _)| replaced.plus(lag) > now);
        still.next().map_or(candidate, |(_, before)| before)
    }
}
