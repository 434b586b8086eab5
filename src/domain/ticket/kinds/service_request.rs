//! Requests for service (RFS): standard, from a catalogue; some wait for an authorisation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Asked, Content, Need, Part, Rules, When, before};
use crate::domain::permission::Verb;
use crate::domain::workflow::{Phase, Question, State, Step, phase};

pub(super) static RULES: Rules = Rules {
    parts: &[Part::RequestForm],
    needs: &[
        // What is refused need not be complete. What is asked for may change while it is carried out.
        before(Step::Authorisation, Need::Item),
        before(Step::Authorisation, Need::Form),
        before(Step::Fulfilling, Need::Item),
        before(Step::Fulfilling, Need::Form),
        before(Step::Fulfilling, Need::Yes(Question::Authorisation)).when(When::Asked(Question::Authorisation)),
        before(Step::Fulfilled, Need::Yes(Question::Authorisation)).when(When::Asked(Question::Authorisation)),
        before(Step::Fulfilled, Need::Item),
        before(Step::Fulfilled, Need::Form),
    ],
    questions: &[
        Asked {
            question: Question::Authorisation,
            during: &[Step::Authorisation],
            about: None,
            beside: &[(Part::RequestForm, 1)],
            is_of_the_request: true,
            says: None,
            yes: Some(Step::Fulfilling),
            no: Some(Step::Refused),
            by: Verb::DecideForClients,
        },
        Asked {
            question: Question::Solution,
            during: &[Step::Fulfilled],
            about: None,
            beside: &[],
            is_of_the_request: false,
            says: None,
            yes: Some(Step::Closed),
            no: Some(Step::Fulfilling),
            by: Verb::JudgeSolutions,
        },
    ],
    ..Rules::of(&PHASES)
};

static PHASES: [Phase; 6] = [
    phase(Step::Registered, State::New, &[Step::Authorisation, Step::Fulfilling, Step::Refused]),
    phase(Step::Authorisation, State::Waiting, &[Step::Fulfilling, Step::Refused]),
    phase(Step::Fulfilling, State::Active, &[Step::Fulfilled, Step::Refused, Step::Authorisation]),
    phase(Step::Fulfilled, State::Resolved, &[Step::Closed, Step::Fulfilling]),
    phase(Step::Closed, State::Closed, &[Step::Fulfilling]),
    phase(Step::Refused, State::Closed, &[Step::Authorisation, Step::Fulfilling]),
];

/// What an item of the catalogue asks for, filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestForm {
    /// By the names of the item's fields.
    #[schema(value_type = RequestFormValues)]
    pub values: Map<String, Value>,
}

/// What was filled in, by the names of the item's fields.
#[derive(ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "a shape for the document")]
pub struct RequestFormValues(Value);

pub(super) const FORM_TEXTS: &[&str] = &["values"];

impl Content for RequestForm {
    const PART: Part = Part::RequestForm;

    fn values(&self) -> Option<&Map<String, Value>> {
        Some(&self.values)
    }
}
