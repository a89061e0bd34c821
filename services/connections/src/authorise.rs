//! How a company's admin lets the bridge in from their browser (OAuth 2 authorization code).
//!
//! `POST /v1/connections/links` gives Intrro a link for the admin. Opening it sends the browser to Greenhouse, with a
//! state that is bound to the tenant and, by a cookie, to this browser: nobody can have somebody else's admin finish a
//! connection that they began. Greenhouse sends the browser back, and a page says what is missing.

use std::sync::Arc;

use accounts::health;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use boot::metrics::{AdminAction, AdminResult};
use domain::Tenant;
use harvest::{Error as Remote, Feature, Partner, Version, Whose, authorize_url, least_scopes};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::connections::{Connection, Credential, Health, NewConnection};
use url::Url;

use crate::access::{Access, AsOperator, Role};
use crate::api::Shared;
use crate::extract::{Asked, Body};
use crate::page::{self, Page};
use crate::problem::Failure;
use crate::request::link;
use crate::verify::verify;

/// Name of the cookie; `__Host-` would demand HTTPS, which a bridge on a developer's machine does not have.
const COOKIE: &str = "bridge_connect";
const CALLBACK: &str = "/connect/greenhouse/callback";

/// What it takes to be let in by admins.
pub struct Authorisation {
    /// What Greenhouse gave Intrro.
    pub partner: Partner,
    /// Where browsers reach the bridge.
    pub public_url: Url,
}

impl Authorisation {
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    fn callback(&self) -> Result<Url, Failure> {
        self.at(CALLBACK).parse().map_err(|_| Failure::internal())
    }
}

/// `POST /v1/connections/links`.
pub(crate) async fn make_link(
    State(shared): State<Arc<Shared>>,
    _: AsOperator,
    Body(body): Body,
) -> Response {
    let answer = match link(&body) {
        Ok(tenant) => ticket(&shared, &tenant).await,
        Err(failure) => Err(failure),
    };
    shared.answer(AdminAction::Authorise, StatusCode::CREATED, answer)
}

async fn ticket(shared: &Shared, tenant: &Tenant) -> Result<Value, Failure> {
    let authorisation = shared.authorisation()?;
    let ticket = random()?;
    let expires_at = shared.store.issue_ticket(tenant, &ticket).await?;
    let mut url: Url = authorisation
        .at("/connect/greenhouse")
        .parse()
        .map_err(|_| Failure::internal())?;
    url.query_pairs_mut()
        .append_pair("tenant", tenant.as_str())
        .append_pair("ticket", &ticket);
    Ok(json!({ "url": url.as_str(), "expires_at": expires_at }))
}

/// `GET /connect/greenhouse?tenant=…&ticket=…`: off to Greenhouse. A bearer token of an operator does as well as a ticket.
pub(crate) async fn begin(
    State((shared, access)): State<(Arc<Shared>, Arc<Access>)>,
    asked: Asked,
    request: Request,
) -> Response {
    let role = access.of(&request);
    match leave(&shared, role, &asked).await {
        Ok(away) => away,
        Err(failure) => page::refused(&failure),
    }
}

async fn leave(shared: &Shared, role: Option<Role>, asked: &Asked) -> Result<Response, Failure> {
    let authorisation = shared.authorisation()?;
    let tenant = asked.get("tenant").unwrap_or_default();
    let tenant = Tenant::try_from(tenant).map_err(|error| Failure::invalid("tenant", error))?;
    let good = match (role, asked.get("ticket")) {
        (Some(role), _) => role >= Role::Operator,
        (None, Some(ticket)) => shared.store.ticket_is_good(&tenant, ticket).await?,
        (None, None) => false,
    };
    if !good {
        return Err(Failure::token_not_accepted());
    }
    let (state, browser) = (random()?, random()?);
    shared
        .store
        .begin_authorisation(&tenant, &state, &browser)
        .await?;
    let scopes = least_scopes(Version::V3, Feature::ALL);
    let away = authorize_url(
        shared.accounts.config(),
        &authorisation.partner.client_id,
        &authorisation.callback()?,
        &state,
        scopes,
    )
    .map_err(|_| Failure::internal())?;
    let secure = match authorisation.public_url.scheme() {
        "https" => "; Secure",
        _ => "",
    };
    let cookie = format!(
        "{COOKIE}={browser}; Path=/connect/greenhouse; Max-Age=600; HttpOnly; SameSite=Lax{secure}"
    );
    let headers = [
        (header::LOCATION, String::from(away)),
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// `GET /connect/greenhouse/callback?state=…&code=…`: back from Greenhouse.
pub(crate) async fn end(
    State(shared): State<Arc<Shared>>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    // The code can be used once: what it is exchanged for is stored even if the browser does not wait for it.
    let arriving = {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move { arrive(&shared, &asked, &headers).await })
    };
    let arrived = arriving
        .await
        .unwrap_or_else(|_| Err(Page::from(Failure::internal())));
    let result = match &arrived {
        Ok(_) => AdminResult::Ok,
        Err(Page { status, .. }) if status.is_server_error() => AdminResult::Failed,
        Err(_) => AdminResult::Invalid,
    };
    shared.metrics.admin_action(AdminAction::Authorise, result);
    match arrived {
        Ok(connection) => page::connected(&connection),
        Err(page) => page.into_response(),
    }
}

async fn arrive(shared: &Shared, asked: &Asked, headers: &HeaderMap) -> Result<Connection, Page> {
    let authorisation = shared.authorisation()?;
    let state = asked.get("state").unwrap_or_default();
    let browser = cookie(headers).unwrap_or_default();
    let tenant = shared.store.end_authorisation(state, browser).await;
    let tenant = tenant.map_err(Failure::from)?.ok_or_else(Page::stale)?;
    let Some(code) = asked.get("code") else {
        return Err(Page::declined());
    };
    let code = SecretString::from(code);
    let tokens = shared
        .accounts
        .exchange(&authorisation.partner, &code, &authorisation.callback()?)
        .await
        .map_err(|error| {
            tracing::warn!(%tenant, kind = error.kind(), "a code was not exchanged");
            match error {
                Remote::Credential {
                    whose: Whose::Partner,
                    ..
                } => Page::impossible(&Failure::partner_refused()),
                Remote::Credential { .. } => Page::declined(),
                _ => Page::unanswered(),
            }
        })?;
    let known = shared
        .store
        .connection_of(&tenant)
        .await
        .map_err(Failure::from)?;
    let settings = known.map(|known| known.settings).unwrap_or_default();
    let examiner = shared
        .accounts
        .examiner_of_consent(&authorisation.partner, &tokens);
    // Greenhouse has just given the tokens, and the code is used up: they are kept whatever else was not answered.
    let verified = verify(&examiner, None, &settings).await;
    let new = NewConnection {
        tenant,
        credential: Credential::AuthorizationCode,
        acting_user: None,
        tokens: Some(accounts::consent::to_store(tokens)),
        health: Health::of(verified.findings),
        limit: examiner.limit(),
    };
    let stored = shared
        .store
        .connect_tenant(&shared.keys, &new, health::announcement);
    let connection = stored.await.map_err(Failure::from)?;
    tracing::info!(tenant = %connection.tenant, state = connection.state.as_str(), "authorised");
    Ok(connection)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|line| line.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// 256 bits that nobody guesses.
fn random() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| Failure::internal())?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
