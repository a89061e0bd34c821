//! What can go wrong between us and the broker, by what the caller does next. Not about single messages:
//! those have an [`crate::Outcome`].

use lapin::{ErrorKind, protocol::AMQPErrorKind};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a connection, a declaration or a consumer could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be used; trying again cannot help. Never repeats the address, which holds a password.
    #[error(
        "the AMQP address is not usable: {0}; expected amqp://user:password@host:5672/vhost, with a / in the vhost written %2f"
    )]
    Address(String),
    /// Nobody answered in time, or the connection broke. Try again later.
    #[error("the broker cannot be reached")]
    Unreachable(#[source] Source),
    /// The broker answered and said no: credentials, permission, virtual host or a limit. The text is the broker's.
    #[error("the broker refused: {0}")]
    Refused(String),
    /// An exchange or queue exists with other properties than ours. Needs an operator.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
}

/// An exchange or queue that exists with other properties than this version of the bridge declares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind} '{name}' exists with other properties; we declare {expected}; the broker says: {broker_said}; remedy: {remedy}"
)]
pub struct Mismatch {
    /// `"exchange"` or `"queue"`.
    pub kind: &'static str,
    /// Its name on the broker.
    pub name: String,
    /// What we declare, as `argument=value` pairs.
    pub expected: String,
    /// The broker's own words, which name the differing argument.
    pub broker_said: String,
    /// What an operator does about it.
    pub remedy: String,
}

impl Error {
    /// Sorts a lapin error by what to do next.
    pub(crate) fn from_lapin(error: lapin::Error) -> Self {
        match error.kind() {
            ErrorKind::ProtocolError(e) if !is_shutdown(e.kind()) => Self::Refused(e.to_string()),
            ErrorKind::AuthProviderError(_) | ErrorKind::ChannelsLimitReached => {
                Self::Refused(error.to_string())
            }
            _ => Self::Unreachable(Box::new(error)),
        }
    }

    pub(crate) fn timed_out(what: &'static str) -> Self {
        Self::Unreachable(Box::new(std::io::Error::new(
            std::io::ErrorKind::TimedOut,
            what,
        )))
    }

    /// Display with its sources, for one log field.
    pub(crate) fn full(&self) -> String {
        match self {
            Self::Unreachable(source) => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}

/// 320 CONNECTION_FORCED is how a broker says good-bye before a restart: not a refusal of ours.
fn is_shutdown(kind: &AMQPErrorKind) -> bool {
    use lapin::protocol::AMQPHardError::CONNECTIONFORCED;
    matches!(kind, AMQPErrorKind::Hard(CONNECTIONFORCED))
}
