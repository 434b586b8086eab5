//! Who acts.

use uuid::Uuid;

use super::contract::Side;

/// Prefix by which histories recognise a person of the desk.
pub(super) const OF_A_DESK_PERSON: &str = "desk:";

/// And somebody of a client.
const OF_A_CLIENT: &str = "client:";

/// Who acts, by the id of what identified them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The program itself.
    System,
    /// Somebody of the desk, the supplier's side.
    Desk(String),
    /// A machine acting for the desk. What it does counts, but never as an answer to a client (design § 2.10).
    Integration(String),
    /// Somebody of a client organisation.
    Client(String),
}

impl Actor {
    /// Somebody of a client who sent a mail; anonymous when no known person has that address.
    pub fn by_mail(person: Option<Uuid>) -> Self {
        Self::Client(person.map_or_else(|| "mail".to_owned(), |person| person.to_string()))
    }

    /// How histories name it: an id, never a person's name.
    pub fn as_text(&self) -> String {
        match self {
            Self::System => "system".to_owned(),
            Self::Desk(id) => format!("{OF_A_DESK_PERSON}{id}"),
            Self::Integration(id) => format!("integration:{id}"),
            Self::Client(id) => format!("{OF_A_CLIENT}{id}"),
        }
    }

    /// Whoever histories name so; none where that is not how they name anybody.
    pub fn named(kept: &str) -> Option<Self> {
        match kept.split_once(':') {
            None => (kept == Self::System.as_text()).then_some(Self::System),
            Some(("desk", id)) => Some(Self::Desk(id.to_owned())),
            Some(("integration", id)) => Some(Self::Integration(id.to_owned())),
            Some(("client", id)) => Some(Self::Client(id.to_owned())),
            Some(_) => None,
        }
    }

    /// The id of the person, token or account; `None` for the program, and for whoever came without one of their own.
    pub fn id(&self) -> Option<Uuid> {
        self.known_as()?.parse().ok()
    }

    /// What identified them, which is an id unless it is something of the settings; none of the program itself.
    pub fn known_as(&self) -> Option<&str> {
        match self {
            Self::System => None,
            Self::Desk(id) | Self::Integration(id) | Self::Client(id) => Some(id),
        }
    }

    /// The side of an actor as histories name it.
    pub fn side_of(kept: &str) -> Side {
        if kept.starts_with(OF_A_CLIENT) { Side::Client } else { Side::Supplier }
    }

    /// The id of whoever histories name so, of either side.
    pub fn id_in(kept: &str) -> Option<Uuid> {
        kept.split_once(':')?.1.parse().ok()
    }

    /// Which of the two parties they belong to. What follows from that is for `permission` and `ticket::Reader` to say.
    pub const fn side(&self) -> Side {
        match self {
            Self::Client(_) => Side::Client,
            Self::System | Self::Desk(_) | Self::Integration(_) => Side::Supplier,
        }
    }
}
