//! People of organisations, and who of them may contact the desk.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::contact as domain;
use crate::domain::person::{Person, Warning};
use crate::domain::ticket::assign::Field;
use crate::usecases::actors::Actors;
use crate::usecases::contacts::Listed;
use crate::usecases::people::{NewPerson, PersonChange};

/// Somebody of an organisation, or of the desk.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonOfOrganisation {
    /// Their id.
    id: uuid::Uuid,
    /// The organisation they belong to; `null` for the desk.
    organisation: Option<String>,
    /// Their name.
    name: String,
    /// Their address; `null` where none is known.
    email: Option<String>,
    /// Their telephone number; `null` where none is known.
    phone: Option<String>,
    /// Whether somebody said that several people use the address.
    is_shared: bool,
    /// Whether they still belong to the organisation; who does not, cannot come in.
    is_active: bool,
    /// What is worth a second look.
    warnings: Vec<PersonWarning>,
}

/// What is worth a second look about a person.
#[derive(ToSchema, Serialize)]
pub struct PersonWarning {
    /// `shared_address`, `no_personal_name` or `mail_bounces`; more may come.
    code: String,
    /// What it means, in words.
    detail: String,
}

/// A page of people.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonPage {
    /// By organisation, then address.
    pub items: Vec<PersonOfOrganisation>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Somebody to be recorded.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonInput {
    /// The organisation they belong to.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// Their name.
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: Option<String>,
    /// Their address.
    #[schema(format = Email, min_length = 3, max_length = 320, pattern = "^[^@\\s]+@[^@\\s]+$")]
    pub email: Option<String>,
    /// Their telephone number; an address or a number is needed.
    #[schema(min_length = 3, max_length = 50, pattern = "^\\+?[0-9][0-9 ()./-]*$", example = "070 123 45 67")]
    pub phone: Option<String>,
    /// Whether several people use the address.
    pub is_shared: Option<bool>,
}

/// Changes to a person; what is absent stays.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonPatch {
    /// Another name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: Option<String>,
    /// Another address.
    #[schema(format = Email, min_length = 3, max_length = 320, pattern = "^[^@\\s]+@[^@\\s]+$")]
    pub email: Option<String>,
    /// Another telephone number; `null` for none any more.
    #[schema(value_type = Option<String>, min_length = 3, max_length = 50, pattern = "^\\+?[0-9][0-9 ()./-]*$")]
    #[serde(default, deserialize_with = "field")]
    pub phone: Field,
    /// Whether several people use the address.
    pub is_shared: Option<bool>,
    /// Whether they still belong to the organisation. Who does not is no contact any more and is shut out at once, whatever their identity
    /// provider says.
    pub is_active: Option<bool>,
}

/// Who of a client may contact the desk.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    id: uuid::Uuid,
    /// The contract.
    contract: String,
    /// Who it is.
    person: PersonOfOrganisation,
    /// Whether they may contact the desk now.
    is_active: bool,
    /// When they were put on the list, the last time.
    #[schema(value_type = String, format = DateTime)]
    added_at: Instant,
    /// When they were taken off it; `null` while they are on it.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    /// Each time that they were put on it or taken off, oldest first.
    history: Vec<ContactChange>,
}

/// That somebody was put on a list of contacts, or taken off it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactChange {
    /// Whether they were on it from then on.
    is_active: bool,
    /// Who did it.
    actor: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
}

/// A page of contacts.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactPage {
    /// By organisation.
    pub items: Vec<Contact>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Somebody to be put on the list.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// The id of somebody of a client of the contract.
    #[schema(value_type = String, format = Uuid, max_length = 50)]
    pub person: Option<uuid::Uuid>,
}

/// Changes to a contact.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactPatch {
    /// `false` takes them off the list, `true` puts them back on it.
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}

/// Tells `null`, which empties the field, from an absent field, which keeps it.
fn field<'de, D: Deserializer<'de>>(given: D) -> Result<Field, D::Error> {
    Ok(Option::deserialize(given)?.map_or(Field::Emptied, Field::Set))
}

impl From<Person> for PersonOfOrganisation {
    fn from(person: Person) -> Self {
        let warning = |warning: Warning| PersonWarning { code: warning.as_str().to_owned(), detail: warning.says().to_owned() };
        Self {
            email: person.address().map(str::to_owned),
            warnings: person.warnings().into_iter().map(warning).collect(),
            id: person.id,
            organisation: Some(person.organisation).filter(|organisation| !organisation.is_empty()),
            name: person.name,
            phone: person.phone,
            is_shared: person.is_shared,
            is_active: person.is_active,
        }
    }
}

impl Contact {
    pub fn new(Listed { contact, person, history }: Listed, actors: &Actors) -> Self {
        let change =
            |one: domain::ContactChange| ContactChange { is_active: one.is_active, actor: actors.show(&one.actor).into(), at: one.at };
        Self {
            history: history.into_iter().map(change).collect(),
            id: contact.id,
            is_active: contact.is_active(),
            contract: contact.contract,
            person: person.into(),
            added_at: contact.added_at,
            ended_at: contact.ended.map(|(_, at)| at),
        }
    }
}

impl From<PersonInput> for NewPerson {
    fn from(input: PersonInput) -> Self {
        Self {
            organisation: input.organisation,
            name: input.name.unwrap_or_default(),
            email: input.email,
            phone: input.phone,
            is_shared: input.is_shared.unwrap_or_default(),
        }
    }
}

impl From<PersonPatch> for PersonChange {
    fn from(patch: PersonPatch) -> Self {
        let PersonPatch { name, email, phone, is_shared, is_active } = patch;
        Self { name, email, phone, is_shared, is_active }
    }
}
