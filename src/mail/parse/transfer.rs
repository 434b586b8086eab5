//! Undoes how a part was encoded for sending, also where the parser gives up: base64 with signs in it that are none of base64 (RFC 2045, section 6.8,
//! has a reader ignore them), such as the line that a virus scanner or a list put below.

use std::borrow::Cow;

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

/// Whether a part says that it is base64, and the parser could not decode it.
pub(super) fn is_spoilt(part: &MessagePart<'_>) -> bool {
    let says_so = || part.content_transfer_encoding().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    part.is_encoding_problem && part.encoding == Encoding::None && says_so()
}

/// The bytes of a part, its charset not yet applied.
pub(super) fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    Some(decoded(part, message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?))
}

/// What a part holds, decoded as its head says.
pub(super) fn decoded(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    let encoding = part.content_transfer_encoding().unwrap_or_default();
    let quoted = || quoted_printable_decode(raw).unwrap_or_else(|| raw.to_vec());
    match () {
        () if encoding.eq_ignore_ascii_case("base64") => from_base64(raw),
        () if encoding.eq_ignore_ascii_case("quoted-printable") => quoted(),
        () => raw.to_vec(),
    }
}

/// What a file holds: text in UTF-8, anything else as it was.
pub(super) fn contents<'m>(message: &Message<'_>, part: &'m MessagePart<'m>) -> Cow<'m, [u8]> {
    match &part.body {
        PartType::Text(_) if is_spoilt(part) => bytes(message, part).unwrap_or_default().into(),
        _ => part.contents().into(),
    }
}

/// Base64 without what is none: signs among it, and all that stands below its end. A line with blanks and many other signs in it is no line of it.
pub(super) fn from_base64(raw: &[u8]) -> Vec<u8> {
    if let Some(decoded) = base64_decode(raw) {
        return decoded;
    }
    let mut signs = Vec::with_capacity(raw.len());
    for line in raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        let others = line.iter().filter(|byte| !is_sign(**byte)).count();
        let is_words = others * 10 > line.len() && line.iter().any(u8::is_ascii_whitespace);
        let is_ended = signs.last() == Some(&b'=');
        if is_words || is_ended && !line.iter().copied().all(is_sign) {
            continue;
        }
        signs.extend(line.iter().copied().filter(|byte| is_sign(*byte)));
    }
    base64_decode(&signs).unwrap_or_default()
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::super::{attachment_contents, parse};
    use super::*;

    #[test]
    fn base64_is_read_past_what_is_none() {
        for loose in [
            "SGFsbG8gZGFhcg==",
            "SGFs\r\nbG8g\r\n\r\nZGFhcg==\r\n",
            "SGFs-bG8g!ZGFhcg==",
            "SGFsbG8gZGFhcg==\n\n-- \nDoor een scanner bekeken\n",
            "SGFsbG8gZGFhcg==\nVirusvrij.\n",
            "SGFsbG8gZGFhcg",
            "SGFsbG8g\nZGFhcg==\n____________\nlijst@example.nl\n",
        ] {
            assert_eq!(String::from_utf8_lossy(&from_base64(loose.as_bytes())), "Hallo daar", "{loose}");
        }
        assert_eq!(from_base64("é ! ?".as_bytes()), b"");
        assert_eq!(from_base64(b"SGFsbG8gZGFhciBvcCBk! ZXplIGRhZw=="), b"Hallo daar op deze dag");
    }

    #[test]
    fn a_file_and_a_text_in_spoilt_base64_are_read() {
        let file = "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBE*Rg==\n-- \nBekeken.\n";
        let text = "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\nY2Fm*6Q==\n";
        let page = text.replace("plain", "html");
        let mixed =
            |parts: &[&str]| format!("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{}\n--b--\n", parts.join("\n--b\n"));
        for raw in [mixed(&[text, file]), mixed(&[&page, file])] {
            let read = parse(raw.as_bytes());
            let file = &read.attachments[0];
            assert_eq!((read.text.as_str(), read.attachments.len()), ("café", 1));
            assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("a.pdf", "application/pdf", 4));
            assert_eq!(attachment_contents(raw.as_bytes()), [b"%PDF"]);
        }
        for alone in [text, &page] {
            assert_eq!(parse(format!("Subject: x\n{alone}").as_bytes()).text, "café");
        }
    }
}
