//! The marker: a link back to Intrro that we leave in Greenhouse, by which a later read proves that a write was ours.
//!
//! A candidate carries its marker as a web address of type other, a note in its text. Only path segments are used, no
//! query: note bodies may be shown as HTML, where an ampersand does not survive.

use std::fmt;

use sha2::{Digest, Sha256};
use url::{Position, Url};

use crate::ids::{IntroductionId, IntrroCandidateId, Tenant};

/// A link to one candidate or one introduction of one tenant, the same on every attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Marker {
    url: String,
    /// Length of the part before the host, e.g. of `https://`.
    scheme: usize,
    /// End of host and port.
    authority: usize,
}

impl Marker {
    /// Marks a person: `<base>/t/<tenant>/candidates/<id>`. `base` is the address of Intrro's web application.
    #[must_use]
    pub fn candidate(base: &Url, tenant: &Tenant, id: &IntrroCandidateId) -> Self {
        Self::new(base, tenant, "candidates", id.as_str())
    }

    /// Marks what belongs to one introduction: `<base>/t/<tenant>/introductions/<id>`.
    #[must_use]
    pub fn introduction(base: &Url, tenant: &Tenant, id: &IntroductionId) -> Self {
        Self::new(base, tenant, "introductions", id.as_str())
    }

    /// Marks what belongs to one event about a person who was introduced before: `<base>/t/<tenant>/updates/<hash>`.
    /// Not below the introduction's own link, which would then be found in it.
    #[must_use]
    pub fn update(base: &Url, tenant: &Tenant, event: &str) -> Self {
        let hash = Sha256::digest(event.as_bytes());
        let id: String = hash[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self::new(base, tenant, "updates", &id)
    }

    /// The link itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether `text` (a web address, a note) contains this link: any scheme, host in any case, the id in full.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let (host, path) = self.url[self.scheme..].split_at(self.authority - self.scheme);
        text.match_indices(path).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + path.len()..]);
            ends_with_host(before, host) && id_ends_here(after)
        })
    }

    fn new(base: &Url, tenant: &Tenant, kind: &str, id: &str) -> Self {
        let scheme = format!("{}://", base.scheme());
        let host = &base[Position::BeforeHost..Position::AfterPort];
        let prefix = base.path().trim_end_matches('/');
        let (tenant, id) = (Segment(tenant.as_str()), Segment(id));
        let authority = scheme.len() + host.len();
        Self {
            url: format!("{scheme}{host}{prefix}/t/{tenant}/{kind}/{id}"),
            scheme: scheme.len(),
            authority,
        }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// One path segment, percent-encoded down to RFC 3986's unreserved characters. Full stops at its end are encoded as
/// well: browsers eat `..`, and in a sentence nobody could tell where the id ends.
struct Segment<'a>(&'a str);

impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.trim_end_matches('.').len();
        for (at, byte) in self.0.bytes().enumerate() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
                    write!(f, "{}", char::from(byte))?
                }
                b'.' if at < last => f.write_str(".")?,
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

fn ends_with_host(before: &str, host: &str) -> bool {
    let Some(start) = before.len().checked_sub(host.len()) else {
        return false;
    };
    let Some(found) = before.get(start..) else {
        return false;
    };
    let longer_name =
        before[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    found.eq_ignore_ascii_case(host) && !longer_name
}

/// The id goes on only with an unreserved or encoded character; a full stop may also end the sentence.
fn id_ends_here(after: &str) -> bool {
    let rest = after.trim_start_matches('.');
    !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '~' | '%'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marker(id: &str) -> Marker {
        let base = Url::parse("https://app.intrro.com/x/").unwrap();
        Marker::candidate(
            &base,
            &Tenant::try_from("acme").unwrap(),
            &IntrroCandidateId::try_from(id).unwrap(),
        )
    }

    #[test]
    fn it_is_a_link_below_the_base_address() {
        assert_eq!(
            marker("c-1").as_str(),
            "https://app.intrro.com/x/t/acme/candidates/c-1"
        );
        let base = Url::parse("http://LOCALHOST:81").unwrap();
        let (tenant, id) = (
            Tenant::try_from("a/b").unwrap(),
            IntroductionId::try_from("é ..").unwrap(),
        );
        assert_eq!(
            Marker::introduction(&base, &tenant, &id).as_str(),
            "http://localhost:81/t/a%2Fb/introductions/%C3%A9%20%2E%2E"
        );
    }

    #[test]
    fn ids_of_dots_alone_stay_themselves() {
        assert!(marker("..").as_str().ends_with("/candidates/%2E%2E"));
    }

    #[test]
    fn an_event_has_a_mark_of_its_own() {
        let base = Url::parse("https://app.intrro.com").unwrap();
        let tenant = Tenant::try_from("acme").unwrap();
        let one = Marker::update(&base, &tenant, "/intrro/1");
        assert!(one.is_in(&format!("See {one}.")));
        assert!(!one.is_in(Marker::update(&base, &tenant, "/intrro/2").as_str()));
    }

    #[test]
    fn it_is_found_in_addresses_and_sentences() {
        for text in [
            "https://app.intrro.com/x/t/acme/candidates/12",
            "http://APP.intrro.com/x/t/acme/candidates/12/",
            "app.intrro.com/x/t/acme/candidates/12?from=greenhouse",
            "See <a href=\"https://app.intrro.com/x/t/acme/candidates/12\">Intrro</a>",
            "Introduced by Bob, https://app.intrro.com/x/t/acme/candidates/12.",
        ] {
            assert!(marker("12").is_in(text), "{text}");
        }
    }

    #[test]
    fn somebody_elses_marker_is_not_ours() {
        for text in [
            "",
            "https://app.intrro.com/x/t/acme/candidates/123",
            "https://app.intrro.com/x/t/acme/candidates/12.5",
            "https://app.intrro.com/x/t/acme/candidates/12%20",
            "https://myapp.intrro.com/x/t/acme/candidates/12",
            "https://app.intrro.com/x/t/Acme/candidates/12",
            "https://app.intrro.com/x/t/acme/introductions/12",
            "é/x/t/acme/candidates/12",
        ] {
            assert!(!marker("12").is_in(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_marker_is_found_for_its_own_id_and_no_other(a in "\\PC{1,8}", b in "\\PC{1,8}") {
            prop_assume!(!a.trim().is_empty() && !b.trim().is_empty());
            let (ours, theirs) = (marker(&a), marker(&b));
            let sentence = format!("Introduced: {ours}. Thanks");
            prop_assert!(ours.is_in(&sentence));
            prop_assert_eq!(theirs.is_in(&sentence), a.trim() == b.trim());
        }
    }
}
