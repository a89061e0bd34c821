//! Bearer tokens of the HTTP API, one per role.

use secrecy::{ExposeSecret, SecretString};

use super::env::Env;
use super::variables::{self, Variable};

/// The administrators' token alone. `None` after a problem was noted.
pub fn admin_token(env: &mut Env) -> Option<SecretString> {
    let token = env.secret(&variables::ADMIN_TOKEN)?;
    without_space(env, &variables::ADMIN_TOKEN, token)
}

/// A token of a role that there need not be.
pub(super) fn optional(env: &mut Env, variable: &Variable) -> Option<SecretString> {
    let token = env.optional_secret(variable)?;
    without_space(env, variable, token)
}

/// A token stands for one role: whoever has one of two would have the greater role, and nobody would notice. The greater
/// role comes first.
pub(super) fn refuse_shared(env: &mut Env, tokens: &[(&Variable, Option<&SecretString>)]) {
    for (at, (variable, token)) in tokens.iter().enumerate() {
        let Some(token) = token else { continue };
        let is_same = |other: &SecretString| other.expose_secret() == token.expose_secret();
        let mut greater = tokens[..at].iter();
        if let Some((other, _)) = greater.find(|(_, other)| other.is_some_and(is_same)) {
            env.note(variable, format!("is the same as {}", other.name));
        }
    }
}

/// A header cannot carry such a token as it is.
fn without_space(env: &mut Env, variable: &Variable, token: SecretString) -> Option<SecretString> {
    if token.expose_secret().contains(char::is_whitespace) {
        env.note(variable, "contains a space or a line break".to_owned());
        return None;
    }
    Some(token)
}
