//! Granting a role.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::{end_predecessor, known_holder, may_assign, not_ones_own, not_replaced, review_due, write};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::Side;
use crate::domain::permission::{Role, Verb};
use crate::domain::role_assignment::{
    AssignmentState, ELEVATED, EventData, Granted, MOST_GLOBAL_ADMINISTRATORS, RoleAssignment, RoleKind, WATCHING,
};
use crate::domain::text::is_visible;
use crate::store::{self, Tx};
use crate::usecases::held::{Held, repeated};
use crate::usecases::held_rights::still_held;
use crate::usecases::tickets::client_of;
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, contacts, contracts, one_of};

/// A role to be held, as sent.
#[derive(Debug, Clone, Default)]
pub struct NewAssignment {
    /// `right` or `matrix`.
    pub kind: String,
    pub role: String,
    /// Only for a matrix role.
    pub contract: Option<String>,
    pub organisation: Option<String>,
    /// The id or address of a person or account.
    pub holder: String,
    pub third_party: Option<String>,
    /// Now when absent.
    pub from_at: Option<Instant>,
    pub until_at: Option<Instant>,
    /// Whose holding ends when this one takes effect.
    pub replaces: Option<Uuid>,
    pub reason: String,
}

/// What is held: which role of which side, and for whom.
struct Place {
    kind: RoleKind,
    role: String,
    side: Side,
    contract: Option<String>,
    organisation: Option<String>,
    /// Whether its contract has both sides sign for a change of holder.
    is_signed_for: bool,
}

/// Grants a role. It takes effect at once or at its beginning, or waits for the signatures of both sides.
pub async fn grant(app: &App, stamp: &Stamp, new: &NewAssignment) -> Result<RoleAssignment, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::role_assignments::find(tx, known).await?.ok_or(Error::NotFound("role assignment"));
            }
            let agreements = store::agreements::read(tx).await?;
            store::role_assignments::lock(tx).await?;
            let mut problems = Vec::new();
            let place = place(&agreements, stamp, new, &mut problems);
            if let Some(place) = &place {
                may_assign(stamp, place.kind, place.side)?;
                if place.kind == RoleKind::Right {
                    stamp.who.in_person()?;
                }
            }
            let checked = check(app, tx, stamp, new, place, &mut problems).await?;
            let Some(assignment) = checked.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
            if assignment.kind == RoleKind::Right {
                not_ones_own(stamp, &assignment)?;
            }
            conflicts(tx, &assignment, stamp.recorded_at).await?;
            fits_among_contacts(tx, &agreements, &assignment, stamp.recorded_at).await?;
            not_replaced(tx, &assignment).await?;
            let granted = EventData::Granted(granted(&assignment));
            let mut held = Held::of(app, stamp, (), assignment, Vec::new());
            held.happened(granted, Some(new.reason.clone()), stamp.recorded_at);
            let id = held.subject.id;
            let written = write(held, tx, Some(id)).await?;
            end_predecessor(app, tx, stamp, &written).await?;
            Ok(written)
        })
        .await
}

fn granted(assignment: &RoleAssignment) -> Granted {
    Granted {
        kind: assignment.kind,
        role: assignment.role.clone(),
        contract: assignment.contract.clone(),
        holder: assignment.holder,
        from_at: assignment.from_at,
        until_at: assignment.until_at,
        needs_approval: assignment.needs_approval,
        third_party: assignment.third_party.is_some(),
        replaces: assignment.replaces,
        review_due_at: assignment.review_due_at,
    }
}

fn place(agreements: &Agreements, stamp: &Stamp, new: &NewAssignment, problems: &mut Vec<Problem>) -> Option<Place> {
    match RoleKind::named(&new.kind) {
        Some(RoleKind::Right) => right(agreements, stamp, new, problems),
        Some(RoleKind::Matrix) => matrix_role(agreements, stamp, new, problems),
        None => {
            problems.push(Problem::field("kind", FieldCode::UnknownValue, one_of(RoleKind::ALL.map(RoleKind::as_str))));
            None
        }
    }
}

/// A role of the desk. Integrations are systems, and hold none.
fn right(agreements: &Agreements, stamp: &Stamp, new: &NewAssignment, problems: &mut Vec<Problem>) -> Option<Place> {
    if new.contract.is_some() {
        problems.push(Problem::field("contract", FieldCode::NotAllowed, "a right is held in the desk, whatever the contract"));
    }
    let Some(role) = Role::named(&new.role).filter(|role| *role != Role::Integration) else {
        let known = Role::ALL.into_iter().filter(|role| *role != Role::Integration).map(Role::as_str);
        problems.push(Problem::field("role", FieldCode::UnknownValue, one_of(known)));
        return None;
    };
    let organisation = organisation(agreements, stamp, new, problems);
    let needs_client = role.side() == Side::Client || ELEVATED.contains(&role) || new.third_party.is_some();
    match (&organisation, &new.organisation) {
        (None, None) if needs_client => {
            let detail = "say whose it is, or which client has to agree with it";
            problems.push(Problem::field("organisation", FieldCode::Required, detail));
        }
        (_, Some(_)) if !needs_client => {
            problems.push(Problem::field(
                "organisation",
                FieldCode::NotAllowed,
                "a role of the desk that no client has to agree with has none",
            ));
        }
        _ => {}
    }
    let organisation = organisation.filter(|_| needs_client);
    Some(Place {
        kind: RoleKind::Right,
        role: role.as_str().to_owned(),
        side: role.side(),
        contract: None,
        organisation,
        is_signed_for: false,
    })
}

/// The client that was named, or the only one that the caller sees.
fn organisation(agreements: &Agreements, stamp: &Stamp, new: &NewAssignment, problems: &mut Vec<Problem>) -> Option<String> {
    let Some(named) = &new.organisation else {
        let clients = agreements.versions().iter().flat_map(|version| &version.contract.clients);
        let seen: BTreeSet<_> = clients.map(|client| &client.organisation).filter(|client| stamp.scope.seen().includes(client)).collect();
        return seen.first().filter(|_| seen.len() == 1).map(|only| (*only).clone());
    };
    let is_known = agreements.have_named(named) && stamp.scope.seen().includes(named);
    if !is_known {
        problems.push(Problem::field("organisation", FieldCode::UnknownOrganisation, "no contract names this organisation"));
    }
    Some(named.clone()).filter(|_| is_known)
}

fn matrix_role(agreements: &Agreements, stamp: &Stamp, new: &NewAssignment, problems: &mut Vec<Problem>) -> Option<Place> {
    let Some(id) = &new.contract else {
        problems.push(Problem::field("contract", FieldCode::Required, "say in which contract's matrix the role is"));
        return None;
    };
    let Some(version) = contracts::in_force_at(agreements, stamp.scope.seen(), id, stamp.recorded_at) else {
        let known = contracts::ids_in_force_at(agreements, stamp.scope.seen(), stamp.recorded_at);
        let detail = format!("there is no such contract in force; {}", one_of(known));
        problems.push(Problem::field("contract", FieldCode::UnknownContract, detail));
        return None;
    };
    let client = client_of(&version.contract, stamp, new.organisation.as_deref(), problems);
    let role = known_role(&version, &new.role, problems)?;
    let (organisation, _) = client?;
    Some(Place {
        kind: RoleKind::Matrix,
        role: new.role.clone(),
        side: role,
        contract: Some(id.clone()),
        organisation: Some(organisation),
        is_signed_for: version.contract.signs_role_changes,
    })
}

/// The side of a role of the contract.
fn known_role(version: &Arc<Version>, code: &str, problems: &mut Vec<Problem>) -> Option<Side> {
    let role = version.contract.role(code);
    if role.is_none() {
        let known = version.contract.roles.iter().map(|role| role.code.as_str());
        problems.push(Problem::field("role", FieldCode::UnknownValue, format!("the contract has no such role; {}", one_of(known))));
    }
    role.map(|role| role.side)
}

async fn check(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    new: &NewAssignment,
    place: Option<Place>,
    problems: &mut Vec<Problem>,
) -> Result<Option<RoleAssignment>, Error> {
    let now = stamp.recorded_at;
    let mut refuse = |field, code, detail: &str| problems.push(Problem::field(field, code, detail));
    if !is_visible(&new.reason) {
        refuse("reason", FieldCode::Blank, "has nothing in it that can be seen");
    }
    if new.third_party.as_deref().is_some_and(|firm| !is_visible(firm)) {
        refuse("thirdParty", FieldCode::Blank, "has nothing in it that can be seen");
    }
    if new.from_at.is_some_and(|from| from < now) {
        refuse("fromAt", FieldCode::InPast, "a role is not held from an instant that has passed");
    }
    let from_at = new.from_at.unwrap_or(now);
    if new.until_at.is_some_and(|until| until <= from_at) {
        refuse("untilAt", FieldCode::BeforeFrom, "is not after the beginning");
    }
    let Some(place) = place else { return Ok(None) };
    let own = if place.kind == RoleKind::Right { still_held(tx, stamp, Verb::GrantRights).await? } else { None };
    if let Some(end) = own.and_then(|own| own.until_at).filter(|end| new.until_at.is_none_or(|until| until > *end)) {
        refuse("untilAt", FieldCode::OutOfRange, &format!("what you give ends no later than your own right to give it: {end}"));
    }
    let is_elevated =
        new.third_party.is_some() || (place.kind == RoleKind::Right && ELEVATED.iter().any(|role| role.as_str() == place.role));
    let is_watching = place.kind == RoleKind::Right && WATCHING.iter().any(|role| role.as_str() == place.role);
    if is_elevated && new.until_at.is_none() && !stamp.lacks("untilAt") {
        refuse("untilAt", FieldCode::Required, "an elevated right, or one of a third party, has an end");
    }
    let holder = match known_holder(tx, place.side, place.organisation.as_deref(), ("holder", &new.holder)).await? {
        Ok(holder) => holder,
        Err(problem) => {
            problems.push(problem);
            return Ok(None);
        }
    };
    let assignment = RoleAssignment {
        id: app.time.id(),
        organisation: place.organisation,
        contract: place.contract,
        kind: place.kind,
        role: place.role,
        holder,
        third_party: new.third_party.clone(),
        from_at,
        until_at: new.until_at,
        needs_approval: is_elevated || is_watching || place.is_signed_for,
        approved_at: None,
        replaces: new.replaces,
        granted_at: now,
        review_due_at: review_due(app, from_at),
        absences: Vec::new(),
        next_fire_at: None,
    };
    if let Some(replaced) = new.replaces {
        let known = store::role_assignments::find(tx, replaced).await?.filter(|known| {
            let place = |one: &RoleAssignment| (one.kind, one.role.clone(), one.contract.clone(), one.organisation.clone());
            place(known) == place(&assignment) && known.state_at(now) != AssignmentState::Ended
        });
        if known.is_none() {
            problems.push(Problem::field("replaces", FieldCode::UnknownValue, "is not an assignment of this role that has not ended"));
        }
    }
    Ok(Some(assignment))
}

/// Whoever holds the role of a client's contacts is one of them, and there are as many as was agreed. With the first the client has a list.
async fn fits_among_contacts(tx: &Tx, agreements: &Agreements, new: &RoleAssignment, now: Instant) -> Result<(), Error> {
    let place = new.contract.as_deref().and_then(|contract| agreements.in_force(contract, now)).zip(new.organisation.as_deref());
    let is_it = |(version, _): &(&Arc<Version>, &str)| version.contract.contacts_role.as_ref() == Some(&new.role);
    let Some((version, organisation)) = place.filter(is_it).filter(|_| new.kind == RoleKind::Matrix) else { return Ok(()) };
    store::contacts::lock(tx, &version.contract.id, organisation).await?;
    contacts::has_room(tx, &version.contract, organisation, new.holder, new.replaces, now).await
}

/// What the other holders of the role make impossible.
async fn conflicts(tx: &Tx, new: &RoleAssignment, now: Instant) -> Result<(), Error> {
    let beside = store::role_assignments::beside(tx, new, now).await?;
    let overlaps = |one: &&RoleAssignment| {
        one.until_at.is_none_or(|until| until > new.from_at) && new.until_at.is_none_or(|until| until > one.from_at)
    };
    let beside: Vec<_> = beside.iter().filter(|one| new.replaces != Some(one.id)).filter(overlaps).collect();
    if beside.iter().any(|one| one.holder == new.holder) {
        let detail = "they hold this role already, or wait for its approval".to_owned();
        return Err(Error::Conflict { code: Code::RoleHeld, detail });
    }
    if new.right() == Some(Role::GlobalAdministrator) && beside.len() >= MOST_GLOBAL_ADMINISTRATORS {
        let detail = format!("a client has at most {MOST_GLOBAL_ADMINISTRATORS} global administrators at a time");
        return Err(Error::Conflict { code: Code::TooManyAdministrators, detail });
    }
    Ok(())
}
