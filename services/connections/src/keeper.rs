//! What has to happen to connections without anybody asking: pauses that end by themselves, looks again at what a refusal
//! set aside, and consents of admins that are kept alive while their tenants are idle.
//!
//! Every replica does it; each piece of work is taken under a lock or a lease, so that more of them do no harm. Pauses
//! need the database alone, and wait for no Greenhouse that hangs.

use std::sync::Arc;
use std::time::Duration;

use accounts::{Accounts, health};
use boot::metrics::Metrics;
use domain::Code;
use futures::{StreamExt, stream};
use harvest::Whose;
use store::Store;
use store::connections::{Connection, Consent, Finding, Health, Severity};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::verify::{believe, look_at};

/// A pause ends at most so much too late.
const INTERVAL: Duration = Duration::from_secs(10);
/// A refresh token is good for a day: from here on it is renewed.
const RENEW: Duration = Duration::from_secs(18 * 3600);
/// From here on somebody is told that it could not be renewed; half a working day before it matters.
const TELL: Duration = Duration::from_secs(6 * 3600);
/// Consents that are looked at in one round.
const ROUND: i64 = 100;
/// Of those, how many at once: each may take a whole call's deadline.
const AT_ONCE: usize = 8;
/// Looks at once, and taken at once: what is taken is put off, so nobody takes more than can be looked at now.
const LOOKS: usize = 4;

/// Looks after connections until `stop`.
pub async fn keep(
    store: Store,
    accounts: Arc<Accounts>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) {
    let holds = async {
        while !stop.is_cancelled() {
            end_holds(&store).await;
            rest(&stop).await;
        }
    };
    let consents = async {
        while !stop.is_cancelled() {
            keep_consents(&store, &accounts, &stop).await;
            tell_shortest(&store, &metrics).await;
            rest(&stop).await;
        }
    };
    let looks = async {
        while !stop.is_cancelled() {
            look_again(&store, &accounts).await;
            rest(&stop).await;
        }
    };
    // A look only reads: it may be left at any time.
    let looks = async {
        tokio::select! {
            () = stop.cancelled() => {}
            () = looks => {}
        }
    };
    tokio::join!(holds, consents, looks);
}

/// One round of it: for tools and tests.
pub async fn keep_once(store: &Store, accounts: &Accounts, metrics: &Metrics) {
    end_holds(store).await;
    look_again(store, accounts).await;
    keep_consents(store, accounts, &CancellationToken::new()).await;
    tell_shortest(store, metrics).await;
}

async fn rest(stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(INTERVAL) => {}
    }
}

async fn end_holds(store: &Store) {
    match store.end_holds(health::announcement).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "pauses have ended"),
        Err(error) => tracing::warn!(%error, "cannot end pauses"),
    }
}

/// Looks at what a refusal set aside, until nothing is due.
async fn look_again(store: &Store, accounts: &Accounts) {
    loop {
        let due = match store.looks_due(LOOKS as i64).await {
            Ok(due) if due.is_empty() => return,
            Ok(due) => due,
            Err(error) => return tracing::warn!(%error, "cannot read what was set aside"),
        };
        stream::iter(due)
            .for_each_concurrent(LOOKS, |id| look(store, accounts, id))
            .await;
    }
}

/// Lets the tenant's work go on if what it was set aside for is no longer found, and says so of what was not answered for.
/// What fails here has been logged, and
/// comes again.
async fn look(store: &Store, accounts: &Accounts, id: Uuid) {
    let known = match store.connection(id).await {
        Ok(Some(known)) if is_unsettled(&known) && known.held.is_none() => known,
        Ok(_) => return,
        Err(error) => return tracing::warn!(%error, "cannot look again"),
    };
    let Ok(verified) = look_at(store, accounts, &known).await else {
        return;
    };
    if verified.unanswered.is_some() || verified.finds_again(&known) {
        return;
    }
    if let Ok(Some(now)) = believe(store, &known, verified).await {
        tracing::info!(tenant = %now.tenant, state = now.state.as_str(), "looked again at what was set aside");
    }
}

/// Whether a look could tell something else: of what works, only about what the last one was not answered.
fn is_unsettled(known: &Connection) -> bool {
    let missed = [Code::GreenhouseUnavailable, Code::Throttled];
    !known.state.works() || known.reason.is_some_and(|reason| missed.contains(&reason))
}

async fn tell_shortest(store: &Store, metrics: &Metrics) {
    match store.shortest_consent().await {
        Ok(left) => metrics.consent_left(left),
        Err(error) => tracing::warn!(%error, "cannot tell how long consents last"),
    }
}

/// Renews the consents that end first. After `stop` none is begun; what is under way is ended, because a refresh token
/// that was sent may be used up.
async fn keep_consents(store: &Store, accounts: &Accounts, stop: &CancellationToken) {
    let ending = match store.consents_ending(RENEW, ROUND).await {
        Ok(ending) => ending,
        Err(error) => return tracing::warn!(%error, "cannot read which consents end"),
    };
    stream::iter(ending)
        .take_until(stop.cancelled())
        .for_each_concurrent(AT_ONCE, |consent| keep_consent(store, accounts, consent))
        .await;
}

async fn keep_consent(store: &Store, accounts: &Accounts, consent: Consent) {
    match accounts.keep_alive(&consent, RENEW).await {
        Ok(()) => judge(store, &consent, false).await,
        // It was set aside, and somebody was told.
        Err(harvest::Error::Credential {
            whose: Whose::Tenant | Whose::Consent,
            ..
        }) => {}
        Err(error) => {
            tracing::warn!(tenant = %consent.tenant, kind = error.kind(), "a consent was not renewed");
            judge(store, &consent, consent.left < TELL).await;
        }
    }
}

/// Says, or no longer says, that a consent ends soon.
async fn judge(store: &Store, consent: &Consent, ends: bool) {
    let known = match store.connection(consent.connection).await {
        Ok(Some(known)) => known,
        Ok(None) | Err(_) => return,
    };
    let says = |known: &Connection| {
        let mut findings = known.findings.iter();
        findings.any(|finding| finding.code == Code::ConsentEnding)
    };
    if says(&known) == ends {
        return;
    }
    let hours = consent.left.as_secs() / 3600;
    let judge = |known: &Connection| {
        let mut findings = known.findings.clone();
        findings.retain(|finding| finding.code != Code::ConsentEnding);
        if ends {
            let evidence = format!("less than {} hours are left", hours + 1);
            let code = Code::ConsentEnding;
            findings.push(Finding::new(code, Severity::Warning, "all", evidence));
        }
        Health::reconsidered(findings, known)
    };
    let revision = known.revision;
    let changed = store
        .change_health(
            &consent.tenant,
            revision,
            false,
            judge,
            health::announcement,
        )
        .await;
    if let Err(error) = changed {
        tracing::warn!(%error, "cannot say that a consent ends");
    }
}
