//! Referrers: who may get the credit for an application. Not users, though a user may be behind one.

use domain::{ReferrerId, UserId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;

/// Somebody who may get the credit. `Debug` leaves the name out.
#[derive(Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Id, for [`crate::NewApplication::referrer_id`].
    pub id: ReferrerId,
    /// The user behind it; none for somebody outside.
    pub user_id: Option<UserId>,
    /// Name.
    pub name: Option<String>,
}

crate::debug_without_personal_data!(Referrer { id, user_id });

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
    /// The referrers that stand for these users.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_users(&self, ids: &[UserId]) -> Result<Vec<Referrer>, Error> {
        use v3::referrers::{of_users, read_list};
        self.client.all_of(ids, of_users, read_list).await
    }
}
