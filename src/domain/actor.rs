//! Who acts.

use uuid::Uuid;

use super::contract::Side;

/// What the name of a person of the desk begins with in histories.
pub(super) const OF_A_DESK_PERSON: &str = "desk:";

/// Who acts, by the id of what identified them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The program itself.
    System,
    /// Somebody of the desk, the supplier's side.
    Desk(String),
    /// A machine that acts for the desk: what it does is done, and never answers a client (design § 2.10).
    Integration(String),
    /// Somebody of a client organisation.
    Client(String),
}

impl Actor {
    /// Somebody of a client who wrote a mail; nobody in particular where no person has its address.
    pub fn by_mail(person: Option<Uuid>) -> Self {
        Self::Client(person.map_or_else(|| "mail".to_owned(), |person| person.to_string()))
    }

    /// How histories name it: an id, never a person's name.
    pub fn as_text(&self) -> String {
        match self {
            Self::System => "system".to_owned(),
            Self::Desk(id) => format!("{OF_A_DESK_PERSON}{id}"),
            Self::Integration(id) => format!("integration:{id}"),
            Self::Client(id) => format!("client:{id}"),
        }
    }

    /// Of which of the two parties they are. What follows from it is for `permission` and `ticket::Reader` to say.
    pub const fn side(&self) -> Side {
        match self {
            Self::Client(_) => Side::Client,
            Self::System | Self::Desk(_) | Self::Integration(_) => Side::Supplier,
        }
    }
}
