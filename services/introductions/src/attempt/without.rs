//! What an operation goes on without, and says so: where it is refused, where even the last try does not succeed, and of what
//! nobody is left out for, where so many tries met the same that this is no moment's trouble.

use std::time::Duration;

use domain::{Code, Problem};

use super::Attempt;
use crate::stop::{OF_ONE_BAD_MINUTE, Stop};

/// Under what it is remembered how many tries in a row met the same.
const MET: &str = "met";
/// Longer than an operation rests between two tries.
const MET_LASTS: Duration = Duration::from_secs(3600);

/// So many tries in a row that met the same are enough to go on without what was asked for. None: they never are.
fn enough(code: Code) -> Option<u32> {
    match code {
        // Seconds, in which whatever was only for a moment is over.
        Code::UnexpectedAnswer => Some(3),
        Code::GreenhouseUnavailable => Some(OF_ONE_BAD_MINUTE),
        // Each is a look, the more rarely the longer nothing shows: as many last until what was lost was sent once more.
        Code::WaitingForProof => Some(20),
        _ => None,
    }
}

impl Attempt<'_> {
    pub(crate) fn warn(&mut self, problem: Problem) {
        let about = |known: &Problem| (known.code, known.field.clone());
        if self
            .warnings
            .iter()
            .all(|known| about(known) != about(&problem))
        {
            self.warnings.push(problem);
        }
    }

    /// The problem of a try that was the last one, as what is left of it.
    pub(crate) fn given_up(&mut self, stop: &Stop, field: &str) -> Option<Problem> {
        match stop {
            Stop::Retry(problem) if self.claim.attempts + 1 >= Stop::tries(problem) => {
                let detail = problem.detail.clone();
                Some(self.exhausted(problem.code, detail, field))
            }
            _ => None,
        }
    }

    fn exhausted(&mut self, last: Code, detail: Option<String>, field: &str) -> Problem {
        self.gave_up_over.get_or_insert(last);
        Problem {
            code: Code::RetriesExhausted,
            field: Some(field.to_owned()),
            detail,
        }
    }

    /// What the import can do without becomes a warning when it does not succeed on the last try: the person is there, and
    /// to call it failed as a whole would hide that.
    pub(crate) fn forgo(&mut self, done: Result<(), Stop>, field: &str) -> Result<(), Stop> {
        let Err(stop) = done else { return Ok(()) };
        let problem = self.given_up(&stop, field).ok_or(stop)?;
        self.warn(problem);
        Ok(())
    }

    /// What the import can do without and cannot look up, or make, becomes a warning: where enough tries in a row met the
    /// same, and where the last try does not succeed. Refused often enough, it is told as `code`. Of a field with several
    /// things in it, `part` tells which of them it is.
    pub(crate) async fn do_without<T>(
        &mut self,
        had: Result<T, Stop>,
        code: Code,
        field: &str,
        part: &str,
    ) -> Result<Option<T>, Stop> {
        let stop = match had {
            Ok(had) => return Ok(Some(had)),
            Err(stop) => stop,
        };
        let problem = match (self.met_often(&stop, field, part).await?, &stop) {
            (Some(Code::UnexpectedAnswer), Stop::Retry(problem)) => Problem {
                code,
                field: Some(field.to_owned()),
                detail: problem.detail.clone(),
            },
            (Some(met), _) => self.exhausted(met, None, field),
            (None, _) => self.given_up(&stop, field).ok_or(stop)?,
        };
        self.warn(problem);
        Ok(None)
    }

    /// What enough tries in a row met over this, the one of now included. Remembered with the number of the try that comes
    /// next: one that met something else in between, or another thing that is missing, begins anew.
    async fn met_often(&self, stop: &Stop, field: &str, part: &str) -> Result<Option<Code>, Stop> {
        let met = stop.code().and_then(|code| Some((code, enough(code)?)));
        let Some((code, enough)) = met else {
            return Ok(None);
        };
        // What is looked for is one part's write; an answer, or none, is the same for all of them.
        let over = match code {
            Code::WaitingForProof => format!("{field}/{part}"),
            _ => field.to_owned(),
        };
        let (memory, claim) = (self.memory(), self.claim);
        let key = |attempts| format!("{}/{over}/{}/{attempts}", claim.operation, code.as_str());
        let before: Option<u32> = memory.recall(MET, &key(claim.attempts)).await?;
        let times = before.unwrap_or_default() + 1;
        // What only waits is no try that failed.
        let next = claim.attempts + u32::from(matches!(stop, Stop::Retry(_)));
        memory.remember(MET, &key(next), &times, MET_LASTS).await?;
        Ok((times >= enough).then_some(code))
    }

    /// A refused write that the import can do without becomes a warning.
    pub(crate) fn tolerate<T>(
        &mut self,
        written: Result<T, Stop>,
        code: Code,
        field: &str,
    ) -> Result<Option<T>, Stop> {
        match written {
            Ok(written) => Ok(Some(written)),
            Err(Stop::Fail(problem)) => {
                self.warn(Problem {
                    code,
                    field: Some(field.to_owned()),
                    detail: problem.detail,
                });
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}
