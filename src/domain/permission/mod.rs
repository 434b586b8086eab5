//! What callers may: a role gives it, or nobody has it (IAM-05). [`Verb`] has the whole table; here stands what depends on more than roles.
//!
//! Who is calling is for `auth` to say. Whose rows they see is their [`Scope`], and what they see of a ticket is decided by
//! `ticket::Reader`: whatever lies outside of those does not exist for them, so it is not found rather than forbidden.

mod credential;
mod limit;
mod over;
mod page;
mod role;
mod scope;
mod verb;

pub use credential::{Credential, HeldRight};
pub use limit::{Verbs, counts_within};
pub use over::Over;
pub use page::page;
pub use role::{GIVEN_APART, Role, Roles};
pub use scope::{Clearance, Part, Rows, Scope, concerned_by, concerned_by_signals};
pub use verb::*;

use uuid::Uuid;

use super::Instant;
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
    pub credential: Credential,
    /// Those of the roles that they have only because they hold them here.
    pub held: Vec<HeldRight>,
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
    #[error("each side agrees to rights itself")]
    SignsForOthers,
    /// It would be a signature, or give somebody a right.
    #[error("only a person may do this: sign in yourself, or use a token of your own that was made by the command on the desk's machine")]
    NotInPerson,
    /// Whoever made it has it as well.
    #[error(
        "a token that was made over the API decides nothing for a client: sign in, or use a token that was made by the command on the desk's machine"
    )]
    NotTheirOwn,
    #[error("both sides agree on who holds this role: its holder is ended, or replaced for a while, by their own side alone")]
    EndsForOthers,
    #[error("an authorised requester sees what colleagues reported, answers it and judges solutions: what becomes of it is for others")]
    OthersTicket,
    #[error("the client asked for no case portal: what was said on a closed ticket is no longer shown")]
    NoCasePortal,
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
    pub const SYSTEM: Self = Self::new(Actor::System, Roles::ALL);

    /// Without a limit.
    pub const fn new(actor: Actor, roles: Roles) -> Self {
        let credential = Credential { token: None, in_person: None, is_shared: false };
        Self { actor, roles, over: Over::NOTHING, limit: Verbs::ALL, credential, held: Vec::new() }
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

    #[must_use]
    pub fn with(self, credential: Credential) -> Self {
        Self { credential, ..self }
    }

    /// The person who acts, in person: whose signature it is.
    pub fn in_person(&self) -> Result<Uuid, Forbidden> {
        self.credential.in_person.ok_or(Forbidden::NotInPerson)
    }

    /// The held right that gives a verb, the one that lasts longest, where nothing but held rights gives it.
    pub fn only_by_holding(&self, verb: Verb) -> Option<HeldRight> {
        let gives = |role: &Role| verb.roles().contains(role);
        if self.roles.iter().filter(gives).any(|role| self.held.iter().all(|held| held.role != role)) {
            return None;
        }
        let giving = self.held.iter().filter(|held| gives(&held.role));
        giving.max_by_key(|held| held.until_at.unwrap_or(Instant::MAX)).copied()
    }

    /// Somebody with every role of a side: what could be done by one of them.
    pub fn any_of(side: Side) -> Self {
        let nobody = String::new();
        Self::new(if side == Side::Client { Actor::Client(nobody) } else { Actor::Desk(nobody) }, Roles::of(side))
    }

    /// Accepting or refusing a solution, which for some types is the client's alone.
    pub fn may_judge(&self, is_the_clients: bool) -> Result<(), Forbidden> {
        self.may_answer(Verb::JudgeSolutions).or_else(|refused| if is_the_clients { Err(refused) } else { self.may(Verb::JudgeForClients) })
    }

    /// Answering a question for a client, where the verb gives that: with nothing that somebody else has as well.
    pub fn may_answer(&self, verb: Verb) -> Result<(), Forbidden> {
        self.may(verb)?;
        if self.credential.is_shared && self.actor.side() == Side::Client { Err(Forbidden::NotTheirOwn) } else { Ok(()) }
    }

    /// Writing on a ticket: what the client does not see, and what was said by phone, is the desk's.
    pub fn may_write(&self, public: bool, by_phone: bool) -> Result<(), Forbidden> {
        if by_phone {
            self.may(Verb::RecordCalls)?;
        }
        self.may_show(public)
    }

    /// What changes a ticket's course. An authorised requester sees the tickets of colleagues, and does so with their own only (TKT-09).
    pub fn may_decide(&self, verb: Verb, ticket: Restricted<'_>) -> Result<(), Forbidden> {
        self.may(verb)?;
        let others = self.roles.without(Role::Requester).without(Role::AuthorisedRequester);
        if others.has_one_of(verb.roles()) || self.has_part_in(ticket) { Ok(()) } else { Err(Forbidden::OthersTicket) }
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

    /// Approving an amendment for one of the two sides: the desk writes down what the client approved.
    pub fn may_approve_for(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::ApproveAmendments)?;
        if side == Side::Client || self.actor.side() == Side::Supplier { Ok(()) } else { Err(Forbidden::ApprovesForOthers) }
    }

    /// Saying who holds a role of the matrix that is of this side.
    pub fn may_assign(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::AssignRoles)?;
        self.of_own_side_or_the_desk(side)
    }

    /// Changing what is known of somebody. A client says where its own people are reached, and no more.
    pub fn may_change_person(&self, is_more_than_the_address: bool) -> Result<(), Forbidden> {
        let is_clients = self.actor.side() == Side::Client && !is_more_than_the_address;
        self.may(if is_clients { Verb::RecordDepartures } else { Verb::ManagePeople })
    }

    /// Granting a right of this side, and ending it.
    pub fn may_grant(&self, side: Side) -> Result<(), Forbidden> {
        self.may(Verb::GrantRights)?;
        self.of_own_side_or_the_desk(side)
    }

    fn of_own_side_or_the_desk(&self, side: Side) -> Result<(), Forbidden> {
        if self.actor.side() == Side::Supplier || side == Side::Client { Ok(()) } else { Err(Forbidden::AssignsForOthers) }
    }

    /// Signing for a role on behalf of a side. Of a change of holder the desk writes down the client's signature, too.
    pub fn may_sign_for(&self, side: Side, may_be_on_paper: bool) -> Result<(), Forbidden> {
        self.may(Verb::ApproveRoles)?;
        match self.actor.side() {
            own if own == side => Ok(()),
            Side::Supplier if may_be_on_paper => Ok(()),
            Side::Client if may_be_on_paper => Err(Forbidden::ApprovesForOthers),
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
    fn what_only_held_rights_give_ends_with_the_last_of_them() {
        let at = |seconds| Instant::from_unix(seconds);
        let held = |id: u128, until_at| HeldRight { role: Role::Administrator, assignment: Uuid::from_u128(id), until_at };
        let administrator = with(Side::Supplier, &[Role::Administrator, Role::AgentLine1]);
        assert_eq!(administrator.only_by_holding(Verb::ManageAccess), None);
        let by_holding = Principal { held: vec![held(1, at(10)), held(2, at(30)), held(3, at(20))], ..administrator.clone() };
        assert_eq!(by_holding.only_by_holding(Verb::ManageAccess), Some(held(2, at(30))));
        assert_eq!(by_holding.only_by_holding(Verb::ReadTickets), None, "an agent reads them anyway");
        assert_eq!(administrator.in_person(), Err(Forbidden::NotInPerson), "a role signs nothing");
    }

    #[test]
    fn every_verb_is_somebodys() {
        assert!(Verb::ALL.into_iter().all(|verb| !verb.roles().is_empty()));
    }
}
