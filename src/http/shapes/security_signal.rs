//! Security signals.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, EventData, TokenUsed};
use crate::domain::Instant;
use crate::domain::history::EventData as _;
use crate::domain::security_signal::{self, EventData as Data, SignalSource};
use crate::usecases::actors::Actors;
use crate::usecases::security_signals::{Discussion, NewSignal, Shown};

/// A signal to be recorded.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecuritySignalInput {
    /// The contract.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// The client that it concerns; every client of the contract when absent.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// Who noticed it: `monitoring`, `supplier`, `client`, `third_party` or `authority`.
    #[schema(value_type = String, pattern = "^(monitoring|supplier|client|third_party|authority)$", max_length = 20)]
    pub source: Option<String>,
    /// When it was noticed, if not now, with an offset.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub observed_at: Option<Instant>,
    /// What it is about, in a line.
    #[schema(value_type = String, min_length = 1, max_length = 300, pattern = "\\S", example = "Lek in een bibliotheek")]
    pub title: Option<String>,
    /// The whole story, as plain text.
    #[schema(value_type = String, min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub description: Option<String>,
    /// What was done about it so far.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub response: Option<String>,
}

impl From<SecuritySignalInput> for NewSignal {
    fn from(input: SecuritySignalInput) -> Self {
        Self {
            contract: input.contract,
            organisation: input.organisation,
            source: input.source.and_then(|source| SignalSource::named(&source)),
            observed_at: input.observed_at,
            title: input.title.unwrap_or_default(),
            description: input.description.unwrap_or_default(),
            response: input.response,
        }
    }
}

/// What was done about a signal.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecuritySignalPatch {
    /// What was done, beside what was done before.
    #[schema(value_type = String, min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub response: Option<String>,
}

/// A talk about a signal with somebody of the client.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecuritySignalDiscussionInput {
    /// The code of the role in which they talked: one of the client's that the contract has told of breaches of security, such as its ISO or
    /// CISO.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "information-security-officer")]
    pub role: Option<String>,
    /// The id of whoever of the client talked, where the desk knows them.
    #[schema(value_type = Option<String>, format = Uuid, max_length = 50)]
    pub person: Option<Uuid>,
    /// When, if not now, with an offset.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub discussed_at: Option<Instant>,
    /// What was said.
    #[schema(value_type = String, min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub note: Option<String>,
}

impl From<SecuritySignalDiscussionInput> for Discussion {
    fn from(input: SecuritySignalDiscussionInput) -> Self {
        Self {
            role: input.role.unwrap_or_default(),
            person: input.person,
            discussed_at: input.discussed_at,
            note: input.note.unwrap_or_default(),
        }
    }
}

/// Which incident a signal became.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecuritySignalIncidentInput {
    /// An incident of the same contract and client that is flagged `security`, by its UUID or number.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "INC-1001")]
    pub incident: Option<String>,
}

/// Something that touches security, and is no incident by itself.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySignal {
    /// Its id.
    id: Uuid,
    /// The contract.
    contract: String,
    /// The client that it concerns.
    organisation: String,
    /// The same in the signals that were recorded for several clients at once.
    observation: Uuid,
    /// `monitoring`, `supplier`, `client`, `third_party` or `authority`; more values may come.
    source: String,
    /// What it is about, in a line.
    title: String,
    /// The whole story.
    description: String,
    /// When it was noticed.
    #[schema(value_type = String, format = DateTime)]
    observed_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// What was done about it, oldest first.
    responses: Vec<SecuritySignalResponse>,
    /// Talks about it with the client's officers, in the order recorded.
    discussions: Vec<SecuritySignalDiscussion>,
    /// The incident that it became; `null` where it became none, and for whoever does not see that one.
    incident: Option<SecuritySignalIncident>,
    /// What happened, in the order recorded.
    events: Vec<SecuritySignalEvent>,
    /// A number that goes up with everything that happens to it.
    version: i32,
}

/// What was done about a signal.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySignalResponse {
    /// The id of its event.
    id: Uuid,
    /// What was done.
    text: String,
    /// Who wrote it.
    author: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

/// A talk about a signal.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySignalDiscussion {
    /// The id of its event.
    id: Uuid,
    /// The role of the client in which somebody talked.
    role: String,
    /// The id of whoever talked, where one was named.
    person: Option<Uuid>,
    /// Their name, where the caller sees it.
    name: Option<String>,
    /// What was said.
    note: String,
    /// Who wrote it down.
    author: Actor,
    /// When they talked.
    #[schema(value_type = String, format = DateTime)]
    discussed_at: Instant,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

/// The incident that a signal became.
#[derive(ToSchema, Serialize)]
pub struct SecuritySignalIncident {
    /// Its id.
    id: Uuid,
    /// Its number.
    #[schema(example = "INC-1001")]
    number: String,
}

/// Something that happened to a signal.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySignalEvent {
    /// Its id.
    id: Uuid,
    /// What happened; more kinds may come.
    #[schema(example = "security_signal.recorded")]
    r#type: String,
    /// Who did it.
    actor: Actor,
    /// The access token with which they did, where they came with one that the desk made.
    token: Option<TokenUsed>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// What changed.
    #[schema(value_type = EventData)]
    data: Value,
}

impl SecuritySignal {
    pub fn new(shown: &Shown, actors: &Actors) -> Self {
        let signal = &shown.signal;
        let text = |event: &security_signal::Event| shown.text(event).unwrap_or_default().to_owned();
        let response = |event: &security_signal::Event| SecuritySignalResponse {
            id: event.id,
            text: text(event),
            author: actors.show(&event.actor).into(),
            recorded_at: event.recorded_at,
        };
        let discussion = |event: &security_signal::Event| {
            let Data::Discussed(discussed) = &event.data else { return None };
            Some(SecuritySignalDiscussion {
                id: event.id,
                role: discussed.role.clone(),
                person: discussed.person,
                name: discussed.person.and_then(|id| actors.name_of(id)).map(str::to_owned),
                note: text(event),
                author: actors.show(&event.actor).into(),
                discussed_at: event.occurred_at,
                recorded_at: event.recorded_at,
            })
        };
        Self {
            id: signal.id,
            contract: signal.contract.clone(),
            organisation: signal.organisation.clone(),
            observation: signal.observation,
            source: signal.source.to_string(),
            title: signal.title.clone(),
            description: signal.description.clone(),
            observed_at: signal.observed_at,
            recorded_at: signal.recorded_at,
            responses: shown.events.iter().filter(|event| matches!(event.data, Data::Responded(_))).map(response).collect(),
            discussions: shown.events.iter().filter_map(discussion).collect(),
            incident: shown.incident.as_ref().map(|name| SecuritySignalIncident { id: name.id, number: name.number.clone() }),
            events: shown.events.iter().map(|event| SecuritySignalEvent::new(event, actors)).collect(),
            version: shown.version(),
        }
    }
}

impl SecuritySignalEvent {
    fn new(event: &security_signal::Event, actors: &Actors) -> Self {
        Self {
            id: event.id,
            r#type: event.kind().as_str().to_owned(),
            actor: actors.show(&event.actor).into(),
            token: TokenUsed::of(event.token, actors),
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: event.data.to_json(),
        }
    }
}

/// Signals that were recorded at once.
#[derive(ToSchema, Serialize)]
pub struct SecuritySignalList {
    /// One for each client, by client.
    pub items: Vec<SecuritySignal>,
}

/// A page of signals.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySignalPage {
    /// Last observed first.
    #[schema(max_items = 100)]
    pub items: Vec<SecuritySignal>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
