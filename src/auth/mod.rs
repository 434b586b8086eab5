//! Who is calling. Every way of signing in ends in the same [`Caller`]; today that is a bearer token.
//!
//! What a caller may do is not decided here but in `domain::permission`.

pub mod tokens;

use crate::domain::permission::Scope;
use crate::domain::ticket::{Actor, Reader};

#[derive(Debug, Clone)]
pub struct Caller {
    /// As histories name them.
    pub actor: Actor,
    pub scope: Scope,
}

impl Caller {
    pub fn reader(&self) -> Reader {
        Reader::of(&self.actor)
    }
}
