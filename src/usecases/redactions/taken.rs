//! Carrying a redaction out: it is taken from every row that holds it, and the ticket's history says that it was.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use super::copies::{Gone, take_copies, take_mails};
use super::named::Subject;
use super::signals;
use crate::app::App;
use crate::domain::redaction::{Copied, GONE, Redactable, Redaction};
use crate::domain::ticket::link::{is_same_act, related};
use crate::domain::ticket::redact::Redacted;
use crate::domain::ticket::{Event, EventData, Reader, Ticket, TicketRef, Visibility};
use crate::store::{self, Tx};
use crate::usecases::held::Held;
use crate::usecases::{Error, Stamp, attachments};

/// Returns the files whose bytes are to be removed.
pub(super) async fn take(app: &App, tx: &Tx, stamp: &Stamp, subject: Subject, redaction: &Redaction) -> Result<Vec<Uuid>, Error> {
    match subject {
        Subject::Ticket(ticket) => of_ticket(app, tx, stamp, *ticket, redaction).await,
        Subject::Signal(signal) => {
            signals::take(app, tx, stamp, *signal, redaction).await?;
            Ok(Vec::new())
        }
        Subject::Mail(mail) => {
            tx.touch("inbound_message", mail.id);
            take_mails(tx, &[mail.id], stamp.recorded_at).await?;
            Ok(Vec::new())
        }
    }
}

async fn of_ticket(app: &App, tx: &Tx, stamp: &Stamp, ticket: Ticket, redaction: &Redaction) -> Result<Vec<Uuid>, Error> {
    let mut held = Held::open(app, tx, stamp, ticket).await?;
    let mut gone = Gone { target: redaction.target, ..Gone::default() };
    let told = held.history.iter().find(|event| redaction.what == Redactable::Reason && event.id == redaction.target).cloned();
    let others = related(&held.history);
    let files = take_target(tx, &mut held, redaction, &mut gone).await?;
    let data =
        Redacted { redaction: redaction.id, what: redaction.what, target: redaction.target, visibility: Visibility::of(redaction.public) };
    let before = held.history.len();
    held.happened(EventData::Redacted(data), Some(redaction.reason.clone()), stamp.recorded_at);
    cut_quotations(tx, &mut held, redaction, &gone, stamp).await?;
    held.subject.changed(stamp.recorded_at, &held.history[before..]);
    let ticket = held.write(tx, None).await?.subject;
    if matches!(redaction.what, Redactable::Texts | Redactable::References) {
        // The others are taken out of the index with their rows.
        store::tickets::index(tx, &ticket).await?;
    }
    take_copies(app, tx, &ticket, &mut gone, stamp.recorded_at).await?;
    if let Some(told) = told {
        take_from_others(app, tx, stamp, redaction, (ticket.id, &told), others, &mut gone).await?;
    }
    Ok(files)
}

/// One act may stand in the histories of several tickets with the same reason: a link and a merge at both ends, a move of a major incident on
/// what it took along. Their histories say that it was taken out of them, too.
async fn take_from_others(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    redaction: &Redaction,
    (own, told): (Uuid, &Event),
    others: BTreeSet<Uuid>,
    gone: &mut Gone,
) -> Result<(), Error> {
    let (mut seen, mut next) = (BTreeSet::from([own]), others);
    // What a major incident took along is related to each other through it.
    while !next.is_empty() {
        seen.extend(&next);
        let others: Vec<_> = std::mem::take(&mut next).into_iter().map(TicketRef::Id).collect();
        for other in store::tickets::lock_all(tx, &others).await? {
            let mut held = Held::open(app, tx, stamp, other).await?;
            let is_told = |event: &&Event| is_same_act((own, told), (held.subject.id, event));
            let twins: Vec<_> = held.history.iter().filter(is_told).map(|event| event.id).collect();
            if twins.is_empty() {
                continue;
            }
            next.extend(related(&held.history).difference(&seen));
            let before = held.history.len();
            for target in &twins {
                if let Some(twin) = held.history.iter_mut().find(|event| event.id == *target) {
                    twin.reason = Some(GONE.to_owned());
                }
                store::redactions::take_reason(tx, *target).await?;
                let visibility = Visibility::of(redaction.public);
                let data = Redacted { redaction: redaction.id, what: redaction.what, target: *target, visibility };
                held.happened(EventData::Redacted(data), Some(redaction.reason.clone()), stamp.recorded_at);
            }
            cut_quotations(tx, &mut held, redaction, gone, stamp).await?;
            held.subject.changed(stamp.recorded_at, &held.history[before..]);
            let other = held.write(tx, None).await?.subject;
            for target in twins {
                gone.target = target;
                take_copies(app, tx, &other, gone, stamp.recorded_at).await?;
            }
        }
    }
    Ok(())
}

/// Takes it out of messages that quote it. Each keeps the rest of what it says, and the history names it.
async fn cut_quotations(tx: &Tx, held: &mut Held<'_, Ticket>, redaction: &Redaction, gone: &Gone, stamp: &Stamp) -> Result<(), Error> {
    // What was said on a ticket that was merged into it is shown with it.
    let merged = store::tickets::merged_into(tx, held.subject.id).await?;
    let numbers: HashMap<_, _> = merged.iter().chain([&held.subject]).map(|ticket| (ticket.id, ticket.number)).collect();
    for mut message in store::messages::all_of_tickets(tx, &numbers.keys().copied().collect::<Vec<_>>()).await? {
        let Some(left) = gone.cut_from(&message.body) else { continue };
        message.body = left;
        store::redactions::replace_message(tx, numbers[&message.ticket_id], &message).await?;
        let visibility = Visibility::of(message.public);
        let data = Redacted { redaction: redaction.id, what: Redactable::Message, target: message.id, visibility };
        held.happened(EventData::Redacted(data), Some(redaction.reason.clone()), stamp.recorded_at);
    }
    Ok(())
}

/// Takes away what is meant, and notes by what its copies are known.
async fn take_target(tx: &Tx, held: &mut Held<'_, Ticket>, redaction: &Redaction, gone: &mut Gone) -> Result<Vec<Uuid>, Error> {
    let (ticket, target) = (held.subject.id, redaction.target);
    match redaction.what {
        Redactable::Message => {
            if let Some(message) = store::messages::find(tx, target).await? {
                gone.copied.extend(Copied::of(&message.body));
                gone.mail = message.cut_from;
            }
            store::redactions::take_message(tx, target).await?;
        }
        Redactable::Attachment => {
            let Some(file) = store::attachments::find(tx, ticket, target, Reader::Desk).await? else { return Ok(Vec::new()) };
            store::redactions::take_attachment(tx, &file).await?;
            gone.digest = Some(file.digest.clone());
            return Ok(vec![attachments::stored(&file).id]);
        }
        Redactable::Part => {
            let Some((part, mut content)) = store::parts::content(tx, ticket, target).await? else { return Ok(Vec::new()) };
            for field in part.texts() {
                let Some(text) = content.get_mut(field) else { continue };
                gone.copied.extend(texts_within(text).into_iter().filter_map(Copied::of));
                // The values of a form stay an object, in which nothing is left.
                *text = if text.is_object() { json!({}) } else { GONE.into() };
            }
            store::redactions::take_part(tx, target, content).await?;
        }
        Redactable::Reason => {
            let told = held.history.iter().find(|event| event.id == target).map(|event| (event.recorded_at, event.reason.clone()));
            let Some((at, Some(words))) = told else { return Ok(Vec::new()) };
            gone.copied.extend(Copied::of(&words));
            // An act may be several events with the same reason: a decision, and where the ticket went by it.
            for event in held.history.iter_mut().filter(|event| event.recorded_at == at && event.reason.as_ref() == Some(&words)) {
                event.reason = Some(GONE.to_owned());
                store::redactions::take_reason(tx, event.id).await?;
            }
        }
        Redactable::Texts => {
            gone.texts = true;
            let ticket = &mut held.subject;
            for text in [&mut ticket.title, &mut ticket.description].into_iter().chain(&mut ticket.priority_motivation) {
                gone.copied.extend(Copied::of(text));
                GONE.clone_into(text);
            }
            if let Some(text) = &mut ticket.item {
                gone.copied.extend(Copied::of(text));
                GONE.clone_into(text);
            }
            for former in store::former_texts::of_ticket(tx, ticket.id).await? {
                gone.copied.extend(Copied::of(&former.body));
            }
            store::former_texts::replace_all(tx, ticket.id, GONE).await?;
        }
        Redactable::References => {
            let names = store::tickets::references(tx, &[ticket]).await?;
            gone.copied.extend(names.iter().filter_map(|(_, name)| Copied::of(&name.reference)));
            store::redactions::take_references(tx, ticket).await?;
        }
        Redactable::WorkLog => {
            gone.copied.extend(store::work_logs::find(tx, ticket, target).await?.and_then(|entry| Copied::of(&entry.text)));
            store::work_logs::take_text(tx, target).await?;
        }
        Redactable::ResponseTask => {
            gone.copied.extend(store::response_tasks::find(tx, ticket, target).await?.and_then(|task| Copied::of(&task.text)));
            store::response_tasks::take_text(tx, target).await?;
        }
        // No mail tells them.
        Redactable::Tags => store::tickets::forget_tags(tx, ticket).await?,
        // Asked for by itself, and not of a ticket.
        Redactable::Mail | Redactable::SignalTexts | Redactable::SignalNote => {}
    }
    Ok(Vec::new())
}

/// Every text in a value, at any depth.
fn texts_within(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts_within).collect(),
        Value::Object(fields) => fields.values().flat_map(texts_within).collect(),
        _ => Vec::new(),
    }
}
