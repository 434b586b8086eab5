//! Decides which client a message belongs to, from what is known about its sender's address.
//!
//! The sender decides, never the mailbox: first a known person with that address, then a client with that mail domain. Where the two
//! contradict each other, or the address is only known under another contract, we do not guess. A mailbox that accepts strangers says
//! which client *strangers* belong to, and nothing about anybody else.
//! Deliberately absent: every lookup.

use crate::settings::{Mailbox, UnknownSenders};

/// What was looked up about a sender's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Organisations that have a person with this address.
    pub known_in: Vec<String>,
    /// Clients that the message's own contract lists with the address's domain.
    pub domain_of: Vec<String>,
    /// Clients that any contract in force lists with it.
    pub domain_anywhere: Vec<String>,
}

impl Sender {
    pub fn belongs_to(&self, organisation: &str) -> bool {
        self.organisations().any(|one| one == organisation)
    }

    /// Whether the address points to this organisation and to no other.
    pub fn is_only_of(&self, organisation: &str) -> bool {
        self.belongs_to(organisation) && self.organisations().all(|one| one == organisation)
    }

    /// Every organisation that the address points to, under any contract. May repeat one.
    pub fn organisations(&self) -> impl Iterator<Item = &str> {
        [&self.known_in, &self.domain_of, &self.domain_anywhere].into_iter().flatten().map(String::as_str)
    }
}

/// Why a message cannot be attributed to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unattributed {
    /// Nothing is known about the address.
    #[error("the sender is not known to this mailbox")]
    Stranger,
    /// The mailbox accepts strangers, but names no client, and its contract serves several.
    #[error("the sender is not known, and the contract serves several clients")]
    StrangerOfNoClient,
    /// The address is a person's of one client; its domain is another client's.
    #[error("the sender's address is known with one client, and its domain is another's")]
    Contradiction,
    /// The address points to several clients of the contract.
    #[error("the sender is known with several clients")]
    SeveralClients,
    /// The address is one of the desk's own, or belongs to one of the supplier's people.
    #[error("the sender is one of the desk's own addresses")]
    OwnAddress,
    /// The address points to no client of this contract, but to one of another contract.
    #[error("the sender is known under another contract")]
    OtherContract,
}

/// The client that a message belongs to, under a contract that serves `clients`. `mailbox` is the one that received it; none when that
/// mailbox is another contract's, as when the desk moves a quarantined mail.
pub fn whose(sender: &Sender, clients: &[&str], mailbox: Option<&Mailbox>) -> Result<String, Unattributed> {
    let here = |known: &[String]| -> Vec<String> { known.iter().filter(|one| clients.contains(&one.as_str())).cloned().collect() };
    let people = here(&sender.known_in);
    // A contract's own list of domains wins: another contract may list the same domain for a different client of ours.
    let domains = if sender.domain_of.is_empty() { here(&sender.domain_anywhere) } else { here(&sender.domain_of) };
    let accepting = mailbox.filter(|mailbox| mailbox.unknown_senders == UnknownSenders::Accept);
    match (&people[..], &domains[..]) {
        // A person counts for more than a domain, but the two may not contradict each other.
        ([person], domains) if domains.is_empty() || domains.contains(person) => Ok(person.clone()),
        ([_], _) => Err(Unattributed::Contradiction),
        (_, [domain]) => Ok(domain.clone()),
        ([], []) if sender.organisations().next().is_some() => Err(Unattributed::OtherContract),
        ([], []) => of_mailbox(clients, accepting.ok_or(Unattributed::Stranger)?),
        // Of several candidates, a client's own mailbox picks that client. It never adds a client that is not a candidate.
        (people, domains) => {
            let owner = accepting.and_then(|mailbox| mailbox.organisation.as_ref());
            owner.filter(|owner| people.contains(owner) || domains.contains(owner)).cloned().ok_or(Unattributed::SeveralClients)
        }
    }
}

/// The client of whoever is known by nothing but the mailbox they write to.
pub fn of_mailbox(clients: &[&str], mailbox: &Mailbox) -> Result<String, Unattributed> {
    let only = if let [only] = clients { Some(*only) } else { None };
    mailbox.organisation.as_deref().or(only).map(str::to_owned).ok_or(Unattributed::StrangerOfNoClient)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::contract::TicketType;
    use crate::domain::language::Language;

    fn mailbox(organisation: Option<&str>, unknown_senders: UnknownSenders) -> Mailbox {
        Mailbox {
            address: "hulp@desk.example".to_owned(),
            contract: "duo".to_owned(),
            organisation: organisation.map(str::to_owned),
            default_type: TicketType::Incident,
            language: Language::Dutch,
            unknown_senders,
            require_authenticated: false,
            alert_senders: BTreeMap::new(),
            imap: None,
        }
    }

    fn sender(known_in: &[&str], domain_of: &[&str], domain_anywhere: &[&str]) -> Sender {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Sender { known_in: owned(known_in), domain_of: owned(domain_of), domain_anywhere: owned(domain_anywhere) }
    }

    #[test]
    fn the_sender_tells_whose_it_is_and_the_mailbox_only_whose_strangers_are() {
        use Unattributed::{Contradiction, OtherContract, SeveralClients, Stranger, StrangerOfNoClient};
        let waits = mailbox(None, UnknownSenders::Quarantine);
        let acmes = mailbox(Some("acme"), UnknownSenders::Quarantine);
        let accepts = mailbox(None, UnknownSenders::Accept);
        let acme_accepts = mailbox(Some("acme"), UnknownSenders::Accept);
        let (both, acme): (&[&str], &[&str]) = (&["acme", "beta"], &["acme"]);
        for (case, known_in, domain_of, anywhere, clients, mailbox, whose_) in [
            ("a person", &["beta"][..], &[][..], &[][..], both, &waits, Ok("beta")),
            ("a domain", &[], &["beta"], &["beta"], both, &waits, Ok("beta")),
            ("both alike", &["beta"], &["beta"], &["beta"], both, &waits, Ok("beta")),
            ("another client's mailbox", &["beta"], &[], &[], both, &acmes, Ok("beta")),
            ("another client's accepting mailbox", &[], &["beta"], &["beta"], both, &acme_accepts, Ok("beta")),
            ("a person of one, a domain of another", &["acme"], &["beta"], &["beta"], both, &acme_accepts, Err(Contradiction)),
            ("a person of two", &["acme", "beta"], &[], &[], both, &waits, Err(SeveralClients)),
            ("a person of two, in one's accepting mailbox", &["acme", "beta"], &[], &[], both, &acme_accepts, Ok("acme")),
            ("a person of two, with a domain", &["acme", "beta"], &["beta"], &["beta"], both, &acme_accepts, Ok("beta")),
            ("a person of one here and one elsewhere", &["beta", "gamma"], &[], &[], both, &waits, Ok("beta")),
            ("a person of another contract", &["gamma"], &[], &[], both, &acme_accepts, Err(OtherContract)),
            ("a domain of another contract", &[], &[], &["gamma"], acme, &accepts, Err(OtherContract)),
            ("a domain that another contract lists for a client of both", &[], &[], &["beta"], both, &waits, Ok("beta")),
            ("a domain of two", &[], &["acme", "beta"], &["acme", "beta"], both, &accepts, Err(SeveralClients)),
            ("a stranger", &[], &[], &[], both, &waits, Err(Stranger)),
            ("a stranger in a client's mailbox", &[], &[], &[], both, &acmes, Err(Stranger)),
            ("a stranger on a contract of one client", &[], &[], &[], acme, &waits, Err(Stranger)),
            ("an accepted stranger in a client's mailbox", &[], &[], &[], both, &acme_accepts, Ok("acme")),
            ("an accepted stranger on a contract of one client", &[], &[], &[], acme, &accepts, Ok("acme")),
            ("an accepted stranger on a contract of several", &[], &[], &[], both, &accepts, Err(StrangerOfNoClient)),
            ("an accepted stranger on a contract of none", &[], &[], &[], &[], &accepts, Err(StrangerOfNoClient)),
        ] {
            let found = whose(&sender(known_in, domain_of, anywhere), clients, Some(mailbox));
            assert_eq!(found, whose_.map(str::to_owned), "{case}");
        }
        assert_eq!(whose(&Sender::default(), acme, None), Err(Stranger), "without a mailbox of the contract nobody accepts strangers");
    }

    #[test]
    fn a_sender_is_of_every_organisation_the_address_tells_of() {
        let sender = sender(&["acme"], &[], &["gamma"]);
        assert!(sender.belongs_to("acme") && sender.belongs_to("gamma") && !sender.belongs_to("beta"));
        assert!(!sender.is_only_of("acme") && !Sender::default().is_only_of("acme"));
        assert!(self::sender(&["acme"], &["acme"], &["acme"]).is_only_of("acme"));
    }
}
