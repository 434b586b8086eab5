//! Who is calling. Today they come with a bearer token; whoever comes another way ends as the same [`Caller`].
//!
//! What they may is not decided here: `domain::permission` says that of whoever acts.

pub mod tokens;

use crate::domain::permission::Scope;
use crate::domain::ticket::{Actor, Reader};

/// Somebody we know.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, as histories name them.
    pub actor: Actor,
    pub scope: Scope,
}

impl Caller {
    /// What they see of a ticket.
    pub fn reader(&self) -> Reader {
        Reader::of(&self.actor)
    }
}
