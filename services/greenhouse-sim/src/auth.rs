//! Who is calling: credentials, tokens, and the token host.

pub(crate) mod authorize;
pub(crate) mod basic;
pub(crate) mod grants;
pub(crate) mod introspect;
pub mod scopes;
pub(crate) mod token;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use grants::Grants;
use serde_json::json;
use uuid::Uuid;

use crate::stamp::Stamp;

/// What every well-formed client id ends in.
pub const CLIENT_SUFFIX: &str = "-harvest";

/// An OAuth client.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) kind: Kind,
    pub(crate) scopes: HashSet<String>,
}

/// Whose client it is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A custom integration of one organisation, by its index.
    Custom { org: usize },
    /// A partner of Greenhouse's, whom users of any organisation may let in; where they may come back to, anywhere on this
    /// machine when none is registered.
    Partner { redirects: Vec<String> },
}

/// An access token handed out.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Index of its credential.
    pub(crate) credential: usize,
    pub(crate) org: usize,
    /// The acting user.
    pub(crate) sub: i64,
    /// What was granted; later additions to the credential do not reach it, removals do.
    pub(crate) scopes: Arc<HashSet<String>>,
    pub(crate) expires: Stamp,
    pub(crate) revoked: bool,
    /// The consent behind a partner's token.
    pub(crate) grant: Option<usize>,
}

/// All credentials and tokens.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) grants: Grants,
    tokens: HashMap<String, Token>,
}

/// Tokens kept before the expired ones are thrown out.
const MANY_TOKENS: usize = 10_000;

impl Keyring {
    pub(crate) fn of(credentials: Vec<Credential>) -> Self {
        Self {
            credentials,
            grants: Grants::default(),
            tokens: HashMap::new(),
        }
    }

    pub(crate) fn credential(&self, client_id: &str) -> Option<usize> {
        self.credentials
            .iter()
            .position(|credential| credential.client_id == client_id)
    }

    pub(crate) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    /// Hands a token out.
    pub(crate) fn issue(&mut self, token: Token, now: Stamp) -> String {
        let client_id = &self.credentials[token.credential].client_id;
        let text = jwt(client_id, token.sub, now, token.expires);
        if self.tokens.len() >= MANY_TOKENS {
            self.tokens.retain(|_, token| token.expires > now);
        }
        self.tokens.insert(text.clone(), token);
        text
    }

    pub(crate) fn revoke(&mut self, text: &str) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.revoked = true;
        }
    }

    /// Revokes every token of one client, or of all, with the consents behind them; returns how many access tokens.
    pub(crate) fn revoke_all(&mut self, client_id: Option<&str>) -> usize {
        let credential = client_id.map(|client_id| self.credential(client_id));
        match credential {
            None => self.grants.revoke_all(None),
            Some(Some(credential)) => self.grants.revoke_all(Some(credential)),
            Some(None) => {}
        }
        let hit = |token: &&mut Token| {
            !token.revoked && credential.is_none_or(|wanted| wanted == Some(token.credential))
        };
        self.tokens
            .values_mut()
            .filter(hit)
            .map(|token| token.revoked = true)
            .count()
    }

    /// Whether a token may do what needs this scope: granted when issued and not taken away since.
    pub(crate) fn allows(&self, token: &Token, scope: &str) -> bool {
        token.scopes.contains(scope) && self.credentials[token.credential].scopes.contains(scope)
    }
}

fn jwt(client_id: &str, sub: i64, now: Stamp, expires: Stamp) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "RS256", "typ": "JWT", "kid": "simulated"}));
    let claims = json!({
        "iss": "https://auth.greenhouse.io",
        "sub": sub.to_string(),
        "client_id": client_id,
        "iat": now.millis() / 1000,
        "exp": expires.millis() / 1000,
        "jti": Uuid::new_v4(),
    });
    let seal: [u8; 32] = rand::random();
    format!("{head}.{}.{}", part(claims), URL_SAFE_NO_PAD.encode(seal))
}
