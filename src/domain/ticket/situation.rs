//! What a wish is decided on, and what a decision is.

use super::{Actor, Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Contract;

/// What a wish is decided on: who has it, of which ticket, and when.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    pub contract: &'a Contract,
    pub ticket: &'a Ticket,
    pub history: &'a [Event],
    pub actor: &'a Actor,
    pub at: Instant,
}

/// Something to be recorded, with why in words.
pub type Recorded = (EventData, Option<String>);
