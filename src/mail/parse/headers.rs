//! Header values: decoded, on one line, limited in length.

use mail_parser::{Header, HeaderName, Message, MessagePart, MimeHeaders, decoders::charsets::map::charset_decoder};
use sha2::{Digest, Sha256};

use super::{SUBJECT_CAP, guard, rejoin};
use crate::domain::address::can_be_mailed;
use crate::domain::text::{breaks_line, is_visible};

/// Bytes in a mail address: 64 for the mailbox, 255 for the domain, and the `@` (RFC 5321).
const EMAIL_CAP: usize = 320;
/// Characters in the name of a person or file.
const NAME_CAP: usize = 200;
/// Bytes in a Message-ID: the longest header line of RFC 5322. PostgreSQL indexes no value over about 2,700 bytes.
const ID_CAP: usize = 998;
/// Characters of a header that is read as it stands.
const LINE_CAP: usize = 4000;
/// Addresses or ids that are read from one kind of header.
const LIST_CAP: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The display name beside the address.
    pub name: Option<String>,
    /// The domain in lower case; the mailbox as written, since only its own server may fold case there.
    pub email: String,
}

impl Address {
    pub fn domain(&self) -> &str {
        self.email.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Whether at least one header is a standard mail header. Otherwise any text with a colon in it would pass for a message.
pub(super) fn look_like_mail(message: &Message<'_>) -> bool {
    message.headers().iter().any(|header| !matches!(header.name, HeaderName::Other(_)))
}

/// Everyone named in `From`, each once.
pub(super) fn senders(message: &Message<'_>) -> Vec<Address> {
    let mut senders: Vec<Address> = Vec::new();
    for sender in addresses(message, &HeaderName::From) {
        if !senders.iter().any(|known| known.email.eq_ignore_ascii_case(&sender.email)) {
            senders.push(sender);
        }
    }
    senders
}

/// Whether one of several `From` headers names nobody: readers differ in which of them they believe.
pub(super) fn is_from_unclear(message: &Message<'_>) -> bool {
    let named = message.headers().iter().filter(|header| header.name == HeaderName::From);
    let is_empty = |header: &&Header<'_>| header.value.as_address().is_none_or(|value| value.iter().find_map(address).is_none());
    named.clone().count() > 1 && named.filter(is_empty).count() > 0
}

/// The addresses in all headers of this name.
pub(super) fn addresses(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<Address> {
    let values = message.headers().iter().filter(|header| header.name == *name).filter_map(|header| header.value.as_address());
    values.flat_map(mail_parser::Address::iter).filter_map(address).take(LIST_CAP).collect()
}

/// The values of all headers of this name, topmost first, each on one line.
pub(super) fn lines(message: &Message<'_>, name: &str) -> Vec<String> {
    let named = message.headers().iter().filter(|header| header.name.as_str().eq_ignore_ascii_case(name));
    let value = |header: &Header<'_>| message.raw_message.get(header.offset_start as usize..header.offset_end as usize);
    named.filter_map(value).map(|value| one_line(&String::from_utf8_lossy(value), LINE_CAP)).take(LIST_CAP).collect()
}

fn address(written: &mail_parser::Addr<'_>) -> Option<Address> {
    let email = email(written.address.as_deref()?)?;
    let name = written.name.as_deref().map(|name| one_line(name, NAME_CAP)).filter(|name| is_visible(name));
    Some(Address { name, email })
}

/// None when it is no address that mail can be sent to.
fn email(written: &str) -> Option<String> {
    let written = written.trim().trim_start_matches('<').trim_end_matches('>');
    let (mailbox, domain) = written.rsplit_once('@')?;
    let domain = domain.trim_end_matches('.').to_lowercase();
    Some(format!("{mailbox}@{domain}")).filter(|email| email.len() <= EMAIL_CAP && can_be_mailed(email))
}

/// None when it is blank.
pub(super) fn subject(message: &Message<'_>) -> Option<String> {
    let header = message.headers().iter().find(|header| header.name == HeaderName::Subject)?;
    let raw = raw(message, header);
    let decoded = unencoded(message, raw).or_else(|| header.value.as_text().map(str::to_owned))?;
    let whole = if decoded.contains('\u{fffd}') { rejoin::words(raw).unwrap_or(decoded) } else { decoded };
    let subject = one_line(&whole, SUBJECT_CAP);
    is_visible(&subject).then_some(subject)
}

/// Decodes a header with raw bytes that are not UTF-8, which is against the rules but common. The charset of the body is the best guess.
fn unencoded(message: &Message<'_>, raw: &[u8]) -> Option<String> {
    // ESC $ starts a multi-byte sequence of ISO-2022-JP, which is all ASCII bytes and would otherwise pass for UTF-8.
    if raw.windows(2).any(|pair| pair == b"\x1b$") {
        return charset_decoder(b"iso-2022-jp").map(|decode| decode(raw));
    }
    if str::from_utf8(raw).is_ok() {
        return None;
    }
    let charset = message.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    let bodys = charset_decoder(charset.as_bytes()).filter(|_| !charset.to_ascii_lowercase().starts_with("utf"));
    bodys.or_else(|| charset_decoder(b"windows-1252")).map(|decode| decode(raw))
}

fn raw<'m>(message: &'m Message<'_>, header: &Header<'_>) -> &'m [u8] {
    message.raw_message.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default()
}

/// Without angle brackets; the first when there are several.
pub(super) fn message_id(message: &Message<'_>) -> Option<String> {
    message_ids(message, &HeaderName::MessageId).into_iter().next()
}

/// The Message-IDs in all headers of this name, in order. Of a very long list the end is kept: `References` puts the newest last.
pub(super) fn message_ids(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<String> {
    let values = message.headers().iter().filter(|header| header.name == *name).filter_map(|header| header.value.as_text_list());
    let mut ids: Vec<String> = values.flatten().filter_map(|id| self::id(id)).collect();
    ids.drain(..ids.len().saturating_sub(LIST_CAP));
    ids
}

/// A Message-ID without brackets, blanks and control characters. The end of a very long one is replaced by its digest, so that two that
/// begin alike stay different.
fn id(written: &str) -> Option<String> {
    let mut id: String = written.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !"<>".contains(*c)).collect();
    if id.len() > ID_CAP {
        let digest = hex::encode(Sha256::digest(&id));
        id.truncate(id.floor_char_boundary(ID_CAP - digest.len()));
        id.push_str(&digest);
    }
    (!id.is_empty()).then_some(id)
}

/// The raw value of a header: not decoded, trimmed, without control characters, in lower case.
pub(super) fn lowercase(message: &Message<'_>, name: &'static str) -> Option<String> {
    let header = message.headers().iter().find(|header| header.name.as_str().eq_ignore_ascii_case(name))?;
    let value = String::from_utf8_lossy(raw(message, header)).to_lowercase();
    let value: String = value.chars().filter(|c| c.is_whitespace() || !c.is_control()).collect();
    Some(value.trim().to_owned())
}

pub(super) fn has(message: &Message<'_>, name: &'static str) -> bool {
    lowercase(message, name).is_some()
}

/// The file name of a part, without folders. An enclosed message is named after its subject.
pub(super) fn file_name(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let written = part.attachment_name().or_else(|| part.message().and_then(|message| message.subject()))?;
    // A name that was cut inside a character decodes to replacement characters: join its pieces and decode again.
    let mended = written.contains('\u{fffd}').then(|| mended_file_name(message, part)).flatten();
    let mut name = without_folders(mended.as_deref().unwrap_or(written))?;
    if part.is_message() && !name.to_lowercase().ends_with(".eml") {
        name.push_str(".eml");
    }
    Some(shortened(&name))
}

/// A file name without folders; none when nothing of it can be read.
pub(super) fn clean_name(written: &str) -> Option<String> {
    without_folders(written).map(|name| shortened(&name))
}

fn without_folders(written: &str) -> Option<String> {
    let line = one_line(written, usize::MAX);
    line.rsplit(['/', '\\']).map(str::trim).find(|name| !name.trim_matches('.').is_empty()).map(str::to_owned)
}

fn mended_file_name(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let named = part.headers.iter().filter(|header| matches!(header.name, HeaderName::ContentDisposition | HeaderName::ContentType));
    named.rev().find_map(|header| rejoin::file_name(raw(message, header)))
}

/// Cut to [`NAME_CAP`], keeping a short extension.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_CAP {
        return name.to_owned();
    }
    let extension: String =
        name.rsplit_once('.').map(|(_, extension)| format!(".{extension}")).filter(|it| it.len() <= 10).unwrap_or_default();
    let stem: String = name.chars().take(NAME_CAP - extension.chars().count()).collect();
    stem + &extension
}

/// In lower case; a general type when the part names none or a malformed one.
pub(super) fn media_type(part: &MessagePart<'_>) -> String {
    match part.content_type().map(|kind| (kind.ctype(), kind.subtype())) {
        Some(("message", Some(subtype))) if subtype.as_bytes() == guard::CLOSED => "message/rfc822".to_owned(),
        Some((kind, Some(subtype))) if is_token(kind) && is_token(subtype) => format!("{kind}/{subtype}").to_ascii_lowercase(),
        _ if part.is_message() => "message/rfc822".to_owned(),
        _ if part.is_text() => "text/plain".to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

/// A media type in lower case; none when it is malformed.
pub(super) fn clean_media_type(written: &str) -> Option<String> {
    let (kind, subtype) = written.trim().split_once('/')?;
    (is_token(kind) && is_token(subtype)).then(|| format!("{kind}/{subtype}").to_ascii_lowercase())
}

// RFC 6838, section 4.2, which also limits the length, to 127.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

/// Turns runs of blanks and control characters into single spaces, and cuts after `cap` characters.
fn one_line(text: &str, cap: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || breaks_line(c) || c == '\u{feff}').filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let kept: String = line.chars().take(cap).collect();
    kept.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_one_are_none() {
        for (written, read) in [
            ("Jan.Jansen@Example.NL", Some("Jan.Jansen@example.nl")),
            ("jan@example.nl.", Some("jan@example.nl")),
            ("jan", None),
            ("@example.nl", None),
            ("jan@", None),
            ("jan@piet@example.nl", None),
            ("jan jansen@example.nl", None),
            ("x,jan@example.nl", None),
            ("jan..jansen@example.nl", None),
        ] {
            assert_eq!(email(written).as_deref(), read, "{written}");
        }
    }

    #[test]
    fn a_long_message_id_stays_its_own_and_short() {
        assert_eq!(id(" <a b\u{0}c@example.nl> ").as_deref(), Some("abc@example.nl"));
        assert_eq!(id("<>"), None);
        let (one, other) = (id(&"ë".repeat(ID_CAP)).expect("an id"), id(&"ë".repeat(ID_CAP + 1)).expect("an id"));
        assert!(one.len() <= ID_CAP && other.len() <= ID_CAP && one != other, "{one} {other}");
        assert_eq!(id(&"x".repeat(ID_CAP)), Some("x".repeat(ID_CAP)), "as long as it may be");
    }

    #[test]
    fn of_two_senders_of_whom_one_is_nobody_none_is_believed() {
        for (head, is_clear) in
            [("From: a@b.example", true), ("From:\r\nFrom: a@b.example", false), ("From: a@b.example\r\nFrom: A@b.example", true)]
        {
            let parsed = super::super::parse(format!("{head}\r\nSubject: x\r\n\r\nx\r\n").as_bytes());
            assert_eq!(parsed.several_senders, !is_clear, "{head}");
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(one_line(" a\r\n\tb\u{0} c ", 300), "a b c");
        assert_eq!(one_line("abcdef", 3), "abc");
    }

    #[test]
    fn long_file_names_keep_their_extension() {
        let name = shortened(&format!("{}.pdf", "a".repeat(400)));
        assert_eq!(name.chars().count(), NAME_CAP);
        assert_eq!(name.rsplit_once('.').map(|(_, extension)| extension), Some("pdf"));
    }
}
