//! The items of a contract's catalogue, and their work instructions.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::contract::{Instruction, Item};

/// A service that can be asked for.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueItem {
    /// The `kind` of a ticket that asks for it.
    code: String,
    /// Its display name.
    label: Label,
    /// Under which heading it is shown.
    group: Option<String>,
    /// Whether somebody of the client has to agree before it is carried out.
    needs_authorisation: bool,
    /// What the `form` of such a ticket has to be: a JSON Schema of an object.
    #[schema(value_type = CatalogueItemFields)]
    fields: Value,
}

/// A JSON Schema: its `properties` are the fields to ask for, `required` those that cannot be left out,
/// and `propertyOrder` of each says where it stands among the others.
#[derive(ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "a shape for the document")]
pub struct CatalogueItemFields(Value);

/// What can be asked for.
#[derive(ToSchema, Serialize)]
pub struct CatalogueItemList {
    /// In the contract's order.
    pub items: Vec<CatalogueItem>,
}

/// How what a ticket asks for is carried out.
#[derive(ToSchema, Serialize)]
pub struct WorkInstruction {
    /// The item of the catalogue.
    item: String,
    /// Which version of the instruction: the one in force when the ticket was registered.
    version: String,
    /// What to do.
    text: String,
}

impl From<Item> for CatalogueItem {
    fn from(item: Item) -> Self {
        Self {
            label: (&item.label).into(),
            fields: item.form.schema().clone(),
            code: item.code,
            group: item.group,
            needs_authorisation: item.needs_authorisation,
        }
    }
}

impl WorkInstruction {
    pub fn new(item: Item, instruction: Instruction) -> Self {
        Self { item: item.code, version: instruction.version, text: instruction.text }
    }
}
