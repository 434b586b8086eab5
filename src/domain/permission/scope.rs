//! What exists for a caller.
//!
//! Whoever may not see a ticket with a flag is told what they would be told if there were none, by every door: lists and counts, search,
//! histories, files, mail in and out. So the rule stands here once, and the store narrows its rows by the same [`Clearance`].

use uuid::Uuid;

use super::{Over, Principal, Role, Roles};
use crate::domain::actor::Actor;
use crate::domain::restriction::{Flag, Flags, Restricted};

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
    /// Those with one of these flags, and those in which the actor has a part.
    Of {
        flags: Flags,
        /// Further ones that open the tickets of one organisation.
        over: Vec<(String, Flags)>,
        part: Part,
        /// Whether security signals are seen that others recorded.
        signals: bool,
    },
}

/// By what the three parts in a ticket are known that let somebody see it: its requester, whoever has it in hand, and whoever registered it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    pub as_requester: Option<Uuid>,
    /// The id under which they act. Not their name, which others may have, too.
    pub as_assignee: Option<String>,
    pub as_registrar: String,
}

impl Scope {
    /// Everything: for what the program does by itself, never for what it shows somebody.
    pub const ALL: Self = Self { rows: Rows::All, clearance: Clearance::All };

    pub fn of(rows: Rows, who: &Principal) -> Self {
        Self { rows, clearance: Clearance::with_rights_over(&who.over, who.roles, &who.actor) }
    }

    /// The rows of these organisations among those that are seen.
    #[must_use]
    pub fn within(&self, organisations: Vec<String>) -> Self {
        let seen = organisations.into_iter().filter(|one| self.includes(one)).collect();
        Self { rows: Rows::Organisations(seen), clearance: self.clearance.clone() }
    }

    /// The same rows, and all tickets among them: for what is only counted, or must be unique among all.
    #[must_use]
    pub fn with_all_tickets(&self) -> Self {
        Self { rows: self.rows.clone(), clearance: Clearance::All }
    }

    /// The same for a token whose text another person knows: their roles open no ticket that few may see, or whoever gives such roles would
    /// see by them what they may not; nor, where it was made for somebody, does what is that person's alone.
    #[must_use]
    pub fn as_another_knows_it(self, is_somebodys: bool) -> Self {
        let clearance = match self.clearance {
            Clearance::All => Clearance::All,
            Clearance::Of { part, .. } => {
                let part = if is_somebodys { Part::default() } else { part };
                Clearance::Of { flags: Flags::default(), over: Vec::new(), part, signals: false }
            }
        };
        Self { clearance, ..self }
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
        Self::with_rights_over(&Over::NOTHING, roles, actor)
    }

    pub fn with_rights_over(over: &Over, roles: Roles, actor: &Actor) -> Self {
        if *actor == Actor::System {
            return Self::All;
        }
        let opens = |roles: Roles, flag: Flag| roles.has_one_of(concerned_by(flag));
        let flags = Flag::ALL.into_iter().filter(|flag| opens(roles, *flag)).collect();
        let signals = roles.has_one_of(concerned_by_signals());
        Self::Of { flags, over: over.cleared(opens), part: Part::of(actor), signals }
    }

    /// Whether a ticket exists for them, as far as its flags go.
    pub fn sees(&self, ticket: Restricted<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Of { flags, over, part, .. } => {
                let opened =
                    |(organisation, flags): &(String, Flags)| organisation == ticket.organisation && ticket.flags.has_one_of(*flags);
                ticket.flags.is_empty() || ticket.flags.has_one_of(*flags) || over.iter().any(opened) || part.is_in(ticket)
            }
        }
    }

    /// As whom they see security signals, if not all: those that they recorded, as histories name them.
    pub fn own_signals(&self) -> Option<&str> {
        match self {
            Self::All | Self::Of { signals: true, .. } => None,
            Self::Of { part, signals: false, .. } => Some(&part.as_registrar),
        }
    }

    /// The combinations of flags that hide a ticket from them, unless they have a part in it or a right over its organisation opens it.
    pub fn hiding(&self) -> Vec<Flags> {
        match self {
            Self::All => Vec::new(),
            Self::Of { flags, .. } => hiding_but_for(*flags),
        }
    }

    /// For each organisation over which they have a right that opens further tickets: the combinations that hide those all the same.
    pub fn hiding_over(&self) -> Vec<(&str, Vec<Flags>)> {
        match self {
            Self::All => Vec::new(),
            Self::Of { over, .. } => over.iter().map(|(organisation, flags)| (organisation.as_str(), hiding_but_for(*flags))).collect(),
        }
    }
}

fn hiding_but_for(flags: Flags) -> Vec<Flags> {
    Flags::all_combinations().filter(|one| !one.is_empty() && !one.has_one_of(flags)).collect()
}

impl Part {
    pub fn of(actor: &Actor) -> Self {
        Self {
            as_requester: actor.id(),
            as_assignee: actor.known_as().filter(|_| !matches!(actor, Actor::Client(_))).map(str::to_owned),
            as_registrar: actor.as_text(),
        }
    }

    pub fn is_in(&self, ticket: Restricted<'_>) -> bool {
        ticket.registered_by == self.as_registrar
            || (self.as_assignee.is_some() && ticket.assignee == self.as_assignee.as_deref())
            || (self.as_requester.is_some() && ticket.requester_id == self.as_requester)
    }
}

/// The roles that a flag opens a ticket to.
pub const fn concerned_by(flag: Flag) -> &'static [Role] {
    match flag {
        Flag::Security => &[Role::SecurityOfficer, Role::ClientSecurityOfficer],
        Flag::Privacy => &[Role::PrivacyOfficer, Role::ClientPrivacyOfficer],
        Flag::Confidential => &[Role::ServiceManager],
    }
}

/// The roles that security signals concern. Others see those that they recorded themselves: a signal tells of a weakness before it is mended.
pub const fn concerned_by_signals() -> &'static [Role] {
    &[Role::ServiceManager, Role::SecurityOfficer, Role::Approver, Role::ClientSecurityOfficer]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(role: Role, actor: &Actor) -> Clearance {
        Clearance::of([role].into_iter().collect(), actor)
    }

    fn ticket(flags: &[Flag]) -> Restricted<'static> {
        Restricted {
            flags: flags.iter().copied().collect(),
            organisation: "a",
            requester_id: None,
            assignee: None,
            registered_by: "desk:other",
        }
    }

    #[test]
    fn a_flag_opens_a_ticket_to_those_whom_it_concerns_and_closes_it_to_the_rest() {
        let me = Actor::Desk("me".to_owned());
        for role in Role::ALL {
            assert!(with(role, &me).sees(ticket(&[])), "{role}");
            for flag in Flag::ALL {
                assert_eq!(with(role, &me).sees(ticket(&[flag])), concerned_by(flag).contains(&role), "{role} {flag}");
            }
        }
        // Whoever is told of a ticket with two flags can read it.
        for role in [Role::SecurityOfficer, Role::PrivacyOfficer] {
            assert!(with(role, &me).sees(ticket(&[Flag::Security, Flag::Privacy])));
        }
        assert!(Clearance::of(Roles::default(), &Actor::System).sees(ticket(&Flag::ALL)));
    }

    #[test]
    fn whoever_has_a_part_in_a_ticket_sees_it_whatever_its_flags() {
        let person = Uuid::from_u128(7);
        let (desk, client) = (Actor::Desk("me".to_owned()), Actor::Client(person.to_string()));
        let of = |actor: &Actor| with(Role::AgentLine1, actor);
        let hidden = ticket(&[Flag::Confidential]);
        assert!(of(&desk).sees(Restricted { assignee: Some("me"), ..hidden }));
        assert!(of(&desk).sees(Restricted { registered_by: "desk:me", ..hidden }));
        assert!(of(&client).sees(Restricted { requester_id: Some(person), ..hidden }));
        assert!(of(&client).sees(Restricted { registered_by: &client.as_text(), ..hidden }));
        // A client has nothing in hand, whatever text stands there; and an id on one side is no id on the other.
        assert!(!of(&client).sees(Restricted { assignee: Some(&person.to_string()), ..hidden }));
        assert!(!of(&desk).sees(Restricted { registered_by: "client:me", ..hidden }));
    }

    #[test]
    fn what_hides_a_ticket_is_what_the_predicate_refuses() {
        for role in Role::ALL {
            let clearance = with(role, &Actor::Desk("me".to_owned()));
            for flags in Flags::all_combinations() {
                let seen = clearance.sees(Restricted { flags, ..ticket(&[]) });
                assert_eq!(clearance.hiding().contains(&flags), !seen, "{role} {flags:?}");
            }
        }
    }
}
