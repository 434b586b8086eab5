//! Everything one can do with the desk, one function each. They read: find, permit, decide, record.

pub mod actors;
pub mod agreements;
pub mod amendments;
pub mod attachments;
pub mod contracts;
pub mod dead_letters;
mod enclosures;
mod held;
pub mod idempotency;
pub mod inbound;
pub mod obligations;
pub mod outbound;
pub mod people;
pub mod rebuild;
mod refused;
pub mod reports;
pub mod sandbox;
pub mod tickets;
pub mod timers;
pub mod tokens;
pub mod what_if;

pub use crate::error::{Code, Error, FieldCode, Problem, one_of};

use crate::domain::Instant;
use crate::domain::idempotency::Key;
use crate::domain::permission::Principal;
use crate::store::Scope;

/// Who does something, with what scope, and when. Made once at the edge, so that one action has one instant.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub who: Principal,
    /// Which organisations' rows they see.
    pub scope: Scope,
    /// Now.
    pub recorded_at: Instant,
    pub idempotency: Option<Key>,
}

impl Stamp {
    /// For what the program does by itself.
    pub fn system(now: Instant) -> Self {
        Self { who: Principal::SYSTEM, scope: Scope::All, recorded_at: now, idempotency: None }
    }
}
