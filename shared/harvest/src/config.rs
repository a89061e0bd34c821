//! Where Greenhouse is, and how much one call may take.

use std::time::Duration;

use url::Url;

/// Greenhouse's own address of the Harvest API (all versions).
pub const DEFAULT_API_URL: &str = "https://harvest.greenhouse.io";
/// Greenhouse's own address of the OAuth endpoints.
pub const DEFAULT_AUTH_URL: &str = "https://auth.greenhouse.io";

/// What all clients have in common. Build it with [`Config::new`] and change what should differ.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address in front of `/v3/…`; see [`DEFAULT_API_URL`].
    pub api_url: Url,
    /// Address in front of `/token` and `/introspect`; see [`DEFAULT_AUTH_URL`].
    pub auth_url: Url,
    /// Total limit of one call: waiting for token and budget, connecting, sending, and reading the answer to its end.
    /// Default 10 s.
    pub deadline: Duration,
    /// Limit of opening a connection, within `deadline`. It is shorter so that a host that does not answer at all is
    /// told apart from one that does not answer in time: only the former proves that nothing was sent. Default 3 s.
    pub connect_timeout: Duration,
    /// How long a connection stays open unused. Shorter than a load balancer's usual 60 s, so that it is rarely the
    /// other side that closes it (just while we write). Default 20 s.
    pub idle_timeout: Duration,
    /// Largest answer, in bytes. Default 8 MiB: a page of 500 full candidates is about 1 MiB. A page of
    /// a list that is larger is asked for in smaller ones, where it is asked for by number.
    pub max_body: usize,
}

impl Config {
    /// The defaults for a Greenhouse at these addresses.
    #[must_use]
    pub fn new(api_url: Url, auth_url: Url) -> Self {
        Self {
            api_url,
            auth_url,
            deadline: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(20),
            max_body: 8 << 20,
        }
    }
}
