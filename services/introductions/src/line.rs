//! The line for a person who is in Greenhouse: whatever else is written to them comes before or after, not meanwhile.

use std::time::Duration;

use domain::{CandidateId, Code};
use store::person_line::Place;

use crate::attempt::Attempt;
use crate::stop::Stop;

/// How long whoever is not first rests; who stands behind an older one is not taken up before that one has ended.
const REST: Duration = Duration::from_secs(1);

/// # Errors
/// [`Stop::Wait`] for whoever is not first.
pub(crate) async fn stand_in(attempt: &Attempt<'_>, person: CandidateId) -> Result<(), Stop> {
    let store = &attempt.context.store;
    match store.stand_in_line(attempt.claim, person).await? {
        Place::First => Ok(()),
        Place::Behind => Err(Stop::wait(REST, Code::WaitingInLine)),
        Place::Lost => Err(Stop::Abandon),
    }
}
