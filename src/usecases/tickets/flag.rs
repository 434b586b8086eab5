//! Flagging a ticket, so that few see it, and taking a flag off.
//!
//! Whoever sets a flag may not see the ticket afterwards, so the answer is the event, and not the ticket.

use super::act::{When, act_in, as_expected};
use super::locked::{gone_on, locked};
use crate::app::App;
use crate::domain::ticket::{Act, Event, EventData, Ticket, TicketRef};
use crate::store;
use crate::usecases::held::repeated;
use crate::usecases::{Error, Stamp};

/// Does one of `Act::SetFlag` and `Act::LiftFlag`.
pub async fn flag(app: &App, stamp: &Stamp, ticket: TicketRef, wish: &Act, expected: Option<&[i32]>) -> Result<Event, Error> {
    let done = stamp.write(app, async |tx| {
        if let Some(known) = repeated(tx, stamp).await? {
            return Ok(Done::Before(known));
        }
        let ticket = locked(tx, ticket).await?;
        as_expected(stamp, &ticket, expected)?;
        if let Some(into) = ticket.merged_into {
            // It is flagged as that one is (`follows::flag_merged`).
            return Err(gone_on(tx, &ticket, into).await?);
        }
        let made = |_: &Ticket, added: &[Event]| of_a_flag(added).map(|event| event.id);
        let (_, events) = act_in(app, tx, stamp, ticket, std::slice::from_ref(wish), &When::default(), made).await?;
        of_a_flag(&events)
            .cloned()
            .map(|event| Done::Now(Box::new(event)))
            .ok_or_else(|| Error::Internal("a flag without an event".to_owned()))
    });
    match done.await? {
        Done::Now(event) => Ok(*event),
        Done::Before(id) => {
            let event = store::events::one::<Ticket>(&app.all(), id).await?.ok_or(Error::NotFound("ticket"))?;
            // Whoever came with the same token got this answer before, even where the flag hid the ticket from them. The key is their own, and
            // yet another token of theirs may be one that somebody else knows.
            let is_same = event.token == stamp.who.credential.token;
            let sees = async || Ok::<_, Error>(store::tickets::find(&app.db.view(stamp.scope.clone()), ticket).await?.is_some());
            if is_same || sees().await? { Ok(event) } else { Err(Error::NotFound("ticket")) }
        }
    }
}

enum Done {
    Now(Box<Event>),
    Before(uuid::Uuid),
}

fn of_a_flag(events: &[Event]) -> Option<&Event> {
    events.iter().find(|event| matches!(event.data, EventData::Flagged(_) | EventData::Unflagged(_)))
}
