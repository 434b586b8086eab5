//! Mail to the service manager about roles: one in which nobody can be reached, or one that is due for review.
//!
//! It goes to whoever holds that role of the desk here. Of a service manager who has it from an identity provider or by a token no address
//! is known: then it goes to the supplier's contacts in the contract, the tactical ones first, and only where there are none to the desk
//! itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::{ContactLevel, Contract, Side};
use crate::domain::mail::Outbound;
use crate::domain::permission::Role;
use crate::domain::role_assignment::{EndSet, Event, EventData, GapCause, Reach, RoleAssignment};
use crate::domain::subjects::AnyEvent;
use crate::mail::messages::{Named, Outgoing, RoleFacts, RoleReview, RoleUncovered, Why};
use crate::mail::send::{self, Correspondence};
use crate::store::events::Streamed;
use crate::store::people::ActorName;
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::Error;
use crate::usecases::letter::{self, About, outbound, signature};
use crate::usecases::reach::reach;

/// Makes the mails for those of the events that are about roles.
pub(super) async fn mails(app: &App, tx: &Tx, events: &[&Streamed]) -> Result<Vec<Outbound>, Error> {
    let of_roles = events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::RoleAssignment(event) => Some((streamed.subject_id, event)),
        AnyEvent::Ticket(_) | AnyEvent::Obligation(_) | AnyEvent::SecuritySignal(_) => None,
    });
    let of_roles: Vec<_> = of_roles.collect();
    if of_roles.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<_> = of_roles.iter().map(|(id, _)| *id).collect();
    let assignments = RoleAssignment::with_ids(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let agreements = store::agreements::read(tx).await?;
    let matrix = Matrix::read(app, tx, &agreements, &assignments).await?;
    let holders: Vec<_> = assignments.iter().map(|one| one.holder).collect();
    let names = store::people::names(tx, &holders).await?;
    let managers = managers(app, tx).await?;
    let mut made = Vec::new();
    for (id, event) in of_roles {
        let Some(assignment) = assignments.iter().find(|one| one.id == id) else { continue };
        let facts = facts(app, &agreements, assignment, &names);
        let Some(outgoing) = outgoing(app, assignment, event, &matrix, facts)? else { continue };
        let recipients = recipients(app, &managers, &matrix, assignment);
        let version = assignment.contract.as_deref().and_then(|contract| agreements.in_force(contract, app.time.now()));
        made.extend(recipients.iter().map(|recipient| {
            let mail = mail(app, assignment, event, recipient, outgoing.clone());
            match version {
                Some(version) => mail.within_hours(&version.contract, None),
                None => mail,
            }
        }));
    }
    Ok(made)
}

fn outgoing(
    app: &App,
    assignment: &RoleAssignment,
    event: &Event,
    matrix: &Matrix<'_>,
    role: RoleFacts,
) -> Result<Option<Outgoing>, Error> {
    let desk = signature();
    let language = letter::language(app, correspondence(assignment));
    let write = |uncovered: &RoleUncovered| app.templates.write(language, uncovered);
    let uncovered = |why| RoleUncovered { role: RoleFacts { holder: None, ..role.clone() }, why, desk: signature() };
    let gap = matrix.gap(assignment);
    Ok(match &event.data {
        EventData::Uncovered(_) => Some(write(&RoleUncovered { role, why: Why::Absent, desk })?),
        EventData::TookEffect(_) if gap == Some(GapCause::NoAddress) => Some(write(&RoleUncovered { role, why: Why::NoAddress, desk })?),
        // Nobody decided that it ended, so it is told where the contract has an address, too.
        EventData::EndSet(EndSet { because: Some(_), .. }) if matrix.is_vacant(assignment) && gap.is_none() => {
            Some(write(&uncovered(Why::Left))?)
        }
        EventData::Ended(_) if gap == Some(GapCause::NobodyHoldsIt) => Some(write(&uncovered(Why::Vacant))?),
        EventData::ReviewDue(_) => Some(app.templates.write(language, &RoleReview { role, desk })?),
        _ => None,
    })
}

/// The matrices that assignments are of, and who is reached in them.
struct Matrix<'a> {
    versions: Vec<&'a Arc<Version>>,
    reach: Reach,
}

impl<'a> Matrix<'a> {
    async fn read(app: &App, tx: &Tx, agreements: &'a Agreements, assignments: &[RoleAssignment]) -> Result<Self, Error> {
        let now = app.time.now();
        let contracts: BTreeSet<_> = assignments.iter().filter_map(|one| one.contract.as_deref()).collect();
        let reach = reach(tx, &contracts.iter().copied().collect::<Vec<_>>(), now).await?;
        Ok(Self { versions: contracts.into_iter().filter_map(|contract| agreements.in_force(contract, now)).collect(), reach })
    }

    /// The contract and client of an assignment.
    fn place<'b>(&self, assignment: &'b RoleAssignment) -> Option<(&'a Contract, &'b str)> {
        let version = self.versions.iter().find(|version| Some(&version.contract.id) == assignment.contract.as_ref())?;
        Some((&version.contract, assignment.organisation.as_deref()?))
    }

    /// Why nobody can be reached in its role.
    fn gap(&self, assignment: &RoleAssignment) -> Option<GapCause> {
        let (contract, organisation) = self.place(assignment)?;
        self.reach.gaps(contract, organisation).into_iter().find(|gap| gap.role == assignment.role).map(|gap| gap.cause)
    }

    /// Whether nobody holds its role.
    fn is_vacant(&self, assignment: &RoleAssignment) -> bool {
        let place = self.place(assignment);
        let role = place.and_then(|(contract, organisation)| Some((contract, contract.role(&assignment.role)?, organisation)));
        role.is_some_and(|(contract, role, organisation)| !self.reach.is_held(contract, role, organisation))
    }

    /// Where the supplier's contacts under its contract are reached: those of the first of these levels at which anybody is.
    fn contacts(&self, assignment: &RoleAssignment) -> BTreeSet<String> {
        let Some((contract, organisation)) = self.place(assignment) else { return BTreeSet::new() };
        let of_level = |level: ContactLevel| -> BTreeSet<String> {
            let roles = contract.roles.iter().filter(|role| role.side == Side::Supplier && role.level == Some(level));
            roles.flat_map(|role| self.reach.addresses(contract, role, organisation)).cloned().collect()
        };
        let levels = [ContactLevel::Tactical, ContactLevel::Operational, ContactLevel::Strategic];
        levels.into_iter().map(of_level).find(|addresses| !addresses.is_empty()).unwrap_or_default()
    }
}

/// Those who act as service manager: of which organisation alone, if so, and their addresses.
pub(super) async fn managers(app: &App, tx: &Tx) -> Result<Vec<(Option<String>, String)>, Error> {
    let now = app.time.now();
    let managers = store::role_assignments::with_right(tx, Role::ServiceManager, now).await?;
    let acting: Vec<_> = managers.iter().flat_map(|one| one.acting_at(now)).collect();
    let addresses = store::role_assignments::addresses(tx, &acting, now).await?;
    let of_one = |one: &RoleAssignment| {
        let addresses: Vec<_> = one.acting_at(now).into_iter().filter_map(|id| addresses.get(&id)).collect();
        addresses.into_iter().map(|address| (one.organisation.clone(), address.clone())).collect::<Vec<_>>()
    };
    Ok(managers.iter().flat_map(of_one).collect())
}

/// The addresses of those who are to know of a role: the service managers, of whom one of a single organisation hears of that organisation's;
/// else the supplier's contacts of its contract, else the desk.
fn recipients(app: &App, managers: &[(Option<String>, String)], matrix: &Matrix<'_>, assignment: &RoleAssignment) -> BTreeSet<String> {
    let theirs = managers.iter().filter(|(only, _)| only.is_none() || *only == assignment.organisation);
    let addresses: BTreeSet<_> = theirs.map(|(_, address)| address.clone()).collect();
    let addresses = if addresses.is_empty() { matrix.contacts(assignment) } else { addresses };
    if addresses.is_empty() { send::address_of(&app.settings.mail.from).into_iter().collect() } else { addresses }
}

fn facts(app: &App, agreements: &Agreements, assignment: &RoleAssignment, names: &HashMap<Uuid, ActorName>) -> RoleFacts {
    let version = assignment.contract.as_deref().and_then(|contract| agreements.in_force(contract, app.time.now()));
    let contract = version.map(|version| &version.contract);
    let label = contract.and_then(|contract| contract.role(&assignment.role)).map(|role| Named::from(&role.label));
    let right = assignment.right().map(|right| right.word().into());
    let client = assignment.organisation.as_deref().map(|organisation| {
        contract.and_then(|contract| contract.client(organisation)).map_or(organisation, |client| client.name.as_str())
    });
    let holder = names.get(&assignment.holder).map(|(ActorName::Person(name) | ActorName::Token(name))| name.as_str().into());
    RoleFacts {
        label: label.or(right).unwrap_or_else(|| Named::same(&assignment.role)),
        contract: contract.map(|contract| contract.title.as_str().into()),
        organisation: client.map(Into::into),
        holder,
    }
}

fn correspondence(assignment: &RoleAssignment) -> Correspondence<'_> {
    let organisation = assignment.organisation.as_deref().unwrap_or_default();
    let contract = assignment.contract.as_deref().unwrap_or_default();
    Correspondence { contract, organisation, received_in: &[] }
}

fn mail(app: &App, assignment: &RoleAssignment, event: &Event, recipient: &str, outgoing: Outgoing) -> Outbound {
    let correspondence = correspondence(assignment);
    let organisation = correspondence.organisation;
    let about = About { event_id: event.id, ticket_id: None, organisation, correspondence, in_reply_to: None };
    outbound(app, &about, recipient, outgoing)
}
