//! Connecting a tenant, and giving a connection another credential: look first, then store.

use std::sync::Arc;

use accounts::health;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use boot::metrics::AdminAction;
use domain::settings::Settings;
use domain::{Code, Tenant, UserId};
use harvest::{Client, Error as Remote};
use store::connections::{
    Configuration, Connection, ConnectionError, Credential, Finding, Health, NewConnection,
    State as Condition,
};

use crate::access::{As, AsAdmin};
use crate::api::{Shared, shown};
use crate::extract::{Body, Id};
use crate::problem::Failure;
use crate::request::{ActingUser, Auth, Connect, rotation};
use crate::verify::{patiently, verify};

/// `POST /v1/connections`: connects a tenant, or connects it again with another credential.
pub(crate) async fn connect(
    State(shared): State<Arc<Shared>>,
    As(role): AsAdmin,
    Body(body): Body,
) -> Response {
    let answer = match Connect::parse(&body) {
        Ok(request) => connect_tenant(&shared, request, role.as_str()).await,
        Err(failure) => Err(failure),
    };
    let answer = answer.map(|connection| shown(&connection));
    shared.answer(AdminAction::Connect, StatusCode::CREATED, answer)
}

async fn connect_tenant(
    shared: &Shared,
    request: Connect,
    by: &str,
) -> Result<Connection, Failure> {
    let known = shared.store.connection_of(&request.tenant).await?;
    let chosen = known.as_ref().map(|known| known.chosen.clone());
    let settings = Settings::check(&chosen.unwrap_or_default(), &request.settings)
        .map_err(ConnectionError::from)?;
    let proposal = Proposal {
        tenant: request.tenant,
        auth: request.auth,
        settings,
    };
    let looked = looked_at(shared, proposal, known.as_ref()).await?;
    let choice = Configuration {
        settings: &request.settings,
        acting_user: None,
        webhook_secrets: request.webhook_secrets.as_deref(),
        by,
    };
    let chooses = !choice.settings.is_empty() || choice.webhook_secrets.is_some();
    store(shared, &looked, chooses.then_some(&choice)).await
}

/// `POST /v1/connections/{id}/rotate`: another credential for the same tenant, if it works; else the old one stays.
pub(crate) async fn rotate(
    State(shared): State<Arc<Shared>>,
    _: AsAdmin,
    Id(id): Id,
    Body(body): Body,
) -> Response {
    let answer = match rotation(&body) {
        Ok(auth) => exchange(&shared, id, auth).await,
        Err(failure) => Err(failure),
    };
    let answer = answer.map(|connection| shown(&connection));
    shared.answer(AdminAction::Rotate, StatusCode::OK, answer)
}

async fn exchange(shared: &Shared, id: uuid::Uuid, auth: Auth) -> Result<Connection, Failure> {
    let known = shared.store.connection(id).await?;
    let known = known.ok_or_else(Failure::not_found)?;
    let looked = looked_at(shared, Proposal::for_known(&known, auth), Some(&known)).await?;
    looked.is_accepted()?;
    let told = health::announcement;
    let rotated = shared
        .store
        .rotate_credential(&shared.keys, id, &looked.new, told)
        .await?;
    rotated.ok_or_else(Failure::not_found)
}

/// The stored credential for another user, if that works; nothing is stored here.
pub(crate) async fn acting_as(
    shared: &Shared,
    known: &Connection,
    user: ActingUser,
) -> Result<(UserId, Health), Failure> {
    let field = "acting_user_id";
    let unsealed = shared.store.credential(&shared.keys, &known.tenant).await?;
    let credential = unsealed.ok_or_else(Failure::not_found)?.credential;
    if matches!(credential, Credential::AuthorizationCode) {
        let detail = "is whoever authorised the bridge; another user does so with a link of POST /v1/connections/links";
        return Err(Failure::invalid(field, detail));
    }
    let about = |failure: Failure| failure.about(field);
    let user = match user {
        ActingUser::Id(id) => Some(id),
        ActingUser::Email(email) => {
            let looker = known.acting_user;
            let found = look_up(shared, &credential, looker, Some(known), &email).await;
            found.map_err(about)?
        }
    };
    let auth = Auth {
        credential,
        acting_user: user.map(ActingUser::Id),
    };
    let looked = looked_at(shared, Proposal::for_known(known, auth), Some(known)).await;
    let new = looked.and_then(Looked::answered).map_err(about)?;
    match (new.acting_user, new.health) {
        (Some(user), health) if health.state.works() => Ok((user, health)),
        (_, health) => {
            let reason = health.reason.unwrap_or(Code::ActingUserMissing);
            Err(Failure::refused(field, reason, health.findings))
        }
    }
}

/// A credential that is to be looked at, for a tenant that has these settings.
struct Proposal {
    tenant: Tenant,
    auth: Auth,
    settings: Settings,
}

impl Proposal {
    /// Another credential for a tenant that is connected.
    fn for_known(known: &Connection, auth: Auth) -> Proposal {
        Proposal {
            tenant: known.tenant.clone(),
            auth,
            settings: known.settings.clone(),
        }
    }
}

/// A credential that was looked at.
struct Looked {
    new: NewConnection,
    /// What kept Greenhouse from answering whether it works.
    unanswered: Option<Finding>,
}

impl Looked {
    /// What Greenhouse has answered for, well or not.
    fn answered(self) -> Result<NewConnection, Failure> {
        self.is_answered()?;
        Ok(self.new)
    }

    fn is_answered(&self) -> Result<(), Failure> {
        match &self.unanswered {
            None => Ok(()),
            Some(missed) => Err(Failure::unverified(missed.code)),
        }
    }

    /// Whether it may take the place of a credential that works: it may if it is not refused itself.
    fn is_accepted(&self) -> Result<(), Failure> {
        self.is_answered()?;
        let health = &self.new.health;
        match health.reason {
            Some(reason) if health.state == Condition::Reauthorise => {
                let findings = health.findings.clone();
                Err(Failure::refused("auth", reason, findings))
            }
            _ => Ok(()),
        }
    }

    /// Whether it may take the place of what is there.
    fn may_replace(&self, known: Option<&Connection>) -> Result<(), Failure> {
        match known {
            Some(known) if known.state != Condition::Reauthorise => self.is_accepted(),
            // What was never there, or is refused, is not lost: whether this one works shows at its first use.
            _ => Ok(()),
        }
    }
}

/// Verifies a credential that is not stored yet.
async fn looked_at(
    shared: &Shared,
    proposal: Proposal,
    known: Option<&Connection>,
) -> Result<Looked, Failure> {
    let auth = proposal.auth;
    let acting_user = match &auth.acting_user {
        None => None,
        Some(ActingUser::Id(id)) => Some(*id),
        Some(ActingUser::Email(email)) => {
            look_up(shared, &auth.credential, None, known, email).await?
        }
    };
    let connection = known.map(|known| (known.id, known.revision));
    let examiner = shared
        .accounts
        .examiner(auth.credential.clone(), acting_user, connection)
        .await?;
    let verified = verify(&examiner, acting_user, &proposal.settings).await;
    let new = NewConnection {
        tenant: proposal.tenant,
        credential: auth.credential,
        acting_user,
        tokens: None,
        health: Health::of(verified.findings),
        limit: examiner.limit(),
    };
    Ok(Looked {
        new,
        unanswered: verified.unanswered,
    })
}

/// The id of the user with that address, as `looker` sees it. A credential that does not work finds nobody, and the
/// verification says why.
async fn look_up(
    shared: &Shared,
    credential: &Credential,
    looker: Option<UserId>,
    known: Option<&Connection>,
    email: &str,
) -> Result<Option<UserId>, Failure> {
    let connection = known.map(|known| (known.id, known.revision));
    let examiner = shared
        .accounts
        .examiner(credential.clone(), looker, connection)
        .await?;
    let ask = |client: Client| async move { client.users().by_primary_email(email).await };
    match patiently(&examiner.client, ask).await {
        Ok(found) => match found.iter().find(|user| !user.deactivated) {
            Some(user) => Ok(Some(user.id)),
            None => Err(Failure::invalid(
                "auth.acting_user_id",
                "no active user with this address is visible in Greenhouse",
            )),
        },
        Err(Remote::Credential { .. } | Remote::Unauthorized { .. }) => Ok(None),
        // v3 lists users only to a Site Admin, and without an acting user we are none.
        Err(Remote::Forbidden { .. }) => Err(Failure::invalid(
            "auth.acting_user_id",
            "cannot be looked up by address, because this credential may not list users; give the user's id",
        )),
        Err(error) if error.retry_after().is_some() => Err(Failure::unverified(Code::Throttled)),
        Err(_) => match examiner.client.verify_token().await {
            // Nobody can be looked up: that this is so, the verification finds.
            Err(Remote::NotServed { .. }) => Ok(None),
            _ => Err(Failure::unverified(Code::GreenhouseUnavailable)),
        },
    }
}

async fn store(
    shared: &Shared,
    looked: &Looked,
    choice: Option<&Configuration<'_>>,
) -> Result<Connection, Failure> {
    let (new, told) = (&looked.new, health::announcement);
    // The look may have taken long, and somebody may have connected meanwhile.
    let judge = |now: Option<&Connection>| looked.may_replace(now);
    let connection = shared
        .store
        .connect_tenant_with(&shared.keys, new, choice, judge, told)
        .await?;
    tracing::info!(tenant = %connection.tenant, state = connection.state.as_str(), "connected");
    Ok(connection)
}
