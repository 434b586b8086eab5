//! Problems (PRB): the deeper cause of incidents. One is not resolved before its root cause analysis is written (PRB-02).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Content, Need, Part, Rules};
use crate::domain::workflow::{Phase, State, Step, phase};

pub(super) static RULES: Rules =
    Rules { parts: &[Part::RootCause], needs: &[(Step::Resolved, Need::Part(Part::RootCause))], ..Rules::of(&PHASES) };

static PHASES: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Investigating]),
    phase(Step::Investigating, State::Active, &[Step::KnownError]),
    phase(Step::KnownError, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::KnownError]),
    phase(Step::Closed, State::Closed, &[Step::Investigating]),
];

/// A root cause analysis: why the incidents of a problem happen, and what would end them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RootCause {
    /// The deeper cause of the incidents.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub deeper_cause: String,
    /// How the problem can be solved.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub proposal: String,
}

pub(super) const TEXTS: &[&str] = &["deeperCause", "proposal"];

impl Content for RootCause {
    const PART: Part = Part::RootCause;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fields_of_an_analysis_are_texts() {
        let analysis = serde_json::to_value(RootCause { deeper_cause: String::new(), proposal: String::new() }).expect("JSON");
        assert!(analysis.as_object().expect("fields").keys().map(String::as_str).eq(TEXTS.iter().copied()));
    }
}
