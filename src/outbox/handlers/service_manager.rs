//! Mail to the service manager about roles: one in which nobody can be reached, or one that is due for review.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::DESK;
use crate::app::App;
use crate::domain::agreements::Agreements;
use crate::domain::mail::Outbound;
use crate::domain::permission::Role;
use crate::domain::role_assignment::{Event, EventData, Gap, GapCause, RoleAssignment};
use crate::domain::subjects::AnyEvent;
use crate::mail::messages::{self, Outgoing, RoleFacts, RoleReview, RoleUncovered};
use crate::mail::send::{self, Correspondence};
use crate::store::events::Streamed;
use crate::store::people::ActorName;
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::Error;
use crate::usecases::letter::{About, outbound};
use crate::usecases::reach::reach;

/// Makes the mails for those of the events that are about roles. They go to whoever acts as service manager, else to the desk itself.
pub(super) async fn mails(app: &App, tx: &Tx, events: &[&Streamed]) -> Result<Vec<Outbound>, Error> {
    let of_roles = events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::RoleAssignment(event) => Some((streamed.subject_id, event)),
        AnyEvent::Ticket(_) | AnyEvent::Obligation(_) => None,
    });
    let of_roles: Vec<_> = of_roles.collect();
    if of_roles.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<_> = of_roles.iter().map(|(id, _)| *id).collect();
    let assignments = RoleAssignment::with_ids(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let agreements = store::agreements::read(tx).await?;
    let gaps = gaps(app, tx, &agreements, &assignments).await?;
    let holders: Vec<_> = assignments.iter().map(|one| one.holder).collect();
    let names = store::people::names(tx, &holders).await?;
    let managers = managers(app, tx).await?;
    let mut made = Vec::new();
    for (id, event) in of_roles {
        let Some(assignment) = assignments.iter().find(|one| one.id == id) else { continue };
        let facts = facts(app, &agreements, assignment, &names);
        let Some(outgoing) = outgoing(assignment, event, &gaps, facts)? else { continue };
        let recipients = recipients(app, &managers, assignment.organisation.as_deref());
        made.extend(recipients.iter().map(|recipient| mail(app, assignment, event, recipient, outgoing.clone())));
    }
    Ok(made)
}

fn outgoing(assignment: &RoleAssignment, event: &Event, gaps: &[Gap], role: RoleFacts) -> Result<Option<Outgoing>, Error> {
    let is_vacant = |gap: &Gap| {
        gap.cause == GapCause::NobodyHoldsIt
            && (Some(&gap.contract), Some(&gap.organisation), &gap.role)
                == (assignment.contract.as_ref(), assignment.organisation.as_ref(), &assignment.role)
    };
    let desk = DESK.into();
    Ok(match &event.data {
        EventData::Uncovered(_) => Some(messages::write(&RoleUncovered { role, is_absence: true, desk })?),
        EventData::Ended(_) if gaps.iter().any(is_vacant) => {
            Some(messages::write(&RoleUncovered { role: RoleFacts { holder: None, ..role }, is_absence: false, desk })?)
        }
        EventData::ReviewDue(_) => Some(messages::write(&RoleReview { role, desk })?),
        _ => None,
    })
}

/// The gaps in the matrices that these assignments are of.
async fn gaps(app: &App, tx: &Tx, agreements: &Agreements, assignments: &[RoleAssignment]) -> Result<Vec<Gap>, Error> {
    let now = app.time.now();
    let contracts: BTreeSet<_> = assignments.iter().filter_map(|one| one.contract.as_deref()).collect();
    let reach = reach(tx, &contracts.iter().copied().collect::<Vec<_>>(), now).await?;
    let versions = contracts.into_iter().filter_map(|contract| agreements.in_force(contract, now));
    Ok(versions
        .flat_map(|version| version.contract.clients.iter().flat_map(|client| reach.gaps(&version.contract, &client.organisation)))
        .collect())
}

/// Those who act as service manager: of which organisation alone, if so, and their addresses.
async fn managers(app: &App, tx: &Tx) -> Result<Vec<(Option<String>, String)>, Error> {
    let now = app.time.now();
    let managers = store::role_assignments::with_right(tx, Role::ServiceManager, now).await?;
    let acting: Vec<_> = managers.iter().flat_map(|one| one.acting_at(now)).collect();
    let addresses = store::role_assignments::addresses(tx, &acting).await?;
    let of_one = |one: &RoleAssignment| {
        let addresses: Vec<_> = one.acting_at(now).into_iter().filter_map(|id| addresses.get(&id)).collect();
        addresses.into_iter().map(|address| (one.organisation.clone(), address.clone())).collect::<Vec<_>>()
    };
    Ok(managers.iter().flat_map(of_one).collect())
}

/// The addresses of those who are to know of a role: who is service manager of one organisation alone hears of that organisation's.
fn recipients(app: &App, managers: &[(Option<String>, String)], organisation: Option<&str>) -> BTreeSet<String> {
    let theirs = managers.iter().filter(|(only, _)| only.is_none() || only.as_deref() == organisation);
    let addresses: BTreeSet<_> = theirs.map(|(_, address)| address.clone()).collect();
    if addresses.is_empty() { send::address_of(&app.settings.mail.from).into_iter().collect() } else { addresses }
}

fn facts(app: &App, agreements: &Agreements, assignment: &RoleAssignment, names: &HashMap<Uuid, ActorName>) -> RoleFacts {
    let version = assignment.contract.as_deref().and_then(|contract| agreements.in_force(contract, app.time.now()));
    let contract = version.map(|version| &version.contract);
    let label = contract.and_then(|contract| contract.role(&assignment.role)).map(|role| role.label.nl.as_str());
    let right = assignment.right().map(Role::dutch);
    let client = assignment.organisation.as_deref().map(|organisation| {
        contract.and_then(|contract| contract.client(organisation)).map_or(organisation, |client| client.name.as_str())
    });
    let holder = names.get(&assignment.holder).map(|(ActorName::Person(name) | ActorName::Token(name))| name.as_str().into());
    RoleFacts {
        label: label.or(right).unwrap_or(&assignment.role).into(),
        contract: contract.map(|contract| contract.title.as_str().into()),
        organisation: client.map(Into::into),
        holder,
    }
}

fn mail(app: &App, assignment: &RoleAssignment, event: &Event, recipient: &str, outgoing: Outgoing) -> Outbound {
    let organisation = assignment.organisation.as_deref().unwrap_or_default();
    let contract = assignment.contract.as_deref().unwrap_or_default();
    let correspondence = Correspondence { contract, organisation, received_in: &[] };
    let about = About { event_id: event.id, ticket_id: None, organisation, correspondence, in_reply_to: None };
    outbound(app, &about, recipient, outgoing)
}
