//! What the desk gives away and knows again when it comes back: a link in a mail, a Message-ID. Each has a purpose, and serves no other.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::Fault;
use super::kept::random;

/// Bytes of a signature: too many to guess, and short enough for a link in a letter.
const SIGNATURE: usize = 16;

/// For what something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Decision,
    Reply,
}

pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// One that nobody knows.
    pub fn new() -> Result<Self, Fault> {
        random().map(Self)
    }

    /// As it is kept; `None` for what is no key.
    pub fn from_hex(kept: &str) -> Option<Self> {
        hex::decode(kept).ok()?.try_into().ok().map(Self)
    }

    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// The signature of some text, as it can stand in an address.
    pub fn sign(&self, purpose: Purpose, text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.made(purpose, text).finalize().into_bytes()[..SIGNATURE])
    }

    pub fn is_signed(&self, purpose: Purpose, text: &str, signature: &str) -> bool {
        let Ok(given) = BASE64_URL_SAFE_NO_PAD.decode(signature) else { return false };
        given.len() == SIGNATURE && self.made(purpose, text).verify_truncated_left(&given).is_ok()
    }

    fn made(&self, purpose: Purpose, text: &str) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "this hash takes keys of any length")]
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&self.0).expect("a key");
        mac.update(match purpose {
            Purpose::Decision => b"decision ",
            Purpose::Reply => b"reply ",
        });
        mac.update(text.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_for_something_serves_for_nothing_else() {
        let (key, other) = (SigningKey::new().expect("a key"), SigningKey::new().expect("a key"));
        let signature = key.sign(Purpose::Reply, "a");
        assert!(SigningKey::from_hex(&key.to_hex()).expect("a key").is_signed(Purpose::Reply, "a", &signature));
        for (key, purpose, text, signature) in [
            (&other, Purpose::Reply, "a", &*signature),
            (&key, Purpose::Decision, "a", &signature),
            (&key, Purpose::Reply, "b", &signature),
            (&key, Purpose::Reply, "a", &signature[1..]),
            (&key, Purpose::Reply, "a", ""),
        ] {
            assert!(!key.is_signed(purpose, text, signature));
        }
    }
}
