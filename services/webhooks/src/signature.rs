//! `Signature: sha256 <hex>`: HMAC-SHA256 under the webhook's secret over the bytes of the body exactly as they came.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A signature as it was presented.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature([u8; 32]);

impl Signature {
    /// The signature of a request; none where the header is missing or cannot be one.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Signature> {
        let text = headers.get("signature")?.to_str().ok()?;
        let (algorithm, digest) = text.trim().split_once(' ')?;
        algorithm
            .eq_ignore_ascii_case("sha256")
            .then(|| unhex(digest.trim_start()))?
            .map(Signature)
    }

    /// Whether one of the secrets signed these bytes. Takes as long for a wrong signature as for a right one, and
    /// whichever secret it was.
    pub(crate) fn fits(&self, secrets: &[SecretString], body: &[u8]) -> bool {
        secrets.iter().fold(false, |fits, secret| {
            fits | self.made_with(secret.expose_secret().as_bytes(), body)
        })
    }

    fn made_with(&self, secret: &[u8], body: &[u8]) -> bool {
        // With no secret at all everybody could sign.
        if secret.is_empty() {
            return false;
        }
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else {
            return false;
        };
        // Compares in constant time.
        mac.chain_update(body).verify_slice(&self.0).is_ok()
    }
}

/// 64 hexadecimal digits as bytes.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of grnhse/greenhouse-api-docs issue 276.
    const SECRET: &str = "1uSUju2H6AohOE7OQVaxeLT3O8Uxxuas";
    const BODY: &str = r#"{"action":"ping","payload":{"web_hook_id":4001693002,"endpoint_url":"https://67e09e60.ngrok.io/webhooks","created_at":"2018-12-20T15:43:12Z","updated_at":"2018-12-27T09:40:14Z","name":"Job Post Create","event":"Job Post Created","active":true,"content-type":"application/json"}}"#;
    const DIGEST: &str = "395b1309fd37f0732d1ed11c15e03edd61b818918df6bf93be7c71bafb09c877";

    fn presented(text: &str) -> Option<Signature> {
        let mut headers = HeaderMap::new();
        headers.insert("Signature", text.parse().unwrap());
        Signature::of(&headers)
    }

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts.iter().copied().map(SecretString::from).collect()
    }

    fn sign(secret: &[u8], body: &[u8]) -> Signature {
        let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        let digest = mac.chain_update(body).finalize().into_bytes();
        Signature(digest.as_slice().try_into().unwrap())
    }

    #[test]
    fn a_delivery_that_greenhouse_signed_fits() {
        let signature = presented(&format!("sha256 {DIGEST}")).unwrap();
        assert!(signature.fits(&secrets(&[SECRET]), BODY.as_bytes()));
        assert!(!signature.fits(&secrets(&[SECRET]), BODY.trim_end_matches('}').as_bytes()));
    }

    #[test]
    fn each_secret_of_a_rotation_fits_and_an_empty_one_never() {
        let signature = presented(&format!("SHA256 {}", DIGEST.to_uppercase())).unwrap();
        for some in [&["new", SECRET][..], &[SECRET, "new"]] {
            assert!(signature.fits(&secrets(some), BODY.as_bytes()));
        }
        assert!(!signature.fits(&secrets(&["new"]), BODY.as_bytes()));
        assert!(!signature.fits(&[], BODY.as_bytes()));
        assert!(!sign(b"", b"body").fits(&secrets(&[""]), b"body"));
    }

    #[test]
    fn what_cannot_be_a_signature_is_none() {
        assert!(Signature::of(&HeaderMap::new()).is_none());
        let long = format!("sha256 {DIGEST}00");
        let multibyte = format!("sha256 {}é", &DIGEST[..62]);
        for text in [
            "",
            "sha256",
            "sha256 ",
            DIGEST,
            "sha256 395b1309",
            &long,
            &multibyte,
            &format!("sha1 {DIGEST}"),
            &format!("sha256 {}", DIGEST.replace('b', "g")),
        ] {
            assert!(presented(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        /// Whatever was done to the bytes: changed, cut, extended, or put in another order.
        #[test]
        fn a_signature_over_any_other_bytes_is_refused(
            signed in proptest::collection::vec(any::<u8>(), 0..200),
            other in proptest::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let signature = sign(SECRET.as_bytes(), &signed);
            let secrets = secrets(&[SECRET]);
            prop_assert!(signature.fits(&secrets, &signed));
            prop_assert_eq!(signature.fits(&secrets, &other), signed == other);
            if !signed.is_empty() {
                let mut flipped = signed.clone();
                flipped[at.index(signed.len())] ^= 1 << bit;
                prop_assert!(!signature.fits(&secrets, &flipped));
                prop_assert!(!signature.fits(&secrets, &signed[..at.index(signed.len())]));
            }
            let extended = [&signed[..], &[bit]].concat();
            prop_assert!(!signature.fits(&secrets, &extended));
        }

        /// No single bit of the signature is without effect.
        #[test]
        fn a_changed_signature_is_refused(at in 0_usize..32, bit in 0_u8..8) {
            let mut signature = sign(SECRET.as_bytes(), BODY.as_bytes());
            signature.0[at] ^= 1 << bit;
            prop_assert!(!signature.fits(&secrets(&[SECRET]), BODY.as_bytes()));
        }
    }
}
