//! Somebody of one of the two parties, named by their id or by the address that the desk knows them by.

use uuid::Uuid;

use super::{Error, FieldCode, Problem};
use crate::domain::contract::Side;
use crate::store::Reads;
use crate::store::role_assignments::{Holder, holders};

/// The people of a side: for the client's side, those of its organisations.
pub(super) struct Party {
    pub side: Side,
    pub organisations: Vec<String>,
}

impl Party {
    pub fn of(side: Side, organisation: Option<&str>) -> Self {
        Self { side, organisations: organisation.map(str::to_owned).into_iter().collect() }
    }

    fn has(&self, one: &Holder) -> bool {
        match self.side {
            Side::Client => one.organisation.as_ref().is_some_and(|organisation| self.organisations.contains(organisation)),
            Side::Supplier => one.organisation.is_none(),
        }
    }

    /// The one person or account that is meant, or what is wrong with a field that names them.
    pub async fn member(&self, reads: &impl Reads, field: &str, named: &str) -> Result<Result<Uuid, Problem>, Error> {
        let named = named.trim();
        let found = holders(reads, named.parse().ok(), &named.to_lowercase()).await?;
        let (there, left): (Vec<_>, Vec<_>) = found.into_iter().filter(|one| self.has(one)).partition(|one| one.is_active);
        Ok(match there.as_slice() {
            [one] => Ok(one.id),
            [] if !left.is_empty() => Err(Problem::field(field, FieldCode::UnknownPerson, "has left the organisation")),
            [] => Err(Problem::field(field, FieldCode::UnknownPerson, "nobody of that side is known by this id or address")),
            _ => Err(Problem::field(field, FieldCode::UnknownPerson, "several are known by this address: give the id")),
        })
    }
}
