//! CPU time by who used it: readings at two moments, and their difference.

use std::time::Instant;

use super::figures::Figure;

/// CPU seconds since each process started, at one moment.
#[derive(Clone, Copy)]
pub(super) struct Meter {
    pub(super) at: Instant,
    pub(super) service: f64,
    pub(super) simulator: f64,
    /// `None`: not started by us, so perhaps used by others too.
    pub(super) postgres: Option<f64>,
    pub(super) rabbitmq: Option<f64>,
    pub(super) loader: f64,
    /// Everybody's, the kernel's included.
    pub(super) machine: f64,
    /// Taken away by the host.
    pub(super) stolen: f64,
}

impl Meter {
    /// What was used between `before` and this.
    pub(super) fn since(&self, before: &Self) -> Usage {
        let difference = |after: Option<f64>, before: Option<f64>| Some(after? - before?);
        let mut usage = Usage {
            seconds: (self.at - before.at).as_secs_f64(),
            service: self.service - before.service,
            simulator: self.simulator - before.simulator,
            postgres: difference(self.postgres, before.postgres),
            rabbitmq: difference(self.rabbitmq, before.rabbitmq),
            loader: self.loader - before.loader,
            others: 0.0,
            stolen: self.stolen - before.stolen,
        };
        let known = usage.service + usage.simulator + usage.loader;
        let servers = usage.postgres.unwrap_or_default() + usage.rabbitmq.unwrap_or_default();
        let others = (self.machine - before.machine - known - servers).max(0.0);
        // The kernel counts in hundredths; what is below is the error of adding them up.
        usage.others = (others * 100.0).round() / 100.0;
        usage
    }
}

/// CPU seconds used over `seconds` of time.
pub(super) struct Usage {
    pub(super) seconds: f64,
    pub(super) service: f64,
    pub(super) simulator: f64,
    pub(super) postgres: Option<f64>,
    pub(super) rabbitmq: Option<f64>,
    /// This very process, which publishes and receives.
    pub(super) loader: f64,
    /// Everything else on the machine, the kernel's own work included: what a quiet machine would have had to spare.
    pub(super) others: f64,
    /// What the host of a virtual machine gave to somebody else while there was something to do.
    pub(super) stolen: f64,
}

impl Usage {
    /// How far the machine was ours: what to look at first when two runs differ.
    pub(super) fn surroundings(&self) -> [Figure; 2] {
        [
            Figure::new(
                "CPU of others on the machine",
                "cores",
                self.others / self.seconds,
            ),
            Figure::new("CPU taken by the host", "cores", self.stolen / self.seconds),
        ]
    }
}
