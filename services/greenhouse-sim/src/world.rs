//! Everything a simulator holds, behind one lock: the organisations, who may call, what goes wrong, what was asked.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{
    auth::{Credential, Keyring, Token},
    config::{Config, Settings},
    faults::Rules,
    listing::cursor::Seal,
    log::Log,
    meter::Meter,
    org::Org,
    seed,
    stamp::Stamp,
    v1::{ApiKey, ApiKeys},
};

/// The simulator's heart, shared by all connections.
#[derive(Debug)]
pub(crate) struct World {
    state: Mutex<State>,
    /// Woken after every request and every recruiter's action.
    pub(crate) changed: Notify,
    pub(crate) public_url: Option<String>,
    pub(crate) seal: Seal,
}

/// What the lock protects.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) orgs: Vec<Org>,
    pub(crate) keyring: Keyring,
    pub(crate) api_keys: ApiKeys,
    pub(crate) settings: Settings,
    pub(crate) rules: Rules,
    pub(crate) api_meter: Meter,
    pub(crate) token_meter: Meter,
    pub(crate) log: Log,
    config: Config,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let public_url = config.public_url.clone();
        let state = Mutex::new(State::new(config));
        Self {
            state,
            changed: Notify::new(),
            public_url,
            seal: Seal::default(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(config: Config) -> Self {
        let now = Stamp::now(config.settings.clock_offset_ms);
        let orgs = config
            .organisations
            .iter()
            .enumerate()
            .map(|(number, organisation)| {
                let mut org = Org::empty(number, &organisation.name, now);
                seed::plant(&mut org, organisation.seed, now);
                org
            });
        let credentials = config
            .organisations
            .iter()
            .enumerate()
            .map(|(org, organisation)| Credential {
                client_id: organisation.client_id.clone(),
                secret: organisation.client_secret.clone(),
                org,
                scopes: organisation.scopes.iter().cloned().collect(),
            });
        let api_keys = config
            .organisations
            .iter()
            .enumerate()
            .map(|(org, organisation)| ApiKey {
                key: organisation.api_key.clone(),
                org,
                permissions: organisation.permissions.iter().cloned().collect(),
                revoked: false,
            });
        Self {
            orgs: orgs.collect(),
            api_keys: ApiKeys::of(api_keys.collect()),
            keyring: Keyring::of(credentials.collect()),
            settings: config.settings.clone(),
            rules: Rules::default(),
            api_meter: Meter::default(),
            token_meter: Meter::default(),
            log: Log::keeping(config.log_capacity),
            config,
        }
    }

    /// Back to the start: data, tokens, faults, settings, log.
    pub(crate) fn reset(&mut self) {
        self.rules.clear();
        *self = Self::new(self.config.clone());
    }

    pub(crate) fn now(&self) -> Stamp {
        Stamp::now(self.settings.clock_offset_ms)
    }

    /// The organisation of this name; none named means the first.
    pub(crate) fn org(&self, name: Option<&str>) -> Option<&Org> {
        match name {
            Some(name) => self.orgs.iter().find(|org| org.name == name),
            None => self.orgs.first(),
        }
    }

    pub(crate) fn org_mut(&mut self, name: Option<&str>) -> Option<&mut Org> {
        match name {
            Some(name) => self.orgs.iter_mut().find(|org| org.name == name),
            None => self.orgs.first_mut(),
        }
    }

    /// Whether a token opens anything now: not expired, not revoked, its user still active.
    pub(crate) fn token_works(&self, token: &Token, now: Stamp) -> bool {
        !token.revoked && token.expires > now && self.orgs[token.org].active_user(token.sub)
    }
}
