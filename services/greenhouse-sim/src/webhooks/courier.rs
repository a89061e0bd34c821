//! Delivering. Each webhook is served in the order its events happened, but an event that failed comes back later, so
//! that an endpoint sees any order; switches add duplicates and swapped neighbours.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;

use super::{Delivery, Letter, post};
use crate::{org::rows::Webhook, world::World};

/// Minutes between the attempts.
const GAPS: [u32; 6] = [1, 15, 60, 120, 240, 480];

/// How long an event waits for a successor to be swapped with.
const SWAP_WAIT: Duration = Duration::from_secs(2);

/// Delivers until the simulator stops.
pub(crate) async fn run(world: Arc<World>, mut letters: mpsc::UnboundedReceiver<Letter>) {
    let mut rounds: HashMap<i64, mpsc::UnboundedSender<Letter>> = HashMap::new();
    while let Some(letter) = letters.recv().await {
        let round = rounds.entry(letter.webhook_id).or_insert_with(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            tokio::spawn(serve(Arc::clone(&world), receiver));
            sender
        });
        let _ = round.send(letter);
    }
}

/// The events of one webhook, one after the other.
async fn serve(world: Arc<World>, mut letters: mpsc::UnboundedReceiver<Letter>) {
    while let Some(letter) = letters.recv().await {
        let reordered = world.lock().settings.webhook_reorder && letter.action != "ping";
        if reordered && let Ok(Some(next)) = timeout(SWAP_WAIT, letters.recv()).await {
            first(&world, next).await;
        }
        first(&world, letter).await;
    }
}

/// The first attempt; what it leads to does not hold up the next event.
async fn first(world: &Arc<World>, letter: Letter) {
    let Some(webhook) = webhook(world, &letter) else {
        return settle(world);
    };
    if attempt(world, &webhook, &letter, 1).await == Some(200) {
        if world.lock().settings.webhook_duplicates && letter.action != "ping" {
            attempt(world, &webhook, &letter, 1).await;
        }
        return settle(world);
    }
    if letter.action == "ping" {
        disable(world, &letter);
        return settle(world);
    }
    tokio::spawn(again(Arc::clone(world), letter));
}

/// The attempts after a failed one.
async fn again(world: Arc<World>, mut letter: Letter) {
    for (attempt_number, minutes) in (2..).zip(GAPS) {
        let settings = world.lock().settings.clone();
        let gap = Duration::from_secs(60) * minutes;
        tokio::time::sleep(gap.mul_f64(settings.webhook_time_scale.max(0.0))).await;
        let Some(webhook) = webhook(&world, &letter) else {
            break;
        };
        if i64::from(attempt_number) > webhook.max_attempts {
            break;
        }
        if settings.webhook_retries_renamed {
            letter.event_id = Uuid::new_v4().to_string();
        }
        if attempt(&world, &webhook, &letter, attempt_number).await == Some(200) {
            break;
        }
    }
    settle(&world);
}

async fn attempt(
    world: &Arc<World>,
    webhook: &Webhook,
    letter: &Letter,
    number: u32,
) -> Option<u16> {
    let wait = world.lock().settings.webhook_timeout;
    let body = letter.body.clone();
    let status = post::send(webhook, &letter.event_id, body, wait).await;
    tracing::debug!(action = letter.action, number, status, "webhook");
    let mut state = world.lock();
    let now = state.now();
    state.post.note(Delivery {
        at: now,
        organisation: letter.organisation.clone(),
        webhook_id: letter.webhook_id,
        event_id: letter.event_id.clone(),
        action: letter.action.clone(),
        attempt: number,
        status,
    });
    if status == Some(200)
        && let Some(org) = state.org_mut(Some(&letter.organisation))
    {
        org.delivered(letter.webhook_id, now);
    }
    drop(state);
    world.changed.notify_waiters();
    status
}

/// The webhook a letter is for, unless it is gone or switched off.
fn webhook(world: &World, letter: &Letter) -> Option<Webhook> {
    let state = world.lock();
    let org = state.org(Some(&letter.organisation))?;
    let webhook = org.webhooks.get(letter.webhook_id)?;
    let same = webhook.meta.born == letter.webhook_made && !webhook.deactivated;
    same.then(|| webhook.clone())
}

fn disable(world: &World, letter: &Letter) {
    let mut state = world.lock();
    let now = state.now();
    if let Some(org) = state.org_mut(Some(&letter.organisation)) {
        org.disable_webhook(letter.webhook_id, now);
    }
}

fn settle(world: &World) {
    let outstanding = Arc::clone(&world.lock().post.outstanding);
    outstanding.fetch_sub(1, Ordering::AcqRel);
    world.changed.notify_waiters();
}
