//! Until when a try may write: a call that begins by then ends within the lease.

use std::time::{Duration, Instant};

use store::claim::Claim;

use crate::Config;
use crate::send_error::SendError;

/// How long the try that an operation was claimed for may write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    taken: Instant,
    lasts: Duration,
}

impl Term {
    pub(crate) fn of(claim: &Claim, config: &Config) -> Term {
        Term {
            taken: claim.clock.taken,
            lasts: config.lease.saturating_sub(config.call_deadline),
        }
    }

    /// Asked before every send, the second one of the same write as well: a process that was stopped and resumed must not
    /// write under a lease that somebody else may hold by now.
    ///
    /// # Errors
    /// [`SendError::LeaseEnds`] after the term.
    pub(crate) fn check(self) -> Result<(), SendError> {
        match self.taken.elapsed() > self.lasts {
            true => Err(SendError::LeaseEnds),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;

    #[test]
    fn what_is_not_sent_after_the_term_is_given_back_at_once() {
        let term = |lasts| Term {
            taken: Instant::now(),
            lasts,
        };
        assert_eq!(term(Duration::from_secs(3600)).check(), Ok(()));
        let past = term(Duration::ZERO);
        while past.taken.elapsed().is_zero() {
            std::hint::spin_loop();
        }
        let over = past.check().unwrap_err();
        let stop = Stop::from(over);
        assert!(matches!(stop, Stop::Wait { delay, .. } if delay.is_zero()));
    }
}
