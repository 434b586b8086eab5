//! A step up the ladder by a person's decision.

use super::act::{When, act};
use crate::app::App;
use crate::domain::ticket::escalate::Escalate;
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::usecases::{Error, Stamp};

/// Opens the case of a ticket that is still in one of the versions expected, or moves it to the next level, by a person's
/// decision (ESC-04…08).
pub async fn escalate(app: &App, stamp: &Stamp, ticket: TicketRef, wish: Escalate, expected: Option<&[i32]>) -> Result<Ticket, Error> {
    act(app, stamp, ticket, &[Act::Escalate(wish)], &When::default(), expected).await
}
