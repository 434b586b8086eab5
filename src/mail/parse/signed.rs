//! What a person signed in a message (S/MIME, PGP), as those who can tell whether it holds want to have it.
//!
//! Only a signature over all that is read counts: one of a part of the message is not judged.

use mail_parser::{MessagePart, MimeHeaders};

use super::{guard, headers, protected, signed_data, transfer};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// A `multipart/signed` of S/MIME, with the head that says so.
    Smime(Vec<u8>),
    /// Signed data of S/MIME with what was signed in it.
    SmimePacked(Vec<u8>),
    /// PGP beside a part of the message.
    Pgp { signed: Vec<u8>, signature: Vec<u8> },
    /// A text with the signature in it.
    PgpText(Vec<u8>),
    /// In a way that is not judged.
    Otherwise,
}

/// None of a message that is not signed.
pub fn signed(raw: &[u8]) -> Option<Signed> {
    let content = guard::without_envelope(raw);
    let (message, body) = guard::head(content).filter(|(message, _)| headers::look_like_mail(message))?;
    let root = message.root_part();
    if root.is_content_type("multipart", "signed") {
        return Some(in_parts(root, body).unwrap_or(Signed::Otherwise));
    }
    if protected::is_smime(root) {
        let bytes = transfer::decoded(root, body);
        return signed_data::is_one(&bytes).then_some(Signed::SmimePacked(bytes));
    }
    if root.content_type().is_none_or(|kind| kind.ctype() == "text") {
        let bytes = transfer::decoded(root, body);
        return protected::is_signed_text(bytes.trim_ascii()).map(|whole| if whole { Signed::PgpText(bytes) } else { Signed::Otherwise });
    }
    (guard::names_type(body, &[b"multipart/signed", b"pkcs7-mime"]) || protected::is_signed_text(body).is_some())
        .then_some(Signed::Otherwise)
}

/// Of two parts: what was signed, and the signature.
fn in_parts(root: &MessagePart<'_>, body: &[u8]) -> Option<Signed> {
    let boundary = root.content_type()?.attribute("boundary")?;
    let parts = parts(body, boundary.as_bytes());
    let [signed, last] = *parts else { return None };
    let (signature, content) = guard::head(last)?;
    let kind = signature.root_part();
    if kind.is_content_type("application", "pgp-signature") {
        return Some(Signed::Pgp { signed: with_returns(signed), signature: transfer::decoded(kind, content) });
    }
    let is_smime = ["pkcs7-signature", "x-pkcs7-signature"].iter().any(|subtype| kind.is_content_type("application", subtype));
    // Written anew, so that nothing else of the head is read by others.
    let is_plain = !boundary.is_empty() && boundary.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte) || byte == b' ');
    (is_smime && is_plain).then(|| {
        let kind = "multipart/signed; protocol=\"application/pkcs7-signature\"";
        let head = format!("MIME-Version: 1.0\r\nContent-Type: {kind}; boundary=\"{boundary}\"\r\n\r\n");
        Signed::Smime([head.as_bytes(), body].concat())
    })
}

/// The parts of a body, each without the line end before what separates it from the next.
fn parts<'b>(body: &'b [u8], boundary: &[u8]) -> Box<[&'b [u8]]> {
    let (mut parts, mut begin) = (Vec::new(), None);
    for (at, line) in guard::lines(body) {
        let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) else { continue };
        let (rest, is_end) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
        if !rest.trim_ascii().is_empty() {
            continue;
        }
        if let Some(begin) = begin {
            let part = body.get(begin..at).unwrap_or_default();
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            parts.push(part.strip_suffix(b"\r").unwrap_or(part));
        }
        begin = (!is_end).then_some(at + line.len() + 1);
        if is_end {
            break;
        }
    }
    parts.into()
}

/// Each line ended as it was when it was signed.
fn with_returns(text: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    lines.join(&b"\r\n"[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PGP: &str = "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n";

    fn mail(signature: &str, more: &str) -> String {
        format!(
            "From: anna@example.nl\nContent-Type: multipart/signed; boundary=\"b c\"\n\nvooraf\n--b c\nContent-Type: text/plain\n\nHallo\n\n--b c \nContent-Type: application/{signature}\n\n{PGP}\n{more}--b c--\n"
        )
    }

    #[test]
    fn what_was_signed_is_what_stands_between_the_boundaries() {
        let expected = Signed::Pgp { signed: b"Content-Type: text/plain\r\n\r\nHallo\r\n".to_vec(), signature: PGP.as_bytes().to_vec() };
        for raw in [mail("pgp-signature", ""), mail("pgp-signature", "").replace('\n', "\r\n")] {
            let Some(Signed::Pgp { signed, signature }) = signed(raw.as_bytes()) else { panic!("{raw}") };
            let signature = String::from_utf8_lossy(&signature).replace('\r', "").trim_end().to_owned() + "\n";
            assert_eq!(Signed::Pgp { signed, signature: signature.into_bytes() }, expected);
        }
        let Some(Signed::Smime(entity)) = signed(mail("pkcs7-signature", "").as_bytes()) else { panic!("no S/MIME") };
        assert!(String::from_utf8_lossy(&entity).contains("boundary=\"b c\"\r\n\r\nvooraf\n--b c\n"));
    }

    #[test]
    fn what_is_signed_in_part_is_not_judged() {
        let text = |before: &str| format!("Subject: x\n\n{before}-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHallo\n{PGP}");
        for (raw, found) in [
            (mail("pgp-signature", "--b c\n\nOok nog dit.\n"), Some(Signed::Otherwise)),
            (mail("octet-stream", ""), Some(Signed::Otherwise)),
            (mail("pgp-signature", "").replace("boundary", "border"), Some(Signed::Otherwise)),
            (text("Vooraf.\n"), Some(Signed::Otherwise)),
            (
                format!(
                    "Subject: x\nContent-Type: multipart/mixed; boundary=d\n\n--d\n{}\n--d\n\nVan de lijst.\n--d--\n",
                    mail("pgp-signature", "").split_once('\n').expect("a line").1
                ),
                Some(Signed::Otherwise),
            ),
            ("Subject: x\n\nHallo".to_owned(), None),
            ("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n".to_owned(), None),
        ] {
            assert_eq!(signed(raw.as_bytes()), found, "{raw}");
        }
        assert!(matches!(signed(text("").as_bytes()), Some(Signed::PgpText(_))));
    }
}
