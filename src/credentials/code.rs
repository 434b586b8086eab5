//! One-time codes (RFC 6238): six digits that change every half minute, as every authenticator app makes them.

use totp_rs::{Builder, Totp};

use super::kept::{Fault, random};

/// Who issues the codes, as an app shows it.
const ISSUER: &str = "Uurwerk";

/// A new secret.
pub fn new_secret() -> Result<[u8; 20], Fault> {
    random()
}

/// What an authenticator app reads, such as `otpauth://totp/Uurwerk:noodtoegang?secret=…`.
pub fn uri(secret: &[u8], name: &str) -> Result<String, Fault> {
    // An app takes the part before a colon for the issuer.
    totp(secret, &name.replace(':', " "))?.to_url().map_err(|error| Fault(error.to_string()))
}

/// The step of which this is the code: the present one, the one before, or the next, since clocks differ.
pub fn step(secret: &[u8], code: &str, seconds: i64) -> Result<Option<i64>, Fault> {
    let step = totp(secret, "")?.check(code, u64::try_from(seconds).unwrap_or_default());
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The code at an instant, in seconds since 1970.
pub fn code(secret: &[u8], seconds: i64) -> Result<String, Fault> {
    Ok(totp(secret, "")?.generate(u64::try_from(seconds).unwrap_or_default()).to_string())
}

fn totp(secret: &[u8], name: &str) -> Result<Totp, Fault> {
    let totp = Builder::new().with_secret(secret.to_vec()).with_account_name(name).with_issuer(Some(ISSUER)).with_skew(1).build();
    totp.map_err(|error| Fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six digits of what it gives for SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            assert_eq!(code(secret, seconds).expect("a code"), expected);
            assert_eq!(step(secret, expected, seconds).expect("checked"), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        let secret = new_secret().expect("random");
        let now = 1_800_000_000;
        let late = |steps: i64| step(&secret, &code(&secret, now).expect("a code"), now + steps * 30).expect("checked");
        assert_eq!([-2, -1, 0, 1, 2].map(|steps| late(steps).is_some()), [false, true, true, true, false]);
        for wrong in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", " 12345"] {
            assert_eq!(step(&secret, wrong, now).expect("checked"), None, "{wrong}");
        }
        let uri = uri(&secret, "nood: toegang").expect("an address");
        assert!(uri.starts_with("otpauth://totp/Uurwerk:nood") && uri.contains("secret="), "{uri}");
    }
}
