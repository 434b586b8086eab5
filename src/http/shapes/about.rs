//! What is done to a ticket besides its texts and phases: its scope, its line, its links, decisions, and the attention it needs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use super::label::Label;
use super::merge::MergedInto;
use crate::domain::Instant;
use crate::domain::ticket::attention::SettleAttention;
use crate::domain::ticket::line::ChangeLine;
use crate::domain::ticket::major::DeclareMajor;
use crate::domain::ticket::scope::ChangeScope;
use crate::domain::ticket::{Act, Ticket};
use crate::domain::workflow::{Question, Relation, SupportLine, Verdict};
use crate::usecases::actors::Actors;
use crate::usecases::tickets::read::{Answered, LinkedTicket, Suggestion};
use crate::usecases::tickets::{Decision, Linking};
use crate::usecases::{FieldCode, Problem, one_of};
use crate::words::ClosedList;

/// Whether the agreement covers a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeChangeInput {
    /// `true` takes it out of the agreement's scope, `false` back into it.
    #[schema(value_type = bool)]
    pub out_of_scope: Option<bool>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl ScopeChangeInput {
    pub fn wish(self) -> Act {
        Act::ChangeScope(ChangeScope { out_of_scope: self.out_of_scope.unwrap_or_default(), reason: self.reason.unwrap_or_default() })
    }
}

/// Which line takes a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LineChangeInput {
    /// `first` or `second`.
    #[schema(value_type = String, pattern = "^(first|second)$", max_length = 10)]
    pub line: Option<String>,
    /// Whether it goes to the second line because it is a fault of the system.
    pub system_fault: Option<bool>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl LineChangeInput {
    pub fn wish(self) -> Act {
        let to = self.line.and_then(|line| SupportLine::named(&line)).unwrap_or(SupportLine::First);
        let (is_system_fault, reason) = (self.system_fault.unwrap_or_default(), self.reason.unwrap_or_default());
        Act::ChangeLine(ChangeLine { to, is_system_fault, reason })
    }
}

/// Whether an incident is a major one.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MajorDeclarationInput {
    /// `true` declares it, `false` withdraws that.
    #[schema(value_type = bool)]
    pub major: Option<bool>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl MajorDeclarationInput {
    pub fn wish(self) -> Act {
        Act::DeclareMajor(DeclareMajor { major: self.major.unwrap_or_default(), reason: self.reason.unwrap_or_default() })
    }
}

/// That a ticket needs no attention any more.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionRemovalInput {
    /// What was done about it, or why nothing is.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl AttentionRemovalInput {
    pub fn wish(self) -> Act {
        Act::SettleAttention(SettleAttention { reason: self.reason.unwrap_or_default() })
    }
}

/// A link to another ticket of the same organisation.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketLinkInput {
    /// What this ticket is to the other: `caused_by`, `causes`, `duplicates`, `duplicated_by`, `follows_from`, `followed_by`, `blocks`,
    /// `blocked_by`, `parent` (the other one is its parent), `child`, `solved_by` or `solves`.
    #[schema(value_type = String, min_length = 1, max_length = 20, example = "caused_by")]
    pub kind: Option<String>,
    /// The other ticket, by its UUID or number.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "PRB-1002")]
    pub ticket: Option<String>,
}

/// A link to be taken away.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketLinkRemovalInput {
    /// What this ticket is to the other, as `listTicketLinks` shows it.
    #[schema(value_type = String, min_length = 1, max_length = 20, example = "caused_by")]
    pub kind: Option<String>,
    /// The other ticket, by its UUID or number.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "PRB-1002")]
    pub ticket: Option<String>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// A link as it is asked for, as far as it can be read; `within` is where it stands in the body.
pub fn linking(within: &str, kind: Option<&String>, ticket: Option<&String>, problems: &mut Vec<Problem>) -> Option<Linking> {
    let relation = kind.and_then(|code| {
        let known = Relation::named(code);
        if known.is_none() {
            let detail = one_of(Relation::CODES.iter().copied());
            problems.push(Problem::field(&format!("{within}kind"), FieldCode::UnknownValue, detail));
        }
        known
    });
    let other = ticket.and_then(|text| {
        let read = text.parse();
        let problem =
            |refused: &dyn std::fmt::Display| Problem::field(&format!("{within}ticket"), FieldCode::UnknownTicket, refused.to_string());
        read.map_err(|refused: crate::domain::ticket::NoTicketRef| problems.push(problem(&refused))).ok()
    });
    Some(Linking { relation: relation?, other: other? })
}

/// A link of a ticket to another one.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketLink {
    /// What this ticket is to the other.
    #[schema(example = "caused_by")]
    kind: String,
    /// Its display name.
    label: Label,
    /// The id of the other ticket.
    ticket_id: uuid::Uuid,
    /// The number of the other ticket.
    #[schema(example = "PRB-1002")]
    number: String,
    /// Its type.
    r#type: String,
    /// What it is about.
    title: String,
    /// Its phase.
    phase: String,
    /// Its state.
    state: String,
    /// The ticket that goes on for the other, if that was merged; `null` where it was not, and for whoever does not see that one.
    merged_into: Option<MergedInto>,
    /// Of a problem that has one: how to work around it meanwhile.
    workaround: Option<String>,
}

impl From<LinkedTicket> for TicketLink {
    fn from(LinkedTicket { relation, ticket, merged_into, workaround }: LinkedTicket) -> Self {
        Self {
            kind: relation.to_string(),
            label: relation.word().into(),
            ticket_id: ticket.id,
            number: ticket.reference(),
            r#type: ticket.kind.to_string(),
            state: ticket.state().to_string(),
            phase: ticket.phase.step.to_string(),
            title: ticket.title,
            merged_into: merged_into.map(MergedInto::from),
            workaround,
        }
    }
}

/// The links of a ticket.
#[derive(ToSchema, Serialize)]
pub struct TicketLinkList {
    /// Those whose other end the caller sees, in the order in which they were made.
    pub items: Vec<TicketLink>,
}

/// A ticket, in short.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketInShort {
    /// Its id.
    id: uuid::Uuid,
    /// Its number.
    #[schema(example = "RFC-1002")]
    number: String,
    /// What it is about.
    title: String,
    /// Its phase.
    phase: String,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// When a change is carried out, from.
    #[schema(value_type = Option<String>, format = DateTime)]
    planned_from_at: Option<Instant>,
    /// When a change is carried out, until.
    #[schema(value_type = Option<String>, format = DateTime)]
    planned_until_at: Option<Instant>,
}

impl From<Ticket> for TicketInShort {
    fn from(ticket: Ticket) -> Self {
        Self {
            id: ticket.id,
            number: ticket.reference(),
            phase: ticket.phase.step.to_string(),
            opened_at: ticket.opened_at,
            planned_from_at: ticket.planned.map(|planned| planned.starts_at),
            planned_until_at: ticket.planned.map(|planned| planned.ends_at),
            title: ticket.title,
        }
    }
}

/// Changes that are planned for the same time, on the same service or item.
#[derive(ToSchema, Serialize)]
pub struct CollisionList {
    /// By when they begin.
    pub items: Vec<TicketInShort>,
}

/// Incidents on one service that may have one cause.
#[derive(ToSchema, Serialize)]
pub struct ProblemSuggestion {
    /// The contract.
    contract: String,
    /// The client.
    organisation: String,
    /// The code of the service.
    service: String,
    /// Newest first.
    incidents: Vec<TicketInShort>,
}

impl From<Suggestion> for ProblemSuggestion {
    fn from(Suggestion { contract, organisation, service, incidents }: Suggestion) -> Self {
        Self { contract, organisation, service, incidents: incidents.into_iter().map(Into::into).collect() }
    }
}

/// Where problems may be.
#[derive(ToSchema, Serialize)]
pub struct ProblemSuggestionList {
    /// Those with most incidents first.
    pub items: Vec<ProblemSuggestion>,
}

/// An answer to a question that a ticket asks.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionInput {
    /// `solution`, `change_needed`, `authorisation`, `offer`, `approval` or `acceptance`: one of those that `listTicketDecisions` shows.
    #[schema(value_type = String, pattern = "^(solution|change_needed|authorisation|offer|approval|acceptance)$", max_length = 20)]
    pub question: Option<String>,
    /// `yes` or `no`.
    #[schema(value_type = String, pattern = "^(yes|no)$", max_length = 10)]
    pub verdict: Option<String>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
    /// The id or address of whoever of the client decided, where the desk writes it down.
    #[schema(min_length = 1, max_length = 320)]
    pub decided_by: Option<String>,
    /// The id of the message on the ticket that shows it: theirs, or the note of a telephone call with them. With `decidedBy`.
    pub evidence: Option<uuid::Uuid>,
    /// When it was decided, if not now, with an offset; only the desk gives it, with a reason.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub occurred_at: Option<Instant>,
    /// Why it is recorded later than it happened; only with `occurredAt`.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub occurred_at_reason: Option<String>,
}

impl DecisionInput {
    /// What cannot be read is refused already, and stands in for nothing.
    pub fn decision(self) -> Decision {
        Decision {
            question: self.question.and_then(|code| Question::named(&code)).unwrap_or(Question::Solution),
            verdict: self.verdict.and_then(|code| Verdict::named(&code)).unwrap_or(Verdict::No),
            reason: self.reason.unwrap_or_default(),
            decided_by: self.decided_by,
            evidence: self.evidence,
        }
    }
}

/// A question that a ticket asks, and what was answered.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketDecision {
    /// Which question.
    #[schema(example = "approval")]
    question: String,
    /// Its display name.
    label: Label,
    /// Whether it can be answered now.
    open: bool,
    /// Which sides have to say yes: `client`, `supplier`, or both.
    by: Vec<String>,
    /// `yes` or `no`; `null` while not everybody who is asked has answered.
    verdict: Option<String>,
    /// Every answer there was, oldest first.
    answers: Vec<TicketAnswer>,
}

/// An answer to a question.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketAnswer {
    /// `yes` or `no`.
    verdict: String,
    /// Whose answer it is: `client` or `supplier`.
    side: String,
    /// Why.
    reason: Option<String>,
    /// Who recorded it.
    actor: Actor,
    /// The id of whoever of the client decided, where the desk wrote it down.
    decided_by: Option<uuid::Uuid>,
    /// The message on the ticket that shows it.
    evidence: Option<uuid::Uuid>,
    /// The parts that it is about, each in the version that there was.
    #[schema(max_items = 10)]
    about: Vec<JudgedPart>,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    decided_at: Instant,
}

/// A version of a part that was decided about.
#[derive(ToSchema, Serialize)]
pub struct JudgedPart {
    /// Which part.
    #[schema(example = "proposal")]
    part: String,
    /// Its version, from 1.
    version: u32,
}

impl TicketDecision {
    pub fn new(answered: Answered, actors: &Actors) -> Self {
        let Answered { question, is_open, by, verdict, answers } = answered;
        let answer = |(event, decided): (crate::domain::ticket::Event, crate::domain::ticket::answer::Decided)| TicketAnswer {
            verdict: decided.verdict.to_string(),
            side: decided.side.to_string(),
            reason: event.reason,
            actor: actors.show(&event.actor).into(),
            about: decided.about.iter().map(|one| JudgedPart { part: one.part.to_string(), version: one.version }).collect(),
            decided_by: decided.written_down.map(|one| one.decided_by),
            evidence: decided.written_down.map(|one| one.evidence),
            decided_at: event.occurred_at,
        };
        Self {
            question: question.to_string(),
            label: question.word().into(),
            open: is_open,
            by: by.iter().map(ToString::to_string).collect(),
            verdict: verdict.map(|verdict| verdict.to_string()),
            answers: answers.into_iter().map(answer).collect(),
        }
    }
}

/// The questions of a ticket.
#[derive(ToSchema, Serialize)]
pub struct TicketDecisionList {
    /// All that its type asks.
    pub items: Vec<TicketDecision>,
}
