//! Lists of assignments as somebody asks for them, and roles in which nobody can be reached.

use uuid::Uuid;

use super::{AssignmentState, RoleKind};
use crate::domain::Instant;
use crate::words::closed_list;

/// Which assignments a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct AssignmentFilter {
    pub contracts: Vec<String>,
    pub organisations: Vec<String>,
    pub kinds: Vec<RoleKind>,
    pub roles: Vec<String>,
    pub holders: Vec<Uuid>,
    pub states: Vec<AssignmentState>,
    /// As things stood at this instant; in force then, where no states are asked for.
    pub as_of: Option<Instant>,
    /// Those that somebody should have reviewed by now, or those that nobody should have.
    pub review_overdue: Option<bool>,
    /// Present, by which the states are told apart.
    pub now: Option<Instant>,
    /// After this one in the list.
    pub after: Option<(Instant, Uuid)>,
    pub limit: u64,
}

closed_list! {
    /// Why nobody can be reached in a role.
    pub enum GapCause {
        /// Nobody holds it, and the contract gives no address.
        NobodyHoldsIt = "nobody_holds_it": "niemand vervult de rol", "nobody holds it";
        /// Every holder is away without a deputy.
        HolderAbsent = "holder_absent": "afwezig zonder waarnemer", "holder absent without a deputy";
        /// Those who act in it have no address that is known, or have left.
        NoAddress = "no_address": "geen adres", "no address";
    }
}

/// A role of a contract's matrix in which nobody can be reached about a client's affairs (ROLE-04).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub contract: String,
    pub organisation: String,
    pub role: String,
    pub cause: GapCause,
    /// Whether the addresses in the contract are used meanwhile.
    pub falls_back: bool,
}
