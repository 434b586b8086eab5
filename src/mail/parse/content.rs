//! What a message consists of: the text that a person would read, and the files that came with it.
//!
//! Packages that mail programs make (`winmail.dat`, signed data, uuencoded files) are opened, and what is in them stands in their place. What
//! cannot be opened stays a file, so that nothing is lost.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::body::{self, Body};
use super::{ATTACHMENT_CAP, calendar, flowed, guard, headers, html, personal_links, protected, signed_data, tnef, transfer, uuencode};

/// Signed messages within one another that are opened.
const DEPTH_CAP: usize = 3;
/// The name of an invitation that has none.
const INVITATION: &str = "uitnodiging.ics";

pub(super) struct File<'m> {
    /// Without folders; made up when there is none.
    pub name: String,
    /// In lower case.
    pub media_type: String,
    pub bytes: Cow<'m, [u8]>,
}

pub(super) struct Content<'m> {
    pub body: Body,
    /// In the order of the message, at most [`ATTACHMENT_CAP`].
    pub files: Vec<File<'m>>,
}

pub(super) fn read<'m>(message: &'m Message<'m>) -> Content<'m> {
    let mut found = Found::of(message, 0);
    found.files.truncate(ATTACHMENT_CAP);
    Content { body: body::clean(&found.text()), files: found.files }
}

/// What is found in a message.
#[derive(Default)]
struct Found<'m> {
    /// What stands in the message itself.
    written: Vec<String>,
    /// What its packages say: the text for want of another.
    packed: Vec<String>,
    /// Why something cannot be read.
    unread: Vec<&'static str>,
    files: Vec<File<'m>>,
}

impl<'m> Found<'m> {
    fn of(message: &'m Message<'m>, depth: usize) -> Self {
        let mut found = Self::default();
        let places = Places::of(message);
        found.texts(message, &places);
        let is_file: HashSet<u32> = message.attachments.iter().copied().collect();
        for (id, part) in (0..).zip(&message.parts) {
            if is_file.contains(&id) || places.named.contains(&id) {
                found.part(message, part, places.parent(id), depth);
            }
        }
        found.drop_repeated_invitation();
        found
    }

    /// The plain text parts; without those, the HTML parts as text; without those, the content of a broken multipart.
    fn texts(&mut self, message: &'m Message<'m>, places: &Places) {
        for part in places.bodies(message, &message.text_body) {
            let text = self.text_of(message, part);
            self.written.extend(text);
        }
        if joined(&self.written).is_empty() {
            let parts = places.bodies(message, &message.html_body).filter(|part| matches!(part.body, PartType::Html(_)));
            self.written = parts.filter_map(|part| self.text_of(message, part)).collect();
        }
        if joined(&self.written).is_empty() {
            let broken = message.attachments().filter(|part| body::is_broken_multipart(part) || body::is_spoilt_text(part));
            self.written = broken.filter_map(|part| self.text_of(message, part)).collect();
        }
    }

    /// The text of a part, without the files and marks that stand in it.
    fn text_of(&mut self, message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
        let text = match &part.body {
            PartType::Text(text) if part.is_content_type("text", "html") => {
                return Some(html::to_text(&body::decoded(message, part, text)));
            }
            PartType::Text(text) => body::decoded(message, part, text),
            PartType::Html(html) => return Some(html::to_text(&body::decoded(message, part, html))),
            _ => return None,
        };
        let (text, files) = uuencode::cut(&text);
        for uuencode::File { name, bytes } in files {
            self.push(headers::clean_name(&name), "application/octet-stream".to_owned(), bytes.into(), "bin");
        }
        let bared = protected::bared(&text);
        let text = match bared {
            None => text,
            Some(bared) => {
                for encrypted in bared.encrypted {
                    self.unread.push(protected::ENCRYPTED);
                    let media_type = "application/octet-stream".to_owned();
                    self.push(Some(protected::NAME.to_owned()), media_type, encrypted.into_bytes().into(), "asc");
                }
                bared.text
            }
        };
        Some(flowed::joined(part, &text).unwrap_or(text))
    }

    fn part(&mut self, message: &'m Message<'m>, part: &'m MessagePart<'m>, parent: Option<&str>, depth: usize) {
        if part.is_multipart() || body::is_broken_multipart(part) || body::is_spoilt_text(part) {
            return;
        }
        // Both stay in the message as it is kept, and say nothing to anybody who reads it.
        if protected::is_control(part) {
            return self.unread.push(protected::ENCRYPTED);
        }
        if parent == Some("signed") && protected::is_signature(part) {
            return;
        }
        if self.opens_package(part) || protected::is_smime(part) && self.opens_signed(part, depth) {
            return;
        }
        let media_type = headers::media_type(part);
        let mut name = headers::file_name(message, part);
        if media_type == "text/calendar" {
            self.packed.extend(calendar::text(part.text_contents().unwrap_or_default()));
            name = name.or_else(|| Some(INVITATION.to_owned()));
        }
        if parent == Some("encrypted") {
            self.unread.push(protected::ENCRYPTED);
            name = name.or_else(|| Some(protected::NAME.to_owned()));
        }
        // A part without name and content is how some programs end a message.
        let bytes = transfer::contents(message, part);
        if name.is_some() || !bytes.is_empty() {
            self.push(name, media_type, bytes, extension(part));
        }
    }

    /// Whether a part is a `winmail.dat`, which then gave what is in it.
    fn opens_package(&mut self, part: &'m MessagePart<'m>) -> bool {
        let Some(package) = Some(part).filter(|part| is_package(part)).and_then(|part| tnef::open(part.contents())) else { return false };
        self.packed.push(package.text);
        for file in package.files {
            let bytes = cut_from(file.bytes);
            let media_type = file.media_type.as_deref().and_then(headers::clean_media_type);
            let name = file.name.as_deref().and_then(headers::clean_name);
            self.push(name, media_type.unwrap_or_else(|| "application/octet-stream".to_owned()), bytes, "bin");
        }
        true
    }

    /// Whether a part of S/MIME is a signed message, which then gave what is in it. Says why it cannot be read otherwise; a document that
    /// somebody signed stays the file that it is.
    fn opens_signed(&mut self, part: &MessagePart<'_>, depth: usize) -> bool {
        let kind = protected::smime_type(part);
        if kind == "certs-only" {
            return false;
        }
        let signed = ["", "signed-data"].contains(&kind.as_str()) && depth < DEPTH_CAP;
        let Some(content) = signed.then(|| signed_data::content(part.contents())).flatten() else {
            self.unread.push(if kind == "signed-data" { protected::CLOSED } else { protected::ENCRYPTED });
            return false;
        };
        // Within it a link may be encoded otherwise than it was on the way in.
        let content = personal_links::without_personal_links(&content);
        let content = super::mended(&content);
        let Some(message) = guard::message(&content).filter(headers::look_like_mail) else { return false };
        let found = Found::of(&message, depth + 1);
        self.written.push(found.text());
        for File { name, media_type, bytes } in found.files {
            self.files.push(File { name, media_type, bytes: bytes.into_owned().into() });
        }
        true
    }

    fn push(&mut self, name: Option<String>, media_type: String, bytes: Cow<'m, [u8]>, extension: &str) {
        let name = name.unwrap_or_else(|| format!("bijlage-{}.{extension}", self.files.len() + 1));
        self.files.push(File { name, media_type, bytes });
    }

    /// Programs send an invitation twice: as a way to read the message, and as a file.
    fn drop_repeated_invitation(&mut self) {
        let Some(at) = self.files.iter().position(|file| file.name == INVITATION) else { return };
        let is_same = |other: &File<'_>| other.name != INVITATION && other.bytes == self.files[at].bytes;
        if self.files.iter().any(is_same) {
            self.files.remove(at);
        }
    }

    fn text(&self) -> String {
        let written = joined(&self.written);
        let text = if written.is_empty() { joined(&self.packed) } else { written };
        let mut unread = self.unread.clone();
        unread.sort_unstable();
        unread.dedup();
        let texts = std::iter::once(text.as_str()).chain(unread).filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join("\n\n")
    }
}

/// Where the parts of a message stand.
#[derive(Default)]
struct Places {
    /// The subtype of the multipart that a part stands in.
    within: HashMap<u32, String>,
    /// Texts that are read in place and have a file name.
    named: HashSet<u32>,
}

impl Places {
    fn of(message: &Message<'_>) -> Self {
        let mut places = Self::default();
        for part in &message.parts {
            let subtype = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default().to_ascii_lowercase();
            for id in part.sub_parts().unwrap_or_default() {
                places.within.insert(*id, subtype.clone());
            }
        }
        let is_named = |id: &u32| {
            let part = message.parts.get(*id as usize).filter(|part| part.is_text());
            let is_one = places.parent(*id).is_none_or(|parent| parent == "mixed");
            is_one && part.is_some_and(|part| headers::file_name(message, part).is_some())
        };
        places.named = message.text_body.iter().chain(&message.html_body).copied().filter(is_named).collect();
        places
    }

    fn parent(&self, id: u32) -> Option<&str> {
        self.within.get(&id).map(String::as_str)
    }

    /// The parts that are read as the text. The first always is, as some programs name what somebody wrote; a later one with a name is a file.
    fn bodies<'m>(&self, message: &'m Message<'m>, ids: &'m [u32]) -> impl Iterator<Item = &'m MessagePart<'m>> {
        let texts = ids.iter().filter_map(|id| Some((id, message.parts.get(*id as usize)?))).filter(|(_, part)| part.is_text());
        let read = texts.enumerate().filter(|(at, (id, _))| *at == 0 || !self.named.contains(id));
        read.map(|(_, (_, part))| part).collect::<Vec<_>>().into_iter()
    }
}

/// The bytes of a file without links of the desk.
fn cut_from(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match bytes {
        Cow::Borrowed(bytes) => personal_links::without_personal_links(bytes),
        Cow::Owned(bytes) => Cow::Owned(personal_links::without_personal_links(&bytes).into_owned()),
    }
}

/// Each without blank lines around it, and with one between.
fn joined(texts: &[String]) -> String {
    let texts = texts.iter().map(|text| text.trim_matches(['\n', '\r'])).filter(|text| !text.trim().is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

fn is_package(part: &MessagePart<'_>) -> bool {
    match headers::media_type(part).as_str() {
        "application/ms-tnef" | "application/vnd.ms-tnef" => true,
        "application/octet-stream" => {
            part.attachment_name().is_some_and(|name| ["winmail.dat", "win.dat"].iter().any(|known| name.eq_ignore_ascii_case(known)))
        }
        _ => false,
    }
}

/// Of a name that is made up.
fn extension<'p>(part: &'p MessagePart<'_>) -> &'p str {
    match &part.body {
        PartType::Message(_) => "eml",
        _ if part.content_type().is_some_and(|kind| kind.ctype() == "message") => "eml",
        PartType::Text(_) => "txt",
        PartType::Html(_) => "html",
        _ => match part.content_type().and_then(|kind| kind.subtype()) {
            Some(subtype @ ("pdf" | "png" | "gif" | "zip")) => subtype,
            Some("jpeg" | "jpg") => "jpg",
            _ => "bin",
        },
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    use super::super::{Parsed, attachment_contents, compressed_rtf, parse, rtf};
    use super::*;

    /// A mail of parts, each its headers and its content.
    fn mail(kind: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut raw = format!("From: anna@example.nl\nSubject: x\nMIME-Version: 1.0\nContent-Type: {kind}; boundary=b\n").into_bytes();
        for (head, content) in parts {
            let content = BASE64_STANDARD.encode(content);
            raw.extend(format!("\n--b\n{head}\nContent-Transfer-Encoding: base64\n\n{content}").bytes());
        }
        raw.extend(b"\n--b--\n");
        raw
    }

    fn single(head: &str, content: &[u8]) -> Vec<u8> {
        let content = BASE64_STANDARD.encode(content);
        format!("From: anna@example.nl\nSubject: x\n{head}\nContent-Transfer-Encoding: base64\n\n{content}\n").into_bytes()
    }

    fn files(parsed: &Parsed) -> Vec<(&str, &str, usize)> {
        parsed.attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str(), file.size)).collect()
    }

    const TEXT: (&str, &[u8]) = ("Content-Type: text/plain", b"Zie de bijlage.");
    const WINMAIL: &str = "Content-Type: application/ms-tnef; name=winmail.dat";

    fn winmail() -> Vec<u8> {
        let (file, data) = ((2, 0x0006_9002, &[0; 14][..]), (2, 0x0006_800f, &b"bedrag: 10 euro"[..]));
        tnef::tests::packed(&[(1, 0x0002_800c, b"De inhoud staat hier.\0"), file, (2, 0x0001_8010, b"map\\offerte.txt\0"), data])
    }

    #[test]
    fn a_winmail_dat_is_opened() {
        let raw = single(WINMAIL, &winmail());
        let parsed = parse(&raw);
        assert_eq!(
            (parsed.text.as_str(), &*files(&parsed)),
            ("De inhoud staat hier.", &[("offerte.txt", "application/octet-stream", 15)][..])
        );
        assert_eq!(attachment_contents(&raw), [b"bedrag: 10 euro"]);
        let named = "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=WINMAIL.DAT";
        let parsed = parse(&mail("multipart/mixed", &[TEXT, (named, &winmail())]));
        assert_eq!((parsed.text.as_str(), parsed.attachments[0].name.as_str()), ("Zie de bijlage.", "offerte.txt"));
    }

    #[test]
    fn a_package_that_quotes_a_link_of_the_desk_is_opened_and_has_it_no_more() {
        let link = "https://desk.example/portal/decisions/solution/yes/6172b682-82d3-5e90-a12d-1c1c40e862e0/nBd4Bz2kTgX6cfOBV5s_hw";
        let text = format!("Ja.\r\n> {link}\r\n");
        let packed =
            tnef::tests::packed(&[(1, 0x0002_800c, text.as_bytes()), (2, 0x0006_9002, &[0; 14]), (2, 0x0006_800f, text.as_bytes())]);
        let signed = signed_data::tests::packed(&single("Content-Type: text/plain", text.as_bytes()));
        for raw in [single(WINMAIL, &packed), single("Content-Type: application/pkcs7-mime; smime-type=signed-data", &signed)] {
            let kept = personal_links::without_personal_links(&raw);
            let parsed = parse(&kept).without_personal_links();
            assert_eq!((parsed.text.as_str(), parsed.text.contains("nBd4")), ("Ja.\n> https://desk.example/portal/decisions/-", false));
            assert!(attachment_contents(&kept).iter().all(|file| !String::from_utf8_lossy(file).contains("nBd4")));
        }
    }

    #[test]
    fn a_winmail_dat_that_cannot_be_opened_stays_a_file() {
        let whole = winmail();
        let raw = single(WINMAIL, &whole[..whole.len() - 10]);
        let parsed = parse(&raw);
        assert_eq!(files(&parsed), [("winmail.dat", "application/ms-tnef", whole.len() - 10)]);
        assert_eq!(attachment_contents(&raw), [&whole[..whole.len() - 10]]);
    }

    #[test]
    fn files_in_a_text_are_files() {
        let raw = single("Content-Type: text/plain", b"Zie hier:\r\nbegin 644 hallo.txt\r\n&2&%L;&\\*\r\n`\r\nend\r\nGroet\r\n");
        let parsed = parse(&raw);
        assert_eq!((parsed.text.as_str(), files(&parsed)), ("Zie hier:\nGroet", vec![("hallo.txt", "application/octet-stream", 6)]));
        assert_eq!(attachment_contents(&raw), [b"Hallo\n"]);
    }

    const INVITE: &[u8] =
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Overleg\r\nDTSTART:20260305T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_invitation_is_a_file_and_the_text_when_there_is_no_other() {
        let calendar = ("Content-Type: text/calendar; method=REQUEST", INVITE);
        let parsed = parse(&single(calendar.0, INVITE));
        assert_eq!(parsed.text, "Uitnodiging: Overleg\nTijd: 5-3-2026 10:00 (UTC)");
        assert_eq!(files(&parsed), [("uitnodiging.ics", "text/calendar", INVITE.len())]);
        let parsed = parse(&mail("multipart/alternative", &[TEXT, calendar]));
        assert_eq!((parsed.text.as_str(), parsed.attachments[0].name.as_str()), ("Zie de bijlage.", "uitnodiging.ics"));
        let twice = ("Content-Type: application/ics; name=invite.ics", INVITE);
        let parsed = parse(&mail("multipart/mixed", &[TEXT, calendar, twice]));
        assert_eq!(files(&parsed), [("invite.ics", "application/ics", INVITE.len())], "the same invitation is one file");
    }

    #[test]
    fn a_mail_that_is_a_file_keeps_it() {
        let parsed = parse(&single("Content-Type: application/pdf", b"%PDF"));
        assert_eq!((parsed.text.as_str(), files(&parsed)), ("", vec![("bijlage-1.pdf", "application/pdf", 4)]));
        let attached = "Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt";
        let parsed = parse(&single(attached, b"rook"));
        assert_eq!((parsed.text.as_str(), files(&parsed)), ("", vec![("log.txt", "text/plain", 4)]));
        let inline = "Content-Type: text/plain\nContent-Disposition: inline; filename=log.txt";
        let parsed = parse(&single(inline, b"rook"));
        assert_eq!((parsed.text.as_str(), files(&parsed)), ("rook", vec![("log.txt", "text/plain", 4)]));
    }

    #[test]
    fn a_part_with_a_name_is_a_file_once_and_an_image_in_the_text_too() {
        let raw = mail(
            "multipart/mixed",
            &[
                TEXT,
                ("Content-Type: text/plain\nContent-Disposition: inline; filename=log.txt", b"rook"),
                ("Content-Type: text/html; name=rapport.html\nContent-Disposition: inline", b"<p>x</p>"),
                ("Content-Type: image/png\nContent-Disposition: inline", b"PNG"),
                ("Content-Type: text/plain", b"Groet, Anna"),
                ("Content-Type: application/octet-stream; name=leeg.bin", b""),
                ("Content-Type: application/octet-stream", b""),
            ],
        );
        let parsed = parse(&raw);
        assert_eq!(parsed.text, "Zie de bijlage.\n\nGroet, Anna");
        let expected = [
            ("log.txt", "text/plain", 4),
            ("rapport.html", "text/html", 8),
            ("bijlage-3.png", "image/png", 3),
            ("leeg.bin", "application/octet-stream", 0),
        ];
        assert_eq!(files(&parsed), expected);
        assert_eq!(attachment_contents(&raw).iter().map(Vec::len).collect::<Vec<_>>(), [4, 8, 3, 0]);
        let related = parse(&mail(
            "multipart/related",
            &[
                ("Content-Type: text/html", b"<p>Zie <img src=cid:1></p>"),
                ("Content-Type: image/png; name=scherm.png\nContent-ID: <1>", b"PNG"),
            ],
        ));
        assert_eq!((related.text.as_str(), files(&related)), ("Zie", vec![("scherm.png", "image/png", 3)]));
    }

    #[test]
    fn a_signed_mail_is_read_and_its_signature_is_nobodys_file() {
        let bytes = signed_data::tests::packed(b"");
        let signature = ("Content-Type: application/pkcs7-signature; name=smime.p7s", &*bytes);
        let pgp =
            ("Content-Type: application/pgp-signature", &b"\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"[..]);
        for signature in [signature, pgp] {
            let parsed = parse(&mail("multipart/signed", &[TEXT, signature]));
            assert_eq!((parsed.text.as_str(), files(&parsed)), ("Zie de bijlage.", vec![]));
        }
        let parsed = parse(&mail("multipart/mixed", &[TEXT, signature]));
        assert_eq!(files(&parsed), [("smime.p7s", "application/pkcs7-signature", bytes.len())], "of a file beside it, it is one");
        for kind in [signature.0, pgp.0] {
            let parsed = parse(&mail("multipart/signed", &[TEXT, (kind, b"%PDF-1.4 contract")]));
            assert_eq!(parsed.attachments[0].size, 17, "what is none is a file");
        }
        let inner = mail("multipart/mixed", &[TEXT, ("Content-Type: application/pdf; name=a.pdf", b"%PDF")]);
        let packed = signed_data::tests::packed(&inner);
        let parsed = parse(&single("Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", &packed));
        assert_eq!((parsed.text.as_str(), files(&parsed)), ("Zie de bijlage.", vec![("a.pdf", "application/pdf", 4)]));
    }

    #[test]
    fn a_signed_document_stays_a_file() {
        let packed = signed_data::tests::packed(b"%PDF-1.4\n1 0 obj");
        let parsed = parse(&mail("multipart/mixed", &[TEXT, ("Content-Type: application/pkcs7-mime; name=contract.pdf.p7m", &packed)]));
        assert_eq!((parsed.text.as_str(), files(&parsed)[0].0), ("Zie de bijlage.", "contract.pdf.p7m"));
    }

    #[test]
    fn an_encrypted_mail_says_so_and_is_a_file() {
        let smime = |kind: &str| format!("Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m");
        for (kind, said) in [("enveloped-data", protected::ENCRYPTED), ("signed-data", protected::CLOSED)] {
            let parsed = parse(&single(&smime(kind), b"x"));
            assert_eq!((parsed.text.as_str(), files(&parsed)), (said, vec![("smime.p7m", "application/pkcs7-mime", 1)]));
        }
        let control = ("Content-Type: application/pgp-encrypted", &b"Version: 1"[..]);
        let parsed = parse(&mail("multipart/encrypted", &[control, ("Content-Type: application/octet-stream", b"x")]));
        assert_eq!(
            (parsed.text.as_str(), files(&parsed)),
            (protected::ENCRYPTED, vec![("versleuteld.asc", "application/octet-stream", 1)])
        );
        let inline = single("Content-Type: text/plain", b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n");
        assert_eq!((parse(&inline).text.as_str(), parse(&inline).attachments.len()), (protected::ENCRYPTED, 1));
    }

    /// What a reader of some kind may meet, cut off and changed anywhere.
    fn spoilt() -> impl Strategy<Value = Vec<u8>> {
        let begun = prop::sample::select(vec![
            winmail(),
            signed_data::tests::packed(b"Content-Type: text/plain\n\nHallo"),
            INVITE.to_vec(),
            b"Zie\nbegin 644 hallo.txt\n&2&%L;&\\*\n`\nend\n".to_vec(),
            b"Caf+AOk- > x \n> y \n-- \n".to_vec(),
            b"{\\rtf1\\ansi\\u8364?{\\*\\x y}\\'e9\\bin3 abc}".to_vec(),
            b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n".to_vec(),
            b"<?xml encoding=koi8-r?><meta charset=utf-7><p>x".to_vec(),
            Vec::new(),
        ]);
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
        (begun, changes, any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(
            |(mut bytes, changes, end, more)| {
                for (at, byte) in changes {
                    if !bytes.is_empty() {
                        let at = at.index(bytes.len());
                        bytes[at] = byte;
                    }
                }
                bytes.truncate(end.index(bytes.len() + 1).max(bytes.len() / 2));
                [bytes, more].concat()
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_and_gives_no_more_than_a_few_times_its_size(content in spoilt(), kind in prop::sample::select(vec![
            "application/ms-tnef", "application/pkcs7-mime", "text/calendar", "text/plain; format=flowed; delsp=yes",
            "text/plain; charset=utf-7", "text/html", "application/octet-stream; name=smime.p7m",
        ])) {
            for raw in [single(&format!("Content-Type: {kind}"), &content), mail("multipart/signed", &[(&format!("Content-Type: {kind}"), &content)])] {
                let parsed = parse(&raw);
                let contents = attachment_contents(&raw);
                let sizes: Vec<_> = parsed.attachments.iter().map(|file| file.size).collect();
                prop_assert_eq!(contents.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
                prop_assert!(contents.concat().len() + parsed.text.len() <= 10 * content.len() + 500);
                // A panic would leave nothing of it.
                prop_assert!(parsed.subject.is_some());
            }
            prop_assert!(rtf::to_text(&content).unwrap_or_default().len() <= 10 * content.len());
            let packed = [&[0; 8], &b"LZFu"[..], &[0; 4], &content].concat();
            prop_assert!(compressed_rtf::decompressed(&packed, 1 << 20).unwrap_or_default().len() <= 10 * content.len());
        }
    }

    /// However large it is, it takes no longer than its length.
    #[test]
    fn a_large_mail_of_nothing_but_beginnings_is_gone_through_once() {
        for line in [
            "begin 644 x\n",
            "-----BEGIN PGP MESSAGE-----\n",
            "BEGIN:VEVENT\n",
            "> \n",
            "=?utf-7?Q?",
            "<meta ",
            "{\\*\\u1 ",
            "+AAA",
            "begin 644 x\n#86)C\n",
        ] {
            let content = line.repeat(100_000 / line.len());
            for kind in ["text/plain; format=flowed", "text/plain; charset=utf-7", "text/calendar", "text/html", "application/ms-tnef"] {
                let raw = format!("From: anna@example.nl\nSubject: {content}\nContent-Type: {kind}\n\n{content}");
                assert!(parse(raw.as_bytes()).from.is_some());
            }
        }
    }
}
