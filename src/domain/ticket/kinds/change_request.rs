//! Requests for a change (RFC). One that is to solve an incident of the first priority is an emergency, and goes before all others
//! (CHG-02, CHG-03).

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules { has_emergencies: true, ..Rules::of(&PHASES) };

static PHASES: [Phase; 8] = [
    phase(Step::Registered, State::New, &[Step::Assessing]),
    phase(Step::Assessing, State::Active, &[Step::Approval, Step::Rejected]),
    phase(Step::Approval, State::Waiting, &[Step::Scheduled, Step::Rejected]),
    phase(Step::Scheduled, State::Active, &[Step::Implementing]),
    phase(Step::Implementing, State::Active, &[Step::Implemented]),
    phase(Step::Implemented, State::Resolved, &[Step::Reviewed, Step::Implementing]),
    phase(Step::Reviewed, State::Closed, &[Step::Assessing]),
    phase(Step::Rejected, State::Closed, &[Step::Assessing]),
];
