//! What a wish is decided on, and what a decision consists of.

use super::{Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::permission::Principal;

#[derive(Clone, Copy)]
pub struct Situation<'a> {
    pub contract: &'a Contract,
    pub ticket: &'a Ticket,
    pub history: &'a [Event],
    pub who: &'a Principal,
    pub at: Instant,
}

/// Something to be recorded, with the reason in words.
pub type Recorded = (EventData, Option<String>);
