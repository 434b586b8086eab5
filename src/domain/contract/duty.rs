//! Dated duties: what a contract wants done by a date.

use super::{Contract, Cycle, Label};
use crate::domain::calendar::Term;

/// What starts a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// Every period; its last date is day 0.
    Every(Cycle),
    /// A recorded fact of one of these names; its local date is day 0.
    Facts(Vec<String>),
}

/// A dated duty of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its code in the contract.
    pub id: String,
    pub title: Label,
    pub clause: String,
    /// The role that must see to it.
    pub owner: String,
    /// The subject it belongs to, whose roles are told as well when it is late.
    pub subject: Option<String>,
    /// The calendar its working days and reminders are on.
    pub calendar: String,
    pub occasion: Occasion,
    /// By when, counted from day 0.
    pub due: Term,
    /// How long before the due date its owner is reminded.
    pub remind: Vec<Term>,
}

impl Duty {
    /// Whether it must be done before its fact, which then is one that is planned.
    pub fn precedes_its_fact(&self) -> bool {
        matches!(self.occasion, Occasion::Facts(_)) && matches!(self.due, Term::Before(..))
    }
}

impl Contract {
    pub fn duty(&self, id: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.id == id)
    }
}
