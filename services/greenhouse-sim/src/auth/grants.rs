//! What partners were granted: an authorisation by a user, the code that stands for it for a minute, and the refresh
//! tokens that follow one another.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::stamp::Stamp;

/// One user's consent.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Index of the partner's credential.
    pub(crate) credential: usize,
    pub(crate) org: usize,
    pub(crate) sub: i64,
    pub(crate) scopes: Arc<HashSet<String>>,
    pub(crate) revoked: bool,
}

#[derive(Debug)]
struct Code {
    grant: usize,
    redirect: String,
    expires: Stamp,
    used: bool,
}

#[derive(Debug)]
struct Refresh {
    grant: usize,
    expires: Stamp,
    used: bool,
}

/// Every consent ever given, with its codes and refresh tokens.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    grants: Vec<Grant>,
    codes: HashMap<String, Code>,
    refreshes: HashMap<String, Refresh>,
}

impl Grants {
    pub(crate) fn get(&self, grant: usize) -> Option<&Grant> {
        self.grants.get(grant).filter(|grant| !grant.revoked)
    }

    /// Records a consent and returns the code for it.
    pub(crate) fn consent(&mut self, grant: Grant, redirect: &str, expires: Stamp) -> String {
        let text = secret();
        let code = Code {
            grant: self.grants.len(),
            redirect: redirect.to_owned(),
            expires,
            used: false,
        };
        self.grants.push(grant);
        self.codes.insert(text.clone(), code);
        text
    }

    /// Takes a code. One that comes a second time takes back what it was exchanged for (RFC 6749, 4.1.2).
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        credential: usize,
        redirect: &str,
        now: Stamp,
    ) -> Option<usize> {
        let code = self.codes.get_mut(code)?;
        let grant = self.grants.get_mut(code.grant)?;
        if grant.credential != credential {
            return None;
        }
        if std::mem::replace(&mut code.used, true) {
            grant.revoked = true;
        }
        let good = !grant.revoked && code.expires > now && code.redirect == redirect;
        good.then_some(code.grant)
    }

    /// Takes a refresh token, which is dead from then on. With `strict`, one that comes a second time takes the whole
    /// authorisation with it, as a stolen one would have to.
    pub(crate) fn refresh(
        &mut self,
        text: &str,
        credential: usize,
        strict: bool,
        now: Stamp,
    ) -> Option<usize> {
        let refresh = self.refreshes.get_mut(text)?;
        let grant = self.grants.get_mut(refresh.grant)?;
        if grant.credential != credential {
            return None;
        }
        if std::mem::replace(&mut refresh.used, true) {
            grant.revoked |= strict;
            return None;
        }
        (!grant.revoked && refresh.expires > now).then_some(refresh.grant)
    }

    /// The next refresh token.
    pub(crate) fn follow(&mut self, grant: usize, expires: Stamp) -> String {
        let text = secret();
        let refresh = Refresh {
            grant,
            expires,
            used: false,
        };
        self.refreshes.insert(text.clone(), refresh);
        text
    }

    /// Takes back every consent given to one credential, or to all.
    pub(crate) fn revoke_all(&mut self, credential: Option<usize>) {
        let hit = |grant: &&mut Grant| credential.is_none_or(|wanted| wanted == grant.credential);
        self.grants
            .iter_mut()
            .filter(hit)
            .for_each(|grant| grant.revoked = true);
    }
}

fn secret() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}
