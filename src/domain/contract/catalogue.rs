//! The catalogue: what an agreement lets its clients ask for by a service request, and what each item asks of them (RFS-01).

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Value, json};

use super::{Contract, Label, TicketType};
use crate::domain::Instant;
use crate::domain::address::can_be_mailed;

/// A standard service that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The `kind` of its tickets.
    pub code: String,
    pub label: Label,
    /// Under which heading it is shown.
    pub group: Option<String>,
    pub form: Form,
    /// Roles of the client whose holders alone may ask for it; everybody may when empty.
    pub asked_by: Vec<String>,
    /// Whether the client has to agree before it is carried out.
    pub needs_authorisation: bool,
    pub instruction: Option<Instruction>,
}

/// How an item is carried out (RFS-02). A ticket keeps the one of the contract version that it is pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub version: String,
    pub text: String,
}

/// What an item asks for: a JSON Schema of an object, compiled.
#[derive(Clone)]
pub struct Form {
    schema: Value,
    validator: Arc<Validator>,
}

impl Form {
    /// The most bytes that the values of a form take as JSON.
    pub const LONGEST: usize = 64 * 1024;

    /// A compiled pattern may take this many bytes of memory.
    const LARGEST_PATTERN: usize = 256 * 1024;

    /// `schema` refers to nothing outside itself. Patterns are matched in time that grows with the length of the text alone.
    pub fn new(schema: Value) -> Result<Self, String> {
        let options = jsonschema::options().should_validate_formats(true).with_format("email", can_be_mailed);
        let options = options.with_pattern_options(PatternOptions::regex().size_limit(Self::LARGEST_PATTERN));
        let options = options.with_format("date-time", |text: &str| text.parse::<Instant>().is_ok());
        let options = options.with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok_and(|date| date.to_string() == text));
        let validator = options.build(&schema).map_err(|error| error.to_string())?;
        Ok(Self { schema, validator: Arc::new(validator) })
    }

    /// Whether texts can be held against a pattern; why not, otherwise.
    pub fn check_pattern(pattern: &str) -> Result<(), String> {
        Self::new(json!({ "pattern": pattern })).map(drop)
    }

    pub fn schema(&self) -> &Value {
        &self.schema
    }

    pub fn validator(&self) -> &Validator {
        &self.validator
    }

    /// The names of its fields, in the order in which the agreement has them.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<_> = self.schema["properties"].as_object().into_iter().flatten().collect();
        fields.sort_by_key(|(_, field)| field["propertyOrder"].as_u64());
        fields.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Whether something has to be filled in.
    pub fn asks_something(&self) -> bool {
        self.schema["required"].as_array().is_some_and(|required| !required.is_empty())
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Form").field(&self.schema).finish()
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema
    }
}

impl Eq for Form {}

impl Contract {
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.tickets.catalogue.iter().find(|item| item.code == code)
    }

    /// What a ticket of a type and a kind asks for.
    pub fn item_of(&self, kind: TicketType, variant: Option<&str>) -> Option<&Item> {
        variant.filter(|_| kind == TicketType::ServiceRequest).and_then(|code| self.item(code))
    }

    /// Whether a ticket of this type has to say which item it asks for.
    pub fn asks_for_item(&self, kind: TicketType) -> bool {
        kind == TicketType::ServiceRequest && !self.tickets.catalogue.is_empty()
    }
}
