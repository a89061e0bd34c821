//! The places where a process can die that matter for correctness, enumerated so that a test can visit each.
//!
//! Production builds contain nothing of this: without the cargo feature `crash-points`, [`crash_here`] is empty. With it,
//! the process aborts (no destructors, like `kill -9`) at the point named in [`CRASH_AT`]. Reading that variable and [`PANIC_AT`]
//! is the one piece of input in this crate.

use std::fmt;
use std::str::FromStr;

use crate::step::StepKind;
use crate::words::{UnknownWord, words};

/// Environment variable that names the point to die at, e.g. `step:add_note:after_call`.
pub const CRASH_AT: &str = "BRIDGE_CRASH_AT";
/// Environment variable that names a point at which whoever reaches it panics, every time; the process lives on.
pub const PANIC_AT: &str = "BRIDGE_PANIC_AT";

words! {
    /// A moment around one remote write.
    Moment, "moment" {
        /// The write is planned; nothing about sending it is stored.
        BeforeIntent = "before_intent",
        /// `sending` is committed; nothing has left the process.
        AfterIntent = "after_intent",
        /// Greenhouse has answered (or not); the outcome is not stored.
        AfterCall = "after_call",
        /// The outcome is committed.
        AfterConfirm = "after_confirm",
    }
}

/// Declares the enum with its names, so that no point outside of the steps can be without a name or left out of
/// [`CrashPoint::all`].
macro_rules! points {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal,)+) => {
        /// A place where the process can be made to die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CrashPoint {
            /// Around one kind of remote write.
            Step(StepKind, Moment),
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl CrashPoint {
            const OUTSIDE_STEPS: &[Self] = &[$(Self::$variant),+];
        }

        impl fmt::Display for CrashPoint {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Step(kind, moment) => write!(f, "step:{kind}:{moment}"),
                    $(Self::$variant => f.write_str($name),)+
                }
            }
        }
    };
}

points! {
    /// A batch is decoded, its transaction not committed.
    IntakeBeforeCommit = "intake:before_commit",
    /// A batch is stored, its messages not acknowledged.
    IntakeAfterCommit = "intake:after_commit",
    /// All steps are done, the operation is not settled.
    BeforeSettle = "settle:before_commit",
    /// Operation and answer event are committed.
    AfterSettle = "settle:after_commit",
    /// Outbox rows are leased, nothing is published.
    RelayBeforePublish = "relay:before_publish",
    /// The broker has confirmed, the rows are not marked.
    RelayAfterConfirm = "relay:after_confirm",
    /// Changes are found, snapshot and events not committed.
    StatusBeforeCommit = "status:before_commit",
    /// Snapshot and events are committed, the watermark is not moved.
    StatusAfterCommit = "status:after_commit",
    /// Webhook deliveries are verified, nothing is stored.
    WebhookBeforeCommit = "webhook:before_commit",
    /// Webhook deliveries are stored, not answered.
    WebhookAfterCommit = "webhook:after_commit",
    /// Greenhouse has renewed an admin's consent; the new tokens are not stored.
    ConsentBeforeStore = "consent:before_store",
    /// The new tokens are stored, nobody has used them.
    ConsentAfterStore = "consent:after_store",
}

impl CrashPoint {
    /// Every point, step kinds first. A new one, or a new [`StepKind`], appears here by itself.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let steps = StepKind::ALL
            .iter()
            .flat_map(|kind| Moment::ALL.iter().map(|moment| Self::Step(*kind, *moment)));
        steps.chain(Self::OUTSIDE_STEPS.iter().copied()).collect()
    }
}

impl FromStr for CrashPoint {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::all()
            .into_iter()
            .find(|point| point.to_string() == text)
            .ok_or_else(|| {
                let names: Vec<String> = Self::all().iter().map(Self::to_string).collect();
                UnknownWord::new("crash point", text, &names)
            })
    }
}

/// Dies here if [`CRASH_AT`] names this point, and panics if [`PANIC_AT`] does. A name that does not exist ends the process
/// with code 2, so that a misspelt test cannot pass.
///
/// # Panics
/// See above.
#[cfg(feature = "crash-points")]
pub fn crash_here(point: CrashPoint) {
    use std::sync::OnceLock;
    static CHOSEN: OnceLock<[Option<CrashPoint>; 2]> = OnceLock::new();
    let [crash, panic] = CHOSEN.get_or_init(|| [CRASH_AT, PANIC_AT].map(chosen));
    if *crash == Some(point) {
        std::process::abort();
    }
    assert!(*panic != Some(point), "asked to by {PANIC_AT}");
}

/// The point that a variable names.
#[cfg(feature = "crash-points")]
fn chosen(variable: &str) -> Option<CrashPoint> {
    let name = std::env::var(variable)
        .ok()
        .filter(|name| !name.is_empty())?;
    match name.parse() {
        Ok(point) => Some(point),
        Err(unknown) => {
            eprintln!("{variable}: {unknown}");
            std::process::exit(2);
        }
    }
}

/// Nothing: this build has no crash points.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub const fn crash_here(_point: CrashPoint) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_found_by_its_own_name() {
        for point in CrashPoint::all() {
            assert_eq!(point.to_string().parse(), Ok(point));
        }
    }

    #[test]
    fn names_are_unique_and_cover_every_step_at_every_moment() {
        let mut names: Vec<String> = CrashPoint::all()
            .iter()
            .map(CrashPoint::to_string)
            .collect();
        let at_steps = names.iter().filter(|name| name.starts_with("step:"));
        assert_eq!(at_steps.count(), StepKind::ALL.len() * Moment::ALL.len());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), CrashPoint::all().len());
        assert!(names.contains(&"step:add_note:after_call".to_owned()));
        assert!(names.contains(&"relay:after_confirm".to_owned()));
    }

    #[test]
    fn a_misspelt_point_is_refused_with_the_choices() {
        let error = "relay:afterwards".parse::<CrashPoint>().unwrap_err();
        assert!(error.to_string().contains("relay:after_confirm"));
    }

    /// Runs itself again with the variable set, because whoever reaches the point is gone.
    #[cfg(feature = "crash-points")]
    #[test]
    fn the_process_dies_at_the_chosen_point_and_no_other() {
        let child = |chosen: &str| {
            let mut test = std::process::Command::new(std::env::current_exe().unwrap());
            test.args(["--exact", "crash::tests::reaches_the_outbox"]);
            test.env(CRASH_AT, chosen).output().unwrap().status
        };
        assert!(child("relay:before_publish").success());
        assert_eq!(child("relay:after_confirm").code(), None);
        assert_eq!(child("relay:misspelt").code(), Some(2));
    }

    #[test]
    fn reaches_the_outbox() {
        crash_here(CrashPoint::RelayAfterConfirm);
    }
}
