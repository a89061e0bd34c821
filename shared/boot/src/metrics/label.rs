//! Typed labels: what a label can say, and the labels that say more than one word.

use domain::{Code, StepKind, webhook};

use super::foreign::{ContractRule, Endpoint, EventType};
use super::words::{Class, Outcome, Service};

/// What one or more labels say.
pub trait Values: Copy + 'static {
    /// Names of the labels.
    const NAMES: &'static [&'static str];
    /// Their values, in the same order.
    fn values(self) -> Vec<&'static str>;
}

/// A closed set of label values.
pub trait Label: Values {
    /// Every value, each at its own [`position`](Self::position).
    const ALL: &'static [Self];
    /// Index in [`ALL`](Self::ALL).
    fn position(self) -> usize;
}

/// For metrics with fewer labels than the family has dimensions.
impl Values for () {
    const NAMES: &'static [&'static str] = &[];
    fn values(self) -> Vec<&'static str> {
        Vec::new()
    }
}

impl Label for () {
    const ALL: &'static [Self] = &[()];
    fn position(self) -> usize {
        0
    }
}

impl Values for StepKind {
    const NAMES: &'static [&'static str] = &["step"];
    fn values(self) -> Vec<&'static str> {
        vec![self.as_str()]
    }
}

impl Label for StepKind {
    const ALL: &'static [Self] = StepKind::ALL;
    fn position(self) -> usize {
        self as usize
    }
}

macro_rules! domain_labels {
    ($($word:ty, $label:literal;)+) => {$(
        impl Values for $word {
            const NAMES: &'static [&'static str] = &[$label];
            fn values(self) -> Vec<&'static str> {
                vec![self.as_str()]
            }
        }

        impl Label for $word {
            const ALL: &'static [Self] = <$word>::ALL;
            fn position(self) -> usize {
                self as usize
            }
        }
    )+};
}

domain_labels! {
    webhook::Action, "action";
    webhook::Consumer, "consumer";
    webhook::Refusal, "reason";
}

/// A queue we consume. Each belongs to one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// `greenhouse.introductions`
    Introductions,
    /// `greenhouse.jobs`
    Jobs,
    /// `greenhouse.statuses`
    Statuses,
}

impl Queue {
    /// Its name in the broker.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Introductions => "greenhouse.introductions",
            Self::Jobs => "greenhouse.jobs",
            Self::Statuses => "greenhouse.statuses",
        }
    }

    /// The service that consumes it.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::Introductions => Service::Introductions,
            Self::Jobs => Service::Jobs,
            Self::Statuses => Service::Statuses,
        }
    }
}

impl Values for Queue {
    const NAMES: &'static [&'static str] = &["service", "queue"];
    fn values(self) -> Vec<&'static str> {
        vec![self.service().as_str(), self.as_str()]
    }
}

impl Label for Queue {
    const ALL: &'static [Self] = &[Self::Introductions, Self::Jobs, Self::Statuses];
    fn position(self) -> usize {
        self as usize
    }
}

/// A type of command, on the queue it came from. A type that does not belong there counts as other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Intake(Queue, EventType);

impl Intake {
    pub(super) fn of(queue: Queue, event: EventType) -> Self {
        let pair = Self(queue, event);
        if Self::ALL.contains(&pair) {
            pair
        } else {
            Self(queue, EventType::Other)
        }
    }
}

impl Values for Intake {
    const NAMES: &'static [&'static str] = &["service", "event_type"];
    fn values(self) -> Vec<&'static str> {
        vec![self.0.service().as_str(), self.1.as_str()]
    }
}

impl Label for Intake {
    const ALL: &'static [Self] = &[
        Self(Queue::Introductions, EventType::IntroductionAccepted),
        Self(Queue::Introductions, EventType::IntroductionStatusChanged),
        Self(Queue::Introductions, EventType::CandidateProfileUpdated),
        Self(Queue::Introductions, EventType::CandidateErasureRequested),
        Self(Queue::Introductions, EventType::Other),
        Self(Queue::Jobs, EventType::JobsRefreshRequested),
        Self(Queue::Jobs, EventType::Other),
        Self(Queue::Statuses, EventType::StatusRefreshRequested),
        Self(Queue::Statuses, EventType::Other),
    ];
    fn position(self) -> usize {
        let place = Self::ALL.iter().position(|pair| *pair == self);
        place.unwrap_or_default()
    }
}

/// Where in the work something is tried again. A stage belongs to one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Performing an operation.
    Write,
    /// Looking where applications stand: by poll, webhook or request.
    Poll,
    /// Importing jobs.
    Refresh,
}

impl Stage {
    const fn service(self) -> Service {
        match self {
            Self::Write => Service::Introductions,
            Self::Poll => Service::Statuses,
            Self::Refresh => Service::Jobs,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Poll => "poll",
            Self::Refresh => "refresh",
        }
    }
}

impl Values for Stage {
    const NAMES: &'static [&'static str] = &["service", "stage"];
    fn values(self) -> Vec<&'static str> {
        vec![self.service().as_str(), self.word()]
    }
}

impl Label for Stage {
    const ALL: &'static [Self] = &[Self::Write, Self::Poll, Self::Refresh];
    fn position(self) -> usize {
        self as usize
    }
}

/// Why something is tried again; only codes that are ever retried have a series of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct WhyRetried(pub(super) Code);

impl Values for WhyRetried {
    const NAMES: &'static [&'static str] = &["code"];
    fn values(self) -> Vec<&'static str> {
        vec![word_if(self.0, self.0.retried())]
    }
}

/// Why something waits for a person; only codes that ever need one have a series of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct WhyParked(pub(super) Code);

impl Values for WhyParked {
    const NAMES: &'static [&'static str] = &["reason"];
    fn values(self) -> Vec<&'static str> {
        vec![word_if(self.0, self.0.needs_human())]
    }
}

/// Why nothing is done for a connection; what nobody should be able to say is the last one.
#[derive(Debug, Clone, Copy)]
pub(super) struct WhySetAside(pub(super) Code);

impl Values for WhySetAside {
    const NAMES: &'static [&'static str] = &["reason"];
    fn values(self) -> Vec<&'static str> {
        vec![Self::ALL[self.position()].0.as_str()]
    }
}

impl Label for WhySetAside {
    const ALL: &'static [Self] = &[
        Self(Code::ConnectionPaused),
        Self(Code::CredentialRefused),
        Self(Code::TokenEndpointRefused),
        Self(Code::ConsentNeeded),
        Self(Code::ActingUserMissing),
        Self(Code::ScopeMissing),
        Self(Code::NotSiteAdmin),
        Self(Code::V1NotServed),
        Self(Code::Internal),
    ];
    fn position(self) -> usize {
        let known = Self::ALL.iter().position(|one| one.0 == self.0);
        known.unwrap_or(Self::ALL.len() - 1)
    }
}

fn word_if(code: Code, own: bool) -> &'static str {
    // Codes of the HTTP API, of findings and of the bridge's servers never delay or park an operation: the rest of their
    // hundred, whatever is added.
    let number = code.number();
    let of_none = ("BRG-0410".."BRG-0500").contains(&number) || number.starts_with("BRG-06");
    if own && !of_none {
        code.as_str()
    } else {
        "other"
    }
}

impl From<Code> for ContractRule {
    fn from(code: Code) -> Self {
        Self::from_word(code.as_str())
    }
}

/// A call to Greenhouse and what came of it. By reading nothing is created and nothing conflicts; an answer that says so
/// all the same counts as the class nearest to it, so that no series stands for what does not occur.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call(Endpoint, Class);

impl Call {
    pub(super) fn of(endpoint: Endpoint, class: Class) -> Self {
        let class = match class {
            Class::Created if !endpoint.writes() => Class::Ok,
            Class::Conflict if !endpoint.writes() => Class::Unprocessable,
            class => class,
        };
        Self(endpoint, class)
    }

    /// Every one that can occur, some of them more than once.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Endpoint::ALL.iter().flat_map(|endpoint| {
            let classes = Class::ALL.iter();
            classes.map(move |class| Self::of(*endpoint, *class))
        })
    }
}

impl Values for Call {
    const NAMES: &'static [&'static str] = &["endpoint", "class"];
    fn values(self) -> Vec<&'static str> {
        vec![self.0.as_str(), self.1.as_str()]
    }
}

/// An operation whose answers are timed apart from all others, because introductions or polls wait for it. A histogram
/// for each operation would break the ceiling of series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timed(Endpoint);

impl Timed {
    pub(super) fn of(endpoint: Endpoint) -> Self {
        let timed = Self(endpoint);
        if Self::ALL.contains(&timed) {
            timed
        } else {
            Self(Endpoint::Other)
        }
    }
}

impl Values for Timed {
    const NAMES: &'static [&'static str] = &["endpoint"];
    fn values(self) -> Vec<&'static str> {
        vec![self.0.as_str()]
    }
}

impl Label for Timed {
    const ALL: &'static [Self] = &[
        Self(Endpoint::Token),
        Self(Endpoint::CandidatesList),
        Self(Endpoint::CandidatesRetrieve),
        Self(Endpoint::CandidatesCreate),
        Self(Endpoint::ApplicationsList),
        Self(Endpoint::ApplicationsCreate),
        Self(Endpoint::NotesCreate),
        Self(Endpoint::AppliedCandidateTagsCreate),
        Self(Endpoint::Other),
    ];
    fn position(self) -> usize {
        let place = Self::ALL.iter().position(|timed| *timed == self);
        place.unwrap_or_default()
    }
}

/// A message that was worked on, and how that ended. What requests for jobs and statuses ask for is done in parts, beside
/// other work: only introductions are timed as a whole. A message that was worked on is no duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worked(Outcome);

impl Worked {
    pub(super) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Duplicate => Self(Outcome::Ack),
            outcome => Self(outcome),
        }
    }
}

impl Values for Worked {
    const NAMES: &'static [&'static str] = &["service", "queue", "outcome"];
    fn values(self) -> Vec<&'static str> {
        [Queue::Introductions.values(), self.0.values()].concat()
    }
}

impl Label for Worked {
    const ALL: &'static [Self] = &[
        Self(Outcome::Ack),
        Self(Outcome::Retry),
        Self(Outcome::Park),
        Self(Outcome::Reject),
    ];
    fn position(self) -> usize {
        let place = Self::ALL.iter().position(|worked| *worked == self);
        place.unwrap_or_default()
    }
}

/// What is running: version, git commit, compiler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build;

impl Values for Build {
    const NAMES: &'static [&'static str] = &["version", "git", "rustc"];
    fn values(self) -> Vec<&'static str> {
        vec![
            env!("CARGO_PKG_VERSION"),
            option_env!("BRIDGE_GIT_SHA").unwrap_or("unknown"),
            env!("BRIDGE_RUSTC"),
        ]
    }
}

/// What is set, as a hash; one per process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Configured(pub(super) &'static str);

impl Values for Configured {
    const NAMES: &'static [&'static str] = &["hash"];
    fn values(self) -> Vec<&'static str> {
        vec![self.0]
    }
}

#[cfg(test)]
mod tests {
    use super::super::foreign::ReconnectCause;
    use super::*;

    fn positions_match<L: Label>() {
        for (index, label) in L::ALL.iter().enumerate() {
            assert_eq!(label.position(), index, "{:?}", label.values());
        }
        let mut words: Vec<_> = L::ALL.iter().map(|label| label.values()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), L::ALL.len());
    }

    #[test]
    fn every_label_stands_at_its_position_under_its_own_word() {
        positions_match::<Stage>();
        positions_match::<StepKind>();
        positions_match::<Endpoint>();
        positions_match::<Timed>();
        positions_match::<Worked>();
        positions_match::<Class>();
        positions_match::<Service>();
        positions_match::<webhook::Action>();
        positions_match::<webhook::Consumer>();
        positions_match::<webhook::Refusal>();
        positions_match::<EventType>();
        positions_match::<Queue>();
        positions_match::<Intake>();
        positions_match::<ContractRule>();
        positions_match::<ReconnectCause>();
    }

    #[test]
    fn words_from_elsewhere_never_mint_a_label() {
        for endpoint in Endpoint::ALL {
            assert_eq!(Endpoint::from_word(endpoint.as_str()), *endpoint);
        }
        assert_eq!(Endpoint::from_word("candidates.delete"), Endpoint::Other);
    }

    #[test]
    fn a_read_creates_nothing_and_conflicts_with_nothing() {
        let class = |endpoint, class| Call::of(endpoint, class).1;
        let read = Endpoint::JobsList;
        assert_eq!(class(read, Class::Created), Class::Ok);
        assert_eq!(class(read, Class::Conflict), Class::Unprocessable);
        assert_eq!(class(read, Class::Forbidden), Class::Forbidden);
        for may_write in [Endpoint::ProspectsCreate, Endpoint::Other] {
            assert_eq!(class(may_write, Class::Created), Class::Created);
            assert_eq!(class(may_write, Class::Conflict), Class::Conflict);
        }
    }

    #[test]
    fn what_is_not_timed_apart_is_timed_with_the_others() {
        assert_eq!(Timed::of(Endpoint::NotesCreate).0, Endpoint::NotesCreate);
        assert_eq!(Timed::of(Endpoint::OfficesList).0, Endpoint::Other);
    }

    #[test]
    fn every_code_of_the_contract_is_a_rule() {
        for code in Code::ALL {
            let rule = ContractRule::from(*code);
            let listed = rule != ContractRule::Other;
            assert_eq!(listed, code.number().starts_with("BRG-01"), "{code}");
        }
    }

    #[test]
    fn what_no_operation_waits_for_has_no_series_of_its_own() {
        let words = |code| [WhyRetried(code).values(), WhyParked(code).values()].concat();
        assert_eq!(words(Code::ScopeMissing), ["scope_missing"; 2]);
        assert_eq!(words(Code::ConnectionUnknown), ["other"; 2]);
        assert_eq!(words(Code::OutsideNotCredited), ["other"; 2]);
        assert_eq!(words(Code::BrokerRefused), ["other"; 2]);
    }

    #[test]
    fn a_reason_that_sets_nobody_aside_counts_as_ours() {
        assert_eq!(WhySetAside(Code::NotSiteAdmin).values(), ["not_site_admin"]);
        assert_eq!(WhySetAside(Code::JobClosed).values(), ["internal"]);
        for code in [Code::ConsentNeeded, Code::ActingUserMissing] {
            assert_eq!(WhySetAside(code).values(), [code.as_str()]);
        }
    }

    #[test]
    fn every_status_has_a_class() {
        assert_eq!(Class::of_status(200), Class::Ok);
        assert_eq!(Class::of_status(204), Class::Ok);
        assert_eq!(Class::of_status(201), Class::Created);
        assert_eq!(Class::of_status(422), Class::Unprocessable);
        assert_eq!(Class::of_status(400), Class::Unprocessable);
        assert_eq!(Class::of_status(503), Class::Server);
        assert_eq!(Class::of_status(302), Class::Server);
    }
}
