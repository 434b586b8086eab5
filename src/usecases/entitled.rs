//! Who may have a ticket registered: a contract can reserve types to named people (TKT-07) and items of its catalogue to roles, and let a
//! client's contacts alone turn to the desk (SUP-14).
//!
//! Who asks is somebody the desk has identified: the person behind a client's token or sign-in, the sender of a mail, or the requester for
//! whom the desk vouches. An address that a client fills in says nothing about who is asking.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::reach::reach;
use super::{Code, Error};
use crate::domain::Instant;
use crate::domain::contract::{Contract, Item, Label, ReservedTo, Restriction, TicketType, Who};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::store::{self, Reads};

/// Who asks for a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asker {
    /// A client's own caller.
    Person(Uuid),
    /// Whoever has this address in the organisation: the sender of a mail, or a requester for whom the desk vouches.
    Address(String),
    /// Somebody on the telephone, whom the desk knows by name and number.
    Caller(Uuid),
    Nobody,
}

/// A ticket that somebody asks for.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub contract: &'a Contract,
    pub organisation: &'a str,
    pub kind: TicketType,
    /// What it asks for of the catalogue.
    pub item: Option<&'a Item>,
    pub by: Asker,
}

/// That somebody may not have a ticket registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub restriction: Restriction,
    /// What the ticket's type, or the item it asks for, is called.
    pub kind: Label,
    /// The contract's title.
    pub contract: String,
    /// Roles, addresses and names of those who may; none for somebody unknown, who learns nobody's name.
    pub turn_to: Vec<Label>,
}

/// For each wish whether it is refused. Takes as many queries for many wishes as for one, and none where no contract restricts anything.
pub(super) async fn refusals(tx: &impl Reads, wishes: &[Option<Wish<'_>>], now: Instant) -> Result<Vec<Option<Refused>>, Error> {
    let is_restricted = |wish: &&Wish<'_>| wish.contract.restricts(wish.kind, wish.item, wish.organisation);
    let restricted: Vec<_> = wishes.iter().flatten().filter(is_restricted).collect();
    if restricted.is_empty() {
        return Ok(wishes.iter().map(|_| None).collect());
    }
    let people = people_of(tx, &restricted).await?;
    let clients: Vec<_> = restricted.iter().map(|wish| (wish.contract.id.as_str(), wish.organisation)).collect();
    let lists = store::contacts::lists(tx, &clients).await?;
    let agreements: BTreeSet<_> = clients.iter().map(|(contract, _)| *contract).collect();
    let held = reach(tx, &agreements.into_iter().collect::<Vec<_>>(), now).await?;
    let listed = store::contacts::active(tx, &people.iter().map(|person| person.id).collect::<Vec<_>>()).await?;
    let decided = |wish: &Wish<'_>| {
        let person = people.iter().find(|person| wish.is_by(person));
        let client = |(contract, organisation): &(String, String)| (&**contract, &**organisation) == wish.client();
        let is_contact = person.is_some_and(|person| {
            let acts = |role| held.is_acting(wish.contract, role, wish.organisation, person.id);
            listed.contains(&(wish.contract.id.clone(), person.id)) || wish.contract.role_of_contacts().is_some_and(acts)
        });
        let is_kept_out = lists.iter().any(client) && !is_contact;
        let who = Who { address: wish.address(person), is_kept_out };
        let reached = |role| held.addresses(wish.contract, role, wish.organisation);
        let restriction = wish.contract.restriction((wish.kind, wish.item), wish.organisation, &who, reached);
        // Of a caller the desk is told, and not they themselves.
        Some((restriction?, who.address.is_some() || matches!(wish.by, Asker::Caller(_))))
    };
    let decided: Vec<_> = wishes.iter().map(|wish| wish.as_ref().filter(is_restricted).and_then(decided)).collect();
    let kept_out = wishes.iter().flatten().zip(&decided).filter(|(_, decided)| matches!(decided, Some((Restriction::NotAContact, true))));
    let clients: BTreeSet<_> = kept_out.map(|(wish, _)| wish.client()).collect();
    let mut names = BTreeMap::new();
    for (contract, organisation) in clients {
        names.insert((contract, organisation), store::contacts::names(tx, contract, organisation).await?);
    }
    let refused = |(wish, decided): (&Option<Wish<'_>>, Option<(Restriction, bool)>)| {
        let (wish, (restriction, is_known)) = (wish.as_ref()?, decided?);
        let contacts = names.get(&wish.client()).cloned().unwrap_or_default();
        Some(wish.refused(restriction, is_known, contacts))
    };
    Ok(wishes.iter().zip(decided).map(refused).collect())
}

/// Whether the requester of a ticket may not have one of another type, or one that asks for something else.
pub(super) async fn changing(
    reads: &impl Reads,
    contract: &Contract,
    ticket: &Ticket,
    (to, item): (TicketType, Option<&Item>),
    now: Instant,
) -> Result<Option<Refused>, Error> {
    let is_retyped = to != ticket.kind && contract.reserved_to(to, &ticket.organisation).is_some();
    if !is_retyped && item.is_none_or(|item| item.asked_by.is_empty()) {
        return Ok(None);
    }
    let by = ticket.requester_id.map_or(Asker::Nobody, Asker::Person);
    let wish = Wish { contract, organisation: &ticket.organisation, kind: to, item, by };
    let refused = refusals(reads, &[Some(wish)], now).await?.pop().flatten();
    // A ticket that is there was asked for by somebody who could.
    Ok(refused.filter(|refused| match refused.restriction {
        Restriction::Reserved => is_retyped,
        Restriction::ReservedItem => true,
        Restriction::NotAContact => false,
    }))
}

/// The people who ask, as far as the desk knows them.
async fn people_of(tx: &impl Reads, wishes: &[&Wish<'_>]) -> Result<Vec<Person>, Error> {
    let ids: Vec<_> =
        wishes.iter().filter_map(|wish| if let Asker::Person(id) | Asker::Caller(id) = wish.by { Some(id) } else { None }).collect();
    let addresses = |wish: &&&Wish<'_>| matches!(wish.by, Asker::Address(_));
    let organisations: Vec<_> = wishes.iter().filter(addresses).map(|wish| wish.organisation).collect();
    let emails: Vec<_> =
        wishes.iter().filter_map(|wish| if let Asker::Address(email) = &wish.by { Some(&**email) } else { None }).collect();
    let mut people = if ids.is_empty() { Vec::new() } else { store::people::find(tx, &ids).await? };
    if !emails.is_empty() {
        people.extend(store::people::with_addresses(tx, &organisations, &emails).await?);
    }
    Ok(people)
}

impl Wish<'_> {
    fn is_by(&self, person: &Person) -> bool {
        person.organisation == self.organisation
            && match &self.by {
                Asker::Person(id) | Asker::Caller(id) => person.id == *id,
                Asker::Address(email) => person.email == *email,
                Asker::Nobody => false,
            }
    }

    /// The address of whoever asks. Somebody who left has none any more; one for whom nobody vouched has it only by what they say.
    fn address<'a>(&'a self, person: Option<&'a Person>) -> Option<&'a str> {
        match (&self.by, person) {
            (_, Some(person)) if !person.is_active => None,
            (Asker::Person(_) | Asker::Caller(_), Some(person)) => person.address().filter(|_| !person.is_stranger),
            (Asker::Address(email), _) => Some(email),
            (Asker::Person(_) | Asker::Caller(_) | Asker::Nobody, _) => None,
        }
    }

    fn client(&self) -> (&str, &str) {
        (&self.contract.id, self.organisation)
    }

    fn refused(&self, restriction: Restriction, is_known: bool, contacts: Vec<String>) -> Refused {
        let turn_to = match restriction {
            Restriction::Reserved => {
                self.contract.reserved_to(self.kind, self.organisation).map(|to| those(&to, is_known)).unwrap_or_default()
            }
            Restriction::ReservedItem => {
                self.item.and_then(|item| self.contract.reserved_item_to(item)).map(|to| those(&to, is_known)).unwrap_or_default()
            }
            Restriction::NotAContact => contacts.into_iter().map(same).collect(),
        };
        let of_item = self.item.filter(|_| restriction == Restriction::ReservedItem).map(|item| item.label.clone());
        let (kind, contract) = (of_item.unwrap_or_else(|| self.contract.type_label(self.kind)), self.contract.title.clone());
        Refused { restriction, kind, contract, turn_to }
    }
}

fn those(to: &ReservedTo<'_>, is_known: bool) -> Vec<Label> {
    let people = to.people.iter().filter(|_| is_known).map(|address| same((*address).to_owned()));
    to.roles.iter().map(|role| role.label.clone()).chain(people).collect()
}

/// A name or an address, which is the same in every language.
fn same(name: String) -> Label {
    Label { nl: name.clone(), en: name }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let names: Vec<_> = refused.turn_to.iter().map(|one| one.nl.as_str()).collect();
        let to = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        let (code, detail) = match refused.restriction {
            Restriction::Reserved => (Code::ReservedType, format!("the contract reserves \"{}\" to named people{to}", refused.kind.nl)),
            Restriction::ReservedItem => (Code::ReservedItem, format!("the contract reserves \"{}\" to named roles{to}", refused.kind.nl)),
            Restriction::NotAContact => (Code::NotAContact, format!("only the client's contacts turn to the desk under this contract{to}")),
        };
        Self::Forbidden { code, detail }
    }
}
