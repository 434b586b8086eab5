//! Problems (PRB): the deeper cause of incidents.

use super::Rules;
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules = Rules::of(&PHASES);

static PHASES: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Investigating]),
    phase(Step::Investigating, State::Active, &[Step::KnownError]),
    phase(Step::KnownError, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::KnownError]),
    phase(Step::Closed, State::Closed, &[Step::Investigating]),
];
