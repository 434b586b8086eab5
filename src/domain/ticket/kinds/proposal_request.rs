//! Requests for a proposal or a quotation (RFP, RFQ): a whole solution with a price, or the price of one product or service. The client takes
//! the offer or declines it, as long as it is valid (RFP-01, RFP-02).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Content, Flaw, Need, Part, Rules, When, before, wrong};
use crate::domain::Instant;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::Verb;
use crate::domain::workflow::{Phase, Question, State, Step, TicketKind, phase};

pub(super) static RULES: Rules = Rules {
    parts: &[Part::Proposal, Part::Quotation],
    needs: &[
        before(Step::Submitted, Need::Part(Part::Proposal)).when(When::Kind(TicketKind::Quotation, false)),
        before(Step::Submitted, Need::Part(Part::Quotation)).when(When::Kind(TicketKind::Quotation, true)),
        before(Step::Accepted, Need::Part(Part::Proposal)).when(When::Kind(TicketKind::Quotation, false)),
        before(Step::Accepted, Need::Part(Part::Quotation)).when(When::Kind(TicketKind::Quotation, true)),
    ],
    questions: &[Asked {
        question: Question::Offer,
        during: &[Step::Submitted],
        about: None,
        beside: &[],
        is_of_the_request: false,
        says: None,
        yes: Some(Step::Accepted),
        no: Some(Step::Declined),
        by: Verb::DecideForClients,
    }],
    ..Rules::of(&PHASES)
};

static PHASES: [Phase; 5] = [
    phase(Step::Registered, State::New, &[Step::Drafting]),
    phase(Step::Drafting, State::Active, &[Step::Submitted]),
    phase(Step::Submitted, State::Resolved, &[Step::Accepted, Step::Declined, Step::Drafting]),
    phase(Step::Accepted, State::Closed, &[Step::Drafting]),
    phase(Step::Declined, State::Closed, &[Step::Drafting]),
];

/// An offer of a whole solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proposal {
    /// How the work is gone about.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub approach: String,
    /// What the client gets.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub solution: String,
    /// What is done when.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub planning: String,
    /// In euros, without VAT, such as `1250.00`.
    #[schema(pattern = "^[0-9]{1,12}(\\.[0-9]{1,2})?$", max_length = 15, example = "1250.00")]
    pub price: String,
    /// The last day on which it can be accepted.
    #[schema(value_type = String, format = Date, max_length = 10)]
    pub valid_until_date: NaiveDate,
}

/// The price of one product or service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotation {
    /// In euros, without VAT, such as `1250.00`.
    #[schema(pattern = "^[0-9]{1,12}(\\.[0-9]{1,2})?$", max_length = 15, example = "1250.00")]
    pub price: String,
    /// The last day on which it can be accepted.
    #[schema(value_type = String, format = Date, max_length = 10)]
    pub valid_until_date: NaiveDate,
    /// What it is for, and what it leaves out.
    #[schema(max_length = 10_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The part that is the offer of a ticket of this kind: the price alone, or a whole solution.
pub fn offer(contract: &Contract, variant: Option<&str>) -> Part {
    let rules = variant.and_then(|code| contract.rules_of_kind(TicketType::ProposalRequest, code));
    if rules == Some(TicketKind::Quotation) { Part::Quotation } else { Part::Proposal }
}

pub(super) const PROPOSAL_TEXTS: &[&str] = &["approach", "solution", "planning"];
pub(super) const QUOTATION_TEXTS: &[&str] = &["note"];

impl Content for Proposal {
    const PART: Part = Part::Proposal;

    fn says(&self) -> Option<String> {
        Some(self.valid_until_date.to_string())
    }

    fn problems(&self, _now: Instant, today: NaiveDate) -> Vec<Flaw> {
        if self.valid_until_date < today { vec![wrong("validUntilDate", "is past: nobody could take the offer")] } else { Vec::new() }
    }
}

impl Content for Quotation {
    const PART: Part = Part::Quotation;

    fn says(&self) -> Option<String> {
        Some(self.valid_until_date.to_string())
    }

    fn problems(&self, _now: Instant, today: NaiveDate) -> Vec<Flaw> {
        if self.valid_until_date < today { vec![wrong("validUntilDate", "is past: nobody could take the offer")] } else { Vec::new() }
    }
}
