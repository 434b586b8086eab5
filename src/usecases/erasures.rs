//! Erasing a person. Histories, figures and seals know people by id and stay as they are; what names the person is taken out: their row, their
//! ways in, and the mails from and to them. Texts on tickets are left: what names somebody in those is redacted by itself. Each ticket that
//! showed their name tells that it does no more.

use uuid::Uuid;

use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, holds};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::domain::privacy::Erasure;
use crate::domain::ticket::remove::PersonErased;
use crate::domain::ticket::{Event, EventData};
use crate::store::{self, Tx};

/// Tickets told of it at a time.
const CHUNK: usize = 200;

pub async fn erase(app: &App, stamp: &Stamp, person: Option<Uuid>, reason: &str) -> Result<Erasure, Error> {
    // A hold on a ticket that the caller may not see counts too.
    let stamp = &stamp.cleared();
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::ErasePeople)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::erasures::find(tx, known).await?.ok_or(Error::NotFound("erasure"));
            }
            let Some(person) = person else { return Err(Error::Invalid(Vec::new())) };
            let Some(person) = store::people::lock(tx, person).await? else {
                let unknown = Problem::field("person", FieldCode::UnknownPerson, "is nobody that the desk knows");
                return Err(Error::Invalid(vec![unknown]));
            };
            if store::erasures::is_erased(tx, person.id).await? {
                return Err(Error::Conflict { code: Code::PersonErased, detail: "the person was erased before".to_owned() });
            }
            if let Some(hold) = store::holds::on_person(tx, person.id).await? {
                return Err(holds::refused(&hold));
            }
            let (actor, now) = (stamp.who.actor.as_text(), stamp.recorded_at);
            let inbound_mails = store::erasures::inbound(tx, &person, now).await?;
            let outbound_mails = store::erasures::outbound(tx, &person).await?;
            store::contacts::end_of(tx, person.id, &actor, now).await?;
            store::erasures::access(tx, person.id, now).await?;
            store::erasures::person(tx, person.id, now).await?;
            tell(app, tx, stamp, person.id).await?;
            store::access::changed(tx).await?;
            let erasure = Erasure {
                id: app.time.id(),
                person: person.id,
                organisation: person.organisation,
                reason: reason.to_owned(),
                actor,
                erased_at: now,
                inbound_mails,
                outbound_mails,
            };
            store::erasures::insert(tx, &erasure).await?;
            tx.touch("person", erasure.person);
            remember(app, tx, stamp, erasure.id).await?;
            Ok(erasure)
        })
        .await
}

/// Has the histories of their tickets tell, and with that everybody who keeps a copy. However many these are, in a few statements for
/// hundreds of them.
async fn tell(app: &App, tx: &Tx, stamp: &Stamp, person: Uuid) -> Result<(), Error> {
    let data = EventData::PersonErased(PersonErased { person });
    for tickets in store::erasures::tickets(tx, person).await?.chunks(CHUNK) {
        let event = || Event {
            id: app.time.id(),
            actor: stamp.who.actor.as_text(),
            reason: None,
            data: data.clone(),
            occurred_at: stamp.recorded_at,
            recorded_at: stamp.recorded_at,
        };
        store::tickets::tell(tx, tickets, event, stamp.recorded_at).await?;
    }
    Ok(())
}

/// Newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<(Instant, Uuid)>, limit: u64) -> Result<Vec<Erasure>, Error> {
    Ok(store::erasures::list(&app.db.view(caller.scope.clone()), after, limit).await?)
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Erasure, Error> {
    store::erasures::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("erasure"))
}
