//! A call that is taken down.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::usecases::Problem;
use crate::usecases::tickets::Call;

/// Who calls, and to whom it is passed on.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallInput {
    /// The id of the contract it falls under.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "covide")]
    pub contract: Option<String>,
    /// The client; needed where the contract serves several.
    #[schema(min_length = 1, max_length = 100, example = "gemeente-voorbeeld")]
    pub organisation: Option<String>,
    /// Who calls.
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: Option<String>,
    /// The number at which they can be called back.
    #[schema(value_type = String, min_length = 3, max_length = 50, pattern = "^\\+?[0-9][0-9 ()./-]*$", example = "070 123 45 67")]
    pub phone: Option<String>,
    /// Who takes it in hand.
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = "\\S")]
    pub assignee: Option<String>,
    /// What kind of ticket it is, if that is known; an incident unless said.
    #[schema(min_length = 1, max_length = 50, example = "service_request")]
    pub r#type: Option<String>,
    /// What it is about, in a line.
    #[schema(min_length = 1, max_length = 300, pattern = "\\S")]
    pub title: Option<String>,
    /// What was said.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
}

impl CallInput {
    /// `unreadable` is what is wrong with the fields that could not be read, and so are absent here.
    pub fn call(self, unreadable: Vec<Problem>) -> Call {
        Call {
            contract: self.contract,
            organisation: self.organisation,
            name: self.name.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            assignee: self.assignee.unwrap_or_default(),
            kind: self.r#type,
            title: self.title,
            description: self.description,
            unreadable,
        }
    }
}
