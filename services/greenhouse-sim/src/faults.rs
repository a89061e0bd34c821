//! What goes wrong, and when: rules matched against requests as they arrive.

use std::{fmt, sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::sync::watch;

/// When a rule applies. All that is set has to match.
#[derive(Clone, Debug, Default)]
pub struct When {
    method: Option<String>,
    path: Option<String>,
    operation: Option<String>,
    skip: u64,
    times: Option<u64>,
    probability: Option<(f64, u64)>,
}

impl When {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests of this method and path; `*` in the path stands for anything, including nothing.
    pub fn request(method: &str, path: &str) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            ..Self::default()
        }
    }

    /// Requests of this operation, such as `candidates:create` or `token`.
    pub fn operation(name: &str) -> Self {
        Self {
            operation: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Only the n-th matching request, counted from 1.
    pub fn nth(self, n: u64) -> Self {
        self.after(n.saturating_sub(1)).times(1)
    }

    /// Not before this many matching requests have passed untouched.
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// At most this often.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Only with this probability, decided by dice that fall the same way for the same seed.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some((probability, seed));
        self
    }

    pub(crate) fn with_method(mut self, method: Option<String>) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn with_path(mut self, path: Option<String>) -> Self {
        self.path = path;
        self
    }

    pub(crate) fn with_operation(mut self, operation: Option<String>) -> Self {
        self.operation = operation;
        self
    }

    fn fits(&self, method: &str, path: &str, operation: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|pattern| glob(pattern, path))
            && self
                .operation
                .as_ref()
                .is_none_or(|wanted| wanted == operation)
    }
}

/// What happens to the request.
#[derive(Clone)]
pub enum Fault {
    /// The write happens, then the connection is reset instead of an answer.
    CommitThenDrop,
    /// The connection is reset and nothing happened.
    DropBeforeCommit,
    /// The write happens, the answer is a 500 page.
    CommitThen500,
    /// A 500 page and nothing happened.
    ErrorBeforeCommit,
    /// 429 with this `Retry-After`; nothing happened, and the window is not charged.
    Throttle {
        /// Whole seconds.
        retry_after: u64,
    },
    /// The write happens at once, the answer comes this much later.
    Slow(Duration),
    /// The write happens this much later, then the answer comes at once.
    Late(Duration),
    /// The write happens; the announced length is right but half of the body is missing.
    TruncatedBody,
    /// The write happens; the body is not JSON.
    GarbageBody,
    /// The token used is revoked before the request is looked at: 401, and so for every later use.
    TokenRevoked,
    /// Nothing happens until the gate is opened; then the request goes its normal way.
    Hold(Gate),
    /// The write happens; the answer waits for the gate.
    HoldAnswer(Gate),
    /// The simulator's process ends with this code before anything happens. For the program, not for tests.
    Exit(i32),
    /// Calls back before anything happens.
    Before(Hook),
    /// Calls back after the write, before the answer.
    After(Hook),
}

/// A function called when a fault fires.
pub type Hook = Arc<dyn Fn() + Send + Sync>;

impl Fault {
    /// The word used in the log and under `/_sim/`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CommitThenDrop => "commit_then_drop",
            Self::DropBeforeCommit => "drop_before_commit",
            Self::CommitThen500 => "commit_then_500",
            Self::ErrorBeforeCommit => "error_before_commit",
            Self::Throttle { .. } => "throttle",
            Self::Slow(_) => "slow",
            Self::Late(_) => "late",
            Self::TruncatedBody => "truncated_body",
            Self::GarbageBody => "garbage_body",
            Self::TokenRevoked => "token_revoked",
            Self::Hold(_) => "hold",
            Self::HoldAnswer(_) => "hold_answer",
            Self::Exit(_) => "exit",
            Self::Before(_) => "before",
            Self::After(_) => "after",
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// A barrier: requests wait at it until it is opened.
#[derive(Clone, Debug)]
pub struct Gate {
    waiting: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            waiting: Arc::new(watch::channel(0).0),
            open: Arc::new(watch::channel(false).0),
        }
    }
}

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Resolves once this many requests have come to the gate.
    pub async fn reached_by(&self, count: usize) {
        let mut waiting = self.waiting.subscribe();
        let _ = waiting.wait_for(|have| *have >= count).await;
    }

    /// How many requests have come to the gate so far.
    pub fn arrivals(&self) -> usize {
        *self.waiting.borrow()
    }

    pub(crate) async fn pass(&self) {
        self.waiting.send_modify(|count| *count += 1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

/// The rules in force, in the order they were added. The first that fits decides.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    next_id: u64,
}

/// A rule's numbers.
pub(crate) struct Summary {
    pub(crate) id: u64,
    pub(crate) word: &'static str,
    /// Requests that fitted.
    pub(crate) seen: u64,
    /// Requests struck.
    pub(crate) fired: u64,
    /// Requests that came to its gate.
    pub(crate) waiting: usize,
}

#[derive(Debug)]
struct Rule {
    id: u64,
    when: When,
    fault: Fault,
    seen: u64,
    fired: u64,
    dice: StdRng,
}

impl Rules {
    pub(crate) fn add(&mut self, when: When, fault: Fault) -> u64 {
        self.next_id += 1;
        let seed = when.probability.map_or(0, |(_, seed)| seed);
        let dice = StdRng::seed_from_u64(seed);
        self.rules.push(Rule {
            id: self.next_id,
            when,
            fault,
            seen: 0,
            fired: 0,
            dice,
        });
        self.next_id
    }

    /// Removes a rule and opens its gate, so that nothing stays stuck behind it.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.open(id);
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        let ids: Vec<u64> = self.rules.iter().map(|rule| rule.id).collect();
        for id in ids {
            self.remove(id);
        }
    }

    /// Opens the gate of a hold rule.
    pub(crate) fn open(&mut self, id: u64) -> bool {
        let gate = self
            .rules
            .iter()
            .find(|rule| rule.id == id)
            .and_then(|rule| match &rule.fault {
                Fault::Hold(gate) | Fault::HoldAnswer(gate) => Some(gate),
                _ => None,
            });
        gate.inspect(|gate| gate.open()).is_some()
    }

    pub(crate) fn fired(&self, id: u64) -> u64 {
        self.rules
            .iter()
            .find(|rule| rule.id == id)
            .map_or(0, |rule| rule.fired)
    }

    /// Every rule, for people to look at.
    pub(crate) fn summary(&self) -> Vec<Summary> {
        let summary = |rule: &Rule| Summary {
            id: rule.id,
            word: rule.fault.word(),
            seen: rule.seen,
            fired: rule.fired,
            waiting: match &rule.fault {
                Fault::Hold(gate) | Fault::HoldAnswer(gate) => gate.arrivals(),
                _ => 0,
            },
        };
        self.rules.iter().map(summary).collect()
    }

    pub(crate) fn strike(&mut self, method: &str, path: &str, operation: &str) -> Option<Fault> {
        let fitting = self
            .rules
            .iter_mut()
            .filter(|rule| rule.when.fits(method, path, operation));
        for rule in fitting {
            if rule.strikes() {
                return Some(rule.fault.clone());
            }
        }
        None
    }
}

impl Rule {
    fn strikes(&mut self) -> bool {
        self.seen += 1;
        let spent = self.when.times.is_some_and(|times| self.fired >= times);
        if self.seen <= self.when.skip || spent {
            return false;
        }
        let hit = self
            .when
            .probability
            .is_none_or(|(probability, _)| self.dice.random::<f64>() < probability);
        self.fired += u64::from(hit);
        hit
    }
}

fn glob(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let table = [
            ("/v3/candidates", "/v3/candidates", true),
            ("/v3/candidates", "/v3/candidates/1", false),
            ("/v3/candidates*", "/v3/candidates/1", true),
            ("/v3/*/1", "/v3/candidates/1", true),
            ("/v3/*/1", "/v3/candidates/2", false),
            ("*", "/token", true),
        ];
        for (pattern, path, fits) in table {
            assert_eq!(glob(pattern, path), fits, "{pattern} against {path}");
        }
    }

    #[test]
    fn the_nth_rule_strikes_once() {
        let mut rules = Rules::default();
        rules.add(
            When::operation("notes:create").nth(2),
            Fault::CommitThenDrop,
        );
        let hits: Vec<bool> = (0..4)
            .map(|_| rules.strike("POST", "/v3/notes", "notes:create").is_some())
            .collect();
        assert_eq!(hits, [false, true, false, false]);
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let run = |seed| {
            let mut rules = Rules::default();
            rules.add(
                When::any().with_probability(0.5, seed),
                Fault::CommitThen500,
            );
            (0..64)
                .map(|_| rules.strike("GET", "/", "").is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
