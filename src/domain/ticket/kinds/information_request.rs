//! Requests for information (RFI), which clients alone make (RFI-01).

use super::{Asked, Rules};
use crate::domain::permission::Verb;
use crate::domain::workflow::{Phase, Question, State, Step, phase};

pub(super) static RULES: Rules = Rules {
    questions: &[Asked {
        question: Question::Solution,
        during: &[Step::Answered],
        about: None,
        beside: &[],
        is_of_the_request: false,
        says: None,
        yes: Some(Step::Closed),
        no: Some(Step::Researching),
        by: Verb::JudgeSolutions,
    }],
    ..Rules::of(&PHASES)
};

static PHASES: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::Researching]),
    phase(Step::Researching, State::Active, &[Step::Answered]),
    phase(Step::Answered, State::Resolved, &[Step::Closed, Step::Researching]),
    phase(Step::Closed, State::Closed, &[Step::Researching]),
];
