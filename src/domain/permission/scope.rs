//! Which rows exist for a caller.

use uuid::Uuid;

use super::{Role, Roles};
use crate::domain::actor::Actor;
use crate::domain::restriction::{Flag, Flags};

/// What exists for a caller: whose rows, and which of the tickets that few may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub rows: Rows,
    pub clearance: Clearance,
}

/// Whose rows are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Everybody's: the desk itself, and its workers.
    All,
    /// These organisations only.
    Organisations(Vec<String>),
    /// Of this organisation, what this person reported (TKT-08).
    Person { organisation: String, person: Uuid },
}

/// Which tickets that few may see are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clearance {
    /// All: the program itself.
    All,
    /// Those with one of these flags, and those in which this actor has a part.
    Of { flags: Flags, actor: Actor },
}

impl Scope {
    /// Everything: for what the program does by itself, never for what it shows somebody.
    pub const ALL: Self = Self { rows: Rows::All, clearance: Clearance::All };

    pub fn of(rows: Rows, roles: Roles, actor: &Actor) -> Self {
        Self { rows, clearance: Clearance::of(roles, actor) }
    }

    pub fn includes(&self, organisation: &str) -> bool {
        match &self.rows {
            Rows::All => true,
            Rows::Organisations(seen) => seen.iter().any(|one| one == organisation),
            Rows::Person { organisation: own, .. } => own == organisation,
        }
    }
}

impl Clearance {
    pub fn of(roles: Roles, actor: &Actor) -> Self {
        if *actor == Actor::System {
            return Self::All;
        }
        let flags = Flag::ALL.into_iter().filter(|flag| roles.has_one_of(concerned_by(*flag))).collect();
        Self::Of { flags, actor: actor.clone() }
    }
}

/// The roles that a flag opens a ticket to.
pub const fn concerned_by(flag: Flag) -> &'static [Role] {
    match flag {
        Flag::Security => &[Role::SecurityOfficer],
        Flag::Privacy => &[Role::PrivacyOfficer],
        Flag::Confidential => &[Role::ServiceManager],
    }
}
