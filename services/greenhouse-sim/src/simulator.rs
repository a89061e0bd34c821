//! Starting, steering and stopping a simulator. It runs on a thread of its own, so that any test can use it, whatever
//! runtime it has or has not.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
};

use tokio::sync::watch;

use crate::{
    auth::Kind,
    config::{Config, Settings},
    faults::{Fault, Gate, When},
    http::connection::{self, Host},
    recruiter::Recruiter,
    state::View,
    webhooks::{Webhooks, courier},
    world::World,
};

/// A running simulator; dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    world: Arc<World>,
    api_addr: SocketAddr,
    auth_addr: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// How to call an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The organisation's name.
    pub organisation: String,
    /// The OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// A user who may list: the `sub` to ask a token for, and whom v1 writes can be made for.
    pub site_admin_id: i64,
    /// The key of v1.
    pub api_key: String,
}

impl Simulator {
    /// Binds, plants the seed and begins to serve; the ports answer when this returns.
    ///
    /// # Errors
    /// When an address cannot be bound or the thread cannot be started.
    pub fn start(config: Config) -> io::Result<Self> {
        let api = bind(config.addr)?;
        let auth = config.auth_addr.map(bind).transpose()?;
        let api_addr = api.local_addr()?;
        let auth_addr = auth
            .as_ref()
            .map_or(Ok(api_addr), TcpListener::local_addr)?;
        let (world, letters) = World::new(config);
        let world = Arc::new(world);
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::clone(&world);
        let serve = async move {
            tokio::spawn(courier::run(Arc::clone(&shared), letters));
            match auth {
                Some(auth) => {
                    let api =
                        connection::serve(api, Host::Api, Arc::clone(&shared), stopped.clone());
                    let auth = connection::serve(auth, Host::Auth, shared, stopped);
                    tokio::join!(api, auth);
                }
                None => connection::serve(api, Host::Both, shared, stopped).await,
            }
        };
        let thread = std::thread::Builder::new().name("greenhouse-sim".to_owned());
        // Dropping the runtime at the end closes every connection.
        let thread = thread.spawn(move || runtime.block_on(serve))?;
        Ok(Self {
            world,
            api_addr,
            auth_addr,
            stop,
            thread: Some(thread),
        })
    }

    /// Where the API and `/_sim/` are, without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.api_addr)
    }

    /// Where `/token` is, without a slash at the end.
    pub fn auth_url(&self) -> String {
        format!("http://{}", self.auth_addr)
    }

    /// How to call the first organisation.
    pub fn access(&self) -> Access {
        self.all_access()
            .into_iter()
            .next()
            .unwrap_or_else(|| Access {
                organisation: String::new(),
                client_id: String::new(),
                client_secret: String::new(),
                site_admin_id: 0,
                api_key: String::new(),
            })
    }

    /// How to call each organisation.
    pub fn all_access(&self) -> Vec<Access> {
        let state = self.world.lock();
        let custom = state.keyring.credentials.iter().filter_map(|credential| {
            let Kind::Custom { org: number } = credential.kind else {
                return None;
            };
            let org = &state.orgs[number];
            let admin = org
                .users
                .iter()
                .find(|user| user.site_admin && !user.deactivated);
            Some(Access {
                organisation: org.name.clone(),
                client_id: credential.client_id.clone(),
                client_secret: credential.secret.clone(),
                site_admin_id: admin.map_or(0, |user| user.meta.id),
                api_key: state.api_keys.of_org(number).to_owned(),
            })
        });
        custom.collect()
    }

    /// How the first partner calls `/authorize` and `/token`: client id and secret.
    pub fn partner(&self) -> Option<(String, String)> {
        let state = self.world.lock();
        let mut credentials = state.keyring.credentials.iter();
        let partner =
            credentials.find(|credential| matches!(credential.kind, Kind::Partner { .. }));
        partner.map(|partner| (partner.client_id.clone(), partner.secret.clone()))
    }

    /// Gives the first partner another secret, as Greenhouse does on request; the old one stops working at once. False
    /// where there is no partner.
    pub fn replace_partner_secret(&self, secret: &str) -> bool {
        let mut state = self.world.lock();
        let mut credentials = state.keyring.credentials.iter_mut();
        let partner =
            credentials.find(|credential| matches!(credential.kind, Kind::Partner { .. }));
        partner
            .map(|partner| partner.secret = secret.to_owned())
            .is_some()
    }

    /// What the first organisation contains, and what was asked of the whole simulator.
    pub fn state(&self) -> View {
        View::new(Arc::clone(&self.world), None)
    }

    /// What one organisation contains.
    pub fn state_of(&self, organisation: &str) -> View {
        View::new(Arc::clone(&self.world), Some(organisation.to_owned()))
    }

    /// Somebody who works in the first organisation's Greenhouse.
    pub fn recruiter(&self) -> Recruiter {
        Recruiter::new(Arc::clone(&self.world), None)
    }

    /// Somebody who works in this organisation's Greenhouse.
    pub fn recruiter_of(&self, organisation: &str) -> Recruiter {
        Recruiter::new(Arc::clone(&self.world), Some(organisation.to_owned()))
    }

    /// The first organisation's webhooks.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks::new(Arc::clone(&self.world), None)
    }

    /// One organisation's webhooks.
    pub fn webhooks_of(&self, organisation: &str) -> Webhooks {
        Webhooks::new(Arc::clone(&self.world), Some(organisation.to_owned()))
    }

    /// What goes wrong.
    pub fn faults(&self) -> Faults {
        Faults {
            world: Arc::clone(&self.world),
        }
    }

    /// Sets its clock so many minutes ahead of the machine's; below zero: behind.
    pub fn set_clock(&self, minutes: i64) {
        self.configure(|settings| settings.clock_offset_ms = minutes * 60_000);
    }

    /// Changes settings from the next request on.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.world.lock().settings);
    }

    /// Adds a scope to a client, or takes it away. Additions reach only tokens issued afterwards.
    pub fn set_scope(&self, client_id: &str, scope: &str, granted: bool) -> bool {
        let mut state = self.world.lock();
        let Some(index) = state.keyring.credential(client_id) else {
            return false;
        };
        let scopes = &mut state.keyring.credentials[index].scopes;
        if granted {
            scopes.insert(scope.to_owned())
        } else {
            scopes.remove(scope)
        }
    }

    /// Gives an API key a permission of v1, or takes it away, from the next request on. False when nothing changed, and
    /// for keys and permissions that do not exist.
    pub fn set_permission(&self, api_key: &str, permission: &str, granted: bool) -> bool {
        self.world
            .lock()
            .api_keys
            .set_permission(api_key, permission, granted)
    }

    /// Deletes an API key, or brings it back; false when there is no such key.
    pub fn set_api_key(&self, api_key: &str, works: bool) -> bool {
        self.world.lock().api_keys.set_working(api_key, works)
    }

    /// Revokes the tokens of one client, or all; returns how many.
    pub fn revoke_tokens(&self, client_id: Option<&str>) -> usize {
        self.world.lock().keyring.revoke_all(client_id)
    }

    /// Back to the seed, with the settings it was started with; faults, tokens and log are gone.
    pub fn reset(&self) {
        self.world.lock().reset();
    }

    /// Stops serving and closes every connection.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        self.world.lock().rules.clear();
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The fault rules of a running simulator.
#[derive(Clone, Debug)]
pub struct Faults {
    world: Arc<World>,
}

impl Faults {
    /// Adds a rule behind the existing ones; the first that strikes decides. Returns its id.
    pub fn add(&self, when: When, fault: Fault) -> u64 {
        self.world.lock().rules.add(when, fault)
    }

    /// Makes matching requests wait before anything happens, until the gate is opened.
    pub fn hold(&self, when: When) -> Gate {
        let gate = Gate::closed();
        self.add(when, Fault::Hold(gate.clone()));
        gate
    }

    /// Lets matching requests take effect and keeps their answers until the gate is opened.
    pub fn hold_answers(&self, when: When) -> Gate {
        let gate = Gate::closed();
        self.add(when, Fault::HoldAnswer(gate.clone()));
        gate
    }

    /// How often a rule has struck.
    pub fn fired(&self, id: u64) -> u64 {
        self.world.lock().rules.fired(id)
    }

    /// Removes a rule, opening its gate.
    pub fn remove(&self, id: u64) -> bool {
        self.world.lock().rules.remove(id)
    }

    /// Removes all rules, opening their gates.
    pub fn clear(&self) {
        self.world.lock().rules.clear();
    }
}

fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
