//! Whether what a person signed in a mail (S/MIME, PGP) holds.
//!
//! `openssl` and `gpgv` find that out, programs that a system keeps safe by its own updates, with the keys that the settings name and no others. What
//! they are given is written nowhere: it goes to them as their input.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::parse::Signed;
use crate::domain::mail::SignatureVerdict as Verdict;
use crate::settings;

/// How long one judgement may take.
const PATIENCE: Duration = Duration::from_secs(20);
const SMIME: &str = "openssl";
const PGP: &str = "gpgv";

pub struct SignatureChecks {
    /// The certificates of authorities, in PEM.
    authorities: Option<PathBuf>,
    /// Public keys, as `gpg --export` writes them.
    keys: Option<PathBuf>,
}

/// Whose a signature is that holds.
enum Found {
    Of(Vec<String>),
    Untrusted,
    Invalid,
}

impl SignatureChecks {
    /// The error says which key of the settings cannot work, and why.
    pub fn new(settings: &settings::Signatures) -> Result<Self, String> {
        let checks = Self { authorities: settings.smime_authorities.clone(), keys: settings.pgp_keys.clone() };
        let has = |path: &Path, wanted: fn(&[u8]) -> bool, what: &str| {
            let read = std::fs::read(path).map_err(|error| error.to_string())?;
            if wanted(&read) { Ok(()) } else { Err(what.to_owned()) }
        };
        let runs = |program: &str| match std::process::Command::new(program).arg("--version").output() {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("needs the program {program}, which cannot be run: {error}")),
        };
        if let Some(path) = &checks.authorities {
            let certificates: fn(&[u8]) -> bool = |read| String::from_utf8_lossy(read).contains("-----BEGIN CERTIFICATE-----");
            let tried = has(path, certificates, "has no certificate in PEM").and_then(|()| runs(SMIME));
            tried.map_err(|wrong| format!("mail.signatures.smime_authorities: {}: {wrong}", path.display()))?;
        }
        if let Some(path) = &checks.keys {
            // A packet of OpenPGP begins with a byte over 127, and a key box with its length.
            let keys: fn(&[u8]) -> bool = |read| read.first().is_some_and(|first| !first.is_ascii() || *first == 0);
            let tried = has(path, keys, "has no keys as `gpg --export` writes them, without --armor").and_then(|()| runs(PGP));
            tried.map_err(|wrong| format!("mail.signatures.pgp_keys: {}: {wrong}", path.display()))?;
        }
        Ok(checks)
    }

    /// What is to be made of the signature on a mail of `sender`, which is none where it names several. Keys count as the machine's time has it.
    pub async fn judge(&self, signed: &Signed, sender: Option<&str>) -> Verdict {
        let judged = tokio::time::timeout(PATIENCE, async {
            match (signed, &self.authorities, &self.keys) {
                (Signed::Smime(entity), Some(authorities), _) => smime("SMIME", entity, authorities).await.map(Some),
                (Signed::SmimePacked(data), Some(authorities), _) => smime("DER", data, authorities).await.map(Some),
                (Signed::Pgp { signed, signature }, _, Some(keys)) => pgp(signed, Some(signature), keys).await.map(Some),
                (Signed::PgpText(text), _, Some(keys)) => pgp(text, None, keys).await.map(Some),
                _ => Ok(None),
            }
        });
        match judged.await.unwrap_or_else(|late| Err(late.into())) {
            Ok(Some(Found::Of(signers))) => {
                let is_sender = |signer: &String| sender.is_some_and(|sender| sender.eq_ignore_ascii_case(signer));
                if signers.iter().any(is_sender) { Verdict::Valid } else { Verdict::OtherSigner }
            }
            Ok(Some(Found::Untrusted)) => Verdict::Untrusted,
            Ok(Some(Found::Invalid)) => Verdict::Invalid,
            Ok(None) => Verdict::Unchecked,
            Err(fault) => {
                tracing::warn!(%fault, "a signature on a mail could not be checked");
                Verdict::Unchecked
            }
        }
    }
}

async fn smime(form: &str, signed: &[u8], authorities: &Path) -> io::Result<Found> {
    let folder = TempDir::with_prefix("uurwerk-")?;
    let whose = folder.path().join("signer");
    let verify = |more: &[&str]| {
        let mut verify = Command::new(SMIME);
        verify.args(["cms", "-verify", "-inform", form, "-out", "/dev/null", "-signer"]).arg(&whose);
        // Those that the system trusts are of servers.
        verify.args(["-no-CApath", "-no-CAstore", "-CAfile"]).arg(authorities);
        verify.args(["-purpose", "smimesign"]).args(more);
        verify
    };
    if !run(verify(&[]), signed).await?.status.success() {
        let is_intact = run(verify(&["-noverify"]), signed).await?.status.success();
        return Ok(if is_intact { Found::Untrusted } else { Found::Invalid });
    }
    let mut shown = Command::new(SMIME);
    shown.args(["x509", "-noout", "-email", "-in"]).arg(&whose);
    let shown = run(shown, b"").await?;
    Ok(Found::Of(String::from_utf8_lossy(&shown.stdout).lines().map(|line| line.trim().to_owned()).collect()))
}

/// `signature` is none where it stands in what was signed.
async fn pgp(signed: &[u8], signature: Option<&[u8]>, keys: &Path) -> io::Result<Found> {
    let folder = TempDir::with_prefix("uurwerk-")?;
    let mut verify = Command::new(PGP);
    // A name without a slash would be looked for elsewhere.
    verify.args(["--status-fd", "1", "--homedir"]).arg(folder.path()).arg("--keyring").arg(std::path::absolute(keys)?);
    if let Some(signature) = signature {
        let beside = folder.path().join("signature");
        tokio::fs::write(&beside, signature).await?;
        verify.arg(&beside).arg("-");
    }
    let said = run(verify, signed).await?;
    let said = String::from_utf8_lossy(&said.stdout);
    let said: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("[GNUPG:] ")).collect();
    let has = |word: &str| said.iter().any(|line| line.split(' ').next() == Some(word));
    let is_untrusted = ["ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"].into_iter().any(has);
    // Of several, each must hold.
    if has("GOODSIG") && !has("BADSIG") && !is_untrusted {
        let named = said.iter().filter_map(|line| line.strip_prefix("GOODSIG "));
        let address = |line: &str| Some(line.rsplit_once('<')?.1.strip_suffix('>')?.to_owned());
        return Ok(Found::Of(named.filter_map(address).collect()));
    }
    Ok(if is_untrusted && !has("BADSIG") { Found::Untrusted } else { Found::Invalid })
}

/// What a program says of its input. It ends when nobody waits for it any more.
async fn run(mut program: Command, input: &[u8]) -> io::Result<Output> {
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut running = program.spawn()?;
    let mut into = running.stdin.take();
    let given = async {
        if let Some(into) = &mut into {
            // It may stop reading when it knows enough.
            let _ = into.write_all(input).await;
        }
        drop(into);
    };
    tokio::join!(given, running.wait_with_output()).1
}
