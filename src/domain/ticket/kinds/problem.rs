//! Problems (PRB): the deeper cause of incidents. One is taken in hand when it has an incident (PRB-01), and not resolved before its root cause
//! analysis is written and its outcome is known (PRB-02, PRB-03). Where that is a change, the client decides whether it is needed (PRB-05).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Content, Flaw, Need, Part, Rules, When, before, lacks, wrong};
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::domain::workflow::{Phase, Question, Relation, State, Step, Verdict, phase};

/// What an outcome says where a change is needed.
pub const CHANGE_NEEDED: &str = "change_needed";

pub(super) static RULES: Rules = Rules {
    parts: &[Part::RootCause, Part::Outcome, Part::Workaround],
    needs: &[
        before(Step::Investigating, Need::Link(Relation::Causes)),
        // The last incident may be taken off it meanwhile.
        before(Step::KnownError, Need::Link(Relation::Causes)),
        before(Step::Resolved, Need::Link(Relation::Causes)),
        before(Step::Resolved, Need::Part(Part::RootCause)),
        before(Step::Resolved, Need::Part(Part::Outcome)),
        before(Step::Resolved, Need::Answer(Question::ChangeNeeded)).when(When::Says(Part::Outcome, CHANGE_NEEDED)),
        before(Step::Resolved, Need::Link(Relation::SolvedBy)).when(When::Answered(Question::ChangeNeeded, Verdict::Yes)),
    ],
    questions: &[
        Asked {
            question: Question::ChangeNeeded,
            during: &[Step::Investigating, Step::KnownError, Step::OnHold],
            about: Some(Part::Outcome),
            beside: &[],
            is_of_the_request: false,
            says: Some(CHANGE_NEEDED),
            yes: None,
            no: None,
            by: Verb::DecideForClients,
        },
        Asked {
            question: Question::Solution,
            during: &[Step::Resolved],
            about: None,
            beside: &[],
            is_of_the_request: false,
            says: None,
            yes: Some(Step::Closed),
            no: Some(Step::KnownError),
            by: Verb::JudgeSolutions,
        },
    ],
    ..Rules::of(&PHASES)
};

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

/// How a problem is solved. Where a change is needed, the client is told and decides whether it wants one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProblemOutcome)]
pub struct Outcome {
    /// `direct`, or `change_needed`.
    #[schema(pattern = "^(direct|change_needed)$", max_length = 20)]
    pub outcome: String,
    /// When it was solved: with `direct`, and only then.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_at: Option<Instant>,
    /// What was done, or what has to change.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub explanation: String,
}

/// How one can work around a problem as long as it lasts; it is shown on its incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workaround {
    /// What to do meanwhile.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub instruction: String,
}

pub(super) const ROOT_CAUSE_TEXTS: &[&str] = &["deeperCause", "proposal"];
pub(super) const OUTCOME_TEXTS: &[&str] = &["explanation"];
pub(super) const WORKAROUND_TEXTS: &[&str] = &["instruction"];

impl Content for RootCause {
    const PART: Part = Part::RootCause;
}

impl Content for Outcome {
    const PART: Part = Part::Outcome;

    fn says(&self) -> Option<String> {
        Some(self.outcome.clone())
    }

    fn problems(&self, now: Instant, _today: NaiveDate) -> Vec<Flaw> {
        match (self.outcome == CHANGE_NEEDED, self.solved_at) {
            (false, None) => vec![lacks("solvedAt", "say when the problem was solved")],
            (true, Some(_)) => vec![wrong("solvedAt", "a problem that needs a change is not solved yet")],
            (false, Some(at)) if at > now => vec![wrong("solvedAt", "is in the future")],
            _ => Vec::new(),
        }
    }
}

impl Content for Workaround {
    const PART: Part = Part::Workaround;
}
