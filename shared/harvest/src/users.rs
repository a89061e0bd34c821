//! Greenhouse's users: the customer's employees.

use domain::UserId;
use futures::Stream;

use crate::bulk_requests::BulkRequestId;
use crate::call::Read;
use crate::client::Client;
use crate::error::Error;
use crate::pages::Pages;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A user. `Debug` shows neither name nor address.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Full name.
    pub name: Option<String>,
    /// Main e-mail address.
    pub primary_email: Option<String>,
    /// Their number at the company, where it is kept.
    pub employee_id: Option<String>,
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

/// A user to add, with Greenhouse's least rights and without an invitation. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Main e-mail address.
    pub email: String,
}

crate::debug_without_personal_data!(NewUser {});

/// What adding a user answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedUser {
    /// They are there (v1).
    Now(User),
    /// Greenhouse will add them (v3 adds in bulk only): ask [`crate::BulkRequests::get`], then look for their address.
    Soon(BulkRequestId),
}

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
    /// The users whose main address this is (v1: one of whose addresses); one at most, service accounts left out.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_primary_email(&self, email: &str) -> Result<Vec<User>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::users::with_primary_email(email), v3::users::read_list),
            Version::V1 => (v1::users::with_email(email), v1::users::read_single),
        };
        self.client.all(request, read).await
    }

    /// Whether any user at all is shown: one call for one user. v3 only.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn any(&self) -> Result<bool, Error> {
        let request = v3::users::one();
        let page = self.client.page_at(&request, v3::users::read_list, None);
        Ok(!page.await?.rows.is_empty())
    }

    /// The users who have this number at the company, service accounts left out. Nobody else is among them, whatever a
    /// Greenhouse answers that ignores the filter or reads a list in it.
    ///
    /// # Errors
    /// [`Error`] of a read. That an account without numbers refuses the question cannot be told from other refusals.
    pub async fn by_employee_id(&self, employee_id: &str) -> Result<Vec<User>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::users::with_employee_id(employee_id),
                v3::users::read_list,
            ),
            Version::V1 => (
                v1::users::with_employee_id(employee_id),
                v1::users::read_single,
            ),
        };
        let mut found = self.client.one(request, read).await?;
        found.retain(|user: &User| user.employee_id.as_deref() == Some(employee_id));
        Ok(found)
    }

    /// These users, service accounts included. v1 takes a call for each.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::users::{read_list, with_ids};
                self.client.all_of(ids, with_ids, read_list).await
            }
            Version::V1 => {
                use v1::users::{read_by_id, with_id};
                self.client.each_of(ids, with_id, read_by_id).await
            }
        }
    }

    /// Adds a user. Not idempotent; a second one with the same address is refused.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, user: &NewUser) -> Result<AddedUser, Error> {
        match self.client.version() {
            Version::V3 => {
                let request = v3::users::create(user);
                let id = self
                    .client
                    .call(&request, v3::bulk_requests::read_id)
                    .await?;
                Ok(AddedUser::Soon(id))
            }
            Version::V1 => {
                let request = v1::users::create(user);
                let added = self.client.call(&request, v1::users::read_one).await?;
                Ok(AddedUser::Now(added))
            }
        }
    }

    /// All users that are no service accounts.
    pub fn list(&self) -> impl Stream<Item = Result<User, Error>> + Send + use<> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::users::list(), v3::users::read_list),
            Version::V1 => (v1::users::list(), v1::users::read_list),
        };
        Pages::new(self.client, request, read).stream()
    }
}

/// A full name from its parts, if there is any.
pub(crate) fn joined(first: Option<String>, last: Option<String>) -> Option<String> {
    let parts: Vec<String> = [first, last].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
