//! Roles that are held: granted, agreed, ended, replaced while somebody is away, reviewed.

mod approve;
mod change;
mod grant;
pub mod read;

pub use approve::approve;
pub use change::{Away, End, come_back, deputise, end, go_away, review};
pub use grant::{NewAssignment, grant};

use uuid::Uuid;

use super::held::Held;
use super::parties::Party;
use super::{Code, Error, Problem, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Side;
use crate::domain::permission::{Forbidden, Verb};
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

/// Whether somebody may end this role, or refuse it while it waits. Besides those who grant it, whoever signs for such a role: a side takes
/// back what it agreed to, and a client any right over what is its own.
fn may_end(stamp: &Stamp, assignment: &RoleAssignment, place: Place, now: Instant) -> Result<(), Forbidden> {
    let is_agreed = assignment.needs_approval || stamp.who.actor.side() == Side::Client;
    let is_pending = assignment.state_at(now) == AssignmentState::Pending;
    let is_signers = is_agreed && (is_pending || assignment.kind == RoleKind::Right) && stamp.who.may(Verb::ApproveRoles).is_ok();
    // It is the word of that side: as good as a signature.
    if is_signers && stamp.who.in_person().is_ok() {
        return Ok(());
    }
    may_assign(stamp, assignment.kind, place.side)?;
    match stamp.who.actor.side() {
        Side::Supplier if is_pending => Ok(()),
        Side::Client if assignment.needs_approval => stamp.who.in_person().map(drop),
        _ => place.own_side(stamp),
    }
}

/// Whether somebody may say that a holder is away, and who acts for them. Who acts in a right has it: only a person gives that.
fn may_replace(stamp: &Stamp, assignment: &RoleAssignment, place: Place, gives: bool) -> Result<(), Forbidden> {
    may_assign(stamp, assignment.kind, place.side)?;
    if assignment.kind == RoleKind::Right && gives {
        stamp.who.in_person()?;
    }
    place.own_side(stamp)
}

/// Where a role stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Of which side its holder is.
    side: Side,
    /// Whether its contract has both sides agree on who holds it.
    is_signed_for: bool,
}

impl Place {
    /// What both sides agree on is changed for a while, or ended at once, by the holder's own side, in person.
    fn own_side(self, stamp: &Stamp) -> Result<(), Forbidden> {
        if !self.is_signed_for {
            return Ok(());
        }
        if stamp.who.actor.side() == self.side { stamp.who.in_person().map(drop) } else { Err(Forbidden::EndsForOthers) }
    }
}

async fn place_of(reads: &impl Reads, assignment: &RoleAssignment, now: Instant) -> Result<Place, Error> {
    if let Some(right) = assignment.right() {
        return Ok(Place { side: right.side(), is_signed_for: false });
    }
    let agreements = store::agreements::read(reads).await?;
    let contract = assignment.contract.as_deref().and_then(|contract| agreements.in_force(contract, now));
    let role = contract.as_ref().and_then(|version| version.contract.role(&assignment.role));
    let is_signed_for = assignment.needs_approval || contract.as_ref().is_some_and(|version| version.contract.signs_role_changes);
    Ok(Place { side: role.map_or(Side::Supplier, |role| role.side), is_signed_for })
}

fn not_ended(assignment: &RoleAssignment, now: Instant) -> Result<(), Error> {
    if assignment.state_at(now) == AssignmentState::Ended {
        return Err(Error::Conflict { code: Code::RoleEnded, detail: "the role is no longer held".to_owned() });
    }
    Ok(())
}

/// Nobody decides about a right of their own.
fn not_ones_own(stamp: &Stamp, assignment: &RoleAssignment) -> Result<(), Error> {
    not_for_oneself(stamp, assignment.holder)
}

/// Nobody gives themselves a right, by whatever way.
fn not_for_oneself(stamp: &Stamp, who: Uuid) -> Result<(), Error> {
    if stamp.who.actor.id() == Some(who) {
        let detail = "this is the caller's own role: somebody else decides about it".to_owned();
        return Err(Error::Conflict { code: Code::OwnRole, detail });
    }
    Ok(())
}

/// Refuses to let an assignment take the place of one in whose place another came meanwhile.
async fn not_replaced(tx: &Tx, successor: &RoleAssignment) -> Result<(), Error> {
    let Some(predecessor) = successor.replaces else { return Ok(()) };
    // Locked, so that of two that are agreed at one moment one is first.
    RoleAssignment::lock(tx, predecessor).await?;
    let others = store::role_assignments::replacing(tx, predecessor, successor).await?;
    if others.iter().any(RoleAssignment::ever_takes_effect) {
        let detail = "somebody else has taken the place of the holder whom this replaces: propose the change anew".to_owned();
        return Err(Error::Conflict { code: Code::AlreadyReplaced, detail });
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
        held.happened(EventData::EndSet(EndSet { until_at: from, successor: Some(successor.id), because: None }), None, stamp.recorded_at);
        held.write(tx, None).await?;
    }
    Ok(())
}

/// Who holds a role or acts in it: one person or account of that side, and of that organisation where it is a client's.
async fn known_holder(
    tx: &Tx,
    side: Side,
    organisation: Option<&str>,
    (field, named): (&str, &str),
) -> Result<Result<Uuid, Problem>, Error> {
    Party::of(side, organisation).member(tx, field, named).await
}

/// When a role that begins or was reviewed at an instant falls due for review.
fn review_due(app: &App, at: Instant) -> Instant {
    at.plus(i64::from(app.settings.roles.review_after_days) * 86_400).unwrap_or(Instant::MAX)
}
