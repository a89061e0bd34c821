//! How a call proves who we are: with a token that is fetched and replaced, or with a key that is what it is.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::UserId;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Cause, Error};
use crate::operation::Operation;
use crate::token::Tokens;

const ON_BEHALF_OF: HeaderName = HeaderName::from_static("on-behalf-of");

/// The proof of one credential.
pub(crate) enum Auth {
    /// v3.
    Tokens(Arc<Tokens>),
    /// v1.
    Key(Key),
}

/// An API key and the user on whose behalf it writes.
pub(crate) struct Key {
    pub(crate) api_key: SecretString,
    pub(crate) acting_user: Option<UserId>,
}

/// The headers that prove who calls.
pub(crate) struct Proof {
    authorization: HeaderValue,
    on_behalf_of: Option<HeaderValue>,
}

impl Proof {
    pub(crate) fn bearer(authorization: HeaderValue) -> Self {
        Self {
            authorization,
            on_behalf_of: None,
        }
    }

    pub(crate) fn add_to(self, headers: &mut HeaderMap) {
        headers.insert(AUTHORIZATION, self.authorization);
        if let Some(user) = self.on_behalf_of {
            headers.insert(ON_BEHALF_OF, user);
        }
    }
}

impl Key {
    /// Every write says on whose behalf it is, and no read does.
    pub(crate) fn prove(&self, operation: Operation) -> Result<Proof, Error> {
        let on_behalf_of = match (operation.is_write(), self.acting_user) {
            (false, _) => None,
            (true, Some(user)) => Some(HeaderValue::from(user.0)),
            (true, None) => {
                return Err(Error::Unauthorized {
                    detail: "an API key cannot write without an acting user".to_owned(),
                });
            }
        };
        Ok(Proof {
            authorization: basic(self.api_key.expose_secret(), "")?,
            on_behalf_of,
        })
    }
}

/// `Authorization: Basic …`
pub(crate) fn basic(user: &str, password: &str) -> Result<HeaderValue, Error> {
    let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut header =
        HeaderValue::from_str(&format!("Basic {pair}")).map_err(|_| Error::NotSent {
            cause: Cause::Request("the credential does not fit into a header"),
        })?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(acting_user: Option<UserId>, operation: Operation) -> Result<HeaderMap, Error> {
        let key = Key {
            api_key: "key".into(),
            acting_user,
        };
        let mut headers = HeaderMap::new();
        key.prove(operation)?.add_to(&mut headers);
        Ok(headers)
    }

    #[test]
    fn a_key_is_the_user_name_and_the_password_is_empty() {
        let headers = headers(None, Operation::SourcesList).unwrap();
        // key:
        assert_eq!(headers[AUTHORIZATION], "Basic a2V5Og==");
        assert!(headers[AUTHORIZATION].is_sensitive());
    }

    #[test]
    fn every_write_says_on_whose_behalf_and_no_read_does() {
        for operation in Operation::ALL {
            let headers = headers(Some(UserId(7)), *operation).unwrap();
            let told = headers.get(ON_BEHALF_OF).map(HeaderValue::as_bytes);
            assert_eq!(told, operation.is_write().then_some(b"7".as_slice()));
        }
    }

    #[test]
    fn without_an_acting_user_a_key_reads_only() {
        assert!(headers(None, Operation::JobsList).is_ok());
        let error = headers(None, Operation::NotesCreate).unwrap_err();
        assert!(matches!(error, Error::Unauthorized { .. }));
    }
}
