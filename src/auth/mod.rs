//! Who is calling. Every way of signing in ends in the same [`Caller`]; today that is a bearer token.
//!
//! What a caller may do is not decided here but in `domain::permission`.

pub mod tokens;

use crate::domain::permission::{Principal, Scope};
use crate::domain::ticket::Reader;

#[derive(Debug, Clone)]
pub struct Caller {
    pub who: Principal,
    pub scope: Scope,
}

impl Caller {
    pub fn reader(&self) -> Reader {
        Reader::of(&self.who.actor)
    }
}
