//! Settings that name a file or a folder. Whoever sets one to a key instead, which is easily done (SEC-03), is told so without the key.

use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Settings;

/// The file or folder is what is set: their variables have no `_FILE`, which names a file that holds the value.
const PATHS: [&str; 9] = [
    "access.breached_passwords",
    "contracts.dir",
    "files.key_file",
    "http.spool",
    "http.tls.certificate",
    "http.tls.key",
    "mail.folder",
    "mail.templates",
    "attachments.store",
];

/// Bytes of the shortest key that is known as one.
const KEY_BYTES: usize = 16;
/// Characters of the shortest text that is known as a key without its padding.
const LONG: usize = 40;

/// What to write instead of a variable with `_FILE` for a setting that is a path itself.
pub fn without_file(key: &str, variable: &str) -> Option<String> {
    let is_of_mailbox = key.starts_with("mailboxes.") && key.ends_with(".imap.certificate");
    let plain = variable.strip_suffix("_FILE").filter(|_| PATHS.contains(&key) || is_of_mailbox)?;
    Some(format!("{variable}: {key} is itself the name of a file or folder: write {plain}=PATH"))
}

/// Paths that are none.
pub fn wrong(settings: &Settings) -> Vec<(String, String)> {
    let optional = [
        ("access.breached_passwords", &settings.access.breached_passwords),
        ("files.key_file", &settings.files.key_file),
        ("mail.signatures.smime_authorities", &settings.mail.signatures.smime_authorities),
        ("mail.signatures.pgp_keys", &settings.mail.signatures.pgp_keys),
        ("http.tls.certificate", &settings.http.tls.certificate),
        ("http.tls.key", &settings.http.tls.key),
        ("mail.templates", &settings.mail.templates),
    ];
    let optional = optional.into_iter().filter_map(|(key, path)| Some((key.to_owned(), path.as_deref()?)));
    let providers = settings.identity.providers.iter().enumerate();
    let providers = providers.filter_map(|(at, one)| Some((format!("identity.providers.{at}.certificate"), one.certificate.as_deref()?)));
    let mailboxes = settings.mailboxes.iter();
    let mailboxes = mailboxes
        .filter_map(|(name, one)| Some((format!("mailboxes.{name}.imap.certificate"), one.imap.as_ref()?.certificate.as_deref()?)));
    let signing = settings.mail.dkim.iter().map(|(domain, one)| (format!("mail.dkim.\"{domain}\".key_file"), one.key_file.as_path()));
    let given = [
        ("contracts.dir", settings.contracts.dir.as_path()),
        ("http.spool", &settings.http.spool),
        ("mail.folder", &settings.mail.folder),
        ("attachments.store", Path::new(&*settings.attachments.store)),
    ];
    let all = given.into_iter().map(|(key, path)| (key.to_owned(), path)).chain(optional).chain(providers).chain(mailboxes).chain(signing);
    let matter = "must be the name of a file or folder, and is text that looks like a key or a certificate; it is not shown";
    all.filter(|(_, path)| !path.to_str().is_none_or(can_be_shown)).map(|(key, _)| (key, matter.to_owned())).collect()
}

/// Whether a text can be a path, and no secret.
fn can_be_shown(text: &str) -> bool {
    let text = text.trim_end();
    !text.contains(char::is_control) && !text.trim_start().starts_with("-----BEGIN") && !is_like_key(text)
}

/// Random bytes in hexadecimal or in either alphabet of base64. A long path has those signs as well, yet hardly all kinds of them and no slash.
fn is_like_key(text: &str) -> bool {
    let is_hex = text.len() >= 2 * KEY_BYTES && hex::decode(text).is_ok();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let is_bytes = [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .any(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).is_ok_and(|bytes| bytes.len() >= KEY_BYTES));
    let has = |kind: fn(&char) -> bool| text.chars().any(|sign| kind(&sign));
    let is_mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
    let is_bare = text.ends_with('=') || text.len() >= LONG && is_mixed && !text.starts_with('/');
    is_hex || is_bytes && is_bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_from_a_path() {
        for path in [
            "/etc/uurwerk/tls/key",
            "/etc/letsencrypt/live/servicedesk.example/privkey.pem",
            "data/spool",
            "s3://uurwerk-attachments",
            "/srv/uurwerk/secrets/Production2026/files/key",
            "config/contracts-of-the-desk-in-production-2026",
            "/run/secrets/0f1e2d3c",
            "C0ntracts",
        ] {
            assert!(can_be_shown(path), "{path}");
        }
        for key in [
            "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY----- MIGH",
            "a\nb",
            "2Cix4i9sVn1bq0Zk3eJt8yRwPmXoLhUa5dGf7cKvBEQ=",
            "2Cix4i9sVn1bq0Zk3eJt8yRwPmXoLhUa5dGf7cKvBEQ",
            "2Cix4i9sVn1bq0Zk3eJt8yRwPmXo_hUa5dGf7cKv-EQ=",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            &"0f".repeat(32),
            &"0F".repeat(16),
        ] {
            assert!(!can_be_shown(key), "{key}");
        }
    }
}
