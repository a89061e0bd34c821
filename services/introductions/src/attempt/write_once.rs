//! The protocol of every remote write.
//!
//! Harvest has no idempotency key, so a write that may have happened is never sent again before its proof was read:
//! `planned → sending (on disk before the socket) → confirmed | unknown | rejected`.

use std::time::{Duration, Instant};

use domain::Code;
use domain::crash::{CrashPoint, Moment, crash_here};
use harvest::Client;
use store::claim::StepState;

use super::{
    Attempt, Foreseen, Made, Period, Step, Written, confirmed_kinds, crash_after_confirm, write,
};
use crate::send_error::SendError;
use crate::stop::{Effect, Stop};
use crate::{references, sight};

/// How long before its send the intent of a write may have been committed together with another one's. Reads that
/// find nothing prove something only later by as much.
pub(crate) const FORESIGHT: Duration = Duration::from_secs(1);

/// So many lost answers of one write are looked into at once. From then on each counts as a try that was not answered:
/// one that Greenhouse cannot digest would else be sent and looked for without an end.
const LOST_ANSWERS: u32 = 3;

/// Kept with a write of unknown effect that Greenhouse accepted, without telling what it made.
const ACCEPTED: Code = Code::UnexpectedAnswer;

impl Attempt<'_> {
    /// Carries out a write at most once over all tries.
    ///
    /// `prove` reads whether an earlier send took effect; it gets when that may have been. `send` writes; before it
    /// does so again, it asks [`Attempt::term`].
    ///
    /// # Errors
    /// [`Stop`]: what to do with the operation instead of going on.
    pub(crate) async fn write_once<T: Made>(
        &mut self,
        step: Step,
        prove: impl AsyncFnOnce(&Client, Period) -> Result<Option<T>, harvest::Error>,
        send: impl AsyncFnOnce(&Client) -> Result<T, SendError>,
    ) -> Result<Written<T>, Stop> {
        if let Some(record) = self.claim.step(&step.name) {
            match record.state {
                StepState::Confirmed => return Ok(Written::Earlier(record.remote_id)),
                StepState::Rejected | StepState::Parked => {
                    return Err(Stop::refused_earlier(record));
                }
                StepState::Sending | StepState::Unknown if !step.idempotent => {
                    if let Some(made) = self.look(&step, record, prove).await? {
                        return Ok(Written::Now(made));
                    }
                }
                StepState::Sending | StepState::Unknown | StepState::Planned => {}
            }
        }
        self.send_once(step, send).await
    }

    /// What a write that may have been sent has made. Nothing means that it did not take effect: while it may still show, the
    /// operation rests.
    async fn look<T: Made>(
        &mut self,
        step: &Step,
        record: &store::claim::StepRecord,
        prove: impl AsyncFnOnce(&Client, Period) -> Result<Option<T>, harvest::Error>,
    ) -> Result<Option<T>, Stop> {
        let first = record.first_sent_at.unwrap_or(self.claim.created_at);
        let last = record.last_sent_at.unwrap_or(first);
        let to = last + self.shown_within();
        let proof = prove(&self.proof(), Period { from: first, to }).await;
        let made = proof.map_err(|error| self.missed(error))?;
        if let Some(made) = made.as_ref().filter(|made| made.is_ours()) {
            self.learn(step, StepState::Confirmed, made.remote_id(), None);
        } else {
            // Of what another hand made, too, ours may still show beside it.
            self.rest_until_settled(last, was_accepted(record))?;
            if made.is_some() {
                // Nothing was made that a later try could go on with: it looks anew.
                self.learn(step, StepState::Planned, None, None);
            }
        }
        Ok(made)
    }

    async fn send_once<T: Made>(
        &mut self,
        step: Step,
        send: impl AsyncFnOnce(&Client) -> Result<T, SendError>,
    ) -> Result<Written<T>, Stop> {
        crash_here(CrashPoint::Step(step.kind, Moment::BeforeIntent));
        if let Err(stop) = self.commit_intent(&step).await {
            // It may be on disk all the same. What an earlier try sent stands.
            if !self.is_unproven(&step) {
                self.learn(&step, StepState::Planned, None, None);
            }
            return Err(stop);
        }
        crash_here(CrashPoint::Step(step.kind, Moment::AfterIntent));
        let answer = match self.term().check() {
            Ok(()) => send(&self.greenhouse).await,
            Err(over) => Err(over),
        };
        crash_here(CrashPoint::Step(step.kind, Moment::AfterCall));
        match answer {
            Ok(made) => {
                self.learn(&step, StepState::Confirmed, made.remote_id(), None);
                Ok(Written::Now(made))
            }
            Err(error) => Err(self.judge(&step, error).await),
        }
    }

    /// What an answer that is no success leaves of the write, and what to do instead of going on.
    async fn judge(&mut self, step: &Step, error: SendError) -> Stop {
        let error = match error {
            SendError::Remote(error) => error,
            unsent => {
                let stop = match self.forget_jobs(&unsent).await {
                    Ok(()) => Stop::from(unsent),
                    Err(stop) => stop,
                };
                self.learn(step, StepState::Planned, None, stop.code());
                return stop;
            }
        };
        let mut state = match Effect::of(&error) {
            Effect::None => StepState::Planned,
            Effect::Refused => StepState::Rejected,
            Effect::Unknown => StepState::Unknown,
        };
        let accepted = matches!(error, harvest::Error::Accepted { .. });
        let stop = match (state, &error) {
            (StepState::Unknown, _) if self.lost_often(step) => {
                Stop::Retry(Code::GreenhouseUnavailable.into())
            }
            (_, harvest::Error::NotFound { .. }) => {
                let stop = sight::not_found(self, error).await;
                if matches!(stop, Stop::Fail(_)) {
                    state = StepState::Rejected;
                }
                stop
            }
            (_, harvest::Error::Forbidden { .. }) => sight::forbidden(self, error).await,
            _ => Stop::from(error),
        };
        if state == StepState::Unknown {
            self.context.metrics.write_unknown(step.kind);
        }
        let code = accepted.then_some(ACCEPTED).or(stop.code());
        self.learn(step, state, None, code);
        stop
    }

    /// What was remembered of jobs that are gone is looked up again.
    async fn forget_jobs(&self, unsent: &SendError) -> Result<(), Stop> {
        if let SendError::JobsGone(jobs) = unsent {
            for job in jobs {
                references::forget_job(self, *job).await?;
            }
        }
        Ok(())
    }

    /// Puts `sending` on disk, unless it is there since moments ago.
    async fn commit_intent(&mut self, step: &Step) -> Result<(), Stop> {
        let ours = |foreseen: &mut Foreseen| foreseen.step.name == step.name;
        if let Some(foreseen) = self.foreseen.take_if(ours)
            && foreseen.on_disk.is_some_and(|at| at.elapsed() < FORESIGHT)
        {
            return Ok(());
        }
        self.learnt.retain(|write| write.name != step.name);
        let mut entries = self.learnt.clone();
        entries.push(write(step, StepState::Sending, self.person));
        let waiting = self
            .foreseen
            .as_mut()
            .filter(|foreseen| foreseen.on_disk.is_none());
        if let Some(foreseen) = waiting {
            // Before the commit, so that the time on record is not older than this.
            foreseen.on_disk = Some(Instant::now());
            entries.push(write(&foreseen.step, StepState::Sending, self.person));
        }
        let confirmed = confirmed_kinds(&entries);
        self.context.journal.steps(self.claim, entries).await?;
        self.learnt.clear();
        crash_after_confirm(&confirmed);
        Ok(())
    }

    /// Whether earlier tries sent this write so often in vain that one more lost answer is no accident.
    fn lost_often(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| self.is_unproven(step) && record.sends >= LOST_ANSWERS)
    }
}

/// Whether the last send was accepted: what it made may show late, but it will.
fn was_accepted(record: &store::claim::StepRecord) -> bool {
    record.state == StepState::Unknown && record.code.as_deref() == Some(ACCEPTED.as_str())
}
