//! Everything that has a history, named together: what the stream carries and what handlers take. A new kind of subject is a line in
//! `subjects!`, and one in `history::SubjectKind`.

#[cfg(test)]
pub mod samples;

use super::history::Event;
use super::{obligation, role_assignment, security_signal, ticket};

macro_rules! subjects {
    ($($subject:ident: $module:ident;)+) => {
        /// A kind of event, of any subject.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind { $($subject($module::EventKind)),+ }

        impl EventKind {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$subject(kind) => kind.as_str()),+ }
            }

            pub fn named(name: &str) -> Option<Self> {
                None$(.or_else(|| $module::EventKind::named(name).map(Self::$subject)))+
            }
        }

        $(impl From<$module::EventKind> for EventKind {
            fn from(kind: $module::EventKind) -> Self {
                Self::$subject(kind)
            }
        })+

        /// What happened to any subject.
        #[derive(Debug, Clone, PartialEq)]
        pub enum AnyEvent { $($subject(Event<$module::EventData>)),+ }

        impl AnyEvent {
            pub fn kind(&self) -> EventKind {
                match self { $(Self::$subject(event) => EventKind::$subject(event.kind())),+ }
            }
        }
    };
}

subjects! {
    Ticket: ticket;
    Obligation: obligation;
    RoleAssignment: role_assignment;
    SecuritySignal: security_signal;
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::history::EventData;

    fn reads_and_writes_back<D: EventData + std::fmt::Debug>(name: &str, stored: &Value) -> D {
        let data = D::from_json(name, stored.clone()).unwrap_or_else(|error| panic!("{name} {stored}: {error}"));
        assert_eq!(data.to_json(), *stored, "{name}");
        assert_eq!(data.name(), name);
        data
    }

    /// What is stored is kept for ever: a field renamed here would be a history that cannot be read.
    #[test]
    fn a_stored_row_of_every_kind_is_read_and_written_back_the_same() {
        let mut seen = Vec::new();
        for (name, stored) in samples::stored() {
            match EventKind::named(name).unwrap_or_else(|| panic!("{name} is no kind")) {
                EventKind::Ticket(_) => drop(reads_and_writes_back::<ticket::EventData>(name, &stored)),
                EventKind::Obligation(_) => drop(reads_and_writes_back::<obligation::EventData>(name, &stored)),
                EventKind::RoleAssignment(_) => drop(reads_and_writes_back::<role_assignment::EventData>(name, &stored)),
                EventKind::SecuritySignal(_) => drop(reads_and_writes_back::<security_signal::EventData>(name, &stored)),
            }
            seen.push(name);
        }
        let tickets = ticket::EventKind::ALL.iter().map(|kind| kind.as_str());
        let obligations = obligation::EventKind::ALL.iter().map(|kind| kind.as_str());
        let roles = role_assignment::EventKind::ALL.iter().map(|kind| kind.as_str());
        let signals = security_signal::EventKind::ALL.iter().map(|kind| kind.as_str());
        for name in tickets.chain(obligations).chain(roles).chain(signals) {
            assert!(seen.contains(&name), "no row of {name} is kept as a sample");
        }
    }

    #[test]
    fn no_two_kinds_have_one_name() {
        let tickets = ticket::EventKind::ALL.iter().map(|kind| EventKind::from(*kind));
        let obligations = obligation::EventKind::ALL.iter().map(|kind| EventKind::from(*kind));
        let roles = role_assignment::EventKind::ALL.iter().map(|kind| EventKind::from(*kind));
        let signals = security_signal::EventKind::ALL.iter().map(|kind| EventKind::from(*kind));
        for kind in tickets.chain(obligations).chain(roles).chain(signals) {
            assert_eq!(EventKind::named(kind.as_str()), Some(kind));
        }
    }
}
