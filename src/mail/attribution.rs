//! Decides whose a message is, from what is known of its sender's address.
//!
//! The sender tells, never the mailbox: a person who is known, else the domain of a client. Where these contradict each other, or the
//! address is known under another contract, nobody is guessed at. A mailbox that accepts strangers says whose *they* are, and no one else.
//! Deliberately absent: every lookup.

use crate::settings::{Mailbox, UnknownSenders};

/// What is known of a sender by the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Organisations with a person of this address.
    pub known_in: Vec<String>,
    /// Clients of the message's contract that have the address's domain.
    pub domain_of: Vec<String>,
    /// Clients of any contract in force that have it.
    pub domain_anywhere: Vec<String>,
}

impl Sender {
    /// Whether the sender is of that organisation.
    pub fn is_of(&self, organisation: &str) -> bool {
        self.organisations().any(|one| one == organisation)
    }

    /// Every organisation the address tells of, under whichever contract.
    pub fn organisations(&self) -> impl Iterator<Item = &str> {
        [&self.known_in, &self.domain_of, &self.domain_anywhere].into_iter().flatten().map(String::as_str)
    }
}

/// Why nobody can tell whose a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unattributed {
    /// Nothing is known of the address.
    #[error("the sender is not known to this mailbox")]
    Stranger,
    /// Strangers are accepted, by a contract of several clients and a mailbox of none.
    #[error("the sender is not known, and the contract serves several clients")]
    NobodysStranger,
    /// The address is a person's of one client, its domain another client's.
    #[error("the sender's address is known with one client, and its domain is another's")]
    Contradiction,
    /// The address tells of several clients.
    #[error("the sender is known with several clients")]
    Several,
    /// The address is one of the desk's own, or of the supplier's people.
    #[error("the sender is one of the desk's own addresses")]
    Ours,
    /// The address tells of no client of this contract, but of another's.
    #[error("the sender is known under another contract")]
    Elsewhere,
}

/// Whose a message under a contract with these clients is; `mailbox` where one of that contract took it in.
pub fn whose(sender: &Sender, clients: &[&str], mailbox: Option<&Mailbox>) -> Result<String, Unattributed> {
    let here = |told: &[String]| -> Vec<String> { told.iter().filter(|one| clients.contains(&one.as_str())).cloned().collect() };
    let people = here(&sender.known_in);
    let domains = if sender.domain_of.is_empty() { here(&sender.domain_anywhere) } else { here(&sender.domain_of) };
    let accepting = mailbox.filter(|mailbox| mailbox.unknown_senders == UnknownSenders::Accept);
    match (&people[..], &domains[..]) {
        ([person], domains) if domains.is_empty() || domains.contains(person) => Ok(person.clone()),
        ([_], _) => Err(Unattributed::Contradiction),
        (_, [domain]) => Ok(domain.clone()),
        ([], []) if sender.organisations().next().is_some() => Err(Unattributed::Elsewhere),
        ([], []) => {
            let mailbox = accepting.ok_or(Unattributed::Stranger)?;
            let only = if let [only] = clients { Some(*only) } else { None };
            mailbox.organisation.as_deref().or(only).map(str::to_owned).ok_or(Unattributed::NobodysStranger)
        }
        // The address of a client's own mailbox tells which of several it is; it never tells of another.
        (people, domains) => {
            let told = accepting.and_then(|mailbox| mailbox.organisation.as_ref());
            told.filter(|told| people.contains(told) || domains.contains(told)).cloned().ok_or(Unattributed::Several)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::TicketType;

    fn mailbox(organisation: Option<&str>, unknown_senders: UnknownSenders) -> Mailbox {
        Mailbox {
            address: "hulp@desk.example".to_owned(),
            contract: "duo".to_owned(),
            organisation: organisation.map(str::to_owned),
            default_type: TicketType::Incident,
            unknown_senders,
        }
    }

    fn sender(known_in: &[&str], domain_of: &[&str], domain_anywhere: &[&str]) -> Sender {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Sender { known_in: owned(known_in), domain_of: owned(domain_of), domain_anywhere: owned(domain_anywhere) }
    }

    #[test]
    fn the_sender_tells_whose_it_is_and_the_mailbox_only_whose_strangers_are() {
        use Unattributed::{Contradiction, Elsewhere, NobodysStranger, Several, Stranger};
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
            ("a person of two", &["acme", "beta"], &[], &[], both, &waits, Err(Several)),
            ("a person of two, in one's accepting mailbox", &["acme", "beta"], &[], &[], both, &acme_accepts, Ok("acme")),
            ("a person of two, with a domain", &["acme", "beta"], &["beta"], &["beta"], both, &acme_accepts, Ok("beta")),
            ("a person of one here and one elsewhere", &["beta", "gamma"], &[], &[], both, &waits, Ok("beta")),
            ("a person of another contract", &["gamma"], &[], &[], both, &acme_accepts, Err(Elsewhere)),
            ("a domain of another contract", &[], &[], &["gamma"], acme, &accepts, Err(Elsewhere)),
            ("a domain that another contract lists for a client of both", &[], &[], &["beta"], both, &waits, Ok("beta")),
            ("a domain of two", &[], &["acme", "beta"], &["acme", "beta"], both, &accepts, Err(Several)),
            ("a stranger", &[], &[], &[], both, &waits, Err(Stranger)),
            ("a stranger in a client's mailbox", &[], &[], &[], both, &acmes, Err(Stranger)),
            ("a stranger on a contract of one client", &[], &[], &[], acme, &waits, Err(Stranger)),
            ("an accepted stranger in a client's mailbox", &[], &[], &[], both, &acme_accepts, Ok("acme")),
            ("an accepted stranger on a contract of one client", &[], &[], &[], acme, &accepts, Ok("acme")),
            ("an accepted stranger on a contract of several", &[], &[], &[], both, &accepts, Err(NobodysStranger)),
            ("an accepted stranger on a contract of none", &[], &[], &[], &[], &accepts, Err(NobodysStranger)),
        ] {
            let found = whose(&sender(known_in, domain_of, anywhere), clients, Some(mailbox));
            assert_eq!(found, whose_.map(str::to_owned), "{case}");
        }
        assert_eq!(whose(&Sender::default(), acme, None), Err(Stranger), "without a mailbox of the contract nobody accepts strangers");
    }

    #[test]
    fn a_sender_is_of_every_organisation_the_address_tells_of() {
        let sender = sender(&["acme"], &[], &["gamma"]);
        assert!(sender.is_of("acme") && sender.is_of("gamma") && !sender.is_of("beta"));
    }
}
