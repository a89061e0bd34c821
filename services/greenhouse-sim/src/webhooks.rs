//! Webhooks: how they are set up from a test, and what became of every delivery.

pub(crate) mod courier;
mod letter;
mod post;
mod signature;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) use letter::{Letter, Mailbox};
use serde::Serialize;

use crate::{
    org::{Refused, announcing::ACTIONS, refused, rows::Webhook},
    stamp::Stamp,
    table::Meta,
    world::World,
};

/// Attempts a webhook makes unless told otherwise, and the most it may be told.
pub(crate) const MOST_ATTEMPTS: i64 = 7;

/// The webhooks of one organisation.
#[derive(Clone, Debug)]
pub struct Webhooks {
    world: Arc<World>,
    organisation: Option<String>,
}

/// One attempt to deliver something.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// When it was made.
    pub at: Stamp,
    /// The organisation.
    pub organisation: String,
    /// The webhook.
    pub webhook_id: i64,
    /// What the `Greenhouse-Event-ID` header said.
    pub event_id: String,
    /// `ping`, `hire_candidate` and so on.
    pub action: String,
    /// Counts from 1.
    pub attempt: u32,
    /// What the endpoint answered; none when it could not be reached or said nothing in time.
    pub status: Option<u16>,
}

/// What is under way and what was tried.
#[derive(Debug)]
pub(crate) struct Post {
    tried: VecDeque<Delivery>,
    /// Letters posted and not settled yet.
    pub(crate) outstanding: Arc<AtomicUsize>,
}

/// Attempts remembered.
const KEPT: usize = 10_000;

impl Post {
    pub(crate) fn counting(outstanding: Arc<AtomicUsize>) -> Self {
        Self {
            tried: VecDeque::new(),
            outstanding,
        }
    }

    pub(crate) fn note(&mut self, delivery: Delivery) {
        if self.tried.len() == KEPT {
            self.tried.pop_front();
        }
        self.tried.push_back(delivery);
    }
}

impl Webhooks {
    pub(crate) fn new(world: Arc<World>, organisation: Option<String>) -> Self {
        Self {
            world,
            organisation,
        }
    }

    /// Sets a webhook up for each of these events, all of them when none is named; each is pinged first, as every new
    /// webhook is. Returns their ids.
    ///
    /// # Errors
    /// When an event is unknown or the endpoint is no `http` address.
    pub fn subscribe(
        &self,
        endpoint: &str,
        secret: &str,
        events: &[&str],
    ) -> Result<Vec<i64>, Refused> {
        if let Some(unknown) = events.iter().find(|event| !ACTIONS.contains(event)) {
            return Err(refused("events", format!("{unknown} is unknown")));
        }
        acceptable(endpoint)?;
        let events = if events.is_empty() { ACTIONS } else { events };
        let mut state = self.world.lock();
        let now = state.now();
        let org = state
            .org_mut(self.organisation.as_deref())
            .ok_or_else(|| refused("organisation", "is unknown"))?;
        let ids = events.iter().map(|event| {
            let meta = Meta::new(org.ids.next("webhook"), now);
            let id = org.webhooks.insert(Webhook {
                meta,
                name: format!("Webhook for {event}"),
                endpoint_url: endpoint.to_owned(),
                event_action_type: (*event).to_owned(),
                max_attempts: MOST_ATTEMPTS,
                additional_headers: None,
                error_recipient_email: None,
                deactivated: false,
                last_delivered: None,
                secret_key: secret.to_owned(),
                basic_auth: None,
            });
            org.ping(id);
            id
        });
        Ok(ids.collect())
    }

    /// All webhooks, disabled ones included.
    pub fn all(&self) -> Vec<Webhook> {
        let state = self.world.lock();
        let org = state.org(self.organisation.as_deref());
        org.map(|org| org.webhooks.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Switches a disabled webhook on by hand, which pings it again.
    pub fn enable(&self, webhook_id: i64) -> bool {
        let mut state = self.world.lock();
        let now = state.now();
        let Some(org) = state.org_mut(self.organisation.as_deref()) else {
            return false;
        };
        let known = org.webhooks.change(webhook_id, |hook| {
            hook.deactivated = false;
            hook.meta.updated_at = now;
        });
        org.ping(webhook_id);
        known
    }

    /// Removes a webhook; what is still to be delivered is dropped.
    pub fn remove(&self, webhook_id: i64) -> bool {
        let mut state = self.world.lock();
        let org = state.org_mut(self.organisation.as_deref());
        org.is_some_and(|org| org.webhooks.remove(webhook_id).is_some())
    }

    /// Every attempt, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let state = self.world.lock();
        let Some(org) = state.org(self.organisation.as_deref()) else {
            return Vec::new();
        };
        let own = |delivery: &&Delivery| delivery.organisation == org.name;
        state.post.tried.iter().filter(own).cloned().collect()
    }

    /// Resolves once nothing is on its way or waiting for another attempt, in any organisation.
    pub async fn settled(&self) {
        let outstanding = Arc::clone(&self.world.lock().post.outstanding);
        loop {
            let changed = self.world.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if outstanding.load(Ordering::Acquire) == 0 {
                return;
            }
            changed.await;
        }
    }
}

/// Whether an address can be an endpoint at all. Greenhouse takes `https` only; here plain `http` is for loopback, and
/// `https` is accepted but never reached.
pub(crate) fn acceptable(endpoint: &str) -> Result<(), Refused> {
    let url = url::Url::parse(endpoint).ok();
    let fits = url.is_some_and(|url| match url.scheme() {
        "https" => url.has_host(),
        "http" => matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")),
        _ => false,
    });
    match fits {
        true => Ok(()),
        false => Err(refused("endpoint_url", "is not an https address")),
    }
}
