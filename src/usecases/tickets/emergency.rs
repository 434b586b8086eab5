//! Emergency changes (*noodwijzigingen*), which exist only to solve an incident of the highest priority, and name it (CHG-02).
//!
//! If that incident is closed later or gets another priority, the change stays an emergency change; of another priority somebody is told
//! (`follows`).

use uuid::Uuid;

use super::Draft;
use crate::domain::agreements::Agreements;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::ticket::{Ticket, TicketRef};
use crate::usecases::{Code, Error, FieldCode, Problem};

/// What is wrong with a draft's `emergencyFor`, judged on the draft alone.
pub(super) fn problem(kind: TicketType, draft: &Draft) -> Option<Problem> {
    let named = draft.emergency_for.as_deref()?;
    if kind != TicketType::ChangeRequest {
        return Some(Problem::field("emergencyFor", FieldCode::NotAllowed, "only a change request is an emergency change"));
    }
    addressed(named).is_none().then(unknown)
}

fn unknown() -> Problem {
    Problem::field("emergencyFor", FieldCode::UnknownIncident, "the client has no such incident under this contract")
}

pub(super) fn addressed(text: &str) -> Option<TicketRef> {
    text.parse().ok()
}

/// The incident that a draft names, if it qualifies, among the tickets that are locked so that they stay as they are until it is written.
pub(super) fn incident(agreements: &Agreements, incidents: &[Ticket], draft: &Draft, organisation: &str) -> Result<Option<Uuid>, Error> {
    let Some(named) = draft.emergency_for.as_deref().and_then(addressed) else { return Ok(None) };
    let of_client = |ticket: &Ticket| ticket.organisation == organisation && Some(&ticket.contract) == draft.contract.as_ref();
    let found = incidents.iter().find(|ticket| ticket.is(named));
    let found = found.filter(|ticket| ticket.kind == TicketType::Incident && of_client(ticket));
    let incident = found.ok_or_else(|| Error::Invalid(vec![unknown()]))?;
    let version = agreements.version(incident.contract_version_id)?;
    if !is_of_the_first_rank(&version.contract, incident) {
        let detail = format!("{} does not have the contract's first priority by the desk's decision", incident.reference());
        return Err(Error::Invalid(vec![Problem::field("emergencyFor", FieldCode::NotFirstPriority, detail)]));
    }
    if !incident.state().is_open() {
        let detail = format!("{} is not open, so there is nothing to solve", incident.reference());
        return Err(Error::Conflict { code: Code::IncidentNotOpen, detail });
    }
    Ok(Some(incident.id))
}

pub(super) fn is_of_the_first_rank(contract: &Contract, incident: &Ticket) -> bool {
    let ranks = contract.priorities.iter().filter(|priority| priority.types.contains(&incident.kind)).map(|priority| priority.rank);
    let own = incident.priority.as_deref().and_then(|code| contract.priority(code, incident.kind)).map(|priority| priority.rank);
    own.is_some() && own == ranks.min()
}
