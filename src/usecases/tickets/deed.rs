//! The same done to each of many tickets, each in a transaction of its own: of one all is done or nothing.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::act::{When, act_in};
use super::draft::Linking;
use super::links::link_in;
use super::locked::locked;
use super::transition::{Transition, transition_in};
use crate::app::App;
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::store;
use crate::usecases::held::{remember, repeated};
use crate::usecases::{Error, FieldCode, Problem, Stamp};

/// What is done to a ticket.
#[derive(Debug, Default)]
pub struct Deed {
    pub wishes: Vec<Act>,
    pub link: Option<Linking>,
    pub transition: Option<Transition>,
    /// Of the move.
    pub when: When,
}

impl Deed {
    pub fn is_nothing(&self) -> bool {
        self.wishes.is_empty() && self.link.is_none() && self.transition.is_none()
    }
}

/// Does it to the ticket at a place of a request. A repeat of the request, even of one that was cut off halfway, does what is missing.
/// One that is among those `done` already, by another name, is refused.
pub async fn act_on_one(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    deed: &Deed,
    (place, done_before): (usize, &BTreeSet<Uuid>),
) -> Result<Ticket, Error> {
    let mut own = stamp.clone();
    if let Some(key) = own.idempotency.as_mut() {
        // No header can contain this character, so no caller can send such a key.
        key.key = format!("{}\u{1f}{place}", key.key);
    }
    let once = Stamp { idempotency: None, ..stamp.clone() };
    own.write(app, async |tx| {
        if let Some(known) = repeated(tx, &own).await? {
            return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
        }
        let mut done = match deed.link {
            // Both ends are locked at once.
            Some(link) => link_in(app, tx, &once, ticket, link, None).await?,
            None => locked(tx, ticket).await?,
        };
        if done_before.contains(&done.id) {
            let detail = format!("{} is named before, in another way", done.reference());
            return Err(Error::Invalid(vec![Problem::field(&format!("tickets/{place}"), FieldCode::Repeated, detail)]));
        }
        if !deed.wishes.is_empty() {
            done = act_in(app, tx, &once, done, &deed.wishes, &When::default(), |_, _| None).await?.0;
        }
        if let Some(transition) = &deed.transition {
            done = transition_in(app, tx, &once, done, transition, &deed.when, |_, _| None).await?;
        }
        remember(app, tx, &own, done.id).await?;
        Ok(done)
    })
    .await
}
