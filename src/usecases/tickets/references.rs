//! What a ticket is called in other systems, said or taken back later than its registration.

use super::act::{When, act_in, as_expected, by_itself};
use super::locked::locked;
use super::register::taken;
use crate::app::App;
use crate::domain::ticket::reference::{AddReference, RemoveReference};
use crate::domain::ticket::{Act, EventData, ExternalReference, Ticket, TicketRef};
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Error, Stamp};

pub async fn add_reference(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    reference: &ExternalReference,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    change(app, stamp, ticket, expected, async |tx, ticket, present| {
        refuse_known(tx, ticket, reference).await?;
        Ok(Act::AddReference(AddReference { reference: reference.clone(), present }))
    })
    .await
}

pub async fn remove_reference(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    reference: &ExternalReference,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    change(app, stamp, ticket, expected, async |_tx, _ticket, present| {
        Ok(Act::RemoveReference(RemoveReference { reference: reference.clone(), present }))
    })
    .await
}

async fn change(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    expected: Option<&[i32]>,
    wish: impl AsyncFn(&Tx, &Ticket, Vec<ExternalReference>) -> Result<Act, Error>,
) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            let present = store::tickets::references(tx, &[ticket.id]).await?.into_iter().map(|(_, name)| name).collect();
            let wish = wish(tx, &ticket, present).await?;
            let (ticket, events) = act_in(app, tx, stamp, ticket, std::slice::from_ref(&wish), &When::default(), by_itself).await?;
            let is_done = |event: &EventData| matches!(event, EventData::ReferenceAdded(_) | EventData::ReferenceRemoved(_));
            if events.iter().any(|event| is_done(&event.data)) {
                match &wish {
                    Act::AddReference(add) => {
                        let added = std::iter::once((&ticket, std::slice::from_ref(&add.reference)));
                        store::tickets::insert_references(tx, added, || app.time.id()).await?;
                    }
                    Act::RemoveReference(remove) => store::tickets::remove_reference(tx, ticket.id, &remove.reference).await?,
                    _ => {}
                }
                store::tickets::index(tx, &ticket).await?;
            }
            Ok(ticket)
        })
        .await
}

/// Refuses a name that another ticket of the organisation has.
async fn refuse_known(tx: &Tx, ticket: &Ticket, reference: &ExternalReference) -> Result<(), Error> {
    let known = store::tickets::called(tx, &[&ticket.organisation], &[reference]).await?;
    let of_another = known.into_iter().find(|(_, name, id)| name == reference && *id != ticket.id);
    let Some((_, _, id)) = of_another else { return Ok(()) };
    let by = store::tickets::with_ids(tx, &[id]).await?.first().map(Ticket::reference);
    Err(taken(reference, by))
}
