//! What is kept for somebody's sake and what is taken away: legal holds, and the erasure of a person.

use uuid::Uuid;

use super::Instant;
use crate::words::closed_list;

/// What an erased person is called from then on, on every screen and in every report.
pub const ERASED_NAME: &str = "verwijderde persoon";

closed_list! {
    /// On what a legal hold stands.
    pub enum HoldSubject {
        Person = "person": "persoon", "person";
        Ticket = "ticket": "melding", "ticket";
        /// Everything under a contract.
        Contract = "contract": "contract", "contract";
    }
}

/// An order that something be kept, whatever its time or its owner's wish: nothing under it is erased, redacted or destroyed until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    pub id: Uuid,
    pub kind: HoldSubject,
    /// The id of the person, the ticket or the contract.
    pub subject: String,
    pub reason: String,
    /// As histories name people.
    pub placed_by: String,
    pub placed_at: Instant,
    pub lifted: Option<Lifted>,
}

/// The act that ended a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    pub by: String,
    pub at: Instant,
    pub reason: String,
}

/// The record of an erasure, which stays: by it the erasure is done again on a backup that is put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub id: Uuid,
    pub person: Uuid,
    pub organisation: String,
    pub reason: String,
    /// As histories name people.
    pub actor: String,
    pub erased_at: Instant,
    /// Copies of mails of theirs that were erased.
    pub inbound_mails: u64,
    /// Mails to them that were erased.
    pub outbound_mails: u64,
}
