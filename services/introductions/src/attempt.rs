//! One try at an operation: the client to write with, and the protocol of every remote write.
//!
//! Harvest has no idempotency key, so a write that may have happened is never sent again before its proof was read:
//! `planned → sending (on disk before the socket) → confirmed | unknown | rejected`.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::crash::{CrashPoint, Moment, crash_here};
use domain::{CandidateId, Code, Problem, StepKind, bounded};
use harvest::{Client, Purpose};
use store::claim::{Claim, StepState};
use store::journal::StepWrite;

use crate::Context;
use crate::sight;
use crate::stop::{Effect, Stop};
use crate::term::Term;

/// A remote write with a name of its own inside the operation.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    kind: StepKind,
    name: String,
    /// Sending it twice has the effect of sending it once, so it needs no proof.
    idempotent: bool,
}

impl Step {
    /// The only write of its kind in the operation.
    pub(crate) fn only(kind: StepKind) -> Step {
        Step {
            kind,
            name: kind.as_str().to_owned(),
            idempotent: false,
        }
    }

    /// One of several, told apart by `key`, which may be as long as Intrro wrote it.
    pub(crate) fn keyed(kind: StepKind, key: impl std::fmt::Display) -> Step {
        Step {
            kind,
            name: format!("{}:{}", kind.as_str(), bounded(&key.to_string())),
            idempotent: false,
        }
    }

    /// Its name inside the operation.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// An edit that writes a difference: after it took effect there is none.
    pub(crate) fn idempotent(self) -> Step {
        Step {
            idempotent: true,
            ..self
        }
    }
}

/// What a confirmed write left behind.
#[derive(Debug)]
pub(crate) enum Written<T> {
    /// Done now, or found by reading.
    Now(T),
    /// Done by an earlier try, which kept only the id.
    Earlier(Option<i64>),
}

/// What a write answers and a proof finds: something with an id worth keeping.
pub(crate) trait Made {
    /// Id in Greenhouse.
    fn remote_id(&self) -> Option<i64>;

    /// Whether this write made it; else what it was to make was there by another hand.
    fn is_ours(&self) -> bool {
        true
    }
}

impl Made for () {
    fn remote_id(&self) -> Option<i64> {
        None
    }
}

/// How long before its send the intent of a write may have been committed together with another one's. Reads that
/// find nothing prove something only later by as much.
pub(crate) const FORESIGHT: Duration = Duration::from_secs(1);

/// So many lost answers of one write are looked into at once. From then on each counts as a try that was not answered:
/// one that Greenhouse cannot digest would else be sent and looked for without an end.
const LOST_ANSWERS: u32 = 3;

/// Kept with a write of unknown effect that Greenhouse accepted, without telling what it made.
const ACCEPTED: Code = Code::UnexpectedAnswer;

/// A write whose intent goes to disk with that of a write before it.
struct Foreseen {
    step: Step,
    /// When the intent was committed; none while it still waits for a commit to go with.
    on_disk: Option<Instant>,
}

/// One try at one operation.
pub(crate) struct Attempt<'a> {
    pub(crate) context: &'a Context,
    pub(crate) claim: &'a Claim,
    pub(crate) greenhouse: Client,
    /// To whom it writes, once it is known who that is.
    pub(crate) person: Option<CandidateId>,
    /// What did not go as well as it could; the answer tells.
    pub(crate) warnings: Vec<Problem>,
    /// Step states learnt but not yet on disk; they travel with the next entry in the journal.
    learnt: Vec<StepWrite>,
    foreseen: Option<Foreseen>,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(context: &'a Context, claim: &'a Claim, greenhouse: Client) -> Attempt<'a> {
        Attempt {
            context,
            claim,
            greenhouse,
            person: None,
            warnings: Vec::new(),
            learnt: Vec::new(),
            foreseen: None,
        }
    }

    /// Announces a write that will follow others at once: its intent is committed with the next one, which saves a
    /// commit. Should the process die in between, the write counts as sent, and a read finds out that it was not.
    pub(crate) fn foresee(&mut self, step: Step) {
        let planned = |record: &store::claim::Step| record.state == StepState::Planned;
        if self.claim.step(&step.name).is_none_or(planned) {
            self.foreseen = Some(Foreseen {
                step,
                on_disk: None,
            });
        }
    }

    /// The client for reads that prove a write: they may use the budget's reserve.
    pub(crate) fn proof(&self) -> Client {
        self.greenhouse.with_purpose(Purpose::Proof)
    }

    /// For whoever sends more than once within one write.
    pub(crate) fn term(&self) -> Term {
        Term::of(self.claim, &self.context.config)
    }

    /// Step states that must go into the operation's last entry.
    pub(crate) fn take_learnt(&mut self) -> Vec<StepWrite> {
        if let Some(Foreseen {
            step,
            on_disk: Some(_),
        }) = self.foreseen.take()
        {
            self.learn(&step, StepState::Planned, None, None);
        }
        std::mem::take(&mut self.learnt)
    }

    /// The key of the operation's write of this kind, if an earlier try may have sent one.
    pub(crate) fn sent_earlier(&self, kind: StepKind) -> Option<&str> {
        let sent = |step: &&store::claim::Step| {
            step.kind == kind && !matches!(step.state, StepState::Planned | StepState::Rejected)
        };
        let record = self.claim.steps.iter().find(sent)?;
        record.name.split_once(':').map(|(_, key)| key)
    }

    /// To whom earlier tries have written, or may have: that is who it is, whoever looks like them by now.
    pub(crate) fn written_to(&self) -> Option<CandidateId> {
        let sent = |step: &&store::claim::Step| {
            !matches!(step.state, StepState::Planned | StepState::Rejected)
        };
        let sent = self.claim.steps.iter().filter(sent);
        let last = sent.filter_map(|step| Some((step.last_sent_at, step.person?)));
        last.max().map(|(_, person)| person)
    }

    /// Whether an earlier try sent this write: what is found now was then made by us.
    pub(crate) fn added_earlier(&mut self, kind: StepKind, key: impl std::fmt::Display) -> bool {
        let step = Step::keyed(kind, key);
        let sent = self.was_sent(&step);
        self.confirm_if_sent(step);
        sent
    }

    /// What an earlier try made by this write, where that is known.
    pub(crate) fn confirmed(&self, step: &Step) -> Option<i64> {
        let record = self.claim.step(&step.name)?;
        let confirmed = record.state == StepState::Confirmed;
        record.remote_id.filter(|_| confirmed)
    }

    /// Whether an earlier try may have sent this write.
    pub(crate) fn was_sent(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| record.state != StepState::Planned)
    }

    /// Whether an earlier try sent this write, and nothing has shown since whether it took effect.
    pub(crate) fn is_unproven(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| {
            matches!(
                record.state,
                StepState::Sending | StepState::Unknown | StepState::Parked
            )
        })
    }

    /// Whether earlier tries sent this write so often in vain that one more lost answer is no accident.
    fn lost_often(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| self.is_unproven(step) && record.sends >= LOST_ANSWERS)
    }

    /// A write that Greenhouse had accepted was refused when it came to carrying it out.
    pub(crate) fn refuse_if_sent(&mut self, step: &Step, code: Code) {
        if self.is_unproven(step) {
            self.learn(step, StepState::Rejected, None, Some(code));
        }
    }

    /// Leaves a write that no read can prove to a human: it is never sent again.
    pub(crate) fn leave_unproven(&mut self, step: &Step) {
        self.learn(step, StepState::Parked, None, Some(Code::RemoteUnknown));
    }

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
    pub(crate) fn given_up(&self, stop: &Stop, field: &str) -> Option<Problem> {
        match stop {
            Stop::Retry(problem) if self.claim.attempts + 1 >= Stop::tries(problem) => {
                Some(Problem {
                    code: Code::RetriesExhausted,
                    field: Some(field.to_owned()),
                    detail: problem.detail.clone(),
                })
            }
            _ => None,
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

    /// Carries out a write at most once over all tries.
    ///
    /// `prove` reads whether an earlier send took effect; it gets the time of the first send. `send` writes; before it does
    /// so again, it asks [`Attempt::term`].
    ///
    /// # Errors
    /// [`Stop`]: what to do with the operation instead of going on.
    pub(crate) async fn write_once<T: Made>(
        &mut self,
        step: Step,
        prove: impl AsyncFnOnce(&Client, DateTime<Utc>) -> Result<Option<T>, harvest::Error>,
        send: impl AsyncFnOnce(&Client) -> Result<T, harvest::Error>,
    ) -> Result<Written<T>, Stop> {
        if let Some(record) = self.claim.step(&step.name) {
            match record.state {
                StepState::Confirmed => return Ok(Written::Earlier(record.remote_id)),
                StepState::Rejected | StepState::Parked => {
                    return Err(Stop::refused_earlier(record));
                }
                StepState::Sending | StepState::Unknown if !step.idempotent => {
                    let first = record.first_sent_at.unwrap_or(self.claim.created_at);
                    let last = record.last_sent_at.unwrap_or(first);
                    let proof = prove(&self.proof(), first).await;
                    if let Some(made) = proof.map_err(|error| self.missed(error))? {
                        match made.is_ours() {
                            true => {
                                self.learn(&step, StepState::Confirmed, made.remote_id(), None);
                            }
                            // Until the settling time is over ours may still show. Then nothing was made that a later
                            // try could go on with: it looks anew.
                            false => {
                                self.rest_until_settled(last, was_accepted(record))?;
                                self.learn(&step, StepState::Planned, None, None);
                            }
                        }
                        return Ok(Written::Now(made));
                    }
                    self.rest_until_settled(last, was_accepted(record))?;
                }
                StepState::Sending | StepState::Unknown | StepState::Planned => {}
            }
        }
        self.send_once(step, send).await
    }

    /// An edit that an earlier try sent left no difference: it took effect.
    pub(crate) fn confirm_if_sent(&mut self, step: Step) {
        let record = self.claim.step(&step.name);
        if record
            .is_some_and(|record| matches!(record.state, StepState::Sending | StepState::Unknown))
        {
            self.learn(&step, StepState::Confirmed, None, None);
        }
    }

    async fn send_once<T: Made>(
        &mut self,
        step: Step,
        send: impl AsyncFnOnce(&Client) -> Result<T, harvest::Error>,
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
        let made = match answer {
            Ok(made) => made,
            Err(error) => {
                let state = match Effect::of(&error) {
                    Effect::None => StepState::Planned,
                    Effect::Refused => StepState::Rejected,
                    Effect::Unknown => StepState::Unknown,
                };
                let accepted = matches!(error, harvest::Error::Accepted { .. });
                if state == StepState::Unknown {
                    self.context.metrics.write_unknown(step.kind);
                }
                let stop = match state {
                    StepState::Unknown if self.lost_often(&step) => {
                        Stop::Retry(Code::GreenhouseUnavailable.into())
                    }
                    _ if matches!(error, harvest::Error::NotFound { .. }) => {
                        sight::not_found(self, error).await
                    }
                    _ => Stop::from(error),
                };
                let code = accepted.then_some(ACCEPTED).or(stop.code());
                self.learn(&step, state, None, code);
                return Err(stop);
            }
        };
        self.learn(&step, StepState::Confirmed, made.remote_id(), None);
        Ok(Written::Now(made))
    }

    /// Puts `sending` on disk, unless it is there since moments ago.
    async fn commit_intent(&mut self, step: &Step) -> Result<(), Stop> {
        let ours = |foreseen: &mut Foreseen| foreseen.step.name == step.name;
        if let Some(foreseen) = self.foreseen.take_if(ours)
            && foreseen.on_disk.is_some_and(|at| at.elapsed() < FORESIGHT)
        {
            return Ok(());
        }
        self.learn(step, StepState::Sending, None, None);
        let mut entries = std::mem::take(&mut self.learnt);
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
        crash_after_confirm(&confirmed);
        Ok(())
    }

    /// Notes what is known of a write; it is stored with the next intent, or with the end of this try.
    pub(crate) fn learn(
        &mut self,
        step: &Step,
        state: StepState,
        remote_id: Option<i64>,
        code: Option<Code>,
    ) {
        self.learnt.retain(|write| write.name != step.name);
        self.learnt.push(StepWrite {
            remote_id,
            code,
            ..write(step, state, self.person)
        });
    }
}

/// Whether the last send was accepted: what it made may show late, but it will.
fn was_accepted(record: &store::claim::Step) -> bool {
    record.state == StepState::Unknown && record.code.as_deref() == Some(ACCEPTED.as_str())
}

fn write(step: &Step, state: StepState, person: Option<CandidateId>) -> StepWrite {
    StepWrite {
        name: step.name.clone(),
        kind: step.kind,
        state,
        remote_id: None,
        person,
        code: None,
    }
}

/// The kinds of step that an entry confirms; noted before the entry moves into the journal.
pub(crate) fn confirmed_kinds(entries: &[StepWrite]) -> Vec<StepKind> {
    entries
        .iter()
        .filter(|write| write.state == StepState::Confirmed)
        .map(|write| write.kind)
        .collect()
}

/// The moment after an entry with these confirmations was committed.
pub(crate) fn crash_after_confirm(confirmed: &[StepKind]) {
    for kind in confirmed {
        crash_here(CrashPoint::Step(*kind, Moment::AfterConfirm));
    }
}
