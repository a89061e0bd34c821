//! One try at an operation: the client to write with, what earlier tries left, and what this one has learnt.

mod step;
mod without;
mod write_once;

pub(crate) use step::{Made, Period, Step, Written};
pub(crate) use write_once::FORESIGHT;

use std::time::Instant;

use domain::crash::{CrashPoint, Moment, crash_here};
use domain::{CandidateId, Code, Problem, StepKind};
use harvest::{Client, Purpose};
use store::claim::{Claim, StepState};
use store::journal::{Settlement, StepWrite};

use crate::Context;
use crate::answers::Applied;
use crate::memory::Memory;
use crate::stop::Stop;
use crate::term::Term;

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
    /// What became of the picked jobs so far.
    pub(crate) applied: Vec<Applied>,
    /// What the first part failed with that was given up.
    pub(crate) gave_up_over: Option<Code>,
    /// Step states learnt but not yet on disk; they travel with the next entry in the journal.
    learnt: Vec<StepWrite>,
    /// Those of this try that are known to have taken effect, on disk or not.
    pub(crate) confirmed: Vec<StepWrite>,
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
            applied: Vec::new(),
            gave_up_over: None,
            learnt: Vec::new(),
            confirmed: Vec::new(),
            foreseen: None,
        }
    }

    /// Announces a write that will follow others at once: its intent is committed with the next one, which saves a
    /// commit. Should the process die in between, the write counts as sent, and a read finds out that it was not.
    pub(crate) fn foresee(&mut self, step: Step) {
        let planned = |record: &store::claim::StepRecord| record.state == StepState::Planned;
        if self.claim.step(&step.name).is_none_or(planned) {
            self.foreseen = Some(Foreseen {
                step,
                on_disk: None,
            });
        }
    }

    /// What imports of this tenant have looked up before.
    pub(crate) fn memory(&self) -> Memory<'a> {
        Memory::of(self.context, self.claim)
    }

    /// The client for reads that prove a write: they may use the budget's reserve.
    pub(crate) fn proof(&self) -> Client {
        self.greenhouse.with_purpose(Purpose::Proof)
    }

    /// For whoever sends more than once within one write.
    pub(crate) fn term(&self) -> Term<'a> {
        Term::of(self.claim, &self.context.config)
    }

    /// Ends the operation, with whatever was learnt of its writes.
    pub(crate) async fn settle(&mut self, mut settlement: Settlement) -> Result<(), Stop> {
        settlement.steps = self.learnt();
        let confirmed = confirmed_kinds(&settlement.steps);
        crash_here(CrashPoint::BeforeSettle);
        self.context.journal.settle(self.claim, settlement).await?;
        crash_after_confirm(&confirmed);
        crash_here(CrashPoint::AfterSettle);
        Ok(())
    }

    /// Step states that must go into the operation's last entry. They stay known: where the database does not take that one,
    /// they go into the entry that gives the operation back.
    pub(crate) fn learnt(&mut self) -> Vec<StepWrite> {
        if let Some(Foreseen {
            step,
            on_disk: Some(_),
        }) = self.foreseen.take()
        {
            self.learn(&step, StepState::Planned, None, None);
        }
        self.learnt.clone()
    }

    /// The key of the operation's write of this kind, if one of an earlier try may have taken effect.
    pub(crate) fn perhaps_done(&self, kind: StepKind) -> Option<&str> {
        let mut all = self.claim.steps.iter();
        let record = all.find(|step| step.kind == kind && may_have_taken_effect(step.state))?;
        record.name.split_once(':').map(|(_, key)| key)
    }

    /// Whether this write may have taken effect, by all that is known now: what this try learnt, else what earlier ones did.
    pub(crate) fn may_be_made(&self, step: &Step) -> bool {
        let learnt = self.learnt.iter().find(|write| write.name == step.name);
        let earlier = || self.claim.step(&step.name).map(|record| record.state);
        let state = learnt.map(|write| write.state).or_else(earlier);
        state.is_some_and(may_have_taken_effect)
    }

    /// To whom earlier tries have written, or may have: that is who it is, whoever looks like them by now.
    pub(crate) fn written_to(&self) -> Option<CandidateId> {
        let all = self.claim.steps.iter();
        let written = all.filter(|step| may_have_taken_effect(step.state));
        let last = written.filter_map(|step| Some((step.last_sent_at, step.person?)));
        last.max().map(|(_, person)| person)
    }

    /// Takes what is found now for ours, and its write for confirmed, if an earlier try sent one; says whether that is so.
    /// From then on it is known by its id, whatever recruiters do with it.
    pub(crate) fn confirm_as_ours(&mut self, step: &Step, id: i64) -> bool {
        if self.may_be_confirmed(step) {
            self.learn(step, StepState::Confirmed, Some(id), None);
        }
        self.was_sent(step)
    }

    /// What an earlier try made by this write, where that is known.
    pub(crate) fn confirmed(&self, step: &Step) -> Option<i64> {
        let record = self.claim.step(&step.name)?;
        let confirmed = record.state == StepState::Confirmed;
        record.remote_id.filter(|_| confirmed)
    }

    /// Whether an earlier try may have sent this write, whatever came of it: also where it was refused.
    pub(crate) fn was_sent(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| record.state != StepState::Planned)
    }

    /// Whether an earlier try has sent this write, also where it was to be sent again after the answer.
    pub(crate) fn was_ever_sent(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| record.sends > 0)
    }

    /// Whether an earlier try sent this write, and nothing has shown since whether it took effect.
    pub(crate) fn is_unproven(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|record| is_unproven(record.state))
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

    /// An edit that an earlier try sent left no difference: it took effect.
    pub(crate) fn confirm_if_sent(&mut self, step: Step) {
        if self.may_be_confirmed(&step) {
            self.learn(&step, StepState::Confirmed, None, None);
        }
    }

    /// Whether it is open what became of an earlier try's write. What was left to a human stays theirs.
    fn may_be_confirmed(&self, step: &Step) -> bool {
        let record = self.claim.step(&step.name);
        record.is_some_and(|one| is_unproven(one.state) && one.state != StepState::Parked)
    }

    /// Notes what is known of a write; it is stored with the next intent, or with the end of this try.
    pub(crate) fn learn(
        &mut self,
        step: &Step,
        state: StepState,
        remote_id: Option<i64>,
        code: Option<Code>,
    ) {
        self.foreseen
            .take_if(|foreseen| foreseen.step.name == step.name);
        self.learnt.retain(|write| write.name != step.name);
        let learnt = StepWrite {
            remote_id,
            code,
            ..write(step, state, self.person)
        };
        if state == StepState::Confirmed {
            self.confirmed.push(learnt.clone());
        }
        self.learnt.push(learnt);
    }
}

/// What was refused has certainly none, unlike what was merely sent.
fn may_have_taken_effect(state: StepState) -> bool {
    state == StepState::Confirmed || is_unproven(state)
}

/// Sent, and nothing shows whether it took effect.
fn is_unproven(state: StepState) -> bool {
    match state {
        StepState::Sending | StepState::Unknown | StepState::Parked => true,
        StepState::Planned | StepState::Confirmed | StepState::Rejected => false,
    }
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
