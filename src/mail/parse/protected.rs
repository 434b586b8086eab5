//! What is signed or encrypted (S/MIME, PGP). What was signed is read, and whose the signature is, is not judged. What is encrypted cannot be
//! read here; that is said, and it stays a file.

use mail_parser::{MessagePart, MimeHeaders};

use super::{guard, signed_data};

/// Stands for a text that is encrypted.
pub(super) const ENCRYPTED: &str =
    "(Dit bericht is versleuteld en kan hier niet worden gelezen. De versleutelde tekst staat in de bijlage.)";
/// Stands for a signed text that could not be unpacked.
pub(super) const CLOSED: &str =
    "(Dit bericht is samen met zijn ondertekening ingepakt en kan hier niet worden geopend. Het staat in de bijlage.)";
/// The name of an encrypted text that has none.
pub(super) const NAME: &str = "versleuteld.asc";

const MESSAGE: (&str, &str) = ("-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----");
const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: (&str, &str) = ("-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----");

/// Whether a part is what S/MIME makes of a whole message.
pub(super) fn is_smime(part: &MessagePart<'_>) -> bool {
    let named = || part.attachment_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m"));
    is_one_of(part, &["pkcs7-mime", "x-pkcs7-mime"]) || is_one_of(part, &["octet-stream"]) && named()
}

/// What a part of S/MIME says of itself; empty when nothing.
pub(super) fn smime_type(part: &MessagePart<'_>) -> String {
    part.content_type().and_then(|kind| kind.attribute("smime-type")).unwrap_or_default().to_ascii_lowercase()
}

/// Whether a part of a `multipart/signed` is the signature, and not a file that is called one.
pub(super) fn is_signature(part: &MessagePart<'_>) -> bool {
    let content = part.contents();
    let is_pgp = || String::from_utf8_lossy(content).trim_start().starts_with(SIGNATURE.0);
    is_one_of(part, &["pkcs7-signature", "x-pkcs7-signature"]) && signed_data::is_one(content)
        || is_one_of(part, &["pgp-signature"]) && is_pgp()
}

/// Whether a part of a `multipart/encrypted` says no more than how it is encrypted.
pub(super) fn is_control(part: &MessagePart<'_>) -> bool {
    is_one_of(part, &["pgp-encrypted"])
}

/// Whether a text is signed with PGP, and then whether all of it is.
pub(super) fn is_signed_text(text: &[u8]) -> Option<bool> {
    let marked = |mark: &str| guard::lines(text).filter(|(_, line)| line.trim_ascii_end() == mark.as_bytes()).count();
    let is_one = text.starts_with(SIGNED.as_bytes()) && text.ends_with(SIGNATURE.1.as_bytes());
    let begun = marked(SIGNED);
    (begun > 0 && marked(SIGNATURE.1) > 0).then_some(is_one && begun == 1)
}

fn is_one_of(part: &MessagePart<'_>, subtypes: &[&str]) -> bool {
    let kind = part.content_type().filter(|kind| kind.ctype().eq_ignore_ascii_case("application"));
    kind.and_then(|kind| kind.subtype()).is_some_and(|subtype| subtypes.iter().any(|one| subtype.eq_ignore_ascii_case(one)))
}

/// A text without what PGP put around and in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bared {
    pub text: String,
    /// Encrypted texts that stood in it.
    pub encrypted: Vec<String>,
}

/// None when a text has nothing of PGP; a mark without its end is somebody's words.
pub(super) fn bared(text: &str) -> Option<Bared> {
    if !text.contains("-----BEGIN PGP ") {
        return None;
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let is = |at: usize, mark: &str| lines[at].trim_end() == mark;
    // The last end of each kind, so that what has none is looked for once.
    let last = |mark: &str| (0..lines.len()).rev().find(|at| is(*at, mark));
    let (last_message, last_signature) = (last(MESSAGE.1), last(SIGNATURE.1));
    let find = |from: usize, mark: &str| (from..lines.len()).find(|at| is(*at, mark));
    let (mut left, mut bared, mut at) = (Vec::new(), Bared::default(), 0);
    while at < lines.len() {
        if is(at, MESSAGE.0) && last_message.is_some_and(|last| at < last) {
            let end = find(at, MESSAGE.1)?;
            bared.encrypted.push(lines[at..=end].join("\n") + "\n");
            at = end + 1;
        } else if is(at, SIGNED) && last_signature.is_some_and(|last| at < last) {
            let end = find(at, SIGNATURE.1)?;
            let signature = (at..end).find(|at| is(*at, SIGNATURE.0)).unwrap_or(end);
            let start = (at..signature).find(|at| lines[*at].trim().is_empty()).map_or(at, |blank| blank + 1);
            // A line with dashes in front has `- ` before them.
            left.extend(lines[start..signature].iter().map(|line| line.strip_prefix("- ").unwrap_or(line)));
            at = end + 1;
        } else {
            left.push(lines[at]);
            at += 1;
        }
    }
    bared.text = left.join("\n");
    Some(bared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_text_is_read_without_what_signs_it() {
        let signed = "Vooraf.\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHet werkt.\n- -- \nAnna\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n";
        let read = bared(signed).expect("signed");
        assert_eq!((read.text.as_str(), read.encrypted.len()), ("Vooraf.\nHet werkt.\n-- \nAnna\n", 0));
        assert_eq!(bared(&signed.replace('\n', "\r\n")).map(|read| read.text.replace('\r', "")).as_deref(), Some(&*read.text));
    }

    #[test]
    fn an_encrypted_text_is_taken_out() {
        let message = "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n";
        let read = bared(&format!("Vooraf.\n{message}Groet")).expect("encrypted");
        assert_eq!((read.text.as_str(), &*read.encrypted), ("Vooraf.\nGroet", &[message.to_owned()][..]));
    }

    #[test]
    fn words_about_pgp_stay() {
        for text in ["Wat is PGP?", "-----BEGIN PGP MESSAGE-----\nen verder?", "-----BEGIN PGP SIGNED MESSAGE-----\nx"] {
            assert_eq!(bared(text).map_or_else(|| text.to_owned(), |read| read.text), text);
        }
        let many = "-----BEGIN PGP MESSAGE-----\n".repeat(200_000);
        assert_eq!(bared(&many).expect("words").encrypted.len(), 0);
    }
}
