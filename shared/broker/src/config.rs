//! Settings of this crate, with their defaults in one place. Reads no environment: that is boot's work.

use std::{path::PathBuf, time::Duration};

use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Topology};

/// Largest frame, bytes, unless the address has its own `frame_max`. RabbitMQ sends a message's headers in one frame,
/// whatever was agreed on, and lapin hangs up on one that is larger than that. Bodies travel in several frames. lapin 4.12.3
/// keeps room for 32 frames in each direction of each connection: with [`LARGE_FRAME_MAX`] that would be 8 MiB a connection.
pub(crate) const FRAME_MAX: u32 = 64 * 1024;
/// What a consumer agrees on after headers came that were larger: RabbitMQ's own default, and so the most that any
/// publisher can have sent.
pub(crate) const LARGE_FRAME_MAX: u32 = 128 * 1024;

/// How to reach the broker and how patient to be. `Debug` does not print the address.
#[derive(Clone, Debug)]
pub struct Config {
    /// `amqp://user:password@host:port/vhost` or `amqps://…` (rustls with ring, the system's root certificates).
    pub uri: SecretString,
    /// When set, the address is read from this file again before every connection attempt, so that a
    /// rotated password is picked up without a restart. `uri` is then only the fallback for an unreadable file.
    pub uri_file: Option<PathBuf>,
    /// Shown in RabbitMQ's connection list as `instance/role`.
    pub instance: String,
    /// The names that [`crate::declare`] and every consumer make sure of.
    pub topology: Topology,
    /// Seconds between heartbeats unless the address has its own `heartbeat`. A dead peer is noticed after
    /// twice this; RabbitMQ's default of 60 would leave us blind for two minutes.
    pub heartbeat: u16,
    /// Limit for TCP, TLS and the AMQP handshake together, and then for each request that declares, or opens a channel.
    pub connect_timeout: Duration,
    /// How long a sent message may stay unconfirmed before its outcome is [`crate::Outcome::Unknown`].
    /// A caller of `publish` waits at most twice this, connecting included.
    pub publish_timeout: Duration,
    /// How long a stopping consumer waits for batches that were handed out to be settled.
    pub drain_timeout: Duration,
    /// How often a consumer asks the broker whether its queue still moves.
    pub probe_interval: Duration,
}

impl Config {
    /// Settings with the defaults for everything but the address and the name of this process.
    ///
    /// # Errors
    /// [`Error::Address`] when the address cannot be parsed.
    pub fn new(uri: SecretString, instance: impl Into<String>) -> Result<Self, Error> {
        parse(&uri)?;
        Ok(Self {
            uri,
            uri_file: None,
            instance: instance.into(),
            topology: Topology::default(),
            heartbeat: 10,
            connect_timeout: Duration::from_secs(5),
            publish_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(20),
            probe_interval: Duration::from_secs(15),
        })
    }

    /// The address to use for the next attempt, heartbeat and frame size filled in: `frames` where there is no own one.
    pub(crate) async fn current_uri(&self, frames: u32) -> Result<AMQPUri, Error> {
        let mut uri = match &self.uri_file {
            None => parse(&self.uri)?,
            Some(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => parse(&SecretString::from(text.trim()))?,
                Err(_) => parse(&self.uri)?,
            },
        };
        uri.query.heartbeat.get_or_insert(self.heartbeat);
        uri.query.frame_max.get_or_insert(frames);
        Ok(uri)
    }
}

fn parse(uri: &SecretString) -> Result<AMQPUri, Error> {
    let text = uri.expose_secret();
    if !text.starts_with("amqp://") && !text.starts_with("amqps://") {
        return Err(Error::Address(
            "it does not begin with amqp:// or amqps://".into(),
        ));
    }
    // lapin's message may quote the whole address, so it is replaced.
    let mut parsed: AMQPUri = text
        .parse()
        .map_err(|_| Error::Address("it cannot be parsed".to_owned()))?;
    // `amqp://host/` names the vhost "", which nobody has; whoever writes it means the default one.
    if parsed.vhost.is_empty() {
        parsed.vhost = "/".to_owned();
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(uri: &str) -> Result<Config, Error> {
        Config::new(uri.into(), "test")
    }

    #[tokio::test]
    async fn the_heartbeat_is_ten_seconds_unless_the_address_says_otherwise() {
        let plain = config("amqp://u:p@h/%2f")
            .unwrap()
            .current_uri(FRAME_MAX)
            .await
            .unwrap();
        assert_eq!(plain.query.heartbeat, Some(10));
        assert_eq!(plain.query.frame_max, Some(FRAME_MAX));
        let own = config("amqp://u:p@h/%2f?heartbeat=3&frame_max=131072")
            .unwrap()
            .current_uri(FRAME_MAX)
            .await
            .unwrap();
        assert_eq!(own.query.heartbeat, Some(3));
        assert_eq!(own.query.frame_max, Some(131_072));
    }

    #[test]
    fn a_bad_address_is_refused_without_repeating_it() {
        for bad in ["http://u:s3cret@h", "amqp://u:s3cret@h:port/", "s3cret"] {
            let error = config(bad).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
            assert!(error.contains("amqp://user:password@host"), "{error}");
        }
    }

    #[test]
    fn debug_never_prints_the_password() {
        let shown = format!("{:?}", config("amqp://u:s3cret@h/%2f").unwrap());
        assert!(!shown.contains("s3cret"));
    }

    #[tokio::test]
    async fn an_empty_vhost_is_the_default_one() {
        let uri = config("amqp://u:p@h/")
            .unwrap()
            .current_uri(FRAME_MAX)
            .await
            .unwrap();
        assert_eq!(uri.vhost, "/");
    }

    #[tokio::test]
    async fn a_rotated_address_file_is_read_again_at_each_attempt() {
        let path = std::env::temp_dir().join(format!("amqp-{}", uuid::Uuid::new_v4()));
        let mut config = config("amqp://u:old@h/%2f").unwrap();
        config.uri_file = Some(path.clone());
        std::fs::write(&path, "amqp://u:new@h/%2f\n").unwrap();
        let uri = config.current_uri(FRAME_MAX).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(uri.authority.userinfo.password, "new");
    }
}
