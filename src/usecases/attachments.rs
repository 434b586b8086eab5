//! Files on tickets. First a note of the file's id is committed, then its bytes are stored, then its row and event are written in one
//! transaction, which also deletes the note. After a crash in between there are bytes without a row, and the note of them: `sweep` removes
//! both.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use uuid::Uuid;

use super::held::repeated;
use super::tickets::{When, act_in, as_expected, locked};
use super::{Code, Error, FieldCode, Problem, Stamp, quota};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::idempotency::Key;
use crate::domain::scan::Scan;
use crate::domain::text::is_visible;
use crate::domain::ticket::attach::{Attach, Classification};
use crate::domain::ticket::classify::Classify;
use crate::domain::ticket::{Act, Attachment, Reader, Ticket, TicketRef};
use crate::files::{Kept, NotKept, NotRead, Stored};
use crate::store::{self, Scope, Tx};
use crate::time::TimeSource;

/// The most public attachments of a ticket; and as many again for the desk only.
const MOST: usize = 1000;
/// In characters.
const NAME_CAP: usize = 200;
/// In characters.
const MEDIA_TYPE_CAP: usize = 127;
/// An upload that takes longer than this is given up.
const ABANDONED_SECONDS: i64 = 86_400;
/// Uploads given up in one transaction.
const BATCH: u64 = 200;

/// The media type when none is given.
pub const UNKNOWN: &str = "application/octet-stream";

#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// From `safe_name`.
    pub name: String,
    /// What the sender says it is, from `media_type`.
    pub media_type: String,
    /// Whether the client may see it.
    pub public: bool,
    pub classification: Classification,
    /// In bytes, if it is known beforehand.
    pub size: Option<u64>,
}

/// Adds a file to a ticket as it comes in. `key` makes the idempotency key from the digest of the bytes, known only at the end.
pub async fn attach(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    new: &NewAttachment,
    bytes: impl Stream<Item = Result<Bytes, Error>>,
    key: impl FnOnce(&str) -> Option<Key>,
) -> Result<Attachment, Error> {
    let id = app.time.id();
    let room = announce(app, stamp, ticket, new, id).await?;
    let most = room.ticket.min(room.organisation).min(app.settings.attachments.max_bytes);
    let kept = match app.files.keep(id, bytes, most).await {
        Ok(kept) if kept.size > 0 => kept,
        not_kept => {
            discard(app, &[id]).await;
            return Err(match not_kept {
                Ok(_) => Error::Invalid(vec![Problem {
                    pointer: String::new(),
                    code: FieldCode::EmptyBody,
                    detail: "the file is empty".to_owned(),
                }]),
                Err(NotKept::TooLong) => too_large(app, room, new.size),
                Err(NotKept::Broken(error)) => error,
                Err(NotKept::Store(error)) => Error::Unavailable(error.to_string()),
            });
        }
    };
    let stamp = Stamp { idempotency: key(&kept.digest), ..stamp.clone() };
    let recorded = stamp.write(app, async |tx| {
        if let Some(known) = repeated(tx, &stamp).await? {
            let ticket = store::tickets::find(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
            return store::attachments::find(tx, ticket.id, known, Reader::Desk).await?.ok_or(Error::NotFound("attachment"));
        }
        let ticket = locked(tx, ticket).await?;
        let attachment = attachment(app, &stamp, &ticket, new, (id, &kept));
        let room = Room { ticket: room_on(app, tx, &ticket, new.public).await?, organisation: u64::MAX };
        if kept.size > room.ticket {
            return Err(too_large(app, room, Some(kept.size)));
        }
        record(app, tx, &stamp, ticket, std::slice::from_ref(&attachment), Some(id)).await?;
        Ok(attachment)
    });
    let recorded = recorded.await;
    if recorded.as_ref().map_or(true, |attachment| attachment.id != id) {
        discard(app, &[id]).await;
    }
    recorded
}

/// How many bytes there is room for.
#[derive(Debug, Clone, Copy)]
struct Room {
    ticket: u64,
    organisation: u64,
}

/// Finds the ticket and checks permission before the first byte is taken, and commits the note that a file is coming. Returns how many
/// bytes there is room for.
async fn announce(app: &App, stamp: &Stamp, ticket: TicketRef, new: &NewAttachment, id: Uuid) -> Result<Room, Error> {
    let announced = app.keep_books(&stamp.scope, async |tx| {
        let ticket = locked(tx, ticket).await?;
        stamp.who.at(&ticket.organisation).may_show(new.public)?;
        let organisation = quota::room(app, tx, &ticket.organisation).await?;
        let room = Room { ticket: room_on(app, tx, &ticket, new.public).await?, organisation };
        let most = room.ticket.min(room.organisation).min(app.settings.attachments.max_bytes);
        if new.size.is_some_and(|size| size > most) || room.organisation == 0 {
            return Err(too_large(app, room, new.size));
        }
        store::attachments::expect(tx, &[id], TimeSource::machine().now()).await?;
        Ok(room)
    });
    announced.await
}

/// How many bytes a ticket has room for; an error when it has as many files as it may. The desk's own files are counted apart from public
/// ones: otherwise the room left would tell a client about them.
pub(super) async fn room_on(app: &App, tx: &Tx, ticket: &Ticket, public: bool) -> Result<u64, Error> {
    let sizes = store::attachments::sizes(tx, ticket.id, public).await?;
    if sizes.len() >= MOST {
        let detail = format!("a ticket has at most {MOST} attachments");
        return Err(Error::Conflict { code: Code::TooManyAttachments, detail });
    }
    Ok(app.settings.attachments.max_bytes_per_ticket.saturating_sub(sizes.iter().sum()))
}

/// Too large for any ticket, or for the room that this one or its organisation has left. Of a file whose size nobody told no more is read than there is room for.
fn too_large(app: &App, room: Room, size: Option<u64>) -> Error {
    let cap = app.settings.attachments.max_bytes;
    let is_less = |room: u64| room < cap && size.is_none_or(|size| size <= cap);
    if is_less(room.organisation) && room.organisation < room.ticket {
        return quota::full(room.organisation);
    }
    if is_less(room.ticket) {
        let detail = format!("the ticket has room for {} more bytes of attachments", room.ticket);
        return Error::TooLarge { code: Code::TicketFull, detail };
    }
    Error::TooLarge { code: Code::AttachmentTooLarge, detail: format!("an attachment has at most {cap} bytes") }
}

pub(super) fn attachment(app: &App, stamp: &Stamp, ticket: &Ticket, new: &NewAttachment, (id, kept): (Uuid, &Kept)) -> Attachment {
    Attachment {
        id,
        stored_as: None,
        key: kept.key.clone(),
        ticket_id: ticket.id,
        organisation: ticket.organisation.clone(),
        public: new.public,
        author: stamp.who.actor.as_text(),
        name: new.name.clone(),
        media_type: new.media_type.clone(),
        size_bytes: kept.size,
        digest: kept.digest.clone(),
        recorded_at: stamp.recorded_at,
        classification: new.classification,
        is_redacted: false,
        scan: app.scanner.as_ref().map(|_| Scan::Unscanned),
    }
}

/// Records stored files with their events, on a ticket that this transaction has locked. `made` is the file that a repeat of the request
/// is answered with.
pub(super) async fn record(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: Ticket,
    attachments: &[Attachment],
    made: Option<Uuid>,
) -> Result<Ticket, Error> {
    let ids: Vec<_> = attachments.iter().map(|one| one.id).collect();
    if store::attachments::arrived(tx, &ids).await? != ids.len() {
        return Err(Error::Conflict { code: Code::UploadExpired, detail: "the upload took more than a day, and was given up".to_owned() });
    }
    let wish = |one: &Attachment| Act::Attach(Attach { id: one.id, public: one.public, bytes: one.size_bytes });
    let wishes: Vec<_> = attachments.iter().map(wish).collect();
    let (ticket, _) = act_in(app, tx, stamp, ticket, &wishes, &When::default(), |_, _| made).await?;
    quota::take(app, tx, &ticket.organisation, attachments.iter().map(|one| one.size_bytes).sum()).await?;
    store::attachments::insert(tx, attachments).await?;
    Ok(ticket)
}

/// Says anew how sensitive a file is, if its ticket still has one of the expected versions (`If-Match`); `None` expects none.
pub async fn classify(
    app: &App,
    stamp: &Stamp,
    (ticket, id): (TicketRef, Uuid),
    to: Classification,
    expected: Option<&[i32]>,
) -> Result<Attachment, Error> {
    stamp
        .write(app, async |tx| {
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            let file = store::attachments::find(tx, ticket.id, id, Reader::of(&stamp.who.actor)).await?;
            let file = file.ok_or(Error::NotFound("attachment"))?;
            file.may_be_read_by(&stamp.who, &ticket)?;
            if file.is_redacted {
                return Err(Error::Conflict { code: Code::Redacted, detail: "the file was removed for good".to_owned() });
            }
            let wish = Act::Classify(Classify { attachment: id, public: file.public, before: file.classification, to });
            act_in(app, tx, stamp, ticket, &[wish], &When::default(), |_, _| None).await?;
            store::attachments::classify(tx, id, to).await?;
            Ok(Attachment { classification: to, ..file })
        })
        .await
}

/// The bytes of a file, or of a range of it. When they are not where its row says, the row is read again: a file that is sealed meanwhile moves.
pub async fn content(
    app: &App,
    caller: &Caller,
    file: Attachment,
    range: Option<Range<u64>>,
) -> Result<impl Stream<Item = Result<Bytes, NotRead>> + use<>, Error> {
    let read = match app.files.read(&stored(&file), range.clone()).await {
        Err(NotRead::Gone) => {
            let view = app.db.view(caller.scope.clone());
            let now = store::attachments::find(&view, file.ticket_id, file.id, caller.reader()).await?;
            let now = now.ok_or(Error::NotFound("attachment"))?;
            app.files.read(&stored(&now), range).await
        }
        read => read,
    };
    let id = file.id;
    let bytes = read.map_err(|error| match error {
        NotRead::Gone | NotRead::Damaged => Error::Damaged(format!("attachment {id}: {error}")),
        NotRead::KeyMissing(_) | NotRead::Store(_) => Error::Unavailable(format!("attachment {id}: {error}")),
    })?;
    Ok(bytes.inspect_err(move |error| tracing::error!(attachment = %id, %error, "a file could not be read to its end")))
}

/// Where the bytes of a file are.
pub(super) fn stored(file: &Attachment) -> Stored {
    Stored { id: file.stored_as.unwrap_or(file.id), size: file.size_bytes, key: file.key.clone() }
}

/// Removes the bytes of uploads that did not arrive. A file with a row is never among them: the transaction that wrote the row deleted its
/// note, and once a note says given up no row can be written.
async fn remove(app: &App, ids: &[Uuid]) -> Result<usize, Error> {
    let given_up = app.keep_books(&Scope::ALL, async |tx| Ok(store::attachments::give_up(tx, ids).await?)).await?;
    if given_up.is_empty() {
        return Ok(0);
    }
    for id in &given_up {
        app.files.remove(*id).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    }
    app.keep_books(&Scope::ALL, async |tx| Ok(store::attachments::forget(tx, &given_up).await?)).await?;
    Ok(given_up.len())
}

/// The same at once for a refused upload. If it fails, the note remains and `sweep` does it.
pub(super) async fn discard(app: &App, ids: &[Uuid]) {
    if let Err(error) = remove(app, ids).await {
        tracing::warn!(%error, "could not remove a refused upload; the sweep will");
    }
}

/// Removes what is left of uploads that began more than a day before `now`, in machine time, and never ended. Returns how many.
pub async fn sweep(app: &App, now: Instant) -> Result<usize, Error> {
    let before = now.plus(-ABANDONED_SECONDS).unwrap_or(Instant::MIN);
    let mut swept = 0;
    loop {
        let ids = store::attachments::begun_before(&app.all(), before, BATCH).await?;
        if ids.is_empty() {
            return Ok(swept);
        }
        swept += remove(app, &ids).await?;
    }
}

/// A name without folders, control characters and bidirectional marks, which can make `exe` read as `pdf`; `None` when nothing is left.
pub fn safe_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |sign: &char| matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = last.chars().filter(|sign| !sign.is_control() && !turns(sign));
    let kept = kept.map(|sign| if matches!(sign, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { sign });
    let kept: String = kept.take(NAME_CAP).collect();
    let kept = kept.trim_matches(|sign: char| sign.is_whitespace() || sign == '.');
    is_visible(kept).then(|| kept.to_owned())
}

/// A media type in lower case, without parameters; `None` when it is not one.
pub fn media_type(text: &str) -> Option<String> {
    let text = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte));
    let (kind, subtype) = text.split_once('/')?;
    (text.len() <= MEDIA_TYPE_CAP && is_token(kind) && is_token(subtype)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (given, kept) in [
            ("rapport.pdf", Some("rapport.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\anna\\foto van café.png", Some("foto van café.png")),
            ("..", None),
            ("/", None),
            ("  ", None),
            ("a\r\nSet-Cookie: x", Some("aSet-Cookie_ x")),
            ("brief\u{202e}fdp.exe", Some("brieffdp.exe")),
            (".profile", Some("profile")),
            ("\u{200b}\u{3164}", None),
        ] {
            assert_eq!(safe_name(given).as_deref(), kept, "{given:?}");
        }
        assert_eq!(safe_name(&"x".repeat(5000)).map(|name| name.len()), Some(NAME_CAP));
    }

    #[test]
    fn a_media_type_is_two_words_or_nothing() {
        for (given, read) in [
            ("Application/PDF", Some("application/pdf")),
            ("text/plain; charset=utf-8", Some("text/plain")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("pdf", None),
            ("text/", None),
            ("text/html\r\nX: y", None),
            ("a/b/c", None),
        ] {
            assert_eq!(media_type(given).as_deref(), read, "{given:?}");
        }
    }
}
