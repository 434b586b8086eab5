//! Legal holds: what stands under one is neither erased, redacted nor destroyed. A hold on a ticket that few may see holds for everybody, and is
//! there for those few alone.

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::mail::Inbound;
use crate::domain::permission::{Clearance, Verb};
use crate::domain::person::Person;
use crate::domain::privacy::{HoldSubject, LegalHold, Lifted};
use crate::domain::ticket::{Ticket, TicketRef};
use crate::store::{self, Tx};

#[derive(Debug, Clone, Default)]
pub struct NewHold {
    pub kind: Option<HoldSubject>,
    /// The id of a person or a contract, or the id or number of a ticket.
    pub subject: Option<String>,
    pub reason: String,
}

pub async fn place(app: &App, stamp: &Stamp, new: &NewHold) -> Result<LegalHold, Error> {
    let placed = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::PlaceHolds)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::holds::find(tx, known).await?.ok_or(Error::NotFound("hold"));
            }
            let (Some(kind), Some(subject)) = (new.kind, &new.subject) else { return Err(Error::Invalid(Vec::new())) };
            let Some(subject) = known(tx, kind, subject).await? else {
                let detail = format!("there is no such {}", kind.english());
                return Err(Error::Invalid(vec![Problem::field("subject", FieldCode::UnknownValue, detail)]));
            };
            if let Some(hold) = store::holds::standing_on(tx, &[(kind, subject.clone())]).await?.first() {
                return Err(refused(hold));
            }
            let hold = LegalHold {
                id: app.time.id(),
                kind,
                subject,
                reason: new.reason.clone(),
                placed_by: stamp.who.actor.as_text(),
                placed_at: stamp.recorded_at,
                lifted: None,
            };
            store::holds::insert(tx, &hold).await?;
            tx.touch("legal_hold", hold.id);
            remember(app, tx, stamp, hold.id).await?;
            Ok(hold)
        })
        .await?;
    shown(app, stamp, placed).await
}

/// The id by which a hold names what it stands on.
async fn known(tx: &Tx, kind: HoldSubject, subject: &str) -> Result<Option<String>, Error> {
    Ok(match kind {
        HoldSubject::Person => match subject.parse::<Uuid>() {
            Ok(id) => person(tx, id).await?.map(|person| person.id.to_string()),
            Err(_no_id) => None,
        },
        HoldSubject::Ticket => match subject.parse::<TicketRef>() {
            Ok(ticket) => store::tickets::find(tx, ticket).await?.map(|ticket| ticket.id.to_string()),
            Err(_no_ticket) => None,
        },
        HoldSubject::Contract => store::agreements::read(tx).await?.versions_of(subject).first().map(|_| subject.to_owned()),
    })
}

/// Somebody of a client, or whom the desk knows by their account.
async fn person(tx: &Tx, id: Uuid) -> Result<Option<Person>, Error> {
    Ok(match store::people::find(tx, &[id]).await?.pop() {
        None => store::desk_people::find(tx, id).await?,
        known => known,
    })
}

/// Lifts a hold that the caller may see.
pub async fn lift(app: &App, stamp: &Stamp, id: Uuid, reason: &str) -> Result<LegalHold, Error> {
    let lifted = stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::PlaceHolds)?;
            let hold = store::holds::find(tx, id).await?.ok_or(Error::NotFound("hold"))?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(hold);
            }
            let lifted = Lifted { by: stamp.who.actor.as_text(), at: stamp.recorded_at, reason: reason.to_owned() };
            if !store::holds::lift(tx, id, &lifted).await? {
                return Err(Error::Conflict { code: Code::HoldLifted, detail: "the hold was lifted before".to_owned() });
            }
            tx.touch("legal_hold", id);
            remember(app, tx, stamp, id).await?;
            Ok(LegalHold { lifted: Some(lifted), ..hold })
        })
        .await?;
    shown(app, stamp, lifted).await
}

/// A hold that was just placed or lifted, noted as shown to whoever did that.
async fn shown(app: &App, stamp: &Stamp, hold: LegalHold) -> Result<LegalHold, Error> {
    store::holds::note_shown(&app.db.view(stamp.scope.clone()), &hold).await?;
    Ok(hold)
}

/// Newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<LegalHold>, Error> {
    Ok(store::holds::list(&app.db.view(caller.scope.clone()), after, limit).await?)
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<LegalHold, Error> {
    store::holds::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("hold"))
}

/// On what a hold would keep a mail: its contract, its ticket with whoever reported that, and the people who have or had its sender's address;
/// of every client where it is not known whose the mail is.
pub(super) async fn of_mail(tx: &Tx, mail: &Inbound) -> Result<Vec<(HoldSubject, String)>, Error> {
    let mut people = Vec::new();
    if let Some(email) = mail.sender.as_deref().map(str::to_lowercase) {
        people.extend(store::former::ids_with_address(tx, mail.organisation.as_deref(), &email).await?);
    }
    let mut kept = vec![(HoldSubject::Contract, mail.contract.clone())];
    if let Some(ticket) = mail.ticket_id {
        kept.push((HoldSubject::Ticket, ticket.to_string()));
        people.extend(store::tickets::find(tx, TicketRef::Id(ticket)).await?.and_then(|ticket| ticket.requester_id));
    }
    kept.extend(people.into_iter().map(|id| (HoldSubject::Person, id.to_string())));
    Ok(kept)
}

/// On what a hold would keep a ticket: its contract, itself, and whoever reported it.
pub(super) fn of_ticket(ticket: &Ticket) -> Vec<(HoldSubject, String)> {
    let mut kept = vec![(HoldSubject::Contract, ticket.contract.clone()), (HoldSubject::Ticket, ticket.id.to_string())];
    kept.extend(ticket.requester_id.map(|id| (HoldSubject::Person, id.to_string())));
    kept
}

/// Why nothing may be removed, for somebody who may not read what holds say.
pub(super) fn refused_to(stamp: &Stamp, hold: &LegalHold) -> Error {
    if stamp.who.may(Verb::ReadPrivacy).is_ok() {
        return refused(hold);
    }
    let detail = format!("a legal hold stands on this {} since {}", hold.kind.english(), hold.placed_at);
    Error::Conflict { code: Code::LegalHold, detail }
}

/// Why a person is not erased: of a hold on a ticket that the caller may not see, only that there is one.
pub(super) async fn refused_of_person(tx: &Tx, clearance: &Clearance, hold: &LegalHold) -> Result<Error, Error> {
    if let Some(ticket) = hold.ticket() {
        let ticket = store::tickets::find(tx, TicketRef::Id(ticket)).await?;
        if !ticket.is_some_and(|ticket| clearance.sees(ticket.restricted())) {
            let detail = "a legal hold stands on something that this person has a part in".to_owned();
            return Ok(Error::Conflict { code: Code::LegalHold, detail });
        }
    }
    Ok(refused(hold))
}

/// Why nothing may be erased, redacted or destroyed.
pub(super) fn refused(hold: &LegalHold) -> Error {
    let detail = format!("a legal hold stands on this {} since {}: {}", hold.kind.english(), hold.placed_at, hold.reason);
    Error::Conflict { code: Code::LegalHold, detail }
}
