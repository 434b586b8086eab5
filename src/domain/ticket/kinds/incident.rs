//! Incidents (INC): a disturbance of a service. Its solution is the client's to judge (INC-05, INC-06). A breach of security is not closed
//! before it is reported on (INC-13).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Content, Need, Part, Rules, When, before};
use crate::domain::permission::Verb;
use crate::domain::restriction::Flag;
use crate::domain::workflow::{Phase, Question, State, Step, phase};

pub(super) static RULES: Rules = Rules {
    client_judges: true,
    parts: &[Part::Workaround, Part::SecurityReport, Part::Calamity, Part::Finding],
    needs: &[
        before(Step::InProgress, Need::Service),
        before(Step::Closed, Need::Part(Part::SecurityReport)).when(When::Flagged(Flag::Security)),
    ],
    questions: &[Asked {
        question: Question::Solution,
        during: &[Step::Resolved],
        about: None,
        beside: &[],
        is_of_the_request: false,
        says: None,
        yes: Some(Step::Closed),
        no: Some(Step::InProgress),
        by: Verb::JudgeSolutions,
    }],
    ..Rules::of(&PHASES)
};

static PHASES: [Phase; 4] = [
    phase(Step::Registered, State::New, &[Step::InProgress]),
    phase(Step::InProgress, State::Active, &[Step::Resolved]),
    phase(Step::Resolved, State::Resolved, &[Step::Closed, Step::InProgress]),
    phase(Step::Closed, State::Closed, &[Step::InProgress]),
];

/// What happened in a breach of security, what was done about it, and what is learnt of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecurityReport {
    /// What happened, and when.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub course_of_events: String,
    /// What was done about it.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub response: String,
    /// What is to be learnt of it.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub lessons: String,
}

/// A calamity: an unexpected, serious event with downtime and with loss of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calamity {
    /// What is down, and since when.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub downtime: String,
    /// Which data are lost.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub data_loss: String,
    /// `none`, `active` while services run on a fallback, or `ended`.
    #[schema(pattern = "^(none|active|ended)$", max_length = 10)]
    pub fallback: String,
    /// What the fallback is, and what users notice of it.
    #[schema(max_length = 10_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_note: Option<String>,
}

/// What of the programmes fails, and whether the cause lies with others: then the agreement does not cover it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finding {
    /// At least one of `unavailable` (programmes cannot be reached), `incomplete` (their details are) and `late` (they, or updates, were not
    /// delivered in time).
    #[schema(min_items = 1, max_items = 3)]
    pub causes: Vec<FindingCause>,
    /// Whether the client's infrastructure works as it should.
    pub client_infrastructure_works: bool,
    /// Whether that of third parties does.
    pub third_party_infrastructure_works: bool,
}

/// A cause of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingCause {
    Unavailable,
    Incomplete,
    Late,
}

/// What a calamity says of its fallback while services run on one.
pub const FALLBACK_ACTIVE: &str = "active";

/// What a finding says where the fault lies with others.
pub const FAULT_OF_OTHERS: &str = "fault_of_others";

pub(super) const SECURITY_REPORT_TEXTS: &[&str] = &["courseOfEvents", "response", "lessons"];
pub(super) const CALAMITY_TEXTS: &[&str] = &["downtime", "dataLoss", "fallbackNote"];
pub(super) const FINDING_TEXTS: &[&str] = &[];

impl Content for SecurityReport {
    const PART: Part = Part::SecurityReport;
}

impl Content for Calamity {
    const PART: Part = Part::Calamity;

    fn says(&self) -> Option<String> {
        Some(self.fallback.clone())
    }
}

impl Content for Finding {
    const PART: Part = Part::Finding;

    fn says(&self) -> Option<String> {
        let is_theirs = !(self.client_infrastructure_works && self.third_party_infrastructure_works);
        Some(if is_theirs { FAULT_OF_OTHERS } else { "fault_of_supplier" }.to_owned())
    }
}
