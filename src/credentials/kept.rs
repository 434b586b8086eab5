//! A secret that a password opens. Argon2id makes a key of the password, and the key seals the secret of the account's one-time codes. No
//! hash of the password is kept beside it: the right password opens what is sealed, and no other does. So whoever steals the database has
//! neither the password nor the codes.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use uuid::Uuid;

/// What one password costs to try, in memory and in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

/// The memory of RFC 9106's second choice, and more passes than OWASP asks for with it. When this is raised, an account is sealed anew at its
/// next sign-in.
pub const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 2 };

/// The form that is stored begins with this: another form gets another name.
const FORM: &str = "argon2id-chacha20poly1305";
const SALT_BYTES: usize = 16;
/// Of the secret of one-time codes, and of the tag that shows whether the key is right.
const SEALED_BYTES: usize = 20 + 16;

#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    cost: Cost,
    salt: [u8; SALT_BYTES],
    sealed: Vec<u8>,
}

/// The machine has no randomness, or no memory.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be worked on: {0}")]
pub struct Fault(pub(super) String);

impl Kept {
    pub fn seal(password: &str, secret: &[u8], owner: Uuid) -> Result<Self, Fault> {
        Self::seal_at(COST, password, secret, owner)
    }

    /// Takes as long as Argon2id does, so not on a thread that answers requests. What is sealed for one owner opens for no other.
    pub fn seal_at(cost: Cost, password: &str, secret: &[u8], owner: Uuid) -> Result<Self, Fault> {
        let salt = random()?;
        let payload = Payload { msg: secret, aad: owner.as_bytes() };
        let sealed = cipher(cost, &salt, password)?.encrypt(&once(), payload).map_err(|_opaque| Fault("sealing failed".to_owned()))?;
        Ok(Self { cost, salt, sealed })
    }

    /// What no password opens, and takes as long to find out: for a name that nobody has.
    pub fn of_nobody() -> Result<Self, Fault> {
        let sealed = random::<SEALED_BYTES>()?.to_vec();
        Ok(Self { cost: COST, salt: random()?, sealed })
    }

    /// The secret, when the password is the right one.
    pub fn open(&self, password: &str, owner: Uuid) -> Result<Option<Vec<u8>>, Fault> {
        let payload = Payload { msg: &self.sealed, aad: owner.as_bytes() };
        Ok(cipher(self.cost, &self.salt, password)?.decrypt(&once(), payload).ok())
    }

    /// Whether it is to be sealed anew, at what a password costs now.
    pub fn is_outdated(&self) -> bool {
        self.cost != COST
    }

    pub fn read(stored: &str) -> Option<Self> {
        let [form, cost, salt, sealed] = stored.split('$').collect::<Vec<_>>()[..] else { return None };
        let (memory_kib, passes) = cost.split_once(',')?;
        let cost = Cost { memory_kib: memory_kib.parse().ok()?, passes: passes.parse().ok()? };
        let bytes = |text| URL_SAFE_NO_PAD.decode(text).ok();
        let kept = Self { cost, salt: bytes(salt)?.try_into().ok()?, sealed: bytes(sealed)? };
        (form == FORM).then_some(kept)
    }
}

/// As it is stored.
impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cost: Cost { memory_kib, passes }, salt, sealed } = self;
        write!(out, "{FORM}${memory_kib},{passes}${}${}", URL_SAFE_NO_PAD.encode(salt), URL_SAFE_NO_PAD.encode(sealed))
    }
}

/// Each salt is new and makes a key of its own, with which one thing is sealed: so the nonce may always be the same.
fn once() -> Nonce {
    Nonce::default()
}

fn cipher(cost: Cost, salt: &[u8], password: &str) -> Result<ChaCha20Poly1305, Fault> {
    let mut key = [0; 32];
    let failed = |error: argon2::Error| Fault(error.to_string());
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(key.len())).map_err(failed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(password.as_bytes(), salt, &mut key).map_err(failed)?;
    Ok(ChaCha20Poly1305::new(&Key::from(key)))
}

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault(format!("no randomness: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cheap, for tests.
    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
    const OWNER: Uuid = Uuid::from_u128(7);

    #[test]
    fn the_right_password_of_the_right_owner_opens_and_nothing_else_does() {
        let kept = Kept::seal_at(CHEAP, "een heel lang wachtwoord", b"secret", OWNER).expect("sealed");
        let read = Kept::read(&kept.to_string()).expect("a form that is read");
        assert!(read == kept && !kept.to_string().contains("secret"));
        assert_eq!(read.open("een heel lang wachtwoord", OWNER).expect("tried").as_deref(), Some(&b"secret"[..]));
        assert_eq!(read.open("een heel lang wachtwoorD", OWNER).expect("tried"), None);
        assert_eq!(read.open("een heel lang wachtwoord", Uuid::from_u128(8)).expect("tried"), None);
        let mut altered = read.clone();
        altered.sealed[3] ^= 1;
        assert_eq!(altered.open("een heel lang wachtwoord", OWNER).expect("tried"), None);
    }

    #[test]
    fn what_was_sealed_at_another_cost_is_outdated_and_what_nobody_has_is_as_long_as_what_somebody_has() {
        let kept = |cost| Kept::seal_at(cost, "x", &[0; 20], OWNER).expect("sealed");
        assert!(kept(CHEAP).is_outdated() && !kept(COST).is_outdated());
        let nobodys = Kept::of_nobody().expect("random");
        assert_eq!((nobodys.cost, nobodys.sealed.len()), (COST, kept(COST).sealed.len()));
        for text in ["", "argon2id$64,1$AAAA$AAAA", "argon2id-chacha20poly1305$64$AAAA$AAAA", "argon2id-chacha20poly1305$64,1$AA$AAAA"] {
            assert!(Kept::read(text).is_none(), "{text}");
        }
    }
}
