//! Registering tickets, and everything that is done to them afterwards.

mod act;
mod agree;
mod call;
mod decide;
mod deed;
mod draft;
mod emergency;
mod escalate;
mod flag;
pub mod follows;
mod links;
mod locked;
mod merges;
mod part;
mod portal;
mod proof;
pub mod read;
mod references;
mod register;
mod response_team;
mod transition;
mod work;
mod write;

pub use act::{When, act};
pub(super) use act::{act_in, as_expected, by_itself, record_in};
pub use agree::{RepairAgreement, agree_repair};
pub use call::{Call, take_call};
pub use decide::{Decision, decide};
pub use deed::{Deed, act_on_one};
pub use draft::{Draft, FromMail, Linking};
pub(super) use draft::{client_of, problems};
pub use escalate::escalate;
pub use flag::flag;
pub use links::{link, unlink};
pub(super) use locked::{current, locked, locked_if_kept};
pub use merges::{merge, undo_merge};
pub use part::write_part;
pub use references::{add_reference, remove_reference};
pub(super) use register::restriction;
pub use register::{register, register_in, register_many, registered_before};
pub use response_team::call_team;
pub use transition::{Transition, transition};
pub use work::{correct_work, log_work};
pub use write::{NewMessage, write, write_in};

use super::{Problem, Stamp};
use crate::domain::Instant;
use crate::domain::contract::{Contract, Motivation, TicketType};
use crate::domain::permission::Verb;
use crate::domain::text::is_visible;
use crate::domain::ticket::{self, Event, Settled, Ticket};
use crate::usecases::FieldCode;

/// A ticket's clocks and deadlines as of an instant, from its history.
pub fn settled(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant) -> Settled {
    ticket::settle(contract, ticket.clock_inputs(), history, now).0
}

/// A late registration must lie in the past and give a reason (CLK-15, design § 2.12). Who may make one is asked by [`may_be_late`].
fn check_late(stamp: &Stamp, occurred_at: Option<Instant>, reason: Option<&str>, problems: &mut Vec<Problem>) {
    let Some(occurred_at) = occurred_at else {
        // An instant that could not be read is refused as such.
        if reason.is_some() && !stamp.lacks("occurredAt") {
            problems.push(Problem::field("occurredAtReason", FieldCode::NotAllowed, "there is no occurredAt to give a reason for"));
        }
        return;
    };
    if occurred_at > stamp.recorded_at {
        problems.push(Problem::field("occurredAt", FieldCode::InFuture, format!("is after the present, {}", stamp.recorded_at)));
    }
    if reason.is_none() {
        problems.push(Problem::field("occurredAtReason", FieldCode::Required, "what is recorded later than it happened needs a reason"));
    }
}

/// It must come from the desk.
fn may_be_late(stamp: &Stamp, occurred_at: Option<Instant>, problems: &mut Vec<Problem>) {
    if occurred_at.is_some()
        && let Err(refused) = stamp.who.may(Verb::RecordLate)
    {
        problems.push(Problem::field("occurredAt", FieldCode::DeskOnly, refused.to_string()));
    }
}

/// The problem of a missing motivation, if the contract requires one for this priority.
fn missing_motivation(contract: &Contract, kind: TicketType, priority: &str, motivation: Option<&str>) -> Option<Problem> {
    let needs = contract.priority(priority, kind).is_some_and(|priority| priority.motivation == Motivation::Required);
    let is_missing = needs && !motivation.is_some_and(is_visible);
    is_missing.then(|| Problem::field("priorityMotivation", FieldCode::Required, "the contract asks why this priority"))
}
