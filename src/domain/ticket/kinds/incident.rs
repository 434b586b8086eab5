//! Incidents (INC): a disturbance of a service. Its solution is the client's to judge (INC-05, INC-06).

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules { client_judges: true, ..Rules::of(&PHASES) };

static PHASES: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::InProgress]),
    phase(Step::InProgress, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::InProgress]),
    phase(Step::Closed, State::Closed, &[Step::InProgress]),
];
