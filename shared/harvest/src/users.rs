//! Greenhouse's users: the customer's employees.

use domain::UserId;

use crate::client::Client;
use crate::error::Error;
use crate::v3;

/// A user. `Debug` shows neither name nor address.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Full name.
    pub name: Option<String>,
    /// Main e-mail address.
    pub primary_email: Option<String>,
    /// Whether the account is switched off.
    pub deactivated: bool,
    /// Whether they are a Site Admin; v3 lets only these list anything.
    pub site_admin: bool,
}

crate::debug_without_personal_data!(User {
    id,
    deactivated,
    site_admin
});

/// Operations on users.
#[derive(Debug, Clone, Copy)]
pub struct Users<'a> {
    client: &'a Client,
}

impl Client {
    /// Greenhouse's users: the customer's employees.
    #[must_use]
    pub fn users(&self) -> Users<'_> {
        Users { client: self }
    }
}

impl Users<'_> {
    /// The users whose main address this is; one at most, service accounts left out.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_primary_email(&self, email: &str) -> Result<Vec<User>, Error> {
        let request = v3::users::with_primary_email(email);
        self.client.all(request, v3::users::read_list).await
    }

    /// These users, service accounts included.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        use v3::users::{read_list, with_ids};
        self.client.all_of(ids, with_ids, read_list).await
    }
}
