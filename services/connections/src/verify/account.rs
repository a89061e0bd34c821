//! The credential, and who acts with it.

use domain::Code;
use harvest::{Error as Remote, Whose};
use store::connections::{Finding, Severity};

use super::looking::Looking;

impl Looking<'_> {
    /// Whether Greenhouse lets us in at all; if not, that is all there is to find.
    pub(super) async fn at_credential(&mut self) -> Result<(), ()> {
        match self
            .patiently(|client| async move { client.verify_token().await })
            .await
        {
            Ok(()) => Ok(()),
            Err(error) => {
                self.refused(&error);
                Err(())
            }
        }
    }

    /// No token, and what that means. Greenhouse names the parameter `sub` when it does not like the acting user.
    fn refused(&mut self, error: &Remote) {
        let blames_user = |detail: &str| {
            detail
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == "sub")
        };
        let finding = |code, evidence| Finding::new(code, Severity::Error, "all", evidence);
        match (error, self.chosen) {
            (Remote::Credential { detail, .. }, Some(user)) if blames_user(detail) => {
                self.find(finding(Code::ActingUserMissing, format!("user {user}")));
            }
            (
                Remote::Credential {
                    whose: Whose::Partner,
                    ..
                },
                _,
            ) => self.undecided(error, "token endpoint"),
            (
                Remote::Credential {
                    status,
                    whose: Whose::Consent,
                    ..
                },
                _,
            ) => {
                let evidence = format!("the token endpoint answered {status}");
                self.find(finding(Code::ConsentNeeded, evidence));
            }
            (Remote::Credential { status, .. }, _) => {
                let evidence = format!("the token endpoint answered {status}");
                self.find(finding(Code::TokenEndpointRefused, evidence));
            }
            (Remote::NotServed { status }, _) => {
                let evidence = format!("Harvest v1 answered {status}");
                self.find(finding(Code::V1NotServed, evidence));
            }
            // A key is its own token.
            _ if self.is_v1() => self.undecided(error, "API key"),
            _ => self.undecided(error, "token endpoint"),
        }
    }

    /// Who acts, and whether they may list: every list of v3 needs a Site Admin.
    pub(super) async fn at_acting_user(&mut self) {
        let Some(user) = self.acting else {
            return;
        };
        let asked = self.patiently(|client| async move { client.users().by_ids(&[user]).await });
        match asked.await {
            Ok(users) => match users.first() {
                Some(found) if found.deactivated => self.nobody_acts(),
                Some(found) if found.site_admin => {}
                // Greenhouse's own service user need not be listed; a chosen one is, to whoever may list.
                None if self.chosen.is_none() => {}
                None if self.is_v1() => self.nobody_acts(),
                _ => self.no_site_admin(true),
            },
            Err(error) => self.undecided(&error, "users"),
        }
    }

    fn nobody_acts(&mut self) {
        if let Some(user) = self.acting {
            let evidence = format!("user {user}");
            self.find(Finding::new(
                Code::ActingUserMissing,
                Severity::Error,
                "all",
                evidence,
            ));
        }
    }
}
