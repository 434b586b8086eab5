//! Roles that are held: granted, agreed, ended, replaced while somebody is away, reviewed.

mod approve;
mod change;
mod grant;
pub mod read;

pub use approve::{Signature, approve};
pub use change::{Away, End, come_back, deputise, end, go_away, review};
pub use grant::{NewAssignment, grant};

use uuid::Uuid;

use super::held::Held;
use super::{Code, Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Side;
use crate::domain::permission::Forbidden;
use crate::domain::role_assignment::{AssignmentState, EndSet, EventData, RoleAssignment, RoleKind};
use crate::store::record::Rows as _;
use crate::store::{self, Reads, Tx};

/// Finds an assignment and locks it, with what happened to it meanwhile.
async fn opened<'a>(app: &'a App, tx: &Tx, stamp: &'a Stamp, id: Uuid) -> Result<Held<'a, RoleAssignment>, Error> {
    let found = RoleAssignment::lock(tx, id).await?.ok_or(Error::NotFound("role assignment"))?;
    let mut held = Held::open(app, tx, stamp, found).await?;
    held.catch_up(stamp.recorded_at)?;
    Ok(held)
}

/// Writes what happened, and has every process look again at what its holders may.
async fn write(held: Held<'_, RoleAssignment>, tx: &Tx, created: Option<Uuid>) -> Result<RoleAssignment, Error> {
    let written = held.write(tx, created).await?.subject;
    store::access::changed(tx).await?;
    Ok(written)
}

/// Whether somebody may grant or end this role: a right takes more than a role of the matrix.
fn may_assign(stamp: &Stamp, kind: RoleKind, side: Side) -> Result<(), Forbidden> {
    match kind {
        RoleKind::Right => stamp.who.may_grant(side),
        RoleKind::Matrix => stamp.who.may_assign(side),
    }
}

/// The side of the role that is held.
async fn side_of(reads: &impl Reads, assignment: &RoleAssignment, now: Instant) -> Result<Side, Error> {
    if let Some(right) = assignment.right() {
        return Ok(right.side());
    }
    let agreements = store::agreements::read(reads).await?;
    let contract = assignment.contract.as_deref().and_then(|contract| agreements.in_force(contract, now));
    Ok(contract.and_then(|version| version.contract.role(&assignment.role)).map_or(Side::Supplier, |role| role.side))
}

fn not_ended(assignment: &RoleAssignment, now: Instant) -> Result<(), Error> {
    if assignment.state_at(now) == AssignmentState::Ended {
        return Err(Error::Conflict { code: Code::RoleEnded, detail: "the role is no longer held".to_owned() });
    }
    Ok(())
}

/// Nobody decides about a right of their own.
fn not_ones_own(stamp: &Stamp, assignment: &RoleAssignment) -> Result<(), Error> {
    if stamp.who.actor.id() == Some(assignment.holder) {
        let detail = "this is the caller's own role: somebody else decides about it".to_owned();
        return Err(Error::Conflict { code: Code::OwnRole, detail });
    }
    Ok(())
}

/// Ends the holding that an assignment takes the place of, where it has not ended before.
async fn end_predecessor(app: &App, tx: &Tx, stamp: &Stamp, successor: &RoleAssignment) -> Result<(), Error> {
    let (Some(predecessor), Some(from)) = (successor.replaces, successor.effective_at()) else { return Ok(()) };
    let Some(found) = RoleAssignment::lock(tx, predecessor).await? else { return Ok(()) };
    let mut held = Held::open(app, tx, stamp, found).await?;
    held.catch_up(stamp.recorded_at)?;
    if held.subject.until_at.is_none_or(|until| until > from) {
        held.happened(EventData::EndSet(EndSet { until_at: from, successor: Some(successor.id) }), None, stamp.recorded_at);
        held.write(tx, None).await?;
    }
    Ok(())
}

/// Who holds a role or acts in it: one person or account of that side, and of that organisation where it is a client's.
async fn known_holder(
    reads: &impl Reads,
    side: Side,
    organisation: Option<&str>,
    (field, named): (&str, &str),
) -> Result<Result<Uuid, Problem>, Error> {
    let named = named.trim();
    let found = store::role_assignments::holders(reads, named.parse().ok(), &named.to_lowercase()).await?;
    let of_side = |holder: &store::role_assignments::Holder| match side {
        Side::Client => holder.organisation.is_some() && holder.organisation.as_deref() == organisation,
        Side::Supplier => holder.organisation.is_none(),
    };
    let found: Vec<_> = found.into_iter().filter(of_side).collect();
    Ok(match found.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Problem::field(field, FieldCode::UnknownPerson, "nobody of that side is known by this id or address")),
        _ => Err(Problem::field(field, FieldCode::UnknownPerson, "several are known by this address: give the id")),
    })
}

/// When a role that begins or was reviewed at an instant falls due for review.
fn review_due(app: &App, at: Instant) -> Instant {
    at.plus(i64::from(app.settings.roles.review_after_days) * 86_400).unwrap_or(Instant::MAX)
}
