//! Referrers: who may get the credit for an application. Not users, though a user may be behind one.

use domain::{ReferrerId, UserId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;
use crate::version::Version;

/// Somebody who may get the credit. `Debug` leaves the name out.
#[derive(Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Id, for [`crate::NewApplication::referrer_id`]. v1 credits users themselves: it is the user's there.
    pub id: ReferrerId,
    /// The user behind it; none for somebody outside.
    pub user_id: Option<UserId>,
    /// Name.
    pub name: Option<String>,
}

crate::debug_without_personal_data!(Referrer { id, user_id });

impl Referrer {
    fn user(id: UserId) -> Self {
        Self {
            id: ReferrerId(id.0),
            user_id: Some(id),
            name: None,
        }
    }
}

/// Operations on referrers.
#[derive(Debug, Clone, Copy)]
pub struct Referrers<'a> {
    client: &'a Client,
}

impl Client {
    /// Referrers: who may get the credit for an application.
    #[must_use]
    pub fn referrers(&self) -> Referrers<'_> {
        Referrers { client: self }
    }
}

impl Referrers<'_> {
    /// Whether somebody who is no user can get the credit by name, [`crate::NewApplication::outside_referrer`].
    #[must_use]
    pub fn may_be_outside(&self) -> bool {
        self.client.version() == Version::V1
    }

    /// The referrers that stand for these users; in v1 the users themselves do, and nothing is asked.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_users(&self, ids: &[UserId]) -> Result<Vec<Referrer>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::referrers::{of_users, read_list};
                self.client.all_of(ids, of_users, read_list).await
            }
            Version::V1 => Ok(ids.iter().copied().map(Referrer::user).collect()),
        }
    }
}
