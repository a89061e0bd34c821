//! The rules in force and how a request is matched against them.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{Fault, When};

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

/// Whether a path fits a pattern in which `*` stands for anything.
pub(super) fn glob(pattern: &str, path: &str) -> bool {
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
