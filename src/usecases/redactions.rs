//! Removing for good what somebody wrote or attached: one person asks for it, another approves. With the approval, one transaction takes
//! it from every row that holds it; what lies outside of rows (the bytes of a file, freed pages) is cleared right after that, and after a
//! crash at the next start.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{Held, remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, attachments, inbound};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::approval::{Approval, Refused};
use crate::domain::permission::Verb;
use crate::domain::redaction::{Copied, GONE, REQUIRED, Redactable, Redaction};
use crate::domain::ticket::redact::Redacted;
use crate::domain::ticket::{EventData, Reader, Ticket, TicketRef, Visibility};
use crate::mail::parse;
use crate::store::{self, Scope, Tx};

/// What somebody wants to have removed.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub what: Redactable,
    /// Which message, file, version of a part, or event; none for a ticket's own texts.
    pub target: Option<Uuid>,
    pub reason: String,
}

/// Asks for a redaction. Nothing is removed yet.
pub async fn ask(app: &App, stamp: &Stamp, ticket: TicketRef, wanted: &Wanted) -> Result<Redaction, Error> {
    stamp
        .write(app, async |tx| {
            let ticket = store::tickets::lock(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::redactions::find(tx, ticket.id, known).await?.ok_or(Error::NotFound("redaction"));
            }
            stamp.who.may(Verb::AskRedactions)?;
            let (target, public) = find(tx, stamp, &ticket, wanted).await?;
            let redaction = Redaction {
                id: app.time.id(),
                ticket_id: ticket.id,
                organisation: ticket.organisation,
                what: wanted.what,
                target,
                public,
                reason: wanted.reason.clone(),
                approvals: vec![signature(app, tx, stamp).await?],
                asked_at: stamp.recorded_at,
                done_at: None,
                finished_at: None,
            };
            store::redactions::insert(tx, &redaction).await?;
            tx.touch("redaction", redaction.id);
            remember(app, tx, stamp, redaction.id).await?;
            Ok(redaction)
        })
        .await
}

/// What is meant, and whether the client sees it. What the caller does not see cannot be named.
async fn find(tx: &Tx, stamp: &Stamp, ticket: &Ticket, wanted: &Wanted) -> Result<(Uuid, bool), Error> {
    let reader = Reader::of(&stamp.who.actor);
    let unknown = || {
        Error::Invalid(vec![Problem::field("target", FieldCode::UnknownValue, format!("the ticket has no such {}", wanted.what.english()))])
    };
    let Some(id) = wanted.target else {
        let is_whole = wanted.what == Redactable::Texts;
        let missing = Problem::field("target", FieldCode::Required, "say which one");
        return if is_whole { Ok((ticket.id, true)) } else { Err(Error::Invalid(vec![missing])) };
    };
    let found = match wanted.what {
        Redactable::Message => {
            let message = store::messages::find(tx, id).await?.filter(|message| message.ticket_id == ticket.id);
            message.map(|message| message.public)
        }
        Redactable::Attachment => store::attachments::find(tx, ticket.id, id, reader).await?.map(|file| file.public),
        // What is written in a part is written for the client.
        Redactable::Part => store::parts::content(tx, ticket.id, id).await?.map(|_| true),
        Redactable::Reason => {
            let history = store::events::of::<Ticket>(tx, ticket.id).await?;
            let event = history.into_iter().find(|event| event.id == id && event.reason.is_some());
            event.map(|event| Reader::Client.event(event).is_some_and(|seen| seen.reason.is_some()))
        }
        Redactable::Texts => {
            let unexpected = Problem::field("target", FieldCode::NotAllowed, "a ticket has its texts once");
            return Err(Error::Invalid(vec![unexpected]));
        }
    };
    found.filter(|public| reader.sees(*public)).map(|public| (id, public)).ok_or_else(unknown)
}

/// The caller's signature.
async fn signature(app: &App, tx: &Tx, stamp: &Stamp) -> Result<Approval, Error> {
    let actor = stamp.who.actor.as_text();
    // A token's name says nothing about who uses it.
    let shown = Actors::of(tx, [&actor]).await?.show(&actor);
    let name = shown.name.filter(|_| shown.id.is_some()).unwrap_or_else(|| actor.clone());
    Ok(Approval {
        id: app.time.id(),
        side: stamp.who.actor.side(),
        approver: stamp.who.actor.id(),
        name,
        evidence: None,
        actor,
        approved_at: stamp.recorded_at,
    })
}

/// Approves a redaction, which carries it out.
pub async fn approve(app: &App, stamp: &Stamp, ticket: TicketRef, id: Uuid) -> Result<Redaction, Error> {
    let done = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ApproveRedactions)?;
            let ticket = store::tickets::lock(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
            let again = repeated(tx, stamp).await?;
            let mut redaction = store::redactions::find(tx, ticket.id, id).await?;
            redaction = redaction.filter(|one| Reader::of(&stamp.who.actor).sees(one.public));
            let mut redaction = redaction.ok_or(Error::NotFound("redaction"))?;
            if again.is_some() {
                return Ok(redaction);
            }
            let approval = signature(app, tx, stamp).await?;
            REQUIRED.check(&redaction.approvals, &approval).map_err(refused)?;
            store::redactions::approve(tx, id, 2, &approval).await?;
            redaction.approvals.push(approval);
            carry_out(app, tx, stamp, ticket, &redaction).await?;
            store::redactions::done(tx, id, stamp.recorded_at).await?;
            tx.touch("redaction", id);
            redaction.done_at = Some(stamp.recorded_at);
            remember(app, tx, stamp, id).await?;
            Ok(redaction)
        })
        .await?;
    // It is gone for every reader. If the rest fails now, the next sweep or start does it.
    if let Err(error) = finish(app, &done).await {
        tracing::warn!(%error, redaction = %done.id, "could not clear what a redaction leaves; it will be tried again");
    }
    Ok(done)
}

fn refused(refused: Refused) -> Error {
    let code = match refused {
        Refused::Complete | Refused::SideApproved(_) => Code::AlreadyApproved,
        Refused::SamePerson => Code::SamePerson,
    };
    Error::Conflict { code, detail: refused.to_string() }
}

/// Takes it from every row that holds it, and records that.
async fn carry_out(app: &App, tx: &Tx, stamp: &Stamp, ticket: Ticket, redaction: &Redaction) -> Result<(), Error> {
    let target = redaction.target;
    let (mut copied, mut digest) = (Vec::new(), None);
    let mut held = Held::open(app, tx, stamp, ticket).await?;
    match redaction.what {
        Redactable::Message => {
            copied.extend(store::messages::find(tx, target).await?.and_then(|message| Copied::of(&message.body)));
            store::redactions::take_message(tx, target).await?;
        }
        Redactable::Attachment => {
            digest = store::attachments::find(tx, held.subject.id, target, Reader::Desk).await?.map(|file| file.digest);
            store::redactions::take_attachment(tx, target).await?;
        }
        Redactable::Part => {
            let missing = || Error::Internal("a version of a part was not found again".to_owned());
            let (part, mut content) = store::parts::content(tx, held.subject.id, target).await?.ok_or_else(missing)?;
            for field in part.texts() {
                let Some(text) = content.get_mut(field) else { continue };
                copied.extend(text.as_str().and_then(Copied::of));
                *text = GONE.into();
            }
            store::redactions::take_part(tx, target, content).await?;
        }
        Redactable::Reason => {
            let event = held.history.iter_mut().find(|event| event.id == target);
            if let Some(reason) = event.and_then(|event| event.reason.as_mut()) {
                copied.extend(Copied::of(reason));
                GONE.clone_into(reason);
            }
            store::redactions::take_reason(tx, target).await?;
        }
        Redactable::Texts => {
            let ticket = &mut held.subject;
            for text in [&mut ticket.title, &mut ticket.description].into_iter().chain(&mut ticket.priority_motivation) {
                copied.extend(Copied::of(text));
                GONE.clone_into(text);
            }
        }
    }
    let data = Redacted { redaction: redaction.id, what: redaction.what, target, visibility: Visibility::of(redaction.public) };
    let before = held.history.len();
    held.happened(EventData::Redacted(data), Some(redaction.reason.clone()), stamp.recorded_at);
    held.subject.changed(stamp.recorded_at, &held.history[before..]);
    let ticket = held.write(tx, None).await?.subject;
    if redaction.what == Redactable::Texts {
        store::search::put(tx, &ticket).await?;
    }
    take_copies(app, tx, &ticket, &copied, digest.as_deref(), target).await
}

/// Takes away the mails, in and out, that hold a copy.
async fn take_copies(app: &App, tx: &Tx, ticket: &Ticket, copied: &[Copied], digest: Option<&str>, target: Uuid) -> Result<(), Error> {
    let holds = |text: &str| copied.iter().any(|one| one.is_in(text));
    // One at a time: each may be large.
    for id in store::redactions::mails_in(tx, ticket.id).await? {
        let raw = inbound::opened(app, tx, id).await?;
        let mail = parse::parse(&raw);
        let encloses =
            || digest.is_some_and(|digest| parse::attachment_contents(&raw).iter().any(|file| hex::encode(Sha256::digest(file)) == digest));
        // What cannot be read as a mail is searched as it is.
        if holds(&mail.text) || mail.subject.as_deref().is_some_and(holds) || holds(&String::from_utf8_lossy(&raw)) || encloses() {
            store::redactions::take_mail_in(tx, id).await?;
        }
    }
    let out = store::outbound::of_ticket(tx, ticket.id).await?;
    let found = out.iter().filter(|mail| mail.event_id == target || holds(&mail.body) || holds(&mail.subject));
    let ids: BTreeSet<_> = found.map(|mail| mail.id).collect();
    Ok(store::redactions::take_mail_out(tx, &ids.into_iter().collect::<Vec<_>>()).await?)
}

/// Clears what is left of a redaction outside of rows.
async fn finish(app: &App, redaction: &Redaction) -> Result<(), Error> {
    if redaction.what == Redactable::Attachment {
        let file = store::attachments::find(&app.all(), redaction.ticket_id, redaction.target, Reader::Desk).await?;
        if let Some(file) = file {
            app.files.remove(attachments::stored(&file).id).await.map_err(|error| Error::Unavailable(error.to_string()))?;
        }
    }
    if store::redactions::clear_remains(&app.db).await? {
        let now: Instant = app.time.now();
        app.keep_books(&Scope::ALL, async |tx| Ok(store::redactions::finished(tx, redaction.id, now).await?)).await?;
    }
    Ok(())
}

/// Clears what is left of every redaction that was carried out: after a crash, or where something was in the way. Returns how many.
pub async fn finish_all(app: &App) -> Result<usize, Error> {
    let unfinished = store::redactions::unfinished(&app.all()).await?;
    for redaction in &unfinished {
        finish(app, redaction).await?;
    }
    Ok(unfinished.len())
}

/// The redactions of a ticket, with those who signed them.
pub async fn of_ticket(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Named<Vec<Redaction>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let shown = store::redactions::of_ticket(&view, ticket.id, caller.reader()).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().flat_map(signers)).await?, shown })
}

/// One of them, as a change left it.
pub async fn after(app: &App, caller: &Caller, redaction: Redaction) -> Result<Named<Redaction>, Error> {
    let actors = Actors::seen_by(app, caller, signers(&redaction)).await?;
    Ok(Named { shown: redaction, actors })
}

fn signers(redaction: &Redaction) -> impl Iterator<Item = &String> {
    redaction.approvals.iter().map(|approval| &approval.actor)
}
