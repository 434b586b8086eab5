//! Where the roles of a communication matrix are reached: at those who act in them, else where the contract says (ROLE-02, ROLE-04).

use std::collections::BTreeSet;

use super::Error;
use crate::domain::Instant;
use crate::domain::role_assignment::Reach;
use crate::store::{self, Reads};

/// Who acts in the matrix roles of some contracts, with where they are reached.
pub async fn reach(reads: &impl Reads, contracts: &[&str], at: Instant) -> Result<Reach, Error> {
    let held = store::role_assignments::in_matrix(reads, contracts, at).await?;
    let acting: BTreeSet<_> = held.iter().flat_map(|one| one.acting_at(at)).collect();
    let addresses = store::role_assignments::addresses(reads, &acting.into_iter().collect::<Vec<_>>()).await?;
    Ok(Reach::new(&held, &addresses, at))
}
