//! Reads a raw message: who wrote it, about what, in reply to which message, and whether a machine wrote it.
//!
//! Nothing here fails or panics: any input gives a [`Parsed`], an empty one if need be, and [`crate::mail::triage`] decides what to do with
//! it. `mail-parser` does the MIME decoding. Deliberately absent: lookups, trust in anything a message claims, and the `Date` header, which
//! a sender can set to anything. A message is received when the mailbox received it.

mod automatic;
mod body;
mod bounce;
mod calendar;
mod compressed_rtf;
mod content;
mod flowed;
mod guard;
mod headers;
mod html;
mod personal_links;
mod protected;
mod quotes;
mod rejoin;
mod rtf;
mod signed;
mod signed_data;
mod tnef;
mod transfer;
mod utf7;
mod uuencode;

pub(super) use guard::{message, without_envelope};

pub use automatic::{Automatic, LOOP_MARKER, Mark};
pub use bounce::Bounce;
pub use headers::Address;
pub use personal_links::without_personal_links;
pub use signed::{Signed, signed};

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{HeaderName, Message};
use sha2::{Digest, Sha256};

/// Bytes of readable text that are kept. The raw message is stored too, so nothing is lost.
pub const TEXT_CAP: usize = 200_000;

/// Characters of a subject that are kept; a ticket's title has the same limit.
pub const SUBJECT_CAP: usize = 300;

/// Attachments that are listed; the raw message has the rest.
pub const ATTACHMENT_CAP: usize = 200;

/// What a message says, as far as it can be read. Nothing in it is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Without angle brackets, as all ids here.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    /// Oldest first.
    pub references: Vec<String>,
    /// The first, when it names several.
    pub from: Option<Address>,
    /// Whether `From` names more than one person, so that the message cannot be attributed to one.
    pub several_senders: bool,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    /// Decoded, on one line, at most [`SUBJECT_CAP`] characters; none when it is blank.
    pub subject: Option<String>,
    /// The whole readable body, at most [`TEXT_CAP`] bytes; empty when there is none.
    pub text: String,
    /// `text` without quotations and signature, with a mark where a quotation was cut; all of `text` when nothing would be left.
    pub reply_text: String,
    /// Whether the readable body was longer than [`TEXT_CAP`].
    pub truncated: bool,
    /// In the order of the message, at most [`ATTACHMENT_CAP`].
    pub attachments: Vec<Attachment>,
    /// The SHA-256 of the raw bytes, in hexadecimal.
    pub digest: String,
    /// The SHA-256 of what the sender wrote, in hexadecimal. It leaves out the headers that servers add on the way, so that it is the same
    /// for two deliveries of one message.
    pub content_digest: String,
    /// What servers say of who sent it, topmost first; a sender may have written some of them.
    pub authentication_results: Vec<String>,
    /// Set when a machine wrote it; such a message is never acknowledged.
    pub automatic: Option<Automatic>,
    /// Set when it asks for no automatic answer.
    pub mark: Option<Mark>,
    /// Set when it is a report that a message was not delivered (RFC 3464).
    pub bounce: Option<Bounce>,
}

impl Parsed {
    /// The earlier messages of its conversation, most likely first: the one it replies to, then its references from newest to oldest.
    pub fn ancestors(&self) -> Vec<&str> {
        let mut ancestors: Vec<&str> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !ancestors.contains(&id.as_str()) {
                ancestors.push(id);
            }
        }
        ancestors
    }

    /// The same without links of the desk in what can be read of it, however they were encoded.
    #[must_use]
    pub fn without_personal_links(mut self) -> Self {
        for text in [&mut self.text, &mut self.reply_text].into_iter().chain(&mut self.subject) {
            if let Some(cut) = personal_links::cut_from(text) {
                *text = cut;
            }
        }
        self
    }

    /// Whether its sender may be answered automatically.
    pub fn may_be_acknowledged(&self) -> bool {
        self.automatic.is_none() && self.mark.is_none()
    }

    /// Whether there is nothing to work with: no sender, no subject, no text and no attachments.
    pub fn is_blank(&self) -> bool {
        self.from.is_none() && self.subject.is_none() && self.text.is_empty() && self.attachments.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file name without folders; made up when there is none.
    pub name: String,
    /// In lower case, such as `application/pdf`.
    pub media_type: String,
    /// In bytes, after decoding.
    pub size: usize,
}

pub fn parse(raw: &[u8]) -> Parsed {
    let digest = hex::encode(Sha256::digest(raw));
    let content = &*mended(raw);
    let message = message(content).filter(headers::look_like_mail);
    // If our own reading panics, the message is kept as if it were unreadable.
    let parsed = message.and_then(|message| catch_unwind(AssertUnwindSafe(|| read(&message, content))).ok());
    Parsed { digest, ..parsed.unwrap_or_else(|| unreadable(content)) }
}

/// The decoded bytes of every attachment, in the order of [`Parsed::attachments`]. Text is converted to UTF-8.
pub fn attachment_contents(raw: &[u8]) -> Vec<Vec<u8>> {
    let content = &*mended(raw);
    let message = message(content).filter(headers::look_like_mail);
    let bytes = |message: Message<'_>| content::read(&message).files.into_iter().map(|file| file.bytes.into_owned()).collect();
    message.and_then(|message| catch_unwind(AssertUnwindSafe(|| bytes(message))).ok()).unwrap_or_default()
}

/// A message, changed where need be.
type Mend = fn(&[u8]) -> Cow<'_, [u8]>;

/// The message without its envelope, with its parts ended, its encoded messages closed, and its headers in an encoding that the parser reads well.
fn mended(raw: &[u8]) -> Cow<'_, [u8]> {
    let mends: [Mend; 3] = [guard::ended, guard::encoded_closed, utf7::without_words];
    mends.into_iter().fold(Cow::Borrowed(without_envelope(raw)), |content, mend| match content {
        Cow::Borrowed(content) => mend(content),
        Cow::Owned(content) => match mend(&content) {
            Cow::Owned(mended) => Cow::Owned(mended),
            Cow::Borrowed(_) => Cow::Owned(content),
        },
    })
}

fn read(message: &Message<'_>, content: &[u8]) -> Parsed {
    let senders = headers::senders(message);
    let content::Content { body, files } = content::read(message);
    let subject = headers::subject(message);
    Parsed {
        message_id: headers::message_id(message),
        in_reply_to: headers::message_ids(message, &HeaderName::InReplyTo),
        references: headers::message_ids(message, &HeaderName::References),
        several_senders: senders.len() > 1 || headers::is_from_unclear(message),
        authentication_results: headers::lines(message, "Authentication-Results"),
        automatic: automatic::of(message, senders.first()),
        mark: automatic::mark(message),
        from: senders.into_iter().next(),
        to: headers::addresses(message, &HeaderName::To),
        cc: headers::addresses(message, &HeaderName::Cc),
        reply_text: quotes::trim(subject.as_deref(), &body.text),
        subject,
        text: body.text,
        truncated: body.truncated,
        attachments: files.into_iter().map(attachment).collect(),
        // `parse` fills it in, since it covers the envelope line too.
        digest: String::new(),
        content_digest: content_digest(message, content),
        bounce: bounce::of(message),
    }
}

/// For input without headers: its text, when it is text.
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

fn attachment(file: content::File<'_>) -> Attachment {
    Attachment { name: file.name, media_type: file.media_type, size: file.bytes.len() }
}

/// Covers the headers that the sender sets and the body. Carriage returns are left out: servers rewrite line ends.
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
