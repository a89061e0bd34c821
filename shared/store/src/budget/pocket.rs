//! Calls that a process has leased and not yet made.

/// Calls to be made before a moment. `T` is a clock's reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pocket<T> {
    calls: u32,
    good_until: T,
}

impl<T: Copy + PartialOrd> Pocket<T> {
    pub(super) fn empty(now: T) -> Self {
        Self {
            calls: 0,
            good_until: now,
        }
    }

    /// Replaces whatever is left: it was leased for an earlier moment.
    pub(super) fn fill(&mut self, calls: u32, good_until: T) {
        *self = Self { calls, good_until };
    }

    /// Takes one call, if there is one that may still be made.
    pub(super) fn take(&mut self, now: T) -> bool {
        let has = self.calls > 0 && now < self.good_until;
        if has {
            self.calls -= 1;
        }
        has
    }
}
