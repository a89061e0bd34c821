//! API keys: HTTP Basic with the key as user and nothing as password.

use std::collections::HashSet;

use hyper::HeaderMap;

use super::permissions;
use crate::auth::basic;

/// An API key of one organisation.
#[derive(Debug)]
pub(crate) struct ApiKey {
    pub(crate) key: String,
    /// Index of its organisation.
    pub(crate) org: usize,
    pub(crate) permissions: HashSet<String>,
    /// Deleted in the Dev Center.
    pub(crate) revoked: bool,
}

/// All API keys.
#[derive(Debug, Default)]
pub(crate) struct ApiKeys(Vec<ApiKey>);

impl ApiKeys {
    pub(crate) fn of(keys: Vec<ApiKey>) -> Self {
        Self(keys)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ApiKey> {
        self.0.iter()
    }

    /// The key a request brings, if it opens anything. A password, even of one character, makes it another key.
    pub(crate) fn brought(&self, headers: &HeaderMap) -> Option<&ApiKey> {
        let (key, password) = basic::user_and_password(headers)?;
        let found = self.0.iter().find(|known| known.key == key)?;
        (password.is_empty() && !found.revoked).then_some(found)
    }

    /// The key of an organisation.
    pub(crate) fn of_org(&self, org: usize) -> &str {
        let found = self.0.iter().find(|known| known.org == org);
        found.map_or("", |known| known.key.as_str())
    }

    /// The permissions of an organisation's key, in order.
    pub(crate) fn permissions_of(&self, org: usize) -> Vec<&str> {
        let found = self.0.iter().find(|known| known.org == org);
        let all = found.into_iter().flat_map(|known| &known.permissions);
        let mut all: Vec<&str> = all.map(String::as_str).collect();
        all.sort_unstable();
        all
    }

    /// Gives a permission or takes it away; whether that changed anything.
    pub(crate) fn set_permission(&mut self, key: &str, permission: &str, granted: bool) -> bool {
        let found = self.0.iter_mut().find(|known| known.key == key);
        let Some(found) = found.filter(|_| permissions::exists(permission)) else {
            return false;
        };
        if granted {
            found.permissions.insert(permission.to_owned())
        } else {
            found.permissions.remove(permission)
        }
    }

    /// Deletes a key or brings it back; false when there is no such key.
    pub(crate) fn set_working(&mut self, key: &str, works: bool) -> bool {
        let found = self.0.iter_mut().find(|known| known.key == key);
        found.map(|found| found.revoked = !works).is_some()
    }

    /// Deletes the key a request brings.
    pub(crate) fn revoke_brought(&mut self, headers: &HeaderMap) {
        if let Some(key) = self.brought(headers).map(|key| key.key.clone()) {
            self.set_working(&key, false);
        }
    }
}
