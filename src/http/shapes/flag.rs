//! Flags of tickets that few may see.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::restriction::{Aspect, Flag};
use crate::domain::ticket::Act;
use crate::domain::ticket::flag::{LiftFlag, SetFlag};
use crate::usecases::{FieldCode, Problem, one_of};
use crate::words::ClosedList;

/// A flag to be set on a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketFlagInput {
    /// `security`, `privacy` or `confidential`.
    #[schema(value_type = String, pattern = "^(security|privacy|confidential)$", max_length = 20)]
    pub flag: Option<String>,
    /// What a breach of security touches, with `security` alone, and then one at least: `availability`, `integrity`, `confidentiality`.
    #[schema(value_type = Option<Vec<AspectCode>>, max_items = 3)]
    pub security_aspects: Option<Vec<String>>,
}

/// The code of a flag.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 20, example = "privacy")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct FlagCode(String);

/// The code of what a breach of security touches.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 20, example = "integrity")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct AspectCode(String);

impl TicketFlagInput {
    /// What is wished, as far as it can be read, and what of it cannot.
    pub fn wish(self) -> (Act, Vec<Problem>) {
        let mut problems = Vec::new();
        let aspects: Vec<Aspect> = codes("securityAspects", self.security_aspects, &mut problems);
        (Act::SetFlag(SetFlag { flag: named(self.flag), aspects }), problems)
    }
}

/// A flag to be taken off a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRemovalInput {
    /// `security`, `privacy` or `confidential`.
    #[schema(value_type = String, pattern = "^(security|privacy|confidential)$", max_length = 20)]
    pub flag: Option<String>,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

impl FlagRemovalInput {
    pub fn wish(self) -> Act {
        Act::LiftFlag(LiftFlag { flag: named(self.flag), reason: self.reason.unwrap_or_default() })
    }
}

// What cannot be read is refused already, and stands in for nothing.
fn named(flag: Option<String>) -> Flag {
    flag.and_then(|flag| Flag::named(&flag)).unwrap_or(Flag::Confidential)
}

/// The codes of a list, with a problem for each that is none.
pub fn codes<L: ClosedList>(field: &str, given: Option<Vec<String>>, problems: &mut Vec<Problem>) -> Vec<L> {
    let mut read = Vec::new();
    for (at, code) in given.unwrap_or_default().iter().enumerate() {
        match L::of_code(code) {
            Some(one) => read.push(one),
            None => problems.push(Problem::field(&format!("{field}/{at}"), FieldCode::UnknownValue, one_of(L::CODES.iter().copied()))),
        }
    }
    read
}
