//! The line for a person who is in Greenhouse: whatever else is written to them comes before or after, not meanwhile.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::{CandidateId, Code, OperationId};
use store::person_line::Place;

use crate::attempt::Attempt;
use crate::stop::Stop;

/// How long whoever is not first rests; who stands behind an older one is not taken up before that one has ended.
const REST: Duration = Duration::from_secs(1);
/// Who was not taken up again for so long was taken up by another process.
const KEPT: Duration = Duration::from_secs(60);

/// For whom operations of this process wait in line: it is asked for their place before anything is looked up again. Another
/// process looks once to find out.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<HashMap<OperationId, (CandidateId, Instant)>>);

impl Waiting {
    fn note(&self, operation: OperationId, person: CandidateId) {
        let mut waiting = self.lock();
        waiting.retain(|_, (_, since)| since.elapsed() < KEPT);
        waiting.insert(operation, (person, Instant::now()));
    }

    fn take(&self, operation: OperationId) -> Option<CandidateId> {
        self.lock().remove(&operation).map(|(person, _)| person)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OperationId, (CandidateId, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever waited in line when it was last here stands there still, or may look: what was seen then is old by now.
///
/// # Errors
/// As [`stand_in`].
pub(crate) async fn keep_place(attempt: &Attempt<'_>) -> Result<(), Stop> {
    match attempt.context.waiting.take(attempt.claim.operation) {
        Some(person) => stand_in(attempt, person).await,
        None => Ok(()),
    }
}

/// # Errors
/// [`Stop::Wait`] for whoever is not first.
pub(crate) async fn stand_in(attempt: &Attempt<'_>, person: CandidateId) -> Result<(), Stop> {
    let (context, claim) = (attempt.context, attempt.claim);
    match context.store.stand_in_line(claim, person).await? {
        Place::First => Ok(()),
        Place::Behind => {
            context.waiting.note(claim.operation, person);
            Err(Stop::wait(REST, Code::WaitingInLine))
        }
        Place::Lost => Err(Stop::Abandon),
    }
}
