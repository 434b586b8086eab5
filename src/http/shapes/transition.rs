//! The moves a ticket can make next, each with all a form needs to ask.

use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::clock::Kind;
use crate::domain::contract::{self, ClosingText, Contract, Item, Motivation, Service, Side};
use crate::domain::ticket::kinds::Need;
use crate::domain::ticket::{Event, PossibleMove, Taken, Ticket, given_by};
use crate::domain::workflow::{Handling, HoldCause, Part};
use crate::usecases::refused::code_of;
use crate::usecases::tickets::read::WithHistory;
use crate::words::Word;

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
    /// Whether the caller may make it now, once the ticket has what is in `before`.
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
    /// The code of the refusal without it, such as `priority_required` or `part_required`; `test_failed` where a part has to be written once
    /// more.
    code: String,
    /// The field of the ticket that has to be set (`priority`, `service`, `kind`), the part that has to be written, such as `root_cause`, the kind of
    /// link it has to have, such as `causes`, or the question that has to be answered, such as `approval`.
    field: String,
    /// Its display name.
    label: Label,
    /// Which side gives it: `client`, `supplier` (the desk), or both.
    by: Vec<String>,
    /// What to choose from; empty for anything but a field.
    choices: Vec<TransitionPriority>,
}

impl TransitionPriority {
    fn plain(code: &str, label: &contract::Label) -> Self {
        Self { code: code.to_owned(), label: label.into(), definition: None, needs_motivation: false, needs_phone_contact: false }
    }
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
#[serde(rename_all = "camelCase")]
pub struct PossibleTransitions {
    /// All of them, those of the other party too.
    pub items: Vec<PossibleTransition>,
    /// Parts that the agreement expects of the ticket and that it does not have, such as `workaround`. No move is refused without them.
    pub expected_parts: Vec<ExpectedPart>,
}

/// A part that a ticket is expected to have.
#[derive(ToSchema, Serialize)]
pub struct ExpectedPart {
    /// The part.
    #[schema(example = "workaround")]
    code: String,
    /// Its display name.
    label: Label,
}

impl From<Part> for ExpectedPart {
    fn from(part: Part) -> Self {
        Self { code: part.to_string(), label: part.word().into() }
    }
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
        let handling = || TransitionNeed {
            field: "handling".to_owned(),
            label: Label::new("afgehandeld", "handled"),
            max_length: CAUSE_CAP,
            choices: Handling::WORDS.into_iter().map(TransitionCause::of_word).collect(),
        };
        let texts = possible.needs_texts.iter().map(text);
        Self {
            to: possible.phase.step.to_string(),
            label: possible.phase.step.word().into(),
            state: possible.phase.state.as_str().to_owned(),
            event: possible.event.as_str().to_owned(),
            by: possible.by.iter().map(|side| side.as_str().to_owned()).collect(),
            allowed: possible.is_allowed,
            needs: std::iter::once(reason)
                .chain(possible.needs_cause.then(cause))
                .chain((possible.handling == Taken::Required).then(handling))
                .chain(texts)
                .collect(),
            before: possible.before.iter().map(|need| TransitionCondition::new(*need, contract, ticket, history, side)).collect(),
            takes: (possible.handling == Taken::Optional).then(handling).into_iter().chain(possible.takes_texts.iter().map(text)).collect(),
        }
    }
}

impl TransitionCause {
    fn of_word(word: Word) -> Self {
        Self { code: word.code.to_owned(), label: word.into(), stops: Vec::new() }
    }

    fn new(contract: &Contract, ticket: &Ticket, code: String) -> Self {
        let entries = |kind| contract.entries(kind, ticket.kind, ticket.tier.as_deref(), ticket.about.item(ticket.kind));
        let entries = Kind::ALL.into_iter().flat_map(entries).filter(|entry| entry.holds.contains(&code));
        let mut stops: Vec<_> = entries.map(|entry| entry.kind.as_str().to_owned()).collect();
        stops.sort_unstable();
        stops.dedup();
        Self { label: HoldCause::named(&code).map_or_else(|| Label::new(&code, &code), |cause| cause.word().into()), code, stops }
    }
}

impl TransitionCondition {
    fn new(need: Need, contract: &Contract, ticket: &Ticket, history: &[Event], side: Side) -> Self {
        match need {
            Need::Priority => Self::priority(contract, ticket, history, side),
            Need::Service => {
                let choice = |service: &Service| TransitionPriority::plain(&service.code, &service.label);
                let choices = contract.tickets.services.iter().map(choice).collect();
                Self { choices, ..Self::of(need, contract, "service", Label::new("dienst of product", "product or service")) }
            }
            Need::Item => {
                let choice = |item: &Item| TransitionPriority::plain(&item.code, &item.label);
                let choices = contract.tickets.catalogue.iter().map(choice).collect();
                Self { choices, ..Self::of(need, contract, "kind", Label::new("gevraagde dienst", "service asked for")) }
            }
            Need::Form => Self::of(need, contract, Part::RequestForm.as_str(), Part::RequestForm.word().into()),
            Need::Part(part) | Need::Saying(part) => Self::of(need, contract, part.as_str(), part.word().into()),
            Need::Link(relation) => Self::of(need, contract, relation.as_str(), relation.word().into()),
            Need::Answer(question) | Need::Yes(question) => Self::of(need, contract, question.as_str(), question.word().into()),
        }
    }

    fn of(need: Need, contract: &Contract, field: &str, label: Label) -> Self {
        let by = given_by(contract, need).iter().map(|side| side.as_str().to_owned()).collect();
        Self { code: code_of(need).as_str().to_owned(), field: field.to_owned(), label, by, choices: Vec::new() }
    }

    fn priority(contract: &Contract, ticket: &Ticket, history: &[Event], side: Side) -> Self {
        let choices = ticket.priorities(contract, history).into_iter().map(|(priority, needs_phone_contact)| TransitionPriority {
            code: priority.code.clone(),
            label: (&priority.label).into(),
            definition: priority.definition.as_ref().map(Label::from),
            needs_motivation: priority.motivation == Motivation::Required,
            needs_phone_contact: needs_phone_contact && side == Side::Supplier,
        });
        Self { choices: choices.collect(), ..Self::of(Need::Priority, contract, "priority", Label::new("prioriteit", "priority")) }
    }
}
