//! People. Histories know their ids alone, so that a person can be erased from them.

use uuid::Uuid;

/// Somebody of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub organisation: String,
    pub name: String,
    /// In small letters.
    pub email: String,
    /// Whether only a mailbox that accepts strangers made them known: nobody vouches for whose they are.
    pub is_stranger: bool,
}

/// Which people a list shows; what is empty does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub organisations: Vec<String>,
    /// Each somewhere in their name or address.
    pub words: Vec<String>,
    /// After this organisation and address in the list.
    pub after: Option<(String, String)>,
    pub limit: u64,
}
