//! Everything a simulator holds, behind one lock: the organisations, who may call, what goes wrong, what was asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize};

use tokio::sync::{Notify, mpsc};

use crate::{
    auth::{Credential, Keyring, Kind, Token},
    config::{Config, Settings},
    faults::Rules,
    listing::cursor::Seal,
    log::Log,
    meter::Meter,
    org::Org,
    seed,
    stamp::Stamp,
    v1::{ApiKey, ApiKeys},
    webhooks::{Letter, Mailbox, Post},
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
    pub(crate) post: Post,
    letters: mpsc::UnboundedSender<Letter>,
    config: Config,
}

impl World {
    /// The world, and the letters its organisations post.
    pub(crate) fn new(config: Config) -> (Self, mpsc::UnboundedReceiver<Letter>) {
        let public_url = config.public_url.clone();
        let (letters, posted) = mpsc::unbounded_channel();
        let state = Mutex::new(State::new(config, letters, Arc::default()));
        let world = Self {
            state,
            changed: Notify::new(),
            public_url,
            seal: Seal::default(),
        };
        (world, posted)
    }

    /// The state, with everything done that has fallen due.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.now();
        for org in &mut state.orgs {
            org.keep_promises(now);
        }
        state
    }
}

impl State {
    /// Letters on their way outlive a reset, so their count does as well.
    fn new(
        config: Config,
        letters: mpsc::UnboundedSender<Letter>,
        outstanding: Arc<AtomicUsize>,
    ) -> Self {
        let post = Post::counting(outstanding);
        let now = Stamp::now(config.settings.clock_offset_ms);
        let orgs = config
            .organisations
            .iter()
            .enumerate()
            .map(|(number, organisation)| {
                let mut org = Org::empty(number, &organisation.name, now);
                seed::plant(&mut org, organisation.seed, now);
                org.listen(Mailbox::new(letters.clone(), Arc::clone(&post.outstanding)));
                org
            });
        let credentials = config
            .organisations
            .iter()
            .enumerate()
            .map(|(org, organisation)| Credential {
                client_id: organisation.client_id.clone(),
                secret: organisation.client_secret.clone(),
                kind: Kind::Custom { org },
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
        let partners = config.partners.iter().map(|partner| Credential {
            client_id: partner.client_id.clone(),
            secret: partner.client_secret.clone(),
            kind: Kind::Partner {
                redirects: partner.redirect_uris.clone(),
            },
            scopes: partner.scopes.iter().cloned().collect(),
        });
        let credentials = credentials.chain(partners);
        let orgs = orgs.collect();
        Self {
            orgs,
            api_keys: ApiKeys::of(api_keys.collect()),
            keyring: Keyring::of(credentials.collect()),
            settings: config.settings.clone(),
            rules: Rules::default(),
            api_meter: Meter::default(),
            token_meter: Meter::default(),
            log: Log::keeping(config.log_capacity),
            post,
            letters,
            config,
        }
    }

    /// Back to the start: data, tokens, faults, settings, log.
    pub(crate) fn reset(&mut self) {
        self.rules.clear();
        let outstanding = Arc::clone(&self.post.outstanding);
        *self = Self::new(self.config.clone(), self.letters.clone(), outstanding);
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
        let granted = |grant| self.keyring.grants.get(grant).is_some();
        !token.revoked
            && token.expires > now
            && self.orgs[token.org].active_user(token.sub)
            && token.grant.is_none_or(granted)
    }
}
