//! Response teams on tickets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Label};
use crate::domain::Instant;
use crate::domain::ticket::Act;
use crate::domain::ticket::response_team::TakeTeamBack;
use crate::usecases::actors::Actors;
use crate::usecases::tickets::read::CalledTeam;

/// A response team to be called in.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseTeamInput {
    /// The code of a response team of the contract.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "juridisch")]
    pub team: Option<String>,
    /// What it is asked to do; it is mailed to the members, so it says no more of the ticket than they may read.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub task: Option<String>,
}

/// A response team to be taken back.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseTeamRemovalInput {
    /// The code of the team.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "juridisch")]
    pub team: Option<String>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl ResponseTeamRemovalInput {
    pub fn wish(self) -> Act {
        Act::TakeTeamBack(TakeTeamBack { team: self.team.unwrap_or_default(), reason: self.reason.unwrap_or_default() })
    }
}

/// A response team that is called in on a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketResponseTeam {
    /// Its code in the contract.
    #[schema(example = "juridisch")]
    team: String,
    /// Its display name.
    label: Label,
    /// What it answers for.
    responsibility: Label,
    /// What it is asked to do; `null` where nobody said.
    task: Option<String>,
    /// Who called it in.
    called_by: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    called_at: Instant,
    /// The id of the event that tells so, under which a redaction takes the task away.
    event_id: uuid::Uuid,
}

impl TicketResponseTeam {
    pub fn new(called: CalledTeam, actors: &Actors) -> Self {
        let CalledTeam { team, task, event } = called;
        Self {
            team: team.code,
            label: (&team.label).into(),
            responsibility: (&team.responsibility).into(),
            task,
            called_by: actors.show(&event.actor).into(),
            called_at: event.occurred_at,
            event_id: event.id,
        }
    }
}

/// The response teams on a ticket.
#[derive(ToSchema, Serialize)]
pub struct TicketResponseTeamList {
    /// In the order in which they were called in.
    pub items: Vec<TicketResponseTeam>,
}
