//! What a simulator is started with, and what of it can be changed while it runs.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use crate::{
    auth::scopes,
    seed::Seed,
    v1::{V1Settings, permissions},
};

/// Everything a simulator is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API listens; port 0 picks a free one.
    pub addr: SocketAddr,
    /// Where the token host listens; `None` serves it on the API's port.
    pub auth_addr: Option<SocketAddr>,
    /// What `Link` headers start with; `None` echoes the request's `Host`.
    pub public_url: Option<String>,
    /// The customers; the first one is the default of every test view.
    pub organisations: Vec<OrganisationConfig>,
    /// Partners that users of any customer may let in.
    pub partners: Vec<PartnerConfig>,
    /// Entries the request log keeps; 0 keeps none.
    pub log_capacity: usize,
    /// What can also be changed later.
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            addr: loopback,
            auth_addr: Some(loopback),
            public_url: None,
            organisations: vec![OrganisationConfig::named("acme")],
            partners: vec![PartnerConfig::default()],
            log_capacity: 100_000,
            settings: Settings::default(),
        }
    }
}

impl Config {
    /// No rate limit, no request log: for measuring somebody else's speed.
    pub fn for_benchmarks() -> Self {
        let mut config = Self {
            log_capacity: 0,
            ..Self::default()
        };
        config.settings.rate_limit = 0;
        config.settings.token_limit = 0;
        config
    }
}

/// One customer of Greenhouse with one credential for each version of the API.
#[derive(Clone, Debug)]
pub struct OrganisationConfig {
    /// Its name; also how tests and `/_sim/` address it.
    pub name: String,
    /// The OAuth client; has to end in `-harvest`, anything else is a malformed client id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The scopes granted, `harvest:candidates:list` and so on.
    pub scopes: Vec<String>,
    /// The API key of v1.
    pub api_key: String,
    /// The key's permissions, `Candidates: list` and so on.
    pub permissions: Vec<String>,
    /// What it contains at the start.
    pub seed: Seed,
}

impl OrganisationConfig {
    /// An organisation with the small seed, every scope and permission of the mission, the credential `<name>-harvest` /
    /// `<name>-secret`, and the API key `<name>-api-key`.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            client_id: format!("{name}{}", crate::auth::CLIENT_SUFFIX),
            client_secret: format!("{name}-secret"),
            scopes: scopes::ALL
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
            api_key: format!("{name}-api-key"),
            permissions: permissions::ALL
                .iter()
                .map(|permission| (*permission).to_owned())
                .collect(),
            seed: Seed::Small,
        }
    }
}

/// A partner of Greenhouse's: one client for all the customers who let it in.
#[derive(Clone, Debug)]
pub struct PartnerConfig {
    /// The OAuth client.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The scopes it may ask for.
    pub scopes: Vec<String>,
    /// Where users are sent back to; none registered means anywhere on this machine.
    pub redirect_uris: Vec<String>,
}

impl Default for PartnerConfig {
    /// `intrro-partner-harvest` / `intrro-partner-secret`, with every scope.
    fn default() -> Self {
        Self {
            client_id: format!("intrro-partner{}", crate::auth::CLIENT_SUFFIX),
            client_secret: "intrro-partner-secret".to_owned(),
            scopes: scopes::ALL
                .iter()
                .map(|scope| (*scope).to_owned())
                .collect(),
            redirect_uris: Vec::new(),
        }
    }
}

/// How the simulator behaves; readable and changeable at any moment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// v3 requests per window and credential; 0 means no limit and no rate headers, in v1 neither.
    pub rate_limit: u32,
    /// Length of the fixed window.
    pub rate_window: Duration,
    /// Token requests per window and client; 0 means no limit.
    pub token_limit: u32,
    /// Length of the token host's window.
    pub token_window: Duration,
    /// How long an access token lives.
    pub token_lifetime: Duration,
    /// How the token answer tells its end.
    pub token_expiry: TokenExpiry,
    /// How long the code of a partner's authorisation is good for.
    pub code_lifetime: Duration,
    /// How long a refresh token lives; each refresh issues another one.
    pub refresh_lifetime: Duration,
    /// Whether a refresh token used twice takes the whole authorisation with it, or is only refused.
    pub refresh_reuse_revokes: bool,
    /// Time every request takes, half before and half after its effect.
    pub latency: Duration,
    /// How far reads run behind writes.
    pub lag: Lag,
    /// For how long reads of a candidate show what they were before an edit through the API.
    pub edit_lag: Duration,
    /// What creating candidates and applications answers.
    pub create_answer: CreateAnswer,
    /// What a list of candidates says of one that is still being processed.
    pub processing: Processing,
    /// What `PATCH /v3/applications/{id}` answers.
    pub patch_answer: PatchAnswer,
    /// What somebody who is not a Site Admin gets from a list.
    pub list_without_site_admin: ListWithoutSiteAdmin,
    /// False refuses a second application on a job while one is in process. True, the default, makes a second one, so
    /// that a client that repeats itself leaves a visible duplicate.
    pub allow_duplicate_applications: bool,
    /// Whether a rejected application still names its stage.
    pub rejected_keeps_stage: bool,
    /// Whether `/v3/application_stages` shows any row.
    pub stage_history: bool,
    /// How long after an application changed the stage history says so; how a list lags apart from that is `lag`.
    pub history_lag: Duration,
    /// Whether a visit says when it began; visits that Greenhouse filled in later do not.
    pub stage_entries: bool,
    /// Whether a merge moves the `updated_at` of the applications that change hands.
    pub merge_touches: bool,
    /// Users who are not shown private candidates, nor what belongs to them, though they are Site Admins.
    pub private_hidden_from: Vec<i64>,
    /// How long a bulk write takes.
    pub bulk_delay: Duration,
    /// What a minute between two attempts of a webhook shrinks to: 1 is Greenhouse's pace, 0 is at once.
    pub webhook_time_scale: f64,
    /// How long an endpoint may take to answer.
    pub webhook_timeout: Duration,
    /// Whether every event is delivered twice, under the same event id.
    pub webhook_duplicates: bool,
    /// Whether neighbouring events change places.
    pub webhook_reorder: bool,
    /// Whether another attempt has an event id of its own.
    pub webhook_retries_renamed: bool,
    /// Added to the machine's clock.
    pub clock_offset_ms: i64,
    /// What only v1 has.
    pub v1: V1Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate_limit: 75,
            rate_window: Duration::from_secs(30),
            token_limit: 100,
            token_window: Duration::from_secs(60),
            token_lifetime: Duration::from_secs(3600),
            token_expiry: TokenExpiry::Both,
            code_lifetime: Duration::from_secs(60),
            refresh_lifetime: Duration::from_secs(24 * 3600),
            refresh_reuse_revokes: true,
            latency: Duration::ZERO,
            lag: Lag::default(),
            edit_lag: Duration::ZERO,
            create_answer: CreateAnswer::Wrapped,
            processing: Processing::Absent,
            patch_answer: PatchAnswer::Body,
            list_without_site_admin: ListWithoutSiteAdmin::Forbidden,
            allow_duplicate_applications: true,
            rejected_keeps_stage: false,
            stage_history: true,
            history_lag: Duration::ZERO,
            stage_entries: true,
            merge_touches: false,
            private_hidden_from: Vec::new(),
            bulk_delay: Duration::from_secs(1),
            webhook_time_scale: 1.0,
            webhook_timeout: Duration::from_secs(10),
            webhook_duplicates: false,
            webhook_reorder: false,
            webhook_retries_renamed: false,
            clock_offset_ms: 0,
            v1: V1Settings::default(),
        }
    }
}

/// How far reads run behind writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// A list does not show a row younger than this, and a search by `updated_at` none that changed since.
    pub length: Duration,
    /// Whether look-ups by `ids=` lag as well.
    pub by_id: bool,
}

/// What `POST /v3/candidates` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateAnswer {
    /// `{candidate, application}`.
    Wrapped,
    /// The candidate alone.
    Flat,
    /// `{candidate: {id}, application: {id}}`, and neither can be seen or used until this much later. An application
    /// made on its own answers `{id}` under the same terms.
    Truncated(Duration),
}

/// What `PATCH /v3/applications/{id}` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchAnswer {
    /// 200 and the application.
    Body,
    /// 204.
    NoContent,
}

/// What a list of candidates says of one that is still being processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processing {
    /// Nothing: it is not there.
    Absent,
    /// `{"message": …}` in its place.
    Message,
}

/// What somebody who is not a Site Admin gets from a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListWithoutSiteAdmin {
    /// 403.
    Forbidden,
    /// An empty page.
    Empty,
}

/// How the token answer tells its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenExpiry {
    /// `expires_in`, in seconds.
    ExpiresIn,
    /// `expires_at`, a date-time.
    ExpiresAt,
    /// Both.
    Both,
}
