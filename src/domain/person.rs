//! People. Histories only know their ids, so that a person can be erased.

use uuid::Uuid;

/// Somebody of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub organisation: String,
    pub name: String,
    /// In lower case.
    pub email: String,
    /// Known only through a mailbox that accepts strangers: nobody has vouched for their organisation.
    pub is_stranger: bool,
}

/// Which people a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct PersonFilter {
    pub organisations: Vec<String>,
    /// Each somewhere in their name or address.
    pub words: Vec<String>,
    /// After this organisation and address in the list.
    pub after: Option<(String, String)>,
    pub limit: u64,
}
