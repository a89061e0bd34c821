//! Several observers who look when they like, are slow, repeat themselves and die: what is told is the true history.
//!
//! The ledger here keeps the store's rules: a commit counts only from the sequence at which its changes were found, and
//! whoever was too late looks for changes from there.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::properties::{Told, Truth, is_chain, told, truth};
use super::*;

/// What happens next; numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The recruiter acts.
    Act,
    /// An observer reads the application.
    Read { detector: usize, names_visit: bool },
    /// One that has the application reads its history, which may show more by now.
    ReadHistory(usize),
    /// One that has both commits, and perhaps comes again with the same: a repeated delivery.
    Commit { which: usize, again: bool },
    /// One dies.
    Die(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Act),
        4 => (0..4_usize, any::<bool>())
            .prop_map(|(detector, names_visit)| Step::Read { detector, names_visit }),
        4 => (0..8_usize).prop_map(Step::ReadHistory),
        4 => (0..8_usize, any::<bool>()).prop_map(|(which, again)| Step::Commit { which, again }),
        1 => (0..8_usize).prop_map(Step::Die),
    ]
}

/// An observer under way: the acts that had happened when it read the application.
struct Look {
    acts: usize,
    detector: DetectedBy,
    names_visit: bool,
    observation: Option<Observation>,
    /// The ledger when it compared.
    known: Option<(Snapshot, usize)>,
}

struct Ledger {
    known: Snapshot,
    events: Vec<Change>,
}

impl Ledger {
    fn begun(first: &Observation) -> Self {
        Self {
            known: next_snapshot(None, first),
            events: diff(None, first),
        }
    }

    fn commit(&mut self, observation: &Observation, known: &(Snapshot, usize)) {
        let (mut known, mut sequence) = known.clone();
        if sequence != self.events.len() {
            (known, sequence) = (self.known.clone(), self.events.len());
        }
        assert_eq!(sequence, self.events.len());
        self.events.extend(diff(Some(&known), observation));
        self.known = next_snapshot(Some(&known), observation);
    }

    fn told(&self) -> Vec<Told> {
        told(&self.events)
    }
}

fn play(truth: &Truth, known: usize, steps: &[Step]) -> Ledger {
    let mut ledger = Ledger::begun(&truth.seen(known, true));
    let (mut acts, mut looks) = (known, Vec::<Look>::new());
    for step in steps {
        match *step {
            Step::Act => acts = (acts + 1).min(truth.0.len()),
            Step::Read {
                detector,
                names_visit,
            } => looks.push(Look {
                acts,
                detector: DetectedBy::ALL[detector],
                names_visit,
                observation: None,
                known: None,
            }),
            Step::ReadHistory(which) if which < looks.len() => {
                let look = &mut looks[which];
                look.observation = Some(observed(truth, look, acts));
                look.known = Some((ledger.known.clone(), ledger.events.len()));
            }
            Step::Commit { which, again } if which < looks.len() => {
                let look = &looks[which];
                if let (Some(observation), Some(known)) = (&look.observation, &look.known) {
                    ledger.commit(observation, known);
                }
                if !again {
                    looks.remove(which);
                }
            }
            Step::Die(which) if which < looks.len() => drop(looks.remove(which)),
            Step::ReadHistory(_) | Step::Commit { .. } | Step::Die(_) => {}
        }
    }
    let last = truth.seen(truth.0.len(), true);
    let known = (ledger.known.clone(), ledger.events.len());
    ledger.commit(&last, &known);
    ledger
}

/// The application as it was, with the history as it is.
fn observed(truth: &Truth, look: &Look, acts: usize) -> Observation {
    let seen = truth.seen(look.acts, true);
    let there = seen.history.iter().find(|visit| visit.current);
    let visit = there
        .map(|visit| visit.id)
        .filter(|_| seen.snapshot.stage.is_some());
    Observation {
        visit: visit.filter(|_| look.names_visit),
        history: truth.seen(acts, true).history,
        detected_by: look.detector,
        ..seen
    }
}

#[test]
fn any_interleaving_tells_the_true_history() {
    let seed: u64 = match std::env::var("SEED") {
        Ok(seed) => seed.parse().expect("SEED is a number"),
        Err(_) => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .subsec_nanos()
            .into(),
    };
    println!("SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let stories = (truth(), prop::collection::vec(step(), 0..60));
    let outcome = TestRunner::new_with_rng(config, rng).run(&stories, |((truth, known), steps)| {
        let ledger = play(&truth, known, &steps);
        let (expected, _) = truth.polled(&[(known, true), (truth.0.len(), true)]);
        prop_assert_eq!(ledger.told(), told(&expected));
        prop_assert!(is_chain(None, &ledger.events));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("SEED={seed}: {failure}"));
}
