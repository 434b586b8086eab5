//! Removing for good what somebody wrote or attached: one person asks for it, another approves. With the approval, one transaction takes
//! it from every row that holds it; what lies outside of rows (the bytes of a file, freed pages) is cleared right after that, and after a
//! crash by the workers. Until then whoever asked may withdraw it, and whoever could approve may refuse it.
//!
//! It is about something of a ticket, about a mail, which may belong to none, or about words of a security signal. `named` finds what is
//! meant, `taken` takes it away (`signals` from a signal), and `copies` the mails that hold it too.

mod copies;
mod named;
mod signals;
mod taken;

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{remember, repeated};
use super::{Code, Error, Stamp, attachments, holds, remains, signatures};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::approval::{Ended, Refused, Standing};
use crate::domain::permission::Verb;
use crate::domain::redaction::{REQUIRED, Redactable, Redaction};
use crate::domain::ticket::{Reader, TicketRef};
use crate::store::redactions::About;
use crate::store::{self, Tx};
use named::Subject;

/// What somebody wants to have removed.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub what: Redactable,
    /// Which message, file, version of a part, or event; none for the own texts of a ticket or a signal, and for a mail.
    pub target: Option<Uuid>,
    pub reason: String,
}

/// Of what something is to be removed.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    Ticket(TicketRef),
    /// A mail by itself, which is the desk's to see.
    Mail(Uuid),
    Signal(Uuid),
}

/// Asks for a redaction. Nothing is removed yet.
pub async fn ask(app: &App, stamp: &Stamp, of: Of, wanted: &Wanted) -> Result<Redaction, Error> {
    stamp
        .write(app, async |tx| {
            let subject = Subject::lock(tx, stamp, of).await?;
            if let Some(known) = repeated(tx, stamp).await? {
                return found(tx, stamp, &subject, known).await;
            }
            stamp.who.may(Verb::AskRedactions)?;
            let (target, public) = subject.named(tx, stamp, wanted).await?;
            refuse_held(tx, stamp, &subject, wanted.what, target).await?;
            if let Some(waiting) = store::redactions::waiting(tx, wanted.what, target).await? {
                let detail = format!("redaction {waiting} asks for the same and waits for a second person");
                return Err(Error::Conflict { code: Code::RedactionWaiting, detail });
            }
            let (ticket_id, organisation) = subject.belongs_to();
            let redaction = Redaction {
                id: app.time.id(),
                ticket_id,
                organisation,
                what: wanted.what,
                target,
                public,
                reason: wanted.reason.clone(),
                approvals: vec![signatures::own(app, tx, stamp, None, stamp.recorded_at).await?],
                asked_at: stamp.recorded_at,
                done_at: None,
                ended: None,
            };
            store::redactions::insert(tx, &redaction).await?;
            tx.touch("redaction", redaction.id);
            remember(app, tx, stamp, redaction.id).await?;
            Ok(redaction)
        })
        .await
}

/// One about the subject that the caller sees.
async fn found(tx: &Tx, stamp: &Stamp, subject: &Subject, id: Uuid) -> Result<Redaction, Error> {
    let redaction = store::redactions::find(tx, subject.about(), id).await?;
    let seen = redaction.filter(|one| Reader::of(&stamp.who.actor).sees(one.public));
    seen.ok_or(Error::NotFound("redaction"))
}

/// What stands under a legal hold is not removed.
async fn refuse_held(tx: &Tx, stamp: &Stamp, subject: &Subject, what: Redactable, target: Uuid) -> Result<(), Error> {
    let kept = subject.kept_by(tx, what, target).await?;
    let standing = store::holds::standing_on(tx, &kept).await?;
    standing.first().map_or(Ok(()), |hold| Err(holds::refused_to(stamp, hold)))
}

/// Approves a redaction, which carries it out.
pub async fn approve(app: &App, stamp: &Stamp, of: Of, id: Uuid) -> Result<Redaction, Error> {
    let (done, files) = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ApproveRedactions)?;
            let subject = Subject::lock(tx, stamp, of).await?;
            let again = repeated(tx, stamp).await?;
            let mut redaction = found(tx, stamp, &subject, id).await?;
            if again.is_some() {
                return Ok((redaction, Vec::new()));
            }
            if redaction.ended.is_some() {
                return Err(settled(redaction.standing()));
            }
            let approval = signatures::own(app, tx, stamp, None, stamp.recorded_at).await?;
            REQUIRED.check(&redaction.approvals, &approval).map_err(refused)?;
            refuse_held(tx, stamp, &subject, redaction.what, redaction.target).await?;
            store::redactions::approve(tx, id, 2, &approval).await?;
            redaction.approvals.push(approval);
            let files = taken::take(app, tx, stamp, subject, &redaction).await?;
            // Noted in the transaction: if the program is killed before they are removed, the sweep removes them.
            store::attachments::expect(tx, &files, Instant::MIN).await?;
            remains::leave(app, tx, redaction.what.is_searched(), stamp.recorded_at).await?;
            store::redactions::done(tx, id, stamp.recorded_at).await?;
            tx.touch("redaction", id);
            redaction.done_at = Some(stamp.recorded_at);
            remember(app, tx, stamp, id).await?;
            Ok((redaction, files))
        })
        .await?;
    if !files.is_empty() {
        attachments::discard(app, &files).await;
    }
    remains::clear_now(app).await;
    Ok(done)
}

/// Withdraws a redaction, as whoever asked for it, or refuses it, as somebody who could approve it.
pub async fn end(app: &App, stamp: &Stamp, of: Of, id: Uuid, reason: &str) -> Result<Redaction, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::AskRedactions)?;
            let subject = Subject::lock(tx, stamp, of).await?;
            let again = repeated(tx, stamp).await?;
            let mut redaction = found(tx, stamp, &subject, id).await?;
            if again.is_some() {
                return Ok(redaction);
            }
            if redaction.standing() != Standing::Waiting {
                return Err(settled(redaction.standing()));
            }
            let own = stamp.who.actor.id();
            if !redaction.approvals.iter().any(|asked| Some(asked.approver) == own) {
                stamp.who.may(Verb::ApproveRedactions)?;
            }
            let ended = Ended { by: stamp.who.actor.as_text(), at: stamp.recorded_at, reason: reason.to_owned() };
            store::redactions::end(tx, id, &ended).await?;
            tx.touch("redaction", id);
            redaction.ended = Some(ended);
            remember(app, tx, stamp, id).await?;
            Ok(redaction)
        })
        .await
}

fn refused(refused: Refused) -> Error {
    let code = match refused {
        Refused::Complete | Refused::SideApproved(_) => Code::AlreadyApproved,
        Refused::SamePerson => Code::SamePerson,
    };
    Error::Conflict { code, detail: refused.to_string() }
}

/// It waits for nobody any more.
pub(super) fn settled(standing: Standing) -> Error {
    Error::Conflict { code: Code::Settled, detail: format!("it was {} before", standing.english()) }
}

/// The redactions of a ticket, a mail or a signal, with those who signed them.
pub async fn list(app: &App, caller: &Caller, of: Of) -> Result<Named<Vec<Redaction>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let about = match of {
        Of::Ticket(ticket) => About::Ticket(store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?.id),
        Of::Signal(id) => About::Signal(store::security_signals::find(&view, id).await?.ok_or(Error::NotFound("security signal"))?.id),
        Of::Mail(id) => {
            named::only_the_desk(&caller.who)?;
            let mail = store::inbound::find(&view, id).await?.ok_or(Error::NotFound("message"))?;
            if let Some(ticket) = mail.ticket_id {
                // For the audit trail: of a ticket that few may see, this is shown too.
                store::tickets::find(&view, TicketRef::Id(ticket)).await?;
            }
            About::Mail(mail.id)
        }
    };
    let shown = store::redactions::all_about(&view, about, caller.reader()).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().flat_map(signers)).await?, shown })
}

/// One of them, as a change left it.
pub async fn after(app: &App, caller: &Caller, redaction: Redaction) -> Result<Named<Redaction>, Error> {
    let actors = Actors::seen_by(app, caller, signers(&redaction)).await?;
    Ok(Named { shown: redaction, actors })
}

fn signers(redaction: &Redaction) -> impl Iterator<Item = &String> {
    let ended = redaction.ended.iter().map(|ended| &ended.by);
    redaction.approvals.iter().map(|approval| &approval.actor).chain(ended)
}
