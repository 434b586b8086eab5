//! Calling in a response team of the agreement on a breach of security, and taking it back (INC-14). What a team is asked to do is kept beside
//! the history, under the id of the event.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::situation::{Recorded, Situation};
use super::{Event, EventData, Ticket};
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::restriction::Flag;

/// Calls in a team, by its code in the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTeam {
    pub team: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeTeamBack {
    pub team: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("{}", of_the_known(.known))]
    UnknownTeam { known: Vec<String> },
    #[error("response teams are for incidents")]
    NotAnIncident,
    #[error("response teams are for breaches of security: flag the incident `security` first")]
    NotASecurityIncident,
    #[error("only an open ticket can do this")]
    NotOpen,
    #[error("the team was called in already")]
    Called,
    #[error("the team is not called in on this ticket")]
    NotCalled,
}

fn of_the_known(known: &[String]) -> String {
    match known {
        [] => "the contract names no response teams".to_owned(),
        known => format!("is no response team of the contract; its teams are {}", known.join(", ")),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTeamChanged {
    pub team: String,
}

/// What a team is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseTask {
    /// The id of the event that called the team in.
    pub id: Uuid,
    pub ticket_id: Uuid,
    /// As histories name people.
    pub author: String,
    pub text: String,
}

impl CallTeam {
    pub(super) fn decide(&self, Situation { contract, ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::CallResponseTeams)?;
        if ticket.kind != TicketType::Incident {
            return Err(Refused::NotAnIncident);
        }
        if !ticket.flags.has(Flag::Security) {
            return Err(Refused::NotASecurityIncident);
        }
        let teams = &contract.tickets.response_teams;
        if teams.iter().all(|team| team.code != self.team) {
            return Err(Refused::UnknownTeam { known: teams.iter().map(|team| team.code.clone()).collect() });
        }
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        if ticket.response_teams.contains(&self.team) {
            return Err(Refused::Called);
        }
        Ok(vec![(EventData::ResponseTeamCalled(ResponseTeamChanged { team: self.team.clone() }), None)])
    }
}

impl TakeTeamBack {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::CallResponseTeams)?;
        if !ticket.response_teams.contains(&self.team) {
            return Err(Refused::NotCalled);
        }
        let taken = ResponseTeamChanged { team: self.team.clone() };
        Ok(vec![(EventData::ResponseTeamTakenBack(taken), Some(self.reason.clone()))])
    }
}

impl ResponseTeamChanged {
    pub(super) fn called(&self, ticket: &mut Ticket) {
        ticket.response_teams.push(self.team.clone());
    }

    pub(super) fn taken_back(&self, ticket: &mut Ticket) {
        ticket.response_teams.retain(|team| *team != self.team);
    }
}

/// The teams that are called in on a ticket with this history, each with the event that did so.
pub fn called(history: &[Event]) -> Vec<(&Event, &str)> {
    let mut called: Vec<(&Event, &str)> = Vec::new();
    for event in history {
        match &event.data {
            EventData::ResponseTeamCalled(changed) => called.push((event, &changed.team)),
            EventData::ResponseTeamTakenBack(changed) => called.retain(|(_, team)| *team != changed.team),
            _ => {}
        }
    }
    called
}
