//! Assignments as a caller sees them, and the roles in which nobody can be reached.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::approval::{Approval, ApprovalSubject};
use crate::domain::role_assignment::{AssignmentFilter, Event, EventData, Gap, RoleAssignment};
use crate::store::people::ActorName;
use crate::store::{self, View};
use crate::usecases::Error;
use crate::usecases::actors::{self, Actors};
use crate::usecases::reach::reach;

/// An assignment with what belongs to it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub assignment: RoleAssignment,
    pub approvals: Vec<Approval>,
    /// In the order recorded.
    pub events: Vec<Event>,
    /// By which its state is told.
    pub at: Instant,
}

pub type Named = actors::Named<Shown>;

impl Shown {
    /// As it stood at an instant.
    fn stood_at(self, at: Instant) -> Self {
        let assignment = self.assignment.as_of(&self.events, at);
        let approvals = self.approvals.into_iter().filter(|approval| approval.approved_at <= at).collect();
        let events = self.events.into_iter().filter(|event| event.recorded_at <= at).collect();
        Self { assignment, approvals, events, at }
    }
}

/// A page of assignments, by when they begin; where an instant is asked for, as they stood then.
pub async fn list(app: &App, caller: &Caller, filter: &AssignmentFilter) -> Result<actors::Named<Vec<Shown>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let filter = AssignmentFilter { now: Some(app.time.now()), ..filter.clone() };
    let found = store::role_assignments::list(&view, &filter).await?;
    let actors::Named { shown, actors } = named(app, &view, found).await?;
    let shown = match filter.as_of {
        Some(at) => shown.into_iter().map(|one| one.stood_at(at)).collect(),
        None => shown,
    };
    Ok(actors::Named { shown, actors })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Named, Error> {
    let view = app.db.view(caller.scope.clone());
    let found = store::role_assignments::find(&view, id).await?.ok_or(Error::NotFound("role assignment"))?;
    let actors::Named { mut shown, actors } = named(app, &view, vec![found]).await?;
    Ok(actors::Named { shown: shown.pop().ok_or(Error::NotFound("role assignment"))?, actors })
}

/// Reads histories, approvals and names in one statement each, whatever the number of assignments.
async fn named(app: &App, view: &View, found: Vec<RoleAssignment>) -> Result<actors::Named<Vec<Shown>>, Error> {
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let mut histories = store::events::histories::<RoleAssignment>(view, &ids).await?;
    let mut approvals = store::approvals::of(view, ApprovalSubject::RoleAssignment, &ids).await?;
    let at = app.time.now();
    let shown = found.into_iter().map(|assignment| Shown {
        approvals: approvals.remove(&assignment.id).unwrap_or_default().into_iter().map(|(_, approval)| approval).collect(),
        events: histories.remove(&assignment.id).unwrap_or_default(),
        assignment,
        at,
    });
    let shown: Vec<_> = shown.collect();
    // Each signature is an event as well, of whoever recorded it.
    let mut actors = Actors::in_events(view, shown.iter().flat_map(|one| &one.events)).await?;
    // Whoever sees that a role is held sees by whom, of the other side too.
    actors.also(holders(app, &shown).await?);
    Ok(actors::Named { shown, actors })
}

async fn holders(app: &App, shown: &[Shown]) -> Result<HashMap<Uuid, ActorName>, Error> {
    let ids = shown.iter().flat_map(|one| {
        let deputies = one.assignment.absences.iter().filter_map(|absence| absence.deputy);
        // Those who were to act before, too: they are shown as of then.
        let before = one.events.iter().filter_map(|event| match &event.data {
            EventData::AbsencePlanned(planned) => planned.deputy,
            EventData::DeputyNamed(named) => Some(named.deputy),
            _ => None,
        });
        [one.assignment.holder].into_iter().chain(deputies).chain(before)
    });
    let ids: BTreeSet<_> = ids.collect();
    Ok(store::people::names(&app.all(), &ids.into_iter().collect::<Vec<_>>()).await?)
}

/// The matrix roles, of contracts in force with clients that the caller sees, in which somebody who should act cannot be reached (ROLE-04).
pub async fn gaps(app: &App, caller: &Caller) -> Result<Vec<Gap>, Error> {
    let (view, now) = (app.db.view(caller.scope.clone()), app.time.now());
    let agreements = store::agreements::read(&view).await?;
    let versions = agreements.all_in_force(now);
    let contracts: Vec<_> = versions.iter().map(|version| version.contract.id.as_str()).collect();
    let reach = reach(&view, &contracts, now).await?;
    let mut gaps = Vec::new();
    for version in versions {
        let clients = version.contract.clients.iter().filter(|client| caller.scope.seen().includes(&client.organisation));
        gaps.extend(clients.flat_map(|client| reach.gaps(&version.contract, &client.organisation)));
    }
    gaps.sort();
    Ok(gaps)
}
