//! What callers may: a predicate for each verb that is not everyone's, and why somebody may not.
//!
//! Who is calling is for `auth` to say. Whose rows they see is their [`Scope`], and what they see of a ticket is decided by
//! `ticket::Reader`: whatever lies outside of those does not exist for them, so it is not found rather than forbidden.

use super::actor::Actor;
use super::contract::Side;

/// Whose rows are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything: the desk itself, and its workers.
    All,
    /// These organisations only.
    Organisations(Vec<String>),
}

impl Scope {
    pub fn includes(&self, organisation: &str) -> bool {
        match self {
            Self::All => true,
            Self::Organisations(seen) => seen.iter().any(|one| one == organisation),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("only the desk may do this")]
    DeskOnly,
    #[error("only the desk records something later than it happened")]
    RecordsLate,
    #[error("only the desk records a telephone contact")]
    RecordsCalls,
    #[error("only the client accepts or refuses the solution of an incident")]
    ClientDecides,
    #[error("a client approves for the client's side only")]
    ApprovesForOthers,
    #[error("the desk records what the supplier did; a client what its own side must see to")]
    FulfilsForOthers,
}

/// A verb that needs permission whatever it is applied to, so that it can be checked before anything is read.
pub trait Verb: 'static {
    /// Who may, as the API document says it.
    const WHO: &'static str;

    fn may(actor: &Actor) -> Result<(), Forbidden>;
}

macro_rules! verbs_of_the_desk {
    ($($(#[$meaning:meta])* $verb:ident),* $(,)?) => { $(
        $(#[$meaning])*
        // Uninhabited: a verb is only ever a type in a signature.
        pub enum $verb {}

        impl Verb for $verb {
            const WHO: &'static str = "the desk";

            fn may(actor: &Actor) -> Result<(), Forbidden> {
                of_the_desk(actor, Forbidden::DeskOnly)
            }
        }
    )* };
}

verbs_of_the_desk!(
    /// Hands a message to a mailbox.
    BringMail,
    /// Reads what came by mail, whatever became of it.
    ReadMail,
    /// Makes a ticket of a message that waits.
    ReleaseMail,
    /// Follows mail on its way out.
    TrackMail,
    /// Sends mail again that was given up.
    ResendMail,
    /// Sees what a contract text would change.
    PlanAgreements,
    ApplyAgreements,
    /// Writes a part of a ticket, such as a root cause analysis.
    WriteParts,
    AmendCalendars,
    /// Tries a changed contract on what happened.
    SimulateContracts,
    /// Sees and moves the time of a sandbox.
    RunSandbox,
);

fn of_the_desk(actor: &Actor, refused: Forbidden) -> Result<(), Forbidden> {
    if actor.side() == Side::Supplier { Ok(()) } else { Err(refused) }
}

/// Giving a ticket another type, or confirming the one it has.
pub fn may_retype(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

/// Recording that a ticket's client has another tier.
pub fn may_retier(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

pub fn may_edit(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

pub fn may_assign(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

/// Recording a moment of repair that was agreed.
pub fn may_agree_on_repair(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

/// Moving a ticket on in its phases. Withdrawing it and taking it up again is everyone's.
pub fn may_move(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::DeskOnly)
}

/// Accepting or refusing a solution, which for some types is the client's alone.
pub fn may_judge(actor: &Actor, is_the_clients: bool) -> Result<(), Forbidden> {
    if is_the_clients && actor.side() == Side::Supplier { Err(Forbidden::ClientDecides) } else { Ok(()) }
}

/// Writing on a ticket: what the client does not see, and what was said by phone, is the desk's.
pub fn may_write(actor: &Actor, public: bool, by_phone: bool) -> Result<(), Forbidden> {
    if public && !by_phone { Ok(()) } else { of_the_desk(actor, Forbidden::DeskOnly) }
}

pub fn may_attach(actor: &Actor, public: bool) -> Result<(), Forbidden> {
    if public { Ok(()) } else { of_the_desk(actor, Forbidden::DeskOnly) }
}

/// Recording something later than it happened (CLK-15).
pub fn may_record_late(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::RecordsLate)
}

pub fn may_record_calls(actor: &Actor) -> Result<(), Forbidden> {
    of_the_desk(actor, Forbidden::RecordsCalls)
}

/// Approving an amendment for one of the two sides: the desk records what either side approved.
pub fn may_approve_for(actor: &Actor, side: Side) -> Result<(), Forbidden> {
    if side == Side::Client { Ok(()) } else { of_the_desk(actor, Forbidden::ApprovesForOthers) }
}

/// Recording that a duty was met whose owner is of this side; `None` where the agreement names nobody.
pub fn may_fulfil(actor: &Actor, owner: Option<Side>) -> Result<(), Forbidden> {
    if owner == Some(Side::Client) { Ok(()) } else { of_the_desk(actor, Forbidden::FulfilsForOthers) }
}

/// Whether naming a priority decides it; from anybody else it is a proposal.
pub fn decides_priorities(actor: &Actor) -> bool {
    actor.side() == Side::Supplier
}

/// Whether their word is enough that a requester belongs to the client.
pub fn vouches_for_requesters(actor: &Actor) -> bool {
    actor.side() == Side::Supplier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_records_and_approves_for_its_own_side_alone() {
        let (client, desk) = (Actor::Client("1".to_owned()), Actor::Integration("2".to_owned()));
        for side in Side::ALL {
            assert_eq!(may_approve_for(&desk, side), Ok(()));
            assert_eq!(may_fulfil(&desk, Some(side)), Ok(()));
            assert_eq!(may_approve_for(&client, side).is_ok(), side == Side::Client);
            assert_eq!(may_fulfil(&client, Some(side)).is_ok(), side == Side::Client);
        }
        assert_eq!(may_fulfil(&client, None), Err(Forbidden::FulfilsForOthers));
        assert_eq!(AmendCalendars::may(&client), Err(Forbidden::DeskOnly));
    }
}
