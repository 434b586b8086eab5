//! Files that came with a mail become attachments of its ticket. Their bytes are stored before the mail is taken in, their rows are written
//! in the transaction that takes it in, and bytes it did not record are removed again.
//!
//! A file that is too large or empty, or for which the ticket has no room, stays in the raw message only, and an internal note says why.

use bytes::Bytes;
use futures_util::stream;
use uuid::Uuid;

use super::aside::aside;
use super::attachments::{self, NewAttachment};
use super::tickets::{NewMessage, When, write_in};
use super::{Error, Stamp, quota};
use crate::app::App;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::attach::Classification;
use crate::files::Kept;
use crate::mail::parse::{self, Parsed};
use crate::store::{self, Scope, Tx};
use crate::time::TimeSource;

#[derive(Debug, Default)]
pub struct Enclosed {
    files: Vec<(Uuid, NewAttachment, Kept)>,
    /// The names of files too large to keep.
    too_large: Vec<String>,
    /// The names of files with nothing in them.
    empty: Vec<String>,
    /// Of the message they came with, where that is yet to be kept.
    message_bytes: u64,
}

impl Enclosed {
    /// Of a message that is kept already.
    pub fn without_message(self) -> Self {
        Self { message_bytes: 0, ..self }
    }

    fn ids(&self) -> Vec<Uuid> {
        self.files.iter().map(|file| file.0).collect()
    }
}

/// Stores the bytes of a mail's files, before it is known what becomes of the mail.
pub async fn keep(app: &App, mail: &Parsed, raw: &Bytes) -> Result<Enclosed, Error> {
    let mut enclosed = Enclosed { message_bytes: raw.len() as u64, ..Enclosed::default() };
    if mail.attachments.is_empty() {
        return Ok(enclosed);
    }
    let cap = app.settings.attachments.max_bytes;
    let mut coming = Vec::new();
    let message = raw.clone();
    let contents = aside(raw.len(), move || parse::attachment_contents(&message)).await?;
    for (attachment, bytes) in mail.attachments.iter().zip(contents) {
        let name = attachments::safe_name(&attachment.name).unwrap_or_else(|| "bijlage".to_owned());
        if bytes.len() as u64 > cap {
            enclosed.too_large.push(name);
        } else if bytes.is_empty() {
            enclosed.empty.push(name);
        } else {
            let media_type = attachments::media_type(&attachment.media_type).unwrap_or_else(|| attachments::UNKNOWN.to_owned());
            coming.push((
                app.time.id(),
                NewAttachment { name, media_type, public: true, classification: Classification::default(), size: None },
                Bytes::from(bytes),
            ));
        }
    }
    let ids: Vec<_> = coming.iter().map(|one| one.0).collect();
    app.keep_books(&Scope::ALL, async |tx| Ok(store::attachments::expect(tx, &ids, TimeSource::machine().now()).await?)).await?;
    for (id, new, bytes) in coming {
        match app.files.keep(id, stream::iter([Ok::<_, std::convert::Infallible>(bytes)]), cap).await {
            Ok(kept) => enclosed.files.push((id, new, kept)),
            Err(error) => {
                // The mail is not taken in, so whoever delivered it will try again.
                attachments::discard(app, &ids).await;
                return Err(Error::Unavailable(error.to_string()));
            }
        }
    }
    Ok(enclosed)
}

/// Records a mail's files on its ticket, in the transaction that takes the mail in.
pub async fn record(app: &App, tx: &Tx, stamp: &Stamp, ticket: Ticket, enclosed: &Enclosed) -> Result<Ticket, Error> {
    // A ticket with too many files is no reason to refuse the mail.
    let mut room = match attachments::room_on(app, tx, &ticket, true).await {
        Err(Error::Conflict { .. }) => 0,
        room => room?,
    };
    // The message itself is kept too, and must fit as well.
    let of_organisation = quota::room(app, tx, &ticket.organisation).await?.saturating_sub(enclosed.message_bytes);
    room = room.min(of_organisation);
    let (mut fitting, mut left) = (Vec::new(), Vec::new());
    for (id, new, kept) in &enclosed.files {
        match room.checked_sub(kept.size) {
            Some(rest) => {
                room = rest;
                fitting.push(attachments::attachment(app, stamp, &ticket, new, (*id, kept)));
            }
            None => left.push(new.name.as_str()),
        }
    }
    let ticket = if fitting.is_empty() { ticket } else { attachments::record(app, tx, stamp, ticket, &fitting, None).await? };
    let cap = app.settings.attachments.max_bytes;
    let reasons = [
        (
            enclosed.too_large.iter().map(String::as_str).collect::<Vec<_>>(),
            format!("groter dan de {cap} bytes die een bestand mag hebben"),
        ),
        (left, "er is bij dit ticket geen plaats meer voor".to_owned()),
        (enclosed.empty.iter().map(String::as_str).collect(), "er staat niets in".to_owned()),
    ];
    let notes = reasons
        .iter()
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, why)| format!("Niet als bijlage bewaard, wel in het oorspronkelijke bericht: {} ({why}).", names.join(", ")));
    let body = notes.collect::<Vec<_>>().join("\n");
    if body.is_empty() {
        return Ok(ticket);
    }
    let note = NewMessage { body, ..NewMessage::internal() };
    let id = ticket.id;
    write_in(app, tx, &Stamp::system(stamp.recorded_at), ticket, &note, &When::default()).await?;
    store::tickets::find(tx, TicketRef::Id(id)).await?.ok_or(Error::NotFound("ticket"))
}

/// Removes stored files that were not recorded, because the mail was a duplicate or became no ticket.
pub async fn discard_rest(app: &App, enclosed: &Enclosed) {
    let ids = enclosed.ids();
    if !ids.is_empty() {
        attachments::discard(app, &ids).await;
    }
}
