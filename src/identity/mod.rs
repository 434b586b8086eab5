//! Identity providers: whether a token is theirs and holds, and whom it names. Which caller that makes is for `auth` to say.
//!
//! A token counts only when its issuer is named in the settings; its algorithm is one of three asymmetric ones; its key is the issuer's;
//! and signature, audience and times hold. Nothing in the token leads anywhere: neither `jku` nor `x5u` is followed, and keys come from
//! the issuer's own configuration alone.

mod claims;
mod keys;

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous, decode, decode_header};
use serde::Deserialize;

use crate::domain::permission::Roles;
use crate::settings::{Identity, IdentityProvider};
use claims::Claims;
use keys::Keys;

/// Symmetric ones are not among these: whoever can check such a token can also make one.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256];
/// Seconds by which the clocks of desk and provider may differ.
const SKEW: u64 = 60;
/// Characters; longer tokens are nobody's.
const TOKEN_CAP: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

/// Whom a token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The same for all issuers of Entra ID.
    pub issuer: String,
    /// Never reused for another person, unlike an address.
    pub subject: String,
    pub name: Option<String>,
    /// Whether the settings say that its word is enough for who has an address.
    pub vouches_for_addresses: bool,
    /// Where the provider stands for it.
    pub email: Option<VerifiedAddress>,
    /// The organisation whose people the provider knows; `None` for the desk's.
    pub organisation: Option<String>,
    pub roles: Roles,
    pub second_factor: SecondFactor,
}

/// An address that a provider verified, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAddress {
    pub address: String,
    pub domain: String,
    /// Whether the settings name its domain as one that the provider speaks for.
    pub is_named: bool,
}

/// Something beside a password with which somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whether the token says that one was used.
    pub is_used: bool,
    /// Whether the settings ask for one, whatever contracts say.
    pub is_always_asked: bool,
}

/// Why a token names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it is not a token of a known issuer")]
    Unknown,
    #[error("it does not hold: {0}")]
    Invalid(String),
    #[error("its key is not one of the issuer's")]
    UnknownKey,
    #[error("the issuer's keys cannot be read: {0}")]
    Unreachable(String),
    #[error("it is of version 1, which the settings do not allow")]
    Version,
    #[error("its holder is a guest with the issuer")]
    Guest,
    #[error("a program signed in by itself and nobody in person, and no role makes it an integration: give a program a token of the desk")]
    Program,
    /// The provider left out the groups because there are too many: what the holder may is then unknown.
    #[error("its groups are too many for it, so that it does not name them")]
    Overage,
}

#[derive(Debug)]
pub struct Providers(Vec<Provider>);

#[derive(Debug)]
struct Provider {
    settings: IdentityProvider,
    keys: Keys,
}

impl Providers {
    /// Reads their certificates; the error names the first that cannot be used.
    pub fn new(settings: &Identity) -> Result<Self, String> {
        let provider = |(at, settings): (usize, &IdentityProvider)| {
            let mut client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
            if let Some(file) = &settings.certificate {
                let wrong = |error: &dyn std::fmt::Display| format!("identity.providers.{at}.certificate: {}: {error}", file.display());
                let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
                client = client.add_root_certificate(reqwest::Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
            }
            let client = client.build().map_err(|error| error.to_string())?;
            Ok(Provider { keys: Keys::new(settings.issuer.clone(), client), settings: settings.clone() })
        };
        settings.providers.iter().enumerate().map(provider).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a bearer token has the form of a signed one. Those that the desk makes itself have no dots.
    pub fn could_be(token: &str) -> bool {
        token.len() <= TOKEN_CAP && token.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    pub async fn identify(&self, token: &str) -> Result<Identified, Refused> {
        let provider = self.issuer_of(token).ok_or(Refused::Unknown)?;
        let claims = provider.verified(token).await?;
        claims.judged(&provider.settings)
    }

    fn issuer_of(&self, token: &str) -> Option<&Provider> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        // Not believed yet: it only says whose keys to check with.
        let claimed = dangerous::insecure_decode::<Issuer>(token).ok()?.claims.iss;
        let exact = self.0.iter().find(|provider| provider.settings.issuer == claimed);
        exact.or_else(|| self.0.iter().find(|provider| provider.settings.issuers().contains(&claimed)))
    }
}

impl Provider {
    async fn verified(&self, token: &str) -> Result<Claims, Refused> {
        let header = decode_header(token).map_err(invalid)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refused::Invalid(format!("it is signed by {:?}", header.alg)));
        }
        let key = self.keys.named(header.kid.as_deref().ok_or(Refused::UnknownKey)?).await?;
        let key = DecodingKey::from_jwk(&key).map_err(invalid)?;
        let mut rules = Validation::new(header.alg);
        rules.leeway = SKEW;
        rules.validate_nbf = true;
        rules.set_audience(&self.settings.audience);
        rules.set_issuer(&self.settings.issuers());
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Ok(decode::<Claims>(token, &key, &rules).map_err(invalid)?.claims)
    }
}

/// Without the text of what could not be read: that can hold whatever stands in a token, and this goes to the log.
fn invalid(error: jsonwebtoken::errors::Error) -> Refused {
    Refused::Invalid(match error.into_kind() {
        ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => "it is not in the form of a signed token".to_owned(),
        kind => jsonwebtoken::errors::Error::from(kind).to_string(),
    })
}
