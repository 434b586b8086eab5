//! Where the roles of a communication matrix are reached: at those who act in them, else where the contract says (ROLE-02, ROLE-04).

use std::collections::BTreeSet;

use super::Error;
use crate::domain::Instant;
use crate::domain::role_assignment::{Reach, RoleAssignment};
use crate::store::{self, Reads};

/// Who acts in the matrix roles of some contracts, with where they are reached.
pub async fn reach(reads: &impl Reads, contracts: &[&str], at: Instant) -> Result<Reach, Error> {
    let held = store::role_assignments::in_matrix(reads, contracts, at).await?;
    reached(reads, &held, at).await
}

/// The same at an instant that may have passed, by what was recorded by then. Histories are read in a view that sees them, and addresses in
/// the reader's own.
pub async fn reach_as_of(reads: &impl Reads, histories: &impl Reads, contracts: &[&str], at: Instant) -> Result<Reach, Error> {
    let held = store::role_assignments::in_matrix(reads, contracts, at).await?;
    let ids: Vec<_> = held.iter().map(|one| one.id).collect();
    let histories = store::events::histories::<RoleAssignment>(histories, &ids).await?;
    let then = |one: &RoleAssignment| histories.get(&one.id).map_or_else(|| one.clone(), |history| one.as_of(history, at));
    let held: Vec<_> = held.iter().filter(|one| one.granted_at <= at).map(then).collect();
    reached(reads, &held, at).await
}

async fn reached(reads: &impl Reads, held: &[RoleAssignment], at: Instant) -> Result<Reach, Error> {
    let acting: BTreeSet<_> = held.iter().flat_map(|one| one.acting_at(at)).collect();
    let addresses = store::role_assignments::addresses(reads, &acting.into_iter().collect::<Vec<_>>(), at).await?;
    Ok(Reach::new(held, &addresses, at))
}
