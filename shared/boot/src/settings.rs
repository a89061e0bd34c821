//! Configuration: the only place that reads the environment, and the only list of what can be set.
//!
//! Deliberately absent: configuration files and flags. A process gets its environment from its orchestrator, secrets from
//! files named in `…_FILE`.

mod env;
mod keys;
mod tokens;
pub mod unknown;
pub mod variables;

use std::io::{self, IsTerminal};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;
use url::Url;

pub use env::{Env, SettingsError, Wrong};
pub use keys::MasterKey;
pub use tokens::admin_token;
pub use unknown::Unknown;
pub use variables::{Variable, reference, reference_table};

/// Everything `bridge run` needs. Commands that need less read single variables from [`Env`].
#[derive(Debug)]
pub struct Settings {
    /// RabbitMQ, with credentials.
    pub amqp_url: SecretString,
    /// The file it came from, to be read again: passwords are replaced while the bridge runs.
    pub amqp_url_file: Option<PathBuf>,
    /// PostgreSQL, with credentials.
    pub database_url: SecretString,
    /// Keys for the tenants' credentials; at least one, the first encrypts.
    pub master_keys: Vec<MasterKey>,
    /// Bearer token of the HTTP API.
    pub admin_token: SecretString,
    /// Bearer token of those who may look, verify, pause and resume.
    pub operator_token: Option<SecretString>,
    /// Bearer token of those who may look.
    pub viewer_token: Option<SecretString>,
    /// What Greenhouse gave Intrro as a partner.
    pub partner: Option<Partner>,
    /// Where browsers reach the bridge.
    pub public_url: Option<Url>,
    /// Greenhouse.
    pub greenhouse: Greenhouse,
    /// Where the HTTP listener listens.
    pub http_addr: SocketAddr,
    /// Base of the links back to Intrro.
    pub intrro_url: Url,
    /// How long an unanswered write settles before its absence is proof.
    pub settle: Duration,
    /// Logs and traces.
    pub telemetry: TelemetrySettings,
    /// What is called like a setting and is none, to be told of once there is a log.
    pub unknown: Vec<Unknown>,
    /// See [`Env::hash`].
    pub hash: String,
}

/// Client of the authorization-code flow.
#[derive(Debug, Clone)]
pub struct Partner {
    /// Client id; not a secret.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
}

/// Addresses of Greenhouse.
#[derive(Debug, Clone)]
pub struct Greenhouse {
    /// The Harvest API.
    pub api_url: Url,
    /// The OAuth server.
    pub auth_url: Url,
}

/// Logs and traces.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which lines and spans there are, in the syntax of `EnvFilter`.
    pub filter: String,
    /// Full address of the collector's trace endpoint; `None` means that nothing is traced.
    pub traces_endpoint: Option<Url>,
    /// Name of the process in traces, where one was given.
    pub service_name: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Pretty,
}

impl FromStr for LogFormat {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "pretty" => Ok(Self::Pretty),
            _ => Err("there is no such format"),
        }
    }
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Everything that is missing or wrong, at once.
    pub fn from_process() -> Result<Self, SettingsError> {
        Self::read(&mut Env::from_process())
    }

    /// Reads an environment.
    ///
    /// # Errors
    /// Everything that is missing or wrong, at once.
    pub fn read(env: &mut Env) -> Result<Self, SettingsError> {
        let amqp_url = env.secret_url(&variables::AMQP_URL, &["amqp", "amqps"]);
        let amqp_url_file = env.file_of(&variables::AMQP_URL);
        let database_url = database_url(env);
        let master_keys = master_keys(env);
        let admin_token = admin_token(env);
        let operator_token = tokens::optional(env, &variables::OPERATOR_TOKEN);
        let viewer_token = tokens::optional(env, &variables::VIEWER_TOKEN);
        let by_role = [
            (&variables::ADMIN_TOKEN, admin_token.as_ref()),
            (&variables::OPERATOR_TOKEN, operator_token.as_ref()),
            (&variables::VIEWER_TOKEN, viewer_token.as_ref()),
        ];
        tokens::refuse_shared(env, &by_role);
        let public_url = env.optional_url(&variables::PUBLIC_URL);
        let partner = Partner::read(env, public_url.is_some());
        let greenhouse = Greenhouse::read(env);
        let http_addr = http_addr(env);
        let intrro_url = env.url(&variables::INTRRO_URL);
        let settle = settle(env);
        let telemetry = TelemetrySettings::read(env);
        env.finish()?;
        let unknown = env.unknown();
        let hash = env.hash();
        let read = || {
            Some(Self {
                amqp_url: amqp_url?,
                amqp_url_file,
                database_url: database_url?,
                master_keys: master_keys?,
                admin_token: admin_token?,
                operator_token,
                viewer_token,
                partner,
                public_url,
                greenhouse: greenhouse?,
                http_addr: http_addr?,
                intrro_url: intrro_url?,
                settle: settle?,
                telemetry: telemetry?,
                unknown,
                hash,
            })
        };
        // Every reader that returns nothing has noted why, and `finish` has reported it.
        read().ok_or(SettingsError {
            problems: Vec::new(),
            unknown: Vec::new(),
        })
    }
}

impl Greenhouse {
    /// The addresses alone. `None` after a problem was noted.
    pub fn read(env: &mut Env) -> Option<Self> {
        let api_url = env.url(&variables::GREENHOUSE_API_URL);
        let auth_url = env.url(&variables::GREENHOUSE_AUTH_URL);
        Some(Self {
            api_url: api_url?,
            auth_url: auth_url?,
        })
    }
}

impl Partner {
    /// Both or neither; and with them the address to which Greenhouse sends admins back.
    fn read(env: &mut Env, is_public: bool) -> Option<Self> {
        let client_id = env.optional(&variables::GREENHOUSE_CLIENT_ID);
        let client_secret = env.optional_secret(&variables::GREENHOUSE_CLIENT_SECRET);
        let (client_id, client_secret) = match (client_id, client_secret) {
            (Some(id), Some(secret)) => (id, secret),
            (Some(_), None) => {
                let what = "is not set, and GREENHOUSE_CLIENT_ID is".to_owned();
                env.note(&variables::GREENHOUSE_CLIENT_SECRET, what);
                return None;
            }
            (None, Some(_)) => {
                let what = "is not set, and GREENHOUSE_CLIENT_SECRET is".to_owned();
                env.note(&variables::GREENHOUSE_CLIENT_ID, what);
                return None;
            }
            (None, None) => return None,
        };
        if !is_public {
            let what = "is not set, and GREENHOUSE_CLIENT_ID is".to_owned();
            env.note(&variables::PUBLIC_URL, what);
            return None;
        }
        Some(Self {
            client_id,
            client_secret,
        })
    }
}

impl TelemetrySettings {
    /// Logs and traces alone, for commands that need no other setting. `None` after a problem was noted.
    pub fn read(env: &mut Env) -> Option<Self> {
        let log_format = match env.optional(&variables::LOG_FORMAT) {
            Some(_) => env.parsed(&variables::LOG_FORMAT),
            None if std::io::stderr().is_terminal() => Some(LogFormat::Pretty),
            None => Some(LogFormat::Json),
        };
        let filter = log_filter(env);
        let traces_endpoint = traces_endpoint(env);
        Some(Self {
            log_format: log_format?,
            filter: filter?,
            traces_endpoint: traces_endpoint?,
            service_name: env.optional(&variables::OTEL_SERVICE_NAME),
        })
    }
}

/// Where traces go; `Some(None)` where nothing is traced.
fn traces_endpoint(env: &mut Env) -> Option<Option<Url>> {
    let own = env.optional_url(&variables::OTLP_TRACES_ENDPOINT);
    let shared = env.optional_url(&variables::OTLP_ENDPOINT);
    let disabled = one_of(env, &variables::OTEL_SDK_DISABLED, &["false", "true"])?;
    let exporter = one_of(env, &variables::OTEL_TRACES_EXPORTER, &["otlp", "none"])?;
    let endpoint = own.or_else(|| shared.map(traces_under));
    if disabled == "true" || exporter == "none" || endpoint.is_none() {
        return Some(None);
    }
    let protocol = match env.optional(&variables::OTLP_TRACES_PROTOCOL) {
        Some(_) => &variables::OTLP_TRACES_PROTOCOL,
        None => &variables::OTLP_PROTOCOL,
    };
    one_of(env, protocol, &["http/protobuf"])?;
    Some(endpoint)
}

/// A word out of a list, however it is capitalised. `None` after a problem was noted.
fn one_of(env: &mut Env, variable: &Variable, words: &[&str]) -> Option<String> {
    let text = env.optional(variable)?;
    let word = text.to_ascii_lowercase();
    if words.contains(&word.as_str()) {
        return Some(word);
    }
    env.note(variable, format!("is {text:?}"));
    None
}

/// Read here to be refused together with everything else, and in the words of whoever wrote it: the process adds to it.
fn log_filter(env: &mut Env) -> Option<String> {
    let text = env.optional(&variables::LOG_FILTER)?;
    match EnvFilter::try_new(&text) {
        Ok(_) => Some(text),
        Err(error) => {
            env.note(&variables::LOG_FILTER, format!("is {text:?}: {error}"));
            None
        }
    }
}

/// PostgreSQL's address alone. `None` after a problem was noted.
pub fn database_url(env: &mut Env) -> Option<SecretString> {
    let url = env.secret_url(&variables::DATABASE_URL, &["postgres", "postgresql"])?;
    if let Some(part) = missing_part(&url) {
        env.note(&variables::DATABASE_URL, format!("has no {part}"));
        return None;
    }
    Some(url)
}

/// Both may also stand in the query, where a host can be the folder of a socket. Without them the database's client would
/// take what it finds in the environment, or the name of the user.
fn missing_part(url: &SecretString) -> Option<&'static str> {
    let url = Url::parse(url.expose_secret()).ok()?;
    let asked = |names: &[&str]| {
        url.query_pairs()
            .any(|(name, value)| names.contains(&name.as_ref()) && !value.is_empty())
    };
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    if !has_host && !asked(&["host", "hostaddr"]) {
        return Some("host");
    }
    let has_database = !url.path().trim_matches('/').is_empty();
    (!has_database && !asked(&["dbname"])).then_some("database")
}

/// Where the HTTP listener listens, alone; a host name is looked up now. `None` after a problem was noted.
pub fn http_addr(env: &mut Env) -> Option<SocketAddr> {
    let text = env.optional(&variables::HTTP_ADDR)?;
    looked_up(&text)
        .map_err(|error| env.note(&variables::HTTP_ADDR, format!("is {text:?}: {error}")))
        .ok()
}

/// Of several addresses, as `localhost` has them, the first one of IPv4: there is the default, and there most clients look.
fn looked_up(text: &str) -> io::Result<SocketAddr> {
    let found: Vec<SocketAddr> = text.to_socket_addrs()?.collect();
    let usual = found.iter().find(|address| address.is_ipv4());
    usual
        .or(found.first())
        .copied()
        .ok_or_else(|| io::Error::other("the name has no address"))
}

/// The master keys alone. `None` after a problem was noted.
pub fn master_keys(env: &mut Env) -> Option<Vec<MasterKey>> {
    let text = env.secret(&variables::MASTER_KEYS)?;
    keys::parse(text.expose_secret())
        .map_err(|wrong| env.note(&variables::MASTER_KEYS, wrong))
        .ok()
}

fn settle(env: &mut Env) -> Option<Duration> {
    let seconds: u64 = env.parsed(&variables::SETTLE_SECONDS)?;
    if seconds > 3600 {
        env.note(&variables::SETTLE_SECONDS, format!("is {seconds}"));
        return None;
    }
    Some(Duration::from_secs(seconds))
}

/// The general endpoint is a base to which the signal's path is added (OpenTelemetry protocol exporter specification).
fn traces_under(mut base: Url) -> Url {
    let path = format!("{}/v1/traces", base.path().trim_end_matches('/'));
    base.set_path(&path);
    base
}

#[cfg(test)]
mod tests;
