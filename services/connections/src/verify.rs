//! What is missing, found without writing anything to the customer's account.
//!
//! Rights come first: v3 tells the granted scopes, if its authorisation server answers. Otherwise, and in v1, a missing
//! right shows when it is used: there each right to read is tried once with the cheapest call. Then what Greenhouse has to contain for the features that the tenant has on.
//! Every call takes its place in the connection's budget; where that is used up, the look waits a while for it.

mod account;
mod content;
mod looking;
mod reads;
mod rights;

use std::sync::Arc;

use accounts::{Accounts, Examiner, health, sees_nothing};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use boot::metrics::AdminAction;
use domain::settings::Settings;
use domain::{Code, UserId};
use harvest::Client;
use store::Store;
use store::connections::{Connection, Finding, Health, Severity};
use uuid::Uuid;

use crate::access::AsOperator;
use crate::api::{Shared, shown};
use crate::extract::Id;
use crate::problem::Failure;
use looking::Looking;
pub(crate) use looking::patiently;

/// `POST /v1/connections/{id}/verify`: looks again, with the credential that is stored. What waits goes on if it can.
pub(crate) async fn verify_again(
    State(shared): State<Arc<Shared>>,
    _: AsOperator,
    Id(id): Id,
) -> Response {
    let answer = look_again(&shared, id).await;
    let answer = answer.map(|connection| shown(&connection));
    shared.answer(AdminAction::Verify, StatusCode::OK, answer)
}

/// Looks, and tells of the connection as it is from then on.
pub(crate) async fn look_again(shared: &Shared, id: Uuid) -> Result<Connection, Failure> {
    let known = shared.store.connection(id).await?;
    let known = known.ok_or_else(Failure::not_found)?;
    let verified = look_at(&shared.store, &shared.accounts, &known).await?;
    match believe(&shared.store, &known, verified).await? {
        Some(connection) => Ok(connection),
        // Somebody changed it while we looked: what they found is newer.
        None => {
            let newer = shared.store.connection(id).await?;
            newer.ok_or_else(Failure::not_found)
        }
    }
}

/// Looks at a connection with the credential that is stored.
pub(crate) async fn look_at(
    store: &Store,
    accounts: &Accounts,
    known: &Connection,
) -> Result<Verified, Failure> {
    let examiner = accounts
        .examiner_of(&known.tenant, known.id, known.revision)
        .await?;
    let mut verified = verify(&examiner, known.acting_user, &known.settings).await;
    let silence = webhook_silence(store, accounts, known.id).await?;
    verified.findings.extend(silence);
    if verified.unanswered.is_none() && is_blind(store, &examiner.client, known).await? {
        verified.finds_nobody_who_may_list();
    }
    Ok(verified)
}

/// Whether whoever acts is shown nothing, which is what work is set aside for as well. A look that is not answered tells
/// nothing of it.
async fn is_blind(store: &Store, client: &Client, known: &Connection) -> Result<bool, Failure> {
    match sees_nothing::<Sight>(store, client, &known.tenant).await {
        Ok(blind) => Ok(blind),
        Err(Sight::Store(error)) => Err(error.into()),
        Err(Sight::Unanswered) => Ok(false),
    }
}

/// Why it cannot be said what whoever acts is shown.
enum Sight {
    Store(store::Error),
    Unanswered,
}

impl From<store::Error> for Sight {
    fn from(error: store::Error) -> Sight {
        Sight::Store(error)
    }
}

impl From<harvest::Error> for Sight {
    fn from(_: harvest::Error) -> Sight {
        Sight::Unanswered
    }
}

/// From now on the connection is as a look has found it. None if it has moved on meanwhile.
pub(crate) async fn believe(
    store: &Store,
    known: &Connection,
    verified: Verified,
) -> Result<Option<Connection>, Failure> {
    let answered = verified.unanswered.is_none();
    let judge = |known: &Connection| match verified.unanswered {
        None => Health::of(verified.findings),
        // Neither good nor bad was heard of it.
        Some(missed) => Health::unanswered(missed, known),
    };
    let changed = store
        .change_health(
            &known.tenant,
            known.revision,
            answered,
            judge,
            health::announcement,
        )
        .await?;
    Ok(changed)
}

/// A tenant with a webhook's secret expects Greenhouse to call.
async fn webhook_silence(
    store: &Store,
    accounts: &Accounts,
    id: Uuid,
) -> Result<Option<Finding>, Failure> {
    let expected = accounts.expects_webhooks(id).await?;
    let seen = store.webhook_seen(id).await?;
    if !expected || seen.delivered_at.is_some() {
        return Ok(None);
    }
    let evidence = match seen.refused {
        Some(refused) => format!("the last delivery was refused: {}", refused.why.as_str()),
        None => "no delivery has come".to_owned(),
    };
    Ok(Some(Finding::new(
        Code::WebhookSilent,
        Severity::Info,
        "status",
        evidence,
    )))
}

/// What a look at a credential came to.
pub(crate) struct Verified {
    /// All that was found. Nothing worse than `info` means that everything works.
    pub(crate) findings: Vec<Finding>,
    /// The one of them which says that Greenhouse did not answer whether the credential, and whoever acts with it, is
    /// good. Then nothing was verified: it replaces nothing that works, and calls nothing repaired.
    pub(crate) unanswered: Option<Finding>,
}

impl Verified {
    /// Whoever acts is shown nothing at all.
    fn finds_nobody_who_may_list(&mut self) {
        let (code, evidence) = (Code::NotSiteAdmin, "no job and no user is shown");
        if self.findings.iter().all(|found| found.code != code) {
            self.findings
                .push(Finding::new(code, Severity::Error, "all", evidence));
        }
    }

    /// Whether it found what the connection was set aside for: work would be refused again at once.
    pub(crate) fn finds_again(&self, aside: &Connection) -> bool {
        let mut known = aside.findings.iter();
        let refusal = known.find(|finding| Some(finding.code) == aside.reason);
        let same = |found: &Finding, refusal: &Finding| {
            found.severity != Severity::Info
                && found.code == refusal.code
                && found.scope == refusal.scope
        };
        refusal.is_some_and(|refusal| self.findings.iter().any(|found| same(found, refusal)))
    }
}

/// Looks at a credential and at what it can see.
pub(crate) async fn verify(
    examiner: &Examiner,
    acting_user: Option<UserId>,
    settings: &Settings,
) -> Verified {
    let mut looking = Looking::new(&examiner.client, settings, acting_user);
    if looking.at_credential().await.is_ok() {
        looking.at_rights().await;
        looking.at_acting_user().await;
        looking.at_source().await;
        looking.at_rejection_reasons().await;
        looking.at_unknown_referrers();
        looking.at_prospect_pool().await;
        looking.at_custom_fields().await;
        looking.at_jobs().await;
    }
    looking.at_limit(examiner.limit());
    looking.verified()
}
