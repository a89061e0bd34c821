//! Reads environment variables into types, and collects everything that is wrong with them instead of stopping at the first.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use url::Url;

use super::unknown::{self, Unknown};
use super::variables::{Variable, reference};

/// The environment, and what was found wrong with it so far.
///
/// Every reader returns `None` after noting a problem; [`finish`](Self::finish) reports all of them together.
#[derive(Default)]
pub struct Env {
    values: HashMap<String, String>,
    problems: Vec<Wrong>,
}

/// Everything that is wrong with the environment; `Display` has one paragraph for each variable, and no value of a secret.
#[derive(Debug, thiserror::Error)]
pub struct SettingsError {
    /// One entry per variable.
    pub problems: Vec<Wrong>,
    /// What may be meant by what is missing.
    pub unknown: Vec<Unknown>,
}

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its name.
    pub name: String,
    /// What is wrong: "is not set", "has the port 99999, …".
    pub what: String,
    /// The form it should have.
    pub expected: &'static str,
    /// A value that would do.
    pub example: &'static str,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let noun = if count == 1 {
            "setting is"
        } else {
            "settings are"
        };
        write!(f, "{count} {noun} wrong:")?;
        for Wrong {
            name,
            what,
            expected,
            example,
        } in &self.problems
        {
            write!(
                f,
                "\n  {name} {what}\n    expected: {expected}\n    example:  {example}"
            )?;
        }
        for unknown in &self.unknown {
            write!(f, "\n  {unknown}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl Env {
    /// The environment of this process. Variables that are not UTF-8 count as not set.
    #[must_use]
    pub fn from_process() -> Self {
        let pairs = std::env::vars_os();
        Self::from_map(pairs.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// An environment made of these pairs, for tests.
    pub fn from_map<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self {
            values: pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            problems: Vec::new(),
        }
    }

    /// A text. Empty counts as not set. Falls back to the default; nothing is noted when there is neither.
    pub fn optional(&mut self, variable: &Variable) -> Option<String> {
        let found = self.plain(variable.name);
        found.or_else(|| variable.default.map(str::to_owned))
    }

    /// A text read with `FromStr`. Notes a problem when it is set and wrong.
    pub fn parsed<T: FromStr>(&mut self, variable: &Variable) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.required(variable)?;
        text.parse()
            .map_err(|error| self.note(variable, format!("is {text:?}: {error}")))
            .ok()
    }

    /// An `http` or `https` address. Notes a problem when it is missing or wrong.
    pub fn url(&mut self, variable: &Variable) -> Option<Url> {
        let text = self.required(variable)?;
        self.http_address(variable, &text)
    }

    /// An `http` or `https` address that may be missing.
    pub fn optional_url(&mut self, variable: &Variable) -> Option<Url> {
        let text = self.optional(variable)?;
        self.http_address(variable, &text)
    }

    /// A secret, from the variable or from the file named in `…_FILE` (one trailing line break is cut). Notes a problem
    /// when it is missing, or when both are set.
    pub fn secret(&mut self, variable: &Variable) -> Option<SecretString> {
        let direct = self.plain(variable.name);
        let file = self.plain(&file_name(variable));
        match (direct, file) {
            (Some(value), None) => Some(value.into()),
            (None, Some(path)) => self.file(variable, &path),
            (None, None) => {
                self.note(
                    variable,
                    format!("is not set, and neither is {}_FILE", variable.name),
                );
                None
            }
            (Some(_), Some(_)) => {
                self.note(
                    variable,
                    format!("and {}_FILE are both set: remove one", variable.name),
                );
                None
            }
        }
    }

    /// The file that a secret is read from, if it is.
    #[must_use]
    pub fn file_of(&self, variable: &Variable) -> Option<PathBuf> {
        self.plain(&file_name(variable)).map(PathBuf::from)
    }

    /// A secret that may be missing. Notes a problem when it is set and cannot be read.
    pub fn optional_secret(&mut self, variable: &Variable) -> Option<SecretString> {
        let is_set = self.plain(variable.name).is_some() || self.file_of(variable).is_some();
        is_set.then(|| self.secret(variable)).flatten()
    }

    /// An address that carries credentials: its scheme is checked here, the rest where it is used.
    pub fn secret_url(&mut self, variable: &Variable, schemes: &[&str]) -> Option<SecretString> {
        use secrecy::ExposeSecret;
        let secret = self.secret(variable)?;
        let wrong = match Url::parse(secret.expose_secret()) {
            Ok(url) if schemes.contains(&url.scheme()) => return Some(secret),
            Ok(url) => format!("begins with {}://", url.scheme()),
            Err(error) => format!("is not an address: {error}"),
        };
        self.note(variable, wrong);
        None
    }

    /// Notes a problem found by the caller. `what` must not repeat the value of a secret.
    pub fn note(&mut self, variable: &Variable, what: String) {
        self.problems.push(Wrong {
            name: variable.name.to_owned(),
            what,
            expected: variable.expected,
            example: variable.example,
        });
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was noted.
    pub fn finish(&mut self) -> Result<(), SettingsError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(SettingsError {
            problems: std::mem::take(&mut self.problems),
            unknown: self.unknown(),
        })
    }

    /// Tells apart what is set, defaults included: where two replicas differ, or a restart changed something. No secret goes
    /// into it, nor where one is read from: a short one could be found by trying.
    #[must_use]
    pub fn hash(&mut self) -> String {
        let plain = reference().iter().filter(|variable| !variable.secret);
        let hash = plain.fold(Sha256::new(), |hash, variable| {
            let value = self.optional(variable).unwrap_or_default();
            hash.chain_update(format!("{}={value}\n", variable.name))
        });
        hash.finalize()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// What is called like a setting and is none.
    #[must_use]
    pub fn unknown(&self) -> Vec<Unknown> {
        let set = self.values.keys().map(String::as_str);
        unknown::among(set.filter(|name| self.plain(name).is_some()))
    }

    fn plain(&self, name: &str) -> Option<String> {
        let value = self.values.get(name)?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn required(&mut self, variable: &Variable) -> Option<String> {
        let value = self.optional(variable);
        if value.is_none() {
            self.note(variable, "is not set".to_owned());
        }
        value
    }

    fn http_address(&mut self, variable: &Variable, text: &str) -> Option<Url> {
        let wrong = match Url::parse(text) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "contains credentials, which do not belong there".to_owned()
            }
            Ok(url) if matches!(url.scheme(), "http" | "https") => return Some(url),
            Ok(url) => format!("begins with {}:", url.scheme()),
            // What stands before an @ may be a password.
            Err(error) if text.contains('@') => format!("is not an address: {error}"),
            Err(error) => format!("is {text:?}: {error}"),
        };
        self.note(variable, wrong);
        None
    }

    fn file(&mut self, variable: &Variable, path: &str) -> Option<SecretString> {
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => {
                self.note(variable, format!("is empty in the file {path}"))
            }
            Ok(text) => return Some(text.trim_end_matches(['\r', '\n']).into()),
            Err(error) => self.note(
                variable,
                format!("cannot be read from the file {path}: {error}"),
            ),
        }
        None
    }
}

/// The variable that names a secret's file.
fn file_name(variable: &Variable) -> String {
    format!("{}_FILE", variable.name)
}
