//! What rows hold, as the types that the rest of the program has for it.

use domain::Tenant;

use crate::Error;

/// A tenant's id; it was one when it was stored.
pub(crate) fn tenant(stored: &str) -> Result<Tenant, Error> {
    stored.parse().map_err(|_| Error::Corrupt("tenant"))
}
