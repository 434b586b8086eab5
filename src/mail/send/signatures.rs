//! Signs what leaves (DKIM, RFC 6376), so that a recipient's mail server sees that it is the desk's and that nobody changed it.

use std::collections::BTreeMap;

use lettre::Address;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{DkimSigner, Done, Signature};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::settings::Dkim;

/// What a reader goes by. One that a mail does not have is signed as absent, so that nobody can add it.
const SIGNED: [&str; 12] = [
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// The keys of the domains that the desk signs for.
pub struct Signatures(BTreeMap<String, Signer>);

enum Signer {
    Rsa(DkimSigner<RsaKey<Sha256>, Done>),
    Ed25519(DkimSigner<Ed25519Key, Done>),
}

impl Signatures {
    /// The error names the setting that is wrong.
    pub fn new(settings: &BTreeMap<String, Dkim>) -> Result<Self, String> {
        let signers = settings.iter().map(|(domain, key)| {
            let signer = Signer::new(&domain.to_ascii_lowercase(), key);
            let signer = signer.map_err(|why| format!("mail.dkim.\"{domain}\".key_file: {why}"))?;
            Ok((domain.to_ascii_lowercase(), signer))
        });
        signers.collect::<Result<_, String>>().map(Self)
    }

    /// A message with a signature of its sender's domain, if the desk has a key for that.
    pub fn put_on(&self, from: &Address, message: Vec<u8>) -> Result<Vec<u8>, String> {
        let Some(signer) = self.0.get(&from.domain().to_ascii_lowercase()) else { return Ok(message) };
        let signature = signer.sign(&message).map_err(|error| format!("the mail cannot be signed: {error}"))?;
        let mut signed = signature.to_header().into_bytes();
        signed.extend(message);
        Ok(signed)
    }
}

impl Signer {
    fn new(domain: &str, settings: &Dkim) -> Result<Self, String> {
        let pem = std::fs::read(&settings.key_file).map_err(|error| error.to_string())?;
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| format!("holds no private key in PEM: {error}"))?;
        let of_pkcs8 = match &key {
            PrivateKeyDer::Pkcs8(key) => Ed25519Key::from_pkcs8_maybe_unchecked_der(key.secret_pkcs8_der()).ok(),
            _ => None,
        };
        Ok(match of_pkcs8 {
            Some(key) => Self::Ed25519(signer(key, domain, &settings.selector)),
            None => {
                let key = RsaKey::<Sha256>::from_key_der(key)
                    .map_err(|_unknown| "is neither an RSA key of 2048 bits or more nor an Ed25519 key")?;
                Self::Rsa(signer(key, domain, &settings.selector))
            }
        })
    }

    fn sign(&self, message: &[u8]) -> mail_auth::Result<Signature> {
        match self {
            Self::Rsa(signer) => signer.sign(message),
            Self::Ed25519(signer) => signer.sign(message),
        }
    }
}

fn signer<K: SigningKey>(key: K, domain: &str, selector: &str) -> DkimSigner<K, Done> {
    DkimSigner::from_key(key).domain(domain).selector(selector).headers(SIGNED)
}
