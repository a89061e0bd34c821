//! The values a metric label can have. Every set is closed, so that no input can mint a series.
//!
//! Deliberately absent: tenants, ids, addresses, error texts.

use super::label::{Label, Values};

macro_rules! labels {
    ($($(#[$meta:meta])* $name:ident $label:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// The value as it appears in the exposition.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl Values for $name {
            const NAMES: &'static [&'static str] = &[$label];
            fn values(self) -> Vec<&'static str> {
                vec![self.as_str()]
            }
        }

        impl Label for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn position(self) -> usize {
                self as usize
            }
        }
    )+};
}

pub(super) use labels;

labels! {
    /// A service of the bridge, named like its folder.
    Service "service" {
        /// Consumes introductions and performs them.
        Introductions = "introductions",
        /// Imports jobs.
        Jobs = "jobs",
        /// Finds status changes.
        Statuses = "statuses",
        /// Keeps connections to Greenhouse alive.
        Connections = "connections",
        /// Publishes the outbox.
        Relay = "relay",
    }

    /// How one delivery ended.
    Outcome "outcome" {
        /// Stored, and acknowledged.
        Ack = "ack",
        /// Stored before under the same event id; acknowledged without effect.
        Duplicate = "duplicate",
        /// Not settled; the broker delivers it again.
        Retry = "retry",
        /// Stored, and waits for a person.
        Park = "park",
        /// Broken contract: dead-lettered.
        Reject = "reject",
    }

    /// How an introduction reached Greenhouse, for the latency objective.
    Arrival "result" {
        /// The candidate is new.
        Created = "created",
        /// The candidate existed.
        Matched = "matched",
        /// It did not arrive.
        Failed = "failed",
    }

    /// The last word about an introduction.
    Terminal "result" {
        /// The candidate is new.
        Created = "created",
        /// The candidate existed.
        Matched = "matched",
        /// The company or the platform decides: a closed job, data that Greenhouse does not take, several matches.
        Refused = "refused",
        /// The bridge or Greenhouse did not do what it should.
        Failed = "failed",
    }

    /// State of an operation in the ledger that is not at its end; what has ended is counted as it ends.
    OperationState "state" {
        /// Waits for its time or is being worked on.
        Open = "open",
        /// Waits for a person.
        Parked = "parked",
    }

    /// An exchange we publish to.
    Exchange "exchange" {
        /// `intrro.greenhouse.events`: our answers and status events.
        Events = "intrro.greenhouse.events",
        /// The default exchange, by which refused messages reach `greenhouse.dead`.
        Dead = "dead",
    }

    /// What is polled.
    Resource "resource" {
        /// Applications, for status changes.
        Applications = "applications",
        /// Jobs.
        Jobs = "jobs",
    }

    /// Whose changes are events about statuses.
    Followed "resource" {
        /// Applications.
        Applications = "applications",
    }

    /// What a polled record was to us.
    RecordAction "action" {
        /// Never seen before.
        New = "new",
        /// Differs from the last known state.
        Changed = "changed",
        /// As known.
        Same = "same",
        /// Not ours.
        Dropped = "dropped",
    }

    /// How a followed application was not as we knew it.
    Mismatch "kind" {
        /// It stands elsewhere.
        State = "state",
        /// Greenhouse does not show it any more.
        Gone = "gone",
    }

    /// An answer from Greenhouse, by what it means for the caller.
    Class "class" {
        /// 2xx except 201.
        Ok = "ok",
        /// 201.
        Created = "created",
        /// 409.
        Conflict = "conflict",
        /// 422, and any 4xx without a class of its own.
        Unprocessable = "unprocessable",
        /// 401.
        Unauthorized = "unauthorized",
        /// 403.
        Forbidden = "forbidden",
        /// 404, 410.
        NotFound = "not_found",
        /// 429.
        Throttled = "throttled",
        /// 5xx, and anything HTTP does not define.
        Server = "server",
        /// No answer in time.
        Timeout = "timeout",
        /// No connection, or a broken one.
        Network = "network",
    }

    /// An operation of an administrator.
    AdminAction "action" {
        /// Connect a tenant.
        Connect = "connect",
        /// Look at a connection.
        Show = "show",
        /// Verify a connection again.
        Verify = "verify",
        /// Change settings or secrets of a connection.
        Update = "update",
        /// Disconnect a tenant.
        Disconnect = "disconnect",
        /// Replace the credential of a connection.
        Rotate = "rotate",
        /// Stop a tenant's work.
        Pause = "pause",
        /// Let a tenant's work go on.
        Resume = "resume",
        /// Create our tag and fields in a tenant's account.
        Provision = "provision",
        /// Send an admin to Greenhouse to authorise us, or take them back.
        Authorise = "authorise",
    }

    /// How it ended. Who has no token is turned away before it is an operation.
    AdminResult "result" {
        /// Done.
        Ok = "ok",
        /// The request is wrong.
        Invalid = "invalid",
        /// It could not be done.
        Failed = "failed",
    }

    /// What became of a webhook delivery that was taken.
    WebhookOutcome "outcome" {
        /// Stored.
        New = "new",
        /// Stored before; without effect.
        Duplicate = "duplicate",
        /// Stored, but not of the shape that its action has: nothing will be looked at.
        Unreadable = "unreadable",
    }

    /// What kind of telemetry.
    Signal "signal" {
        /// Spans.
        Traces = "traces",
    }
}

impl Class {
    /// The class of an HTTP status.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            201 => Self::Created,
            200..=299 => Self::Ok,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::Throttled,
            400..=499 => Self::Unprocessable,
            _ => Self::Server,
        }
    }
}
