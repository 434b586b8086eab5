//! Requests for information (RFI).

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules::of(&PHASES);

static PHASES: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::Researching]),
    phase(Step::Researching, State::Active, &[Step::Answered]),
    phase(Step::Answered, State::Resolved, &[Step::Closed, Step::Researching]),
    phase(Step::Closed, State::Closed, &[Step::Researching]),
];
