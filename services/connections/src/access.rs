//! Who may call, and what: a bearer token per role. Compared in constant time; too many wrong ones are turned away.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::problem::Failure;

/// Wrong tokens allowed per address and [`WINDOW`].
const ATTEMPTS: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are remembered; beyond, all others count together.
const ADDRESSES: usize = 10_000;

/// What a caller may do. Each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Look.
    Viewer = 1,
    /// Verify, pause, resume.
    Operator = 2,
    /// Everything.
    Admin = 3,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

/// The tokens, one per role; the admin's is always there.
pub struct RoleTokens {
    /// May do everything.
    pub admin: SecretString,
    /// May look, verify, pause and resume.
    pub operator: Option<SecretString>,
    /// May look.
    pub viewer: Option<SecretString>,
}

/// The tokens' hashes and the counts of wrong ones.
pub(crate) struct Access {
    roles: Vec<(Role, [u8; 32])>,
    wrong: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

impl Access {
    pub(crate) fn new(tokens: &RoleTokens) -> Access {
        let hash = |token: &SecretString| Sha256::digest(token.expose_secret()).into();
        let roles = [
            (Role::Admin, Some(&tokens.admin)),
            (Role::Operator, tokens.operator.as_ref()),
            (Role::Viewer, tokens.viewer.as_ref()),
        ];
        Access {
            roles: roles
                .into_iter()
                .filter_map(|(role, token)| Some((role, hash(token?))))
                .collect(),
            wrong: Mutex::default(),
        }
    }

    /// Hashing first makes the comparison independent of the tokens' lengths; all are compared, whichever fits.
    fn role(&self, presented: &str) -> Option<Role> {
        let presented: [u8; 32] = Sha256::digest(presented).into();
        let mut found = 0_u8;
        for (role, expected) in &self.roles {
            let fits: Choice = presented.ct_eq(expected);
            let better = fits & Choice::from(u8::from(found == 0));
            found.conditional_assign(&(*role as u8), better);
        }
        match found {
            1 => Some(Role::Viewer),
            2 => Some(Role::Operator),
            3 => Some(Role::Admin),
            _ => None,
        }
    }

    /// The role of whoever sent a request.
    pub(crate) fn of(&self, request: &Request) -> Option<Role> {
        presented(request).and_then(|token| self.role(token))
    }

    /// Counts a wrong token; `false` when there were too many.
    fn may_try_again(&self, from: IpAddr) -> bool {
        let mut wrong = self.lock();
        if wrong.len() >= ADDRESSES {
            wrong.retain(|_, (since, _)| since.elapsed() <= WINDOW);
        }
        let full = wrong.len() >= ADDRESSES && !wrong.contains_key(&from);
        let counted = if full {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        } else {
            from
        };
        let (since, count) = wrong.entry(counted).or_insert_with(|| (Instant::now(), 0));
        if since.elapsed() > WINDOW {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += 1;
        *count <= ATTEMPTS
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, (Instant, u32)>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a request with a token of ours through, and remembers its role. A right token is never turned away for the
/// wrong ones of others, who may share its address behind a proxy.
pub(crate) async fn check(
    State(access): State<Arc<Access>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(role) = access.of(&request) {
        request.extensions_mut().insert(role);
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let from = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if access.may_try_again(from) {
        return Failure::token_not_accepted().into_response();
    }
    Failure::too_many_attempts(WINDOW).into_response()
}

fn presented(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::AUTHORIZATION)?;
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Proof that the caller may do what a role may: a handler that takes it runs for nobody else.
pub(crate) struct As<const ROLE: u8>(pub(crate) Role);

pub(crate) type AsViewer = As<{ Role::Viewer as u8 }>;
pub(crate) type AsOperator = As<{ Role::Operator as u8 }>;
pub(crate) type AsAdmin = As<{ Role::Admin as u8 }>;

impl<S: Sync, const ROLE: u8> FromRequestParts<S> for As<ROLE> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let role = parts.extensions.get::<Role>().copied();
        match role {
            Some(role) if role as u8 >= ROLE => Ok(Self(role)),
            Some(_) if ROLE == Role::Admin as u8 => Err(Failure::not_permitted(Role::Admin)),
            Some(_) => Err(Failure::not_permitted(Role::Operator)),
            None => Err(Failure::token_not_accepted()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access::new(&RoleTokens {
            admin: "s3cret".into(),
            operator: Some("0perate".into()),
            viewer: None,
        })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn only_the_tokens_themselves_are_right() {
        let access = access();
        assert_eq!(access.role("s3cret"), Some(Role::Admin));
        assert_eq!(access.role("0perate"), Some(Role::Operator));
        for wrong in ["", "s3cre", "s3cret ", "S3CRET"] {
            assert_eq!(access.role(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn one_token_for_two_roles_is_the_greater_one() {
        let access = Access::new(&RoleTokens {
            admin: "same".into(),
            operator: None,
            viewer: Some("same".into()),
        });
        assert_eq!(access.role("same"), Some(Role::Admin));
    }

    #[test]
    fn wrong_tokens_are_limited_by_address() {
        let access = access();
        assert!((0..ATTEMPTS).all(|_| access.may_try_again(address(1))));
        assert!(!access.may_try_again(address(1)));
        assert!(access.may_try_again(address(2)));
    }

    #[test]
    fn a_guesser_with_many_addresses_fills_no_memory() {
        let access = access();
        for number in 0..(ADDRESSES as u32 + 1000) {
            access.may_try_again(IpAddr::from(number.to_be_bytes()));
        }
        assert!(access.lock().len() <= ADDRESSES + 1);
    }
}
