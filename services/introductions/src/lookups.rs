//! Look-ups that imports of one tenant in this process share: one of them asks, and the others find what it remembered,
//! or learn that it was not answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use domain::{Code, Problem, Tenant};

use crate::stop::Stop;

/// Whose look-up, of what kind, by which key.
type Lookup = (Tenant, &'static str, String);

/// When the last look-up ended without an answer, and what stopped it.
type Unanswered = Option<(Instant, Problem)>;

/// One lock for each look-up under way.
#[derive(Default)]
pub(crate) struct Lookups(Mutex<HashMap<Lookup, Arc<tokio::sync::Mutex<Unanswered>>>>);

impl Lookups {
    /// Looks up while no other import of this tenant in this process looks up the same: the second one then finds it
    /// remembered, at no cost to the budget. What is different does not wait: nobody stands in a line of look-ups, each
    /// with its calls, for one of their own.
    ///
    /// # Errors
    /// Those of the look-up. Where the one before ended without an answer while this one waited, the same without
    /// asking again: a list that hangs would else keep whoever waits for as many time limits as there are others before them.
    pub(crate) async fn alone<T>(
        &self,
        tenant: &Tenant,
        kind: &'static str,
        key: &str,
        look_up: impl AsyncFnOnce() -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let begun = Instant::now();
        let lock = self.lock_of((tenant.clone(), kind, key.to_owned()));
        let mut unanswered = lock.lock().await;
        if let Some((_, problem)) = unanswered.as_ref().filter(|(ended, _)| *ended > begun) {
            return Err(Stop::Retry(problem.clone()));
        }
        let found = look_up().await;
        // Any answer, a refusal as well, may be about this import alone.
        if let Err(Stop::Retry(problem)) = &found
            && problem.code == Code::GreenhouseUnavailable
        {
            *unanswered = Some((Instant::now(), problem.clone()));
        }
        found
    }

    fn lock_of(&self, lookup: Lookup) -> Arc<tokio::sync::Mutex<Unanswered>> {
        let mut lookups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lookups.retain(|_, lock| Arc::strong_count(lock) > 1);
        Arc::clone(lookups.entry(lookup).or_default())
    }
}
