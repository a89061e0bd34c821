//! Every event by direction: [`Command`]s come in, [`Notice`]s go out.
//!
//! The short name of an event ([`Kind::as_str`], [`Notice::kind`]) is the one word for it in code, ledger, spans and
//! metrics; its full name ([`Kind::type_name`]) is the CloudEvents type and the routing key.

use std::fmt;

use prost::{DecodeError, Message};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::v1::{
    CandidateErased, CandidateErasureRequested, CandidateMerged, CandidateProfileUpdated,
    CandidateStatusChanged, CandidateUpdateFailed, CandidateUpdated, ConnectionHealthChanged,
    IntroductionAccepted, IntroductionImportFailed, IntroductionImported,
    IntroductionStatusChanged, JobChanged, JobsRefreshRequested, JobsRefreshed,
    StatusRefreshRequested, StatusesRefreshed,
};

/// The protobuf package of every event, with its major version.
pub const PACKAGE: &str = "intrro.events.v1";

macro_rules! commands {
    ($($message:ident = $name:literal),+ $(,)?) => {
        /// Which command it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {$(
            #[doc = concat!("See [`", stringify!($message), "`](crate::v1::", stringify!($message), ").")]
            $message,
        )+}

        impl Kind {
            /// All of them, in the order of the contract's table.
            pub const ALL: &[Kind] = &[$(Kind::$message),+];

            /// The short name, snake_case.
            pub fn as_str(self) -> &'static str {
                match self {$(Kind::$message => $name,)+}
            }

            /// The full protobuf message name: CloudEvents type and routing key.
            pub fn type_name(self) -> &'static str {
                match self {$(Kind::$message => concat!("intrro.events.v1.", stringify!($message)),)+}
            }
        }

        /// Something Intrro wants done.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Command {$(
            #[doc = concat!("See [`", stringify!($message), "`](crate::v1::", stringify!($message), ").")]
            $message(Box<$message>),
        )+}

        impl Command {
            /// Which command it is.
            pub fn kind(&self) -> Kind {
                match self {$(Command::$message(_) => Kind::$message,)+}
            }

            /// The protobuf bytes, the same for equal content.
            pub fn encode_to_vec(&self) -> Vec<u8> {
                match self {$(Command::$message(message) => message.encode_to_vec(),)+}
            }

            /// Reads what [`Command::encode_to_vec`] wrote.
            ///
            /// # Errors
            /// The bytes are no such message.
            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, DecodeError> {
                match kind {$(
                    Kind::$message => $message::decode(bytes).map(Self::from),
                )+}
            }

            /// Reads the `data` of an event of this kind with a reader of the caller's.
            pub(crate) fn read<R: Reader>(kind: Kind, reader: R) -> Result<Self, R::Error> {
                match kind {$(
                    Kind::$message => reader.read::<$message>().map(Self::from),
                )+}
            }
        }

        impl Serialize for Command {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {$(Command::$message(message) => message.serialize(serializer),)+}
            }
        }

        $(impl From<$message> for Command {
            fn from(message: $message) -> Self {
                Self::$message(Box::new(message))
            }
        })+
    };
}

commands! {
    IntroductionAccepted = "introduction_accepted",
    IntroductionStatusChanged = "introduction_status_changed",
    CandidateProfileUpdated = "candidate_profile_updated",
    CandidateErasureRequested = "candidate_erasure_requested",
    JobsRefreshRequested = "jobs_refresh_requested",
    StatusRefreshRequested = "status_refresh_requested",
}

macro_rules! notices {
    ($($message:ident = $name:literal),+ $(,)?) => {
        /// Something the bridge tells.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Notice {$(
            #[doc = concat!("See [`", stringify!($message), "`](crate::v1::", stringify!($message), ").")]
            $message(Box<$message>),
        )+}

        impl Notice {
            /// The short names of all of them, in the order of the contract's table.
            pub const KINDS: &[&str] = &[$($name),+];

            /// The short name, snake_case.
            pub fn kind(&self) -> &'static str {
                match self {$(Notice::$message(_) => $name,)+}
            }

            /// The full protobuf message name: CloudEvents type and routing key.
            pub fn type_name(&self) -> &'static str {
                match self {$(
                    Notice::$message(_) => concat!("intrro.events.v1.", stringify!($message)),
                )+}
            }

            /// Reads the `data` of a notice, as a consumer of them does. `None`: no notice has this full name.
            ///
            /// # Errors
            /// The text is not the canonical JSON of that message.
            pub fn from_json(type_name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
                match type_name.strip_prefix(PACKAGE)?.strip_prefix('.')? {
                    $(stringify!($message) => {
                        Some(serde_json::from_str::<$message>(data).map(Self::from))
                    })+
                    _ => None,
                }
            }
        }

        impl Serialize for Notice {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {$(Notice::$message(message) => message.serialize(serializer),)+}
            }
        }

        $(impl From<$message> for Notice {
            fn from(message: $message) -> Self {
                Self::$message(Box::new(message))
            }
        })+
    };
}

notices! {
    IntroductionImported = "introduction_imported",
    IntroductionImportFailed = "introduction_import_failed",
    CandidateStatusChanged = "candidate_status_changed",
    JobChanged = "job_changed",
    JobsRefreshed = "jobs_refreshed",
    StatusesRefreshed = "statuses_refreshed",
    CandidateMerged = "candidate_merged",
    CandidateErased = "candidate_erased",
    CandidateUpdated = "candidate_updated",
    CandidateUpdateFailed = "candidate_update_failed",
    ConnectionHealthChanged = "connection_health_changed",
}

/// A way to read one message of any kind.
pub(crate) trait Reader {
    type Error;
    fn read<M: Message + Default + Serialize + DeserializeOwned>(self) -> Result<M, Self::Error>;
}

impl Kind {
    /// The command with this full message name.
    pub fn from_type_name(type_name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.type_name() == type_name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Command {
    /// What the command is ordered by when its envelope does not say: the person it is about, else the request.
    pub fn ordering_key(&self) -> &str {
        match self {
            Self::IntroductionAccepted(event) => candidate_id(&event.candidate),
            Self::IntroductionStatusChanged(event) => &event.candidate_id,
            Self::CandidateProfileUpdated(event) => candidate_id(&event.candidate),
            Self::CandidateErasureRequested(event) => &event.candidate_id,
            Self::JobsRefreshRequested(event) => &event.request_id,
            Self::StatusRefreshRequested(event) => &event.request_id,
        }
    }
}

fn candidate_id(candidate: &Option<crate::v1::Candidate>) -> &str {
    candidate.as_ref().map_or("", |candidate| &candidate.id)
}
