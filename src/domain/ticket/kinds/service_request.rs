//! Requests for service (RFS): standard, from a catalogue; some wait for an authorisation.

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules::of(&PHASES);

static PHASES: [Phase; 6] = [
    phase(Step::Registered, State::New, &[Step::Authorisation, Step::Fulfilling]),
    phase(Step::Authorisation, State::Waiting, &[Step::Fulfilling, Step::Refused]),
    phase(Step::Fulfilling, State::Active, &[Step::Fulfilled]),
    phase(Step::Fulfilled, State::Resolved, &[Step::Closed, Step::Fulfilling]),
    phase(Step::Closed, State::Closed, &[Step::Fulfilling]),
    phase(Step::Refused, State::Closed, &[Step::Fulfilling]),
];
