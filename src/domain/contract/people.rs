//! What an agreement says about people: types that only named persons may register, how many may contact the desk, which subject is whose.

use super::{Contract, Item, Label, Role, Side, TicketType};
use crate::words::closed_list;

/// Ticket types that only these people may register (TKT-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    pub types: Vec<TicketType>,
    /// The client it holds for; every client when absent.
    pub organisation: Option<String>,
    /// Roles of the client whose holders may.
    pub roles: Vec<String>,
    /// Addresses, in lower case, under which the desk knows those who may.
    pub people: Vec<String>,
}

/// Who may register a type for a client, of all that the agreement says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedTo<'a> {
    pub roles: Vec<&'a Role>,
    pub people: Vec<&'a str>,
}

/// That a client may have more or fewer contacts than the agreement says (SUP-13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedContacts {
    pub most: u32,
    /// Where that was agreed.
    pub agreed: String,
}

/// Who supports the client's users, specifies, tests and introduces (SUP-15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionalAdministration {
    pub by: Side,
    /// Where the costs were agreed, when the supplier does it.
    pub cost_agreement: Option<String>,
}

closed_list! {
    /// The level at which the two parties meet (ROLE-03).
    pub enum ContactLevel {
        Operational = "operational": "operationeel", "operational";
        Tactical = "tactical": "tactisch", "tactical";
        Strategic = "strategic": "strategisch", "strategic";
    }
}

/// What messages can be about, and the roles that are told (ROLE-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub id: String,
    pub label: Label,
    pub roles: Vec<String>,
}

/// A way to reach the desk beside its telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointOfContact {
    pub label: Label,
    /// A telephone number or an address, as people write it.
    pub reached_at: String,
    /// Why it is not certain, until somebody confirms it; such a value need not be usable.
    pub to_be_confirmed: Option<String>,
}

impl Contract {
    /// Whether an organisation goes on reading what was said on its tickets once those are closed.
    pub fn has_case_portal(&self, organisation: &str) -> bool {
        !self.portals_on_request || self.client(organisation).is_some_and(|client| client.case_portal)
    }

    /// Who may register this type for an organisation; `None` when everybody employed there may.
    pub fn reserved_to(&self, kind: TicketType, organisation: &str) -> Option<ReservedTo<'_>> {
        let holds = |one: &&Reserved| one.types.contains(&kind) && one.organisation.as_deref().is_none_or(|client| client == organisation);
        let mut reserved = self.reserved.iter().filter(holds).peekable();
        reserved.peek()?;
        let mut to = ReservedTo { roles: Vec::new(), people: Vec::new() };
        for one in reserved {
            to.roles.extend(one.roles.iter().filter_map(|code| self.role(code)));
            to.people.extend(one.people.iter().map(String::as_str));
        }
        to.roles.dedup();
        to.people.dedup();
        Some(to)
    }

    /// Who may ask for an item; `None` when everybody may who can register its type.
    pub fn reserved_item_to(&self, item: &Item) -> Option<ReservedTo<'_>> {
        let roles = item.asked_by.iter().filter_map(|code| self.role(code)).collect();
        (!item.asked_by.is_empty()).then(|| ReservedTo { roles, people: Vec::new() })
    }

    /// How many people of an organisation may contact the desk; `None` where the agreement sets no bound.
    pub fn most_contacts(&self, organisation: &str) -> Option<u32> {
        let agreed = self.client(organisation).and_then(|client| client.contacts.as_ref()).map(|agreed| agreed.most);
        self.contacts.map(|most| agreed.unwrap_or(most))
    }

    /// The role whose holders are a client's contacts as well.
    pub fn role_of_contacts(&self) -> Option<&Role> {
        self.role(self.contacts_role.as_deref()?)
    }

    pub fn subject(&self, id: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.id == id)
    }

    /// The roles that are told about a subject.
    pub fn told_about<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a Role> {
        subject.roles.iter().filter_map(|code| self.role(code))
    }
}

impl<'a> ReservedTo<'a> {
    /// Whether an address is one of those named, or one at which a named role is reached. It must be that of a person whom the desk
    /// identified.
    pub fn names(&self, address: &str, reached: impl Fn(&'a Role) -> &'a [String]) -> bool {
        let is_it = |named: &str| named.eq_ignore_ascii_case(address);
        self.people.iter().any(|named| is_it(named)) || self.roles.iter().flat_map(|role| reached(role)).any(|named| is_it(named))
    }
}

/// Why somebody may not have a ticket registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restriction {
    /// The type is reserved to others.
    Reserved,
    /// What is asked for is reserved to others.
    ReservedItem,
    /// Only the client's contacts turn to the desk.
    NotAContact,
}

/// Whoever asks for a ticket, as far as the desk has identified them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who<'a> {
    /// Theirs for certain.
    pub address: Option<&'a str>,
    /// Whether their organisation has a list of contacts, and they are not on it.
    pub is_kept_out: bool,
}

impl Contract {
    /// Whether it matters who asks for a ticket.
    pub fn restricts(&self, kind: TicketType, item: Option<&Item>, organisation: &str) -> bool {
        let is_reserved = item.is_some_and(|item| !item.asked_by.is_empty());
        self.contacts.is_some() || is_reserved || self.reserved_to(kind, organisation).is_some()
    }

    /// Why somebody may not have a ticket registered; `None` when they may. Where a role is reached depends on who holds it now.
    pub fn restriction<'a>(
        &'a self,
        (kind, item): (TicketType, Option<&Item>),
        organisation: &str,
        who: &Who<'_>,
        reached: impl Fn(&'a Role) -> &'a [String],
    ) -> Option<Restriction> {
        if self.contacts.is_some() && who.is_kept_out {
            return Some(Restriction::NotAContact);
        }
        let keeps_out = |to: &ReservedTo<'a>| !who.address.is_some_and(|address| to.names(address, &reached));
        if self.reserved_to(kind, organisation).as_ref().is_some_and(keeps_out) {
            return Some(Restriction::Reserved);
        }
        let of_item = item.and_then(|item| self.reserved_item_to(item));
        of_item.as_ref().is_some_and(keeps_out).then_some(Restriction::ReservedItem)
    }
}

impl Restriction {
    pub const fn says(self) -> &'static str {
        match self {
            Self::Reserved => "tickets of this type are reserved to named people, and the sender is none of them",
            Self::ReservedItem => "what is asked for is reserved to named roles, and the sender holds none of them",
            Self::NotAContact => "the sender is none of the client's contacts, and only those turn to the desk",
        }
    }
}
