//! What becomes of the roles of somebody who leaves, or whose data are erased: every role they hold ends, what waits for a signature lapses,
//! and nobody waits for them as a deputy any more.

use uuid::Uuid;

use super::held::{Held, write_all};
use super::{Error, Stamp};
use crate::app::App;
use crate::domain::permission::Forbidden;
use crate::domain::role_assignment::{AssignmentState, Departure, DeputyLost, EndSet, EventData, RoleAssignment, RoleKind};
use crate::domain::side::Side;
use crate::store::{self, Tx};

/// Ends the roles of somebody, under any of their ids, and their deputyships: in as many statements for many as for one.
pub(super) async fn release(app: &App, tx: &Tx, stamp: &Stamp, person: Uuid, because: Departure) -> Result<(), Error> {
    let who: Vec<_> = store::accounts::ids_of(tx, person).await?.into_iter().chain([person]).collect();
    let found = store::role_assignments::lock_those_of(tx, &who, stamp.recorded_at).await?;
    if found.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let mut histories = store::events::histories::<RoleAssignment>(tx, &ids).await?;
    let mut records = Vec::with_capacity(found.len());
    for assignment in found {
        let history = histories.remove(&assignment.id).unwrap_or_default();
        let mut held = Held::of(app, stamp, (), assignment, history);
        held.catch_up(stamp.recorded_at)?;
        for data in what_happens(&held.subject, &who, because, stamp) {
            held.happened(data, None, stamp.recorded_at);
        }
        records.push(held.settle()?);
    }
    write_all(app, tx, stamp, &records, None).await?;
    Ok(store::access::changed(tx).await?)
}

/// Where somebody is reached who holds a role that both sides agreed on, and that they left, the client itself says: else the desk would choose
/// who hears of it (ROLE-05).
pub(super) async fn own_side_alone(tx: &Tx, stamp: &Stamp, person: Uuid) -> Result<(), Error> {
    if stamp.who.actor.side() == Side::Client {
        return Ok(());
    }
    let who: Vec<_> = store::accounts::ids_of(tx, person).await?.into_iter().chain([person]).collect();
    let theirs = store::role_assignments::lock_those_of(tx, &who, stamp.recorded_at).await?;
    let is_agreed =
        |one: &RoleAssignment| one.kind == RoleKind::Matrix && one.needs_approval && one.approved_at.is_some() && who.contains(&one.holder);
    if theirs.iter().any(is_agreed) { Err(Forbidden::EndsForOthers.into()) } else { Ok(()) }
}

fn what_happens(assignment: &RoleAssignment, who: &[Uuid], because: Departure, stamp: &Stamp) -> Vec<EventData> {
    let now = stamp.recorded_at;
    if assignment.state_at(now) == AssignmentState::Ended {
        return Vec::new();
    }
    if who.contains(&assignment.holder) {
        return vec![EventData::EndSet(EndSet { until_at: now, successor: None, because: Some(because) })];
    }
    let absences = assignment.absences.iter().filter(|absence| absence.until_at > now);
    let lost = absences.filter_map(|absence| {
        let deputy = absence.deputy.filter(|deputy| who.contains(deputy))?;
        Some(EventData::DeputyLost(DeputyLost { absence: absence.id, deputy, because }))
    });
    lost.collect()
}
