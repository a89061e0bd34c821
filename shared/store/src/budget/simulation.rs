//! The rules against a strict server, in virtual time: many processes, odd phases, cut clocks, late and lost answers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::pocket::Pocket;
use super::told::Told;
use super::window::{Lease, Window};
use super::{Purpose, Timing};

const SECOND: i64 = 1000;

/// What happens in a run.
#[derive(Clone, Debug)]
struct Scenario {
    seed: u64,
    replicas: usize,
    limit: i64,
    /// Length of the server's windows, milliseconds.
    window: i64,
    /// Calls that arrive per window of the server; more than the limit means there is always work.
    demand: i64,
    /// Longest way to the server, and back.
    there: i64,
    back: i64,
    /// One in so many answers never arrives.
    lost: u64,
    /// How long there is nothing to do, from 100 s on.
    pause: i64,
    /// Calls that somebody else makes with the same credential in each of the server's first three windows.
    foreign: i64,
    windows: i64,
}

impl Scenario {
    fn saturated(seed: u64) -> Self {
        Self {
            seed,
            replicas: 4,
            limit: 20,
            window: 30 * SECOND,
            demand: 1000,
            there: 300,
            back: 300,
            lost: u64::MAX,
            pause: 0,
            foreign: 0,
            windows: 20,
        }
    }
}

/// What the server saw, per window that is neither the first nor the last.
#[derive(Debug, Default)]
struct Outcome {
    used: BTreeMap<i64, i64>,
    throttled: u64,
    leases: u64,
    reports: u64,
}

enum Event {
    Work {
        replica: usize,
        purpose: Purpose,
    },
    Arrives {
        replica: usize,
    },
    Foreign,
    Answer {
        replica: usize,
        told: (i64, i64),
        ends: i64,
        lost: bool,
    },
    Throttled {
        retry_after: Duration,
    },
}

struct World {
    scenario: Scenario,
    dice: u64,
    timing: Timing,
    window: Window,
    pockets: Vec<Pocket<i64>>,
    views: Vec<Window>,
    /// The server's windows begin at this phase; its clock is off by that much.
    phase: i64,
    skew: i64,
    outcome: Outcome,
    events: BinaryHeap<Reverse<(i64, u64)>>,
    what: BTreeMap<u64, Event>,
    next: u64,
}

impl World {
    fn new(scenario: Scenario) -> Self {
        let mut world = Self {
            dice: scenario.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            timing: Timing::default(),
            window: Window::unknown(),
            pockets: vec![Pocket::empty(0); scenario.replicas],
            views: vec![Window::unknown(); scenario.replicas],
            phase: 0,
            skew: 0,
            outcome: Outcome::default(),
            events: BinaryHeap::new(),
            what: BTreeMap::new(),
            next: 0,
            scenario,
        };
        world.phase = world.roll(world.scenario.window);
        world.skew = world.roll(2 * 3600 * SECOND);
        world
    }

    /// 0 up to `below`.
    fn roll(&mut self, below: i64) -> i64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 1) as i64 % below.max(1)
    }

    fn at(&mut self, time: i64, event: Event) {
        self.events.push(Reverse((time, self.next)));
        self.what.insert(self.next, event);
        self.next += 1;
    }

    fn run(mut self) -> Outcome {
        let end = self.scenario.windows * self.scenario.window;
        let gap = (self.scenario.window / self.scenario.demand).max(1);
        let mut now = self.roll(self.scenario.window);
        while now < end {
            let replica = self.roll(self.scenario.replicas as i64) as usize;
            let purpose = match self.roll(20) {
                0 => Purpose::Proof,
                1 => Purpose::Poll,
                _ => Purpose::Work,
            };
            self.at(now, Event::Work { replica, purpose });
            now += gap / 2 + self.roll(gap);
            if now > 100 * SECOND {
                now += std::mem::take(&mut self.scenario.pause);
            }
        }
        for call in 0..3 * self.scenario.foreign {
            let window = call / self.scenario.foreign;
            let at = self.phase + window * self.scenario.window + self.roll(self.scenario.window);
            self.at(at, Event::Foreign);
        }
        while let Some(Reverse((now, id))) = self.events.pop() {
            if now > end {
                break;
            }
            if let Some(event) = self.what.remove(&id) {
                self.happen(now, event);
            }
        }
        self.outcome
    }

    fn happen(&mut self, now: i64, event: Event) {
        match event {
            Event::Work { replica, purpose } => self.work(now, replica, purpose),
            Event::Arrives { replica } => self.arrive(now, replica),
            Event::Foreign => {
                let used = self.outcome.used.entry(self.index(now)).or_default();
                *used = (*used + 1).min(self.scenario.limit);
            }
            Event::Throttled { retry_after } => {
                self.window.exhaust(moment(now), &self.timing, retry_after);
                // Its processes learn so with their next lease.
                self.pockets.fill(Pocket::empty(now));
            }
            Event::Answer { lost: true, .. } => {}
            Event::Answer {
                replica,
                told: (limit, remaining),
                ends,
                lost: false,
            } => {
                // The server's clock, in whole seconds; the end is rounded up, the date is cut.
                let date = (now - self.roll(100) + self.skew).div_euclid(SECOND);
                let reset = (ends + self.skew + SECOND - 1).div_euclid(SECOND);
                let resets_in = Duration::from_secs((reset - date).max(0).unsigned_abs());
                self.learn(now, replica, limit, remaining, resets_in);
            }
        }
    }

    fn work(&mut self, now: i64, replica: usize, purpose: Purpose) {
        if !self.pockets[replica].take(now) {
            let lease = self.window.lease(moment(now), &self.timing, purpose, 1);
            self.views[replica] = self.window.clone();
            match lease {
                Lease::Granted { calls, good_for } => {
                    self.outcome.leases += 1;
                    self.pockets[replica].fill(calls, now + good_for.as_millis() as i64);
                    assert!(
                        self.pockets[replica].take(now),
                        "a lease that is good for nothing"
                    );
                }
                // Whoever is denied comes back; more work than can be done is offered anyway.
                Lease::Denied(_) | Lease::Probing => return,
                Lease::Free => unreachable!("there is a limit"),
            }
        }
        let there = 5 + self.roll(self.scenario.there);
        self.at(now + there, Event::Arrives { replica });
    }

    /// Which of the server's windows it is.
    fn index(&self, now: i64) -> i64 {
        (now - self.phase).div_euclid(self.scenario.window)
    }

    fn arrive(&mut self, now: i64, replica: usize) {
        let index = self.index(now);
        let ends = self.phase + (index + 1) * self.scenario.window;
        let back = 5 + self.roll(self.scenario.back);
        let used = self.outcome.used.entry(index).or_default();
        if *used >= self.scenario.limit {
            self.outcome.throttled += 1;
            let retry_after = Duration::from_secs(((ends - now + 999) / SECOND).unsigned_abs());
            return self.at(now + back, Event::Throttled { retry_after });
        }
        *used += 1;
        let told = (self.scenario.limit, self.scenario.limit - *used);
        let lost = self
            .roll(i64::MAX)
            .unsigned_abs()
            .is_multiple_of(self.scenario.lost);
        self.at(
            now + back,
            Event::Answer {
                replica,
                told,
                ends,
                lost,
            },
        );
    }

    fn learn(&mut self, now: i64, replica: usize, limit: i64, remaining: i64, resets_in: Duration) {
        let told = Told {
            limit: limit as i32,
            remaining: Some(remaining as i32),
            resets: Some((moment(now), resets_in)),
        };
        let mut next = self.views[replica].clone();
        next.learn(moment(now), &self.timing, told);
        if self.views[replica].differs(&next, &self.timing)
            || next.left() < self.views[replica].left()
        {
            self.window.learn(moment(now), &self.timing, told);
            self.views[replica] = self.window.clone();
            self.outcome.reports += 1;
        }
    }
}

fn moment(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(milliseconds)
}

/// Least used share of the windows in the middle of a run, in percent.
fn least_used(scenario: &Scenario, outcome: &Outcome) -> i64 {
    let middle = 3..scenario.windows - 1;
    let used = middle.map(|index| outcome.used.get(&index).copied().unwrap_or_default());
    used.min().unwrap_or_default() * 100 / scenario.limit
}

/// More of them with `BRIDGE_SEEDS=1000 cargo test -p store --lib simulation`.
fn seeds() -> u64 {
    let wanted = std::env::var("BRIDGE_SEEDS").ok();
    wanted.and_then(|number| number.parse().ok()).unwrap_or(20)
}

fn run(scenario: &Scenario) -> Outcome {
    let outcome = World::new(scenario.clone()).run();
    assert_eq!(outcome.throttled, 0, "throttled: {scenario:?}");
    outcome
}

#[test]
fn four_replicas_use_all_of_every_window_and_are_never_throttled() {
    for seed in 1..=seeds() {
        let scenario = Scenario::saturated(seed);
        let outcome = run(&scenario);
        let least = least_used(&scenario, &outcome);
        assert!(
            least >= 95,
            "{least} % used: {scenario:?} {:?}",
            outcome.used
        );
    }
}

#[test]
fn other_limits_and_other_numbers_of_replicas_are_used_as_well() {
    for seed in 1..=seeds() {
        for (limit, replicas) in [(5, 2), (40, 1), (75, 8), (1000, 4)] {
            let scenario = Scenario {
                limit,
                replicas,
                demand: 4 * limit + 400,
                ..Scenario::saturated(seed)
            };
            let outcome = run(&scenario);
            let least = least_used(&scenario, &outcome);
            assert!(
                least >= 95,
                "{least} % used: {scenario:?} {:?}",
                outcome.used
            );
        }
    }
}

#[test]
fn work_that_trickles_is_never_throttled() {
    for seed in 1..=seeds() {
        for demand in [2, 10, 19, 20, 25, 40] {
            run(&Scenario {
                demand,
                windows: 40,
                ..Scenario::saturated(seed)
            });
        }
    }
}

#[test]
fn slow_and_lost_answers_lead_to_no_throttling() {
    for seed in 1..=seeds() {
        run(&Scenario {
            there: 900,
            back: 8 * SECOND,
            lost: 10,
            ..Scenario::saturated(seed)
        });
        run(&Scenario {
            demand: 24,
            there: 900,
            back: 8 * SECOND,
            lost: 3,
            windows: 40,
            ..Scenario::saturated(seed)
        });
    }
}

#[test]
fn a_burst_after_a_pause_is_not_throttled() {
    for seed in 1..=seeds() {
        run(&Scenario {
            pause: 61 * SECOND + (seed as i64 * 137) % 30_000,
            ..Scenario::saturated(seed)
        });
    }
}

#[test]
fn windows_of_another_length_are_learnt() {
    for seed in 1..=seeds() {
        for window in [10 * SECOND, 60 * SECOND] {
            let scenario = Scenario {
                window,
                windows: 30,
                ..Scenario::saturated(seed)
            };
            run(&scenario);
        }
    }
}

#[test]
fn what_others_used_is_made_good_in_the_next_window() {
    for seed in 1..=seeds() {
        for foreign in [3, 12, 19] {
            let scenario = Scenario {
                foreign,
                ..Scenario::saturated(seed)
            };
            let outcome = World::new(scenario.clone()).run();
            let windows = scenario.windows - 1;
            let used = (1..windows).map(|index| outcome.used.get(&index).copied().unwrap_or(0));
            let wasted: Vec<_> = used.enumerate().filter(|(_, used)| *used < 19).collect();
            assert!(
                wasted.is_empty(),
                "{wasted:?} {scenario:?} {:?}",
                outcome.used
            );
        }
    }
}

#[test]
fn a_large_limit_costs_few_writes() {
    let outcome = run(&Scenario {
        limit: 1000,
        demand: 2000,
        ..Scenario::saturated(1)
    });
    let calls: i64 = outcome.used.values().sum();
    let Outcome {
        leases, reports, ..
    } = outcome;
    assert!(
        leases * 6 < calls.unsigned_abs(),
        "{leases} leases for {calls} calls"
    );
    assert!(
        reports * 8 < calls.unsigned_abs(),
        "{reports} reports for {calls} calls"
    );
}
