//! What goes wrong, and when: rules matched against requests as they arrive.

mod gate;
mod rules;

use std::{fmt, sync::Arc, time::Duration};

pub use gate::Gate;
pub(crate) use rules::Rules;

/// When a rule applies. All that is set has to match.
#[derive(Clone, Debug, Default)]
pub struct When {
    method: Option<String>,
    path: Option<String>,
    operation: Option<String>,
    skip: u64,
    times: Option<u64>,
    probability: Option<(f64, u64)>,
}

impl When {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests of this method and path; `*` in the path stands for anything, including nothing.
    pub fn request(method: &str, path: &str) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            ..Self::default()
        }
    }

    /// Requests of this operation, such as `candidates:create` or `token`.
    pub fn operation(name: &str) -> Self {
        Self {
            operation: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Only the n-th matching request, counted from 1.
    pub fn nth(self, n: u64) -> Self {
        self.after(n.saturating_sub(1)).times(1)
    }

    /// Not before this many matching requests have passed untouched.
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// At most this often.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Only with this probability, decided by dice that fall the same way for the same seed.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some((probability, seed));
        self
    }

    pub(crate) fn with_method(mut self, method: Option<String>) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn with_path(mut self, path: Option<String>) -> Self {
        self.path = path;
        self
    }

    pub(crate) fn with_operation(mut self, operation: Option<String>) -> Self {
        self.operation = operation;
        self
    }

    fn fits(&self, method: &str, path: &str, operation: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .path
                .as_ref()
                .is_none_or(|pattern| rules::glob(pattern, path))
            && self
                .operation
                .as_ref()
                .is_none_or(|wanted| wanted == operation)
    }
}

/// What happens to the request.
#[derive(Clone)]
pub enum Fault {
    /// The write happens, then the connection is reset instead of an answer.
    CommitThenDrop,
    /// The connection is reset and nothing happened.
    DropBeforeCommit,
    /// The write happens, the answer is a 500 page.
    CommitThen500,
    /// A 500 page and nothing happened.
    ErrorBeforeCommit,
    /// Refused in these words; nothing happened.
    Refuse {
        /// HTTP status.
        status: u16,
        /// The answer's JSON.
        body: serde_json::Value,
    },
    /// Answered with just this; nothing happened.
    Answer {
        /// HTTP status.
        status: u16,
        /// Headers; `content-type` is JSON's unless it is among them.
        headers: Vec<(String, String)>,
        /// The body, whatever it is.
        body: String,
    },
    /// 429 with this `Retry-After`; nothing happened, and the window is not charged.
    Throttle {
        /// Whole seconds.
        retry_after: u64,
    },
    /// The write happens at once, the answer comes this much later.
    Slow(Duration),
    /// The write happens this much later, then the answer comes at once.
    Late(Duration),
    /// The write happens; the announced length is right but half of the body is missing.
    TruncatedBody,
    /// The write happens; the body is not JSON.
    GarbageBody,
    /// The token used is revoked before the request is looked at: 401, and so for every later use.
    TokenRevoked,
    /// Nothing happens until the gate is opened; then the request goes its normal way.
    Hold(Gate),
    /// The write happens; the answer waits for the gate.
    HoldAnswer(Gate),
    /// The simulator's process ends with this code before anything happens. For the program, not for tests.
    Exit(i32),
    /// Calls back before anything happens.
    Before(Hook),
    /// Calls back after the write, before the answer.
    After(Hook),
}

/// A function called when a fault fires.
pub type Hook = Arc<dyn Fn() + Send + Sync>;

impl Fault {
    /// The word used in the log and under `/_sim/`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CommitThenDrop => "commit_then_drop",
            Self::DropBeforeCommit => "drop_before_commit",
            Self::CommitThen500 => "commit_then_500",
            Self::ErrorBeforeCommit => "error_before_commit",
            Self::Refuse { .. } => "refuse",
            Self::Answer { .. } => "answer",
            Self::Throttle { .. } => "throttle",
            Self::Slow(_) => "slow",
            Self::Late(_) => "late",
            Self::TruncatedBody => "truncated_body",
            Self::GarbageBody => "garbage_body",
            Self::TokenRevoked => "token_revoked",
            Self::Hold(_) => "hold",
            Self::HoldAnswer(_) => "hold_answer",
            Self::Exit(_) => "exit",
            Self::Before(_) => "before",
            Self::After(_) => "after",
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}
