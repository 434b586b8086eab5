//! The moves a ticket can make next, each with all a form needs to ask.

use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::contract::{ClosingText, Contract, Motivation, Side};
use crate::domain::ticket::kinds::Need;
use crate::domain::ticket::{Event, PossibleMove, Ticket};
use crate::domain::workflow::HoldCause;
use crate::usecases::Code;
use crate::usecases::tickets::read::WithHistory;

// Characters, as `TransitionInput` allows them.
const REASON_CAP: i32 = 2000;
const CAUSE_CAP: i32 = 50;
const TEXT_CAP: i32 = 10_000;

/// A move that may follow.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PossibleTransition {
    /// The phase it leads to.
    #[schema(example = "resolved")]
    to: String,
    /// Its display name.
    label: Label,
    /// The state that comes with that phase.
    state: String,
    /// The event it is recorded as.
    #[schema(example = "ticket.resolved")]
    event: String,
    /// Which side may make it: `client`, `supplier` (the desk), or both.
    by: Vec<String>,
    /// Whether the caller may: their side is one of `by`.
    allowed: bool,
    /// Fields that have to be given with it.
    needs: Vec<TransitionNeed>,
    /// What has to be done before it.
    before: Vec<TransitionCondition>,
    /// Fields that may come with it already, because the case will not be closed without them.
    takes: Vec<TransitionNeed>,
}

/// A field of a move, with what a form needs to ask for it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransitionNeed {
    /// The field of the move: `reason`, `cause`, or a text of an escalation's end such as `measures`.
    #[schema(example = "cause")]
    field: String,
    /// Its display name.
    label: Label,
    /// How many characters it may have.
    max_length: i32,
    /// What to choose from; empty for a free text.
    choices: Vec<TransitionCause>,
}

/// On whom a ticket can wait.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransitionCause {
    /// The cause.
    code: String,
    /// Its display name.
    label: Label,
    /// The kinds of clocks that stand still meanwhile.
    stops: Vec<String>,
}

/// What has to be done to a ticket before it can make a move.
#[derive(ToSchema, Serialize)]
pub struct TransitionCondition {
    /// The code of the refusal without it: `priority_required` or `part_required`.
    code: String,
    /// The field of the ticket that has to be set, or the part that has to be written, such as `root_cause`.
    field: String,
    /// Its display name.
    label: Label,
    /// What to choose from; empty for a part.
    choices: Vec<TransitionPriority>,
}

/// A priority that a ticket can be given.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransitionPriority {
    /// Its code.
    code: String,
    /// Its display name.
    label: Label,
    /// What it means.
    definition: Option<Label>,
    /// Whether `priorityMotivation` has to be given with it.
    needs_motivation: bool,
    /// Whether the desk has to record a phone contact first.
    needs_phone_contact: bool,
}

/// The moves that may follow.
#[derive(ToSchema, Serialize)]
pub struct PossibleTransitions {
    /// All of them, those of the other party too.
    pub items: Vec<PossibleTransition>,
}

impl PossibleTransition {
    pub fn new(of: &WithHistory, possible: &PossibleMove, side: Side) -> Self {
        let (contract, ticket, history) = (&of.version.contract, &of.ticket, &of.history);
        let reason = TransitionNeed {
            field: "reason".to_owned(),
            label: Label::new("reden", "reason"),
            max_length: REASON_CAP,
            choices: Vec::new(),
        };
        let cause = || TransitionNeed {
            field: "cause".to_owned(),
            label: Label::new("wacht op", "waits for"),
            max_length: CAUSE_CAP,
            choices: ticket.hold_causes(contract).into_iter().map(|code| TransitionCause::new(contract, ticket, code)).collect(),
        };
        let text = |text: &ClosingText| TransitionNeed {
            field: text.as_str().to_owned(),
            label: text.word().into(),
            max_length: TEXT_CAP,
            choices: Vec::new(),
        };
        let texts = possible.needs_texts.iter().map(text);
        Self {
            to: possible.phase.step.to_string(),
            label: possible.phase.step.word().into(),
            state: possible.phase.state.as_str().to_owned(),
            event: possible.event.as_str().to_owned(),
            by: possible.by.iter().map(|side| side.as_str().to_owned()).collect(),
            allowed: possible.by.contains(&side),
            needs: std::iter::once(reason).chain(possible.needs_cause.then(cause)).chain(texts).collect(),
            before: possible.before.iter().map(|need| TransitionCondition::new(*need, contract, ticket, history, side)).collect(),
            takes: possible.takes_texts.iter().map(text).collect(),
        }
    }
}

impl TransitionCause {
    fn new(contract: &Contract, ticket: &Ticket, code: String) -> Self {
        let mut stops: Vec<_> = contract
            .clocks
            .iter()
            .filter(|entry| entry.is_for(entry.kind, ticket.kind, ticket.tier.as_deref()) && entry.holds.contains(&code))
            .map(|entry| entry.kind.as_str().to_owned())
            .collect();
        stops.sort_unstable();
        stops.dedup();
        Self { label: HoldCause::named(&code).map_or_else(|| Label::new(&code, &code), |cause| cause.word().into()), code, stops }
    }
}

impl TransitionCondition {
    fn new(need: Need, contract: &Contract, ticket: &Ticket, history: &[Event], side: Side) -> Self {
        match need {
            Need::Priority => Self::priority(contract, ticket, history, side),
            Need::Part(part) => Self {
                code: Code::PartRequired.as_str().to_owned(),
                field: part.to_string(),
                label: part.word().into(),
                choices: Vec::new(),
            },
        }
    }

    fn priority(contract: &Contract, ticket: &Ticket, history: &[Event], side: Side) -> Self {
        let choices = ticket.priorities(contract, history).into_iter().map(|(priority, needs_phone_contact)| TransitionPriority {
            code: priority.code.clone(),
            label: (&priority.label).into(),
            definition: priority.definition.as_ref().map(Label::from),
            needs_motivation: priority.motivation == Motivation::Required,
            needs_phone_contact: needs_phone_contact && side == Side::Supplier,
        });
        Self {
            code: Code::PriorityRequired.as_str().to_owned(),
            field: "priority".to_owned(),
            label: Label::new("prioriteit", "priority"),
            choices: choices.collect(),
        }
    }
}
