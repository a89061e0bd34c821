//! Until when a try may write: a call that begins by then ends within the lease as it is now.

use std::time::Duration;

use store::claim::Claim;

use crate::Config;
use crate::send_error::SendError;

/// How long the try that an operation was claimed for may write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term<'a> {
    claim: &'a Claim,
    lasts: Duration,
}

impl<'a> Term<'a> {
    pub(crate) fn of(claim: &'a Claim, config: &Config) -> Term<'a> {
        Term {
            claim,
            lasts: config.lease.saturating_sub(config.call_deadline),
        }
    }

    /// Asked before every send, the second one of the same write as well: a process that was stopped and resumed must not
    /// write under a lease that somebody else may hold by now.
    ///
    /// # Errors
    /// [`SendError::LeaseEnds`] after the term.
    pub(crate) fn check(self) -> Result<(), SendError> {
        within(self.claim.held_from().elapsed(), self.lasts)
    }
}

fn within(held_for: Duration, lasts: Duration) -> Result<(), SendError> {
    match held_for > lasts {
        true => Err(SendError::LeaseEnds),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;

    #[test]
    fn what_is_not_sent_after_the_term_is_given_back_at_once() {
        let term = Duration::from_secs(10);
        assert_eq!(within(term, term), Ok(()));
        let over = within(term + Duration::from_nanos(1), term).unwrap_err();
        let stop = Stop::from(over);
        assert!(matches!(stop, Stop::Wait { delay, .. } if delay.is_zero()));
    }
}
