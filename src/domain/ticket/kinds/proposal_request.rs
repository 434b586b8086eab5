//! Requests for a proposal or a quotation (RFP, RFQ).

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules::of(&PHASES);

static PHASES: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Drafting]),
    phase(Step::Drafting, State::Active, &[Step::Submitted]),
    phase(Step::Submitted, State::Resolved, &[Step::Accepted, Step::Declined]),
    phase(Step::Accepted, State::Closed, &[Step::Drafting]),
    phase(Step::Declined, State::Closed, &[Step::Drafting]),
];
