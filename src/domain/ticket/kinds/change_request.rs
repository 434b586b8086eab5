//! Requests for a change (RFC). One that is to solve an incident of the first priority is an emergency, and goes before all others
//! (CHG-02, CHG-03). It is assessed before it is decided on (CHG-06), planned before it is carried out, and evaluated at the end.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Content, Flaw, Need, Part, Rules, When, before, lacks, wrong};
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::domain::workflow::{Phase, Question, Relation, State, Step, phase};

pub(super) static RULES: Rules = Rules {
    has_emergencies: true,
    parts: &[Part::Assessment, Part::ChangePlan, Part::TestReport, Part::Review],
    needs: &[
        before(Step::Approval, Need::Part(Part::Assessment)),
        before(Step::Approval, Need::Link(Relation::FollowsFrom)).when(When::Says(Part::Assessment, "quotation")),
        before(Step::Scheduled, Need::Yes(Question::Approval)),
        before(Step::Scheduled, Need::Part(Part::ChangePlan)),
        // What was agreed may be written anew, and then has to be agreed again.
        before(Step::Implementing, Need::Yes(Question::Approval)),
        before(Step::Implemented, Need::Yes(Question::Approval)),
        before(Step::Reviewed, Need::Part(Part::Review)),
    ],
    questions: &[
        Asked {
            question: Question::Approval,
            during: &[Step::Approval],
            about: Some(Part::Assessment),
            beside: &[(Part::ChangePlan, 2)],
            is_of_the_request: true,
            says: None,
            yes: Some(Step::Scheduled),
            no: Some(Step::Rejected),
            by: Verb::DecideForClients,
        },
        Asked {
            question: Question::Acceptance,
            during: &[Step::Scheduled, Step::Implementing, Step::OnHold],
            about: Some(Part::TestReport),
            beside: &[],
            is_of_the_request: false,
            says: Some(PASSED),
            yes: None,
            no: None,
            by: Verb::AcceptChanges,
        },
    ],
    ..Rules::of(&PHASES)
};

static PHASES: [Phase; 8] = [
    phase(Step::Registered, State::New, &[Step::Assessing]),
    phase(Step::Assessing, State::Active, &[Step::Approval, Step::Rejected]),
    phase(Step::Approval, State::Waiting, &[Step::Scheduled, Step::Rejected, Step::Assessing]),
    phase(Step::Scheduled, State::Active, &[Step::Implementing, Step::Approval]),
    phase(Step::Implementing, State::Active, &[Step::Implemented, Step::Approval]),
    phase(Step::Implemented, State::Resolved, &[Step::Reviewed, Step::Implementing]),
    phase(Step::Reviewed, State::Closed, &[Step::Assessing]),
    phase(Step::Rejected, State::Closed, &[Step::Assessing]),
];

/// What a change is, what it may do, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assessment {
    /// `extension` or `improvement`. What repairs a fault is an incident (CHG-07).
    #[schema(pattern = "^(extension|improvement|fault)$", max_length = 20)]
    pub nature: String,
    /// `standard`, `normal` or `emergency`: how it is handled.
    #[schema(pattern = "^(standard|normal|emergency)$", max_length = 20)]
    pub class: String,
    /// `low`, `medium` or `high`: what depends on it.
    #[schema(pattern = "^(low|medium|high)$", max_length = 10)]
    pub impact: String,
    /// `low`, `medium` or `high`: what may go wrong.
    #[schema(pattern = "^(low|medium|high)$", max_length = 10)]
    pub risk: String,
    /// Why, and how disturbance is kept small.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub explanation: String,
    /// In euros, without VAT, as far as it can be said; `0` where it costs nothing.
    #[schema(pattern = "^[0-9]{1,12}(\\.[0-9]{1,2})?$", max_length = 15, example = "1250.00")]
    pub cost: String,
    /// How a cost is charged: `quotation` (the change follows from one) or `actual_cost`.
    #[schema(pattern = "^(quotation|actual_cost)$", max_length = 20)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged_by: Option<String>,
}

/// When a change is carried out, how, and how it is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePlan {
    /// When it begins.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub starts_at: Instant,
    /// When it is done at the latest.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub ends_at: Instant,
    /// What is done, step by step.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub implementation: String,
    /// How it is undone when it goes wrong.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub back_out: String,
}

/// How a change was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestReport {
    /// Whether it passed.
    pub passed: bool,
    /// What was tested, by whom, and what was found.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub findings: String,
}

/// How a change went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Review {
    /// `succeeded`, `partly` or `backed_out`.
    #[schema(pattern = "^(succeeded|partly|backed_out)$", max_length = 20)]
    pub result: String,
    /// What happened, and what is to be learnt of it.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub lessons: String,
}

/// What a test report says that passed.
pub const PASSED: &str = "passed";

pub(super) const ASSESSMENT_TEXTS: &[&str] = &["explanation"];
pub(super) const PLAN_TEXTS: &[&str] = &["implementation", "backOut"];
pub(super) const TEST_TEXTS: &[&str] = &["findings"];
pub(super) const REVIEW_TEXTS: &[&str] = &["lessons"];

impl Assessment {
    fn costs_something(&self) -> bool {
        self.cost.bytes().any(|digit| matches!(digit, b'1'..=b'9'))
    }
}

impl Content for Assessment {
    const PART: Part = Part::Assessment;

    fn says(&self) -> Option<String> {
        Some(self.charged_by.clone().unwrap_or_else(|| "free".to_owned()))
    }

    fn problems(&self, _now: Instant, _today: NaiveDate) -> Vec<Flaw> {
        let mut problems = Vec::new();
        if self.nature == "fault" {
            problems.push(wrong("nature", "a change is no repair: give the ticket the type incident"));
        }
        if self.costs_something() && self.charged_by.is_none() {
            problems.push(lacks("chargedBy", "say how the cost is charged: by quotation, or by actual cost"));
        }
        problems
    }

    fn is_emergency(&self) -> bool {
        self.class == "emergency"
    }
}

impl Content for ChangePlan {
    const PART: Part = Part::ChangePlan;

    fn window(&self) -> Option<(Instant, Instant)> {
        Some((self.starts_at, self.ends_at))
    }

    fn problems(&self, _now: Instant, _today: NaiveDate) -> Vec<Flaw> {
        if self.ends_at <= self.starts_at { vec![wrong("endsAt", "must be after the beginning")] } else { Vec::new() }
    }
}

impl Content for TestReport {
    const PART: Part = Part::TestReport;

    fn says(&self) -> Option<String> {
        Some(if self.passed { PASSED } else { "failed" }.to_owned())
    }
}

impl Content for Review {
    const PART: Part = Part::Review;
}
