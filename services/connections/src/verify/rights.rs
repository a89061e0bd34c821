//! Which rights the credential has, from the one map of operations.

use std::collections::BTreeMap;

use harvest::{Error as Remote, Operation, Whose};

use super::looking::Looking;
use super::reads::try_read;

impl Looking<'_> {
    pub(super) async fn at_rights(&mut self) {
        if self.is_v1() {
            return self.at_permissions().await;
        }
        let asked = self.patiently(|client| async move { client.introspect().await });
        let asked = asked.await;
        if let Err(
            error @ Remote::Credential {
                whose: Whose::Partner,
                ..
            },
        ) = &asked
        {
            self.undecided(error, "introspection");
        }
        let seen = asked.unwrap_or_default();
        self.acting = seen.sub.or(self.acting);
        self.granted = seen.scopes.into_iter().collect();
        // Where the authorisation server does not tell, trying shows what is missing.
        if self.granted.is_empty() {
            return self.at_permissions().await;
        }
        for (scope, feature) in self.needed() {
            if !self.granted.contains(scope) {
                self.missing(scope, &feature);
            }
        }
    }

    /// Each right once, and what suffers without it.
    pub(super) fn needed(&self) -> BTreeMap<&'static str, String> {
        let mut needed: BTreeMap<&'static str, String> = BTreeMap::new();
        for operation in Operation::ALL {
            let (scope, suffers) = (
                operation.needs(self.client.version()),
                self.suffers(*operation),
            );
            let (Some(scope), false) = (scope, suffers.is_empty()) else {
                continue;
            };
            let all = needed.entry(scope).or_default();
            for feature in suffers.split(", ").filter(|feature| !feature.is_empty()) {
                if !all.split(", ").any(|known| known == feature) {
                    let separator = if all.is_empty() { "" } else { ", " };
                    all.push_str(separator);
                    all.push_str(feature);
                }
            }
        }
        needed
    }

    /// Tries a read for each right, and says of every other right that it will show.
    async fn at_permissions(&mut self) {
        let version = self.client.version();
        for (right, suffers) in self.needed() {
            let needs_it = |operation: &Operation| operation.needs(version) == Some(right);
            let Some(operation) = Operation::ALL.iter().copied().find(needs_it) else {
                continue;
            };
            if operation.is_write() || self.took_long() {
                self.unproven(right, &suffers);
                continue;
            }
            let tried = self.patiently(|client| async move { try_read(&client, operation).await });
            match tried.await {
                Ok(true) => {}
                Ok(false) => self.unproven(right, &suffers),
                // Some reads need more than one right: the one that is missing is named.
                Err(Remote::Forbidden { scope, .. }) => self.missing(scope, &suffers),
                Err(error) => {
                    self.failed(&error, &suffers, operation.as_str());
                    self.unproven(right, &suffers);
                }
            }
        }
    }
}
