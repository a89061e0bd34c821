//! How many operations this process has in hand, and of whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use boot::metrics::{Metrics, Queue};
use domain::Tenant;
use tokio::sync::Notify;

use crate::Config;

/// What this process has in hand, per tenant.
pub(crate) struct Hands {
    held: Mutex<HashMap<Tenant, usize>>,
    freed: Notify,
    metrics: Arc<Metrics>,
}

impl Hands {
    pub(crate) fn new(metrics: &Arc<Metrics>) -> Hands {
        Hands {
            held: Mutex::default(),
            freed: Notify::new(),
            metrics: Arc::clone(metrics),
        }
    }

    pub(crate) fn hold(self: &Arc<Hands>, tenant: &Tenant) -> Held {
        self.add(self.lock(), tenant)
    }

    /// Holds one of the tenant if at least half of all hands, and of those that the tenant may have, are idle.
    pub(crate) fn hold_if_idle(
        self: &Arc<Hands>,
        tenant: &Tenant,
        config: &Config,
    ) -> Option<Held> {
        let held = self.lock();
        are_idle(&held, tenant, config).then(|| self.add(held, tenant))
    }

    /// Whether [`Hands::hold_if_idle`] would hold one: the process has time to spare.
    pub(crate) fn are_idle(&self, tenant: &Tenant, config: &Config) -> bool {
        are_idle(&self.lock(), tenant, config)
    }

    fn add(
        self: &Arc<Hands>,
        mut held: MutexGuard<'_, HashMap<Tenant, usize>>,
        tenant: &Tenant,
    ) -> Held {
        *held.entry(tenant.clone()).or_default() += 1;
        self.tell(&held);
        drop(held);
        Held {
            hands: Arc::clone(self),
            tenant: tenant.clone(),
        }
    }

    pub(crate) fn count(&self) -> (usize, Vec<(Tenant, usize)>) {
        let held = self.lock();
        let per_tenant: Vec<_> = held
            .iter()
            .map(|(tenant, n)| (tenant.clone(), *n))
            .collect();
        (per_tenant.iter().map(|(_, n)| n).sum(), per_tenant)
    }

    fn tell(&self, held: &HashMap<Tenant, usize>) {
        let all = held.values().sum();
        self.metrics.inflight(Queue::Introductions, all);
    }

    /// Returns when a quarter of all hands, and of those that the busiest tenant may have, are free.
    pub(crate) async fn quarter_free(&self, config: &Config) {
        let enough = |all: usize, held: usize| all.saturating_sub(held) >= (all / 4).max(1);
        loop {
            let (total, held) = self.count();
            let busiest = held.iter().map(|(_, n)| *n).max().unwrap_or_default();
            if enough(config.capacity, total) && enough(config.capacity_per_tenant, busiest) {
                return;
            }
            self.freed.notified().await;
        }
    }

    /// Returns when a hand has become free.
    pub(crate) async fn one_freed(&self) {
        self.freed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Tenant, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn are_idle(held: &HashMap<Tenant, usize>, tenant: &Tenant, config: &Config) -> bool {
    let own = held.get(tenant).copied().unwrap_or_default();
    let all: usize = held.values().sum();
    all < config.capacity / 2 && own < config.capacity_per_tenant / 2
}

/// One operation in hand; dropping it makes room.
pub(crate) struct Held {
    hands: Arc<Hands>,
    tenant: Tenant,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.hands.lock();
        if let Some(n) = held.get_mut(&self.tenant) {
            *n -= 1;
            if *n == 0 {
                held.remove(&self.tenant);
            }
        }
        self.hands.tell(&held);
        drop(held);
        self.hands.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_is_idle_while_at_least_half_of_all_and_of_the_tenants_are() {
        let url = "https://intrro.example".parse().expect("a URL");
        let config = Config {
            capacity: 8,
            capacity_per_tenant: 4,
            ..Config::new(url)
        };
        let tenant = |name: &str| Tenant::try_from(name).expect("a tenant");
        let metrics = Metrics::new();
        let hands = Arc::new(Hands::new(&metrics));
        let take = |name| hands.hold_if_idle(&tenant(name), &config);
        let acme = [take("acme"), take("acme")];
        assert!(acme.iter().all(Option::is_some));
        assert!(take("acme").is_none(), "half of what it may have");
        let umbrella = [take("umbrella"), take("umbrella")];
        assert!(umbrella.iter().all(Option::is_some));
        assert!(take("initech").is_none(), "half of all");
        assert!(!hands.are_idle(&tenant("initech"), &config));
        drop(acme);
        assert!(take("acme").is_some());
    }
}
