//! What somebody does by a right that they hold for a while: no longer than they hold it.

use super::{Error, Stamp};
use crate::domain::permission::{Forbidden, HeldRight, Verb};
use crate::domain::role_assignment::RoleAssignment;
use crate::store::Tx;
use crate::store::record::Rows as _;

/// The right that the caller holds, where nothing else gives them a verb. Locked, so that it does not end before what they do with it: it may
/// have ended since they came in.
pub(super) async fn still_held(tx: &Tx, stamp: &Stamp, verb: Verb) -> Result<Option<HeldRight>, Error> {
    let Some(held) = stamp.who.only_by_holding(verb) else { return Ok(None) };
    let found = RoleAssignment::lock(tx, held.assignment).await?;
    if found.is_some_and(|found| found.is_in_force_at(stamp.recorded_at)) {
        Ok(Some(held))
    } else {
        Err(Forbidden::RoleMissing(verb).into())
    }
}
