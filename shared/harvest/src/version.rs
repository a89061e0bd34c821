//! The versions of the Harvest API.

use std::fmt;
use std::time::Duration;

/// Which Harvest API a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// v3, with OAuth.
    V3,
    /// v1, with API keys; announced as switched off on 2026-08-31, still spoken by some accounts and gateways.
    V1,
}

impl Version {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::V3, Self::V1];

    /// Its name in addresses: `v3` or `v1`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V1 => "v1",
        }
    }

    /// The fixed window in which Greenhouse counts calls.
    #[must_use]
    pub const fn window(self) -> Duration {
        match self {
            Self::V3 => Duration::from_secs(30),
            Self::V1 => Duration::from_secs(10),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
