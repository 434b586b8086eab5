//! A step up the escalation ladder that a person decides.

use super::act::{When, act};
use crate::app::App;
use crate::domain::ticket::escalate::Escalate;
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::usecases::{Error, Stamp};

/// Starts a ticket's escalation, or moves it to the next level (ESC-04…08).
pub async fn escalate(app: &App, stamp: &Stamp, ticket: TicketRef, wish: Escalate, expected: Option<&[i32]>) -> Result<Ticket, Error> {
    act(app, stamp, ticket, &[Act::Escalate(wish)], &When::default(), expected).await
}
