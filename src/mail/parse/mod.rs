//! Reads a raw message into facts: who wrote, about what, in answer to which message, and whether a machine wrote it.
//!
//! Nothing here fails or panics: whatever is posted yields a [`Parsed`], if need be an empty one, and [`crate::mail::triage`] says what becomes
//! of it. All MIME decoding is `mail-parser`'s. Deliberately absent: looking anything up, trusting anyone, and the `Date` header, which never
//! counts (a message is received when the mailbox received it).

mod automatic;
mod body;
mod bounce;
mod guard;
mod headers;
mod html;
mod quotes;
mod split;

pub use automatic::{Automatic, LOOP_MARKER};
pub use bounce::Bounce;
pub use headers::Address;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{HeaderName, Message, MessagePart, MimeHeaders};
use sha2::{Digest, Sha256};

/// The most bytes of readable text that are kept; the raw message keeps the rest.
pub const TEXT_CAP: usize = 200_000;

/// The most characters of a subject that are kept.
pub const SUBJECT_CAP: usize = 300;

/// The most attachments that are listed; the raw message keeps the rest.
pub const ATTACHMENT_CAP: usize = 200;

/// What a message says, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The `Message-ID`, without its angle brackets.
    pub message_id: Option<String>,
    /// The messages this one answers, as its `In-Reply-To` names them.
    pub in_reply_to: Vec<String>,
    /// The conversation before it, oldest first, as its `References` name it.
    pub references: Vec<String>,
    /// Who wrote it; the first of them when it names several.
    pub from: Option<Address>,
    /// Whether it names more than one writer, so that it cannot be attributed to any.
    pub several_senders: bool,
    /// To whom it was written.
    pub to: Vec<Address>,
    /// Who got a copy.
    pub cc: Vec<Address>,
    /// The subject, decoded, on one line, at most [`SUBJECT_CAP`] characters; none when it is blank.
    pub subject: Option<String>,
    /// The whole readable body, at most [`TEXT_CAP`] bytes; empty when there is none.
    pub text: String,
    /// The body without quotations and signature; the whole body when nothing else would be left.
    pub reply_text: String,
    /// Whether the readable body was longer than [`TEXT_CAP`].
    pub truncated: bool,
    /// What came with it, in the order of the message.
    pub attachments: Vec<Attachment>,
    /// The SHA-256 of the raw bytes, in hexadecimal.
    pub digest: String,
    /// The SHA-256 of what the sender wrote, in hexadecimal: without the headers added on the way, so equal for two deliveries of one message.
    pub content_digest: String,
    /// Why it must never be acknowledged, when a machine wrote it.
    pub automatic: Option<Automatic>,
    /// What could not be delivered, when it is a delivery report saying so (RFC 3464).
    pub bounce: Option<Bounce>,
}

impl Parsed {
    /// The messages this one may continue, the likeliest first: what it answers, then its conversation from the newest back, each once.
    pub fn ancestors(&self) -> Vec<&str> {
        let mut ancestors: Vec<&str> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !ancestors.contains(&id.as_str()) {
                ancestors.push(id);
            }
        }
        ancestors
    }

    /// Whether nothing in it can be a mail: no sender, no subject, nothing to read and nothing enclosed.
    pub fn is_blank(&self) -> bool {
        self.from.is_none() && self.subject.is_none() && self.text.is_empty() && self.attachments.is_empty()
    }
}

/// Something that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name without folders; one is made up when it has none.
    pub name: String,
    /// Its media type in lower case, such as `application/pdf`.
    pub media_type: String,
    /// Its length in bytes, decoded.
    pub size: usize,
}

/// Reads a raw message. A leading mbox "From " line, blank lines and a byte order mark are skipped.
pub fn parse(raw: &[u8]) -> Parsed {
    let digest = hex::encode(Sha256::digest(raw));
    let content = guard::without_envelope(raw);
    let message = guard::message(content).filter(headers::belong_to_a_mail);
    // A fault in reading one message costs what it says, never the message.
    let parsed = message.and_then(|message| catch_unwind(AssertUnwindSafe(|| read(&message, content))).ok());
    Parsed { digest, ..parsed.unwrap_or_else(|| unreadable(content)) }
}

/// The decoded bytes of every attachment, in the order of [`Parsed::attachments`]; text comes as UTF-8.
pub fn attachment_contents(raw: &[u8]) -> Vec<Vec<u8>> {
    let message = guard::message(guard::without_envelope(raw)).filter(headers::belong_to_a_mail);
    message.map(|message| attached(&message).map(|part| part.contents().to_vec()).collect()).unwrap_or_default()
}

fn read(message: &Message<'_>, content: &[u8]) -> Parsed {
    let senders = headers::senders(message);
    let body = body::read(message);
    let subject = headers::subject(message);
    Parsed {
        message_id: headers::message_id(message),
        in_reply_to: headers::message_ids(message, &HeaderName::InReplyTo),
        references: headers::message_ids(message, &HeaderName::References),
        several_senders: senders.len() > 1,
        automatic: automatic::of(message, senders.first()),
        from: senders.into_iter().next(),
        to: headers::addresses(message, &HeaderName::To),
        cc: headers::addresses(message, &HeaderName::Cc),
        subject,
        reply_text: quotes::trim(&body.text),
        text: body.text,
        truncated: body.truncated,
        attachments: attached(message).enumerate().map(|(index, part)| attachment(message, index, part)).collect(),
        digest: String::new(),
        content_digest: content_digest(message, content),
        bounce: bounce::of(message),
    }
}

/// What is left of something that has no headers at all: its text, when it is text.
fn unreadable(content: &[u8]) -> Parsed {
    let body = body::bare(content);
    Parsed {
        reply_text: body.text.clone(),
        text: body.text,
        truncated: body.truncated,
        content_digest: hex::encode(Sha256::digest(content)),
        ..Parsed::default()
    }
}

fn attached<'m>(message: &'m Message<'m>) -> impl Iterator<Item = &'m MessagePart<'m>> {
    message.attachments().filter(|part| !part.is_multipart() && !body::is_unparted(part)).take(ATTACHMENT_CAP)
}

fn attachment(message: &Message<'_>, index: usize, part: &MessagePart<'_>) -> Attachment {
    Attachment {
        name: headers::file_name(message, part).unwrap_or_else(|| made_up_name(index, part)),
        media_type: headers::media_type(part),
        size: part.contents().len(),
    }
}

fn made_up_name(index: usize, part: &MessagePart<'_>) -> String {
    let extension = match &part.body {
        mail_parser::PartType::Message(_) => "eml",
        mail_parser::PartType::Text(_) => "txt",
        mail_parser::PartType::Html(_) => "html",
        _ => match part.content_type().and_then(|kind| kind.subtype()) {
            Some(subtype @ ("pdf" | "png" | "gif" | "zip")) => subtype,
            Some("jpeg" | "jpg") => "jpg",
            _ => "bin",
        },
    };
    format!("bijlage-{}.{extension}", index + 1)
}

/// What the sender wrote, whatever was added on the way: the identifying headers and the body, without carriage returns.
fn content_digest(message: &Message<'_>, content: &[u8]) -> String {
    let mut digest = Sha256::new();
    let root = message.root_part();
    for header in &root.headers {
        if matches!(
            header.name,
            HeaderName::MessageId | HeaderName::From | HeaderName::Subject | HeaderName::Date | HeaderName::ContentType
        ) {
            digest.update(header.name.as_static_str());
            let value = content.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
            update_without_returns(&mut digest, value);
        }
    }
    update_without_returns(&mut digest, content.get(root.offset_body as usize..).unwrap_or_default());
    hex::encode(digest.finalize())
}

fn update_without_returns(digest: &mut Sha256, bytes: &[u8]) {
    for piece in bytes.split(|byte| *byte == b'\r') {
        digest.update(piece);
    }
}
