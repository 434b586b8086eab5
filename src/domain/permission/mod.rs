//! What callers may: a role gives it, or nobody has it (IAM-05). [`Verb`] has the whole table; here stands what depends on more than roles.
//!
//! Who is calling is for `auth` to say. Whose rows they see is their [`Scope`], and what they see of a ticket is decided by
//! `ticket::Reader`: whatever lies outside of those does not exist for them, so it is not found rather than forbidden.

mod limit;
mod over;
mod page;
mod role;
mod scope;
mod verb;

pub use limit::{Verbs, counts_within};
pub use over::Over;
pub use page::page;
pub use role::{Role, Roles};
pub use scope::{Clearance, Part, Rows, Scope, concerned_by};
pub use verb::*;

use super::actor::Actor;
use super::contract::Side;
use super::restriction::{Flag, Restricted};

/// Somebody who acts, and what gives them the right to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub actor: Actor,
    /// Those that count for every row they see.
    pub roles: Roles,
    /// Those that count for the rows of one organisation alone: rights of the desk that were agreed with that client (IAM-03, IAM-04).
    pub over: Over,
    /// What the token they come with is limited to, of all that the roles give.
    pub limit: Verbs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Nobody of the caller's side may.
    #[error("{}", of_the_other_side(*.0))]
    OtherSide(Verb),
    #[error("to {} one needs one of these roles: {}", .0.english(), names(.0.roles()))]
    RoleMissing(Verb),
    /// A role gives it, and the token that was used does not.
    #[error("this token is limited to other things: one cannot {} with it", .0.english())]
    TokenScope(Verb),
    /// A flag that does not concern them.
    #[error("to take off a {} flag one needs one of these roles: {}", .0.english(), names(concerned_by(*.0)))]
    FlagOfOthers(Flag),
    #[error("a client approves for the client's side only")]
    ApprovesForOthers,
    #[error("the desk records what the supplier did; a client what its own side must see to")]
    FulfilsForOthers,
    #[error("a client says who holds the roles of its own side only")]
    AssignsForOthers,
    #[error("each side agrees to elevated rights itself")]
    SignsForOthers,
}

fn of_the_other_side(verb: Verb) -> &'static str {
    match verb {
        Verb::RecordLate => "only the desk records something later than it happened",
        Verb::RecordCalls => "only the desk records a telephone contact",
        Verb::JudgeSolutions => "only the client accepts or refuses the solution of an incident",
        _ if verb.roles().iter().all(|role| role.side() == Side::Client) => "only the client may do this",
        _ => "only the desk may do this",
    }
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

impl Principal {
    /// The program itself.
    pub const SYSTEM: Self = Self { actor: Actor::System, roles: Roles::ALL, over: Over::NOTHING, limit: Verbs::ALL };

    /// Without a limit.
    pub const fn new(actor: Actor, roles: Roles) -> Self {
        Self { actor, roles, over: Over::NOTHING, limit: Verbs::ALL }
    }

    /// With further roles that count for one organisation's rows each.
    #[must_use]
    pub fn with_rights_over(self, over: Over) -> Self {
        Self { over, ..self }
    }

    /// The same as somebody who sees no more rows than those for which they may do this, where they may not do it everywhere. What they are
    /// given for one organisation so never works on another's rows.
    #[must_use]
    pub fn narrowed_to(&self, verb: Verb) -> Option<Self> {
        let over = self.over.giving(verb)?;
        (!self.roles.has_one_of(verb.roles())).then(|| Self { over, ..self.clone() })
    }

    /// The same as somebody who acts on a row of this organisation.
    #[must_use]
    pub fn at(&self, organisation: &str) -> Self {
        Self { over: self.over.at(organisation), ..self.clone() }
    }

    /// Whether they have one of these for every row that they see.
    fn holds(&self, roles: &[Role]) -> bool {
        self.roles.has_one_of(roles) || self.over.holds(roles)
    }

    #[must_use]
    pub fn limited_to(self, limit: Verbs) -> Self {
        Self { limit: self.limit.and(limit), ..self }
    }

    /// Somebody with every role of a side: what could be done by one of them.
    pub fn any_of(side: Side) -> Self {
        let nobody = String::new();
        Self::new(if side == Side::Client { Actor::Client(nobody) } else { Actor::Desk(nobody) }, Roles::of(side))
    }

    /// Those of these roles that this one cannot give anybody. Who manages access gives roles they do not have, since that is the work; but
    /// not those that watch over them, or that open what few may see: only somebody who has such a role gives it.
    pub fn cannot_give(&self, roles: Roles) -> Vec<Role> {
        let is_apart = |role: &Role| [Role::SecurityOfficer, Role::PrivacyOfficer, Role::Auditor].contains(role);
        roles.iter().filter(|role| is_apart(role) && !self.roles.has(*role)).collect()
    }

    /// Accepting or refusing a solution, which for some types is the client's alone.
    pub fn may_judge(&self, is_the_clients: bool) -> Result<(), Forbidden> {
        self.may(Verb::JudgeSolutions).or_else(|refused| if is_the_clients { Err(refused) } else { self.may(Verb::JudgeForClients) })
    }

    /// Writing on a ticket: what the client does not see, and what was said by phone, is the desk's.
    pub fn may_write(&self, public: bool, by_phone: bool) -> Result<(), Forbidden> {
        if by_phone {
            self.may(Verb::RecordCalls)?;
        }
        self.may_show(public)
    }

    /// Adding a message or a file that both sides see, or the desk alone.
    pub fn may_show(&self, public: bool) -> Result<(), Forbidden> {
        self.may(if public { Verb::WriteMessages } else { Verb::WriteNotes })
    }

    /// Whether they are a ticket's requester, have it in hand or registered it.
    pub fn has_part_in(&self, ticket: Restricted<'_>) -> bool {
        self.actor == Actor::System || Part::of(&self.actor).is_in(ticket)
    }

    /// Taking a flag off a ticket: whoever it concerns.
    pub fn may_lift(&self, flag: Flag) -> Result<(), Forbidden> {
        self.may(Verb::LiftFlags)?;
        if self.holds(concerned_by(flag)) { Ok(()) } else { Err(Forbidden::FlagOfOthers(flag)) }
    }

    /// Approving an amendment for one of the two sides: the desk records what either side approved.
    pub fn may_approve_for(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::ApproveAmendments)?;
        if side == Side::Client || self.actor.side() == Side::Supplier { Ok(()) } else { Err(Forbidden::ApprovesForOthers) }
    }

    /// Saying who holds a role of the matrix that is of this side.
    pub fn may_assign(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::AssignRoles)?;
        self.of_own_side_or_the_desk(side)
    }

    /// Granting a right of this side, and ending it.
    pub fn may_grant(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::GrantRights)?;
        self.of_own_side_or_the_desk(side)
    }

    fn of_own_side_or_the_desk(&self, side: Side) -> Result<(), Forbidden> {
        if self.actor.side() == Side::Supplier || side == Side::Client { Ok(()) } else { Err(Forbidden::AssignsForOthers) }
    }

    /// Signing for a role on behalf of a side. The desk writes down either side's signature, except for elevated rights.
    pub fn may_sign_for(&self, side: Side, is_elevated: bool) -> Result<(), Forbidden> {
        self.may(Verb::ApproveRoles)?;
        match self.actor.side() {
            own if own == side => Ok(()),
            Side::Supplier if !is_elevated => Ok(()),
            Side::Client if !is_elevated => Err(Forbidden::ApprovesForOthers),
            _ => Err(Forbidden::SignsForOthers),
        }
    }

    /// Recording that a duty was met whose owner is of this side; `None` where the agreement names nobody.
    pub fn may_fulfil(&self, owner: Option<Side>) -> Result<(), Forbidden> {
        self.may(Verb::RecordObligations)?;
        if owner == Some(Side::Client) || self.actor.side() == Side::Supplier { Ok(()) } else { Err(Forbidden::FulfilsForOthers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(side: Side, roles: &[Role]) -> Principal {
        Principal { roles: roles.iter().copied().collect(), ..Principal::any_of(side) }
    }

    #[test]
    fn a_client_records_and_approves_for_its_own_side_alone() {
        let (client, desk) = (Principal::any_of(Side::Client), Principal::any_of(Side::Supplier));
        for side in Side::ALL {
            assert_eq!(desk.may_approve_for(side), Ok(()));
            assert_eq!(desk.may_fulfil(Some(side)), Ok(()));
            assert_eq!(client.may_approve_for(side).is_ok(), side == Side::Client);
            assert_eq!(client.may_fulfil(Some(side)).is_ok(), side == Side::Client);
        }
        assert_eq!(client.may_fulfil(None), Err(Forbidden::FulfilsForOthers));
        assert_eq!(client.may(Verb::AmendCalendars), Err(Forbidden::OtherSide(Verb::AmendCalendars)));
    }

    #[test]
    fn iam_05_nobody_may_anything_without_a_role_that_gives_it() {
        for side in Side::ALL {
            for verb in Verb::ALL {
                assert!(with(side, &[]).may(verb).is_err(), "{verb}");
            }
        }
    }

    #[test]
    fn an_auditor_reads_and_changes_nothing() {
        let may = Verb::ALL.into_iter().filter(|verb| with(Side::Supplier, &[Role::Auditor]).may(*verb).is_ok());
        assert!(may.map(Verb::as_str).all(|verb| verb.starts_with("read_") || verb.starts_with("track_")));
    }

    #[test]
    fn an_administrator_gives_no_role_that_watches_over_them() {
        let administrator = with(Side::Supplier, &[Role::Administrator]);
        assert_eq!(administrator.cannot_give(Roles::ALL), [Role::SecurityOfficer, Role::PrivacyOfficer, Role::Auditor]);
        let both = with(Side::Supplier, &[Role::Administrator, Role::Auditor]);
        assert_eq!(both.cannot_give(Roles::from_iter([Role::Auditor, Role::AgentLine1])), []);
    }

    #[test]
    fn every_verb_is_somebodys() {
        assert!(Verb::ALL.into_iter().all(|verb| !verb.roles().is_empty()));
    }
}
