//! The `Signature` header: HMAC-SHA256 (RFC 2104) over the raw body, in hex.

use sha2::{Digest, Sha256};

/// Bytes SHA-256 works through at a time.
const BLOCK: usize = 64;

/// `sha256 <hex>`.
pub(super) fn header(secret: &str, body: &[u8]) -> String {
    format!("sha256 {}", hmac(secret.as_bytes(), body))
}

fn hmac(secret: &[u8], body: &[u8]) -> String {
    let mut key = [0_u8; BLOCK];
    if secret.len() > BLOCK {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let inner = Sha256::new()
        .chain_update(key.map(|byte| byte ^ 0x36))
        .chain_update(body)
        .finalize();
    let digest = Sha256::new()
        .chain_update(key.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_delivery_has_the_recorded_signature() {
        let body = r#"{"action":"ping","payload":{"web_hook_id":4001693002,"endpoint_url":"https://67e09e60.ngrok.io/webhooks","created_at":"2018-12-20T15:43:12Z","updated_at":"2018-12-27T09:40:14Z","name":"Job Post Create","event":"Job Post Created","active":true,"content-type":"application/json"}}"#;
        assert_eq!(
            header("1uSUju2H6AohOE7OQVaxeLT3O8Uxxuas", body.as_bytes()),
            "sha256 395b1309fd37f0732d1ed11c15e03edd61b818918df6bf93be7c71bafb09c877"
        );
    }

    #[test]
    fn a_key_longer_than_a_block_is_hashed_first() {
        // RFC 4231, test case 6.
        let body = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(
            hmac(&[0xaa; 131], body),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
