//! Who of a contract's clients may contact the desk.

use actix_web::web::Data;
use uuid::Uuid;

use crate::app::App;
use crate::domain::contact::ContactFilter;
use crate::domain::permission::{ManageContacts, ReadPeople};
use crate::http::answer::{Created, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{ContactId, ContractId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{Contact, ContactInput, ContactPage, ContactPatch};
use crate::usecases::actors::Named;
use crate::usecases::{FieldCode, Stamp, contacts};

pub fn operations() -> [Operation; 3] {
    [
        get("/contracts/{contract}/contacts", list).id("listContacts").describe(
            "Shows a page of the people who may contact the desk, by organisation.",
            "For contracts that limit them. A client without any has not named its contacts yet, and everybody employed there may contact the desk.",
        ),
        post("/contracts/{contract}/contacts", create).id("createContact").refuses(404).describe(
            "Puts somebody on the list of those who may contact the desk.",
            "From a client's first contact on, nobody else of it can have tickets registered. Refused when as many are on the list as the contract allows.",
        ),
        patch("/contracts/{contract}/contacts/{contact}", change).id("updateContact").describe(
            "Takes somebody off the list, or puts them back on it.",
            "Whoever is taken off makes room for another. `history` says who put them on or took them off, and when.",
        ),
    ]
}

struct ContactQuery {
    organisations: Vec<String>,
    is_active: Option<bool>,
    size: u64,
    after: Option<(String, Uuid)>,
}

impl FromQuery for ContactQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            is_active: keys.flag("isActive", "Only those on the list now, or only those who were"),
            size: keys.page_size("How many contacts a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", read_position),
        }
    }
}

fn read_position(text: &str) -> Option<(String, Uuid)> {
    let (organisation, id) = text.split_once('\n')?;
    Some((organisation.to_owned(), id.parse().ok()?))
}

async fn list(
    app: Data<App>,
    caller: May<ReadPeople>,
    Path(ContractId(contract)): Path<ContractId>,
    query: Query<ContactQuery>,
) -> Result<Paged<ContactPage>, Failure> {
    let ContactQuery { organisations, is_active, size, after } = query.checked()?;
    let filter = ContactFilter { contract, organisations, is_active, after, limit: size + 1 };
    let Named { shown, actors } = contacts::list(&app, &caller, &filter).await?;
    let page = Page::of(shown, size, |one| format!("{}\n{}", one.contact.organisation, one.contact.id));
    let items = page.items.into_iter().map(|one| Contact::new(one, &actors)).collect();
    Ok(Paged(ContactPage { items, next_cursor: page.next_cursor }))
}

async fn create(
    app: Data<App>,
    caller: May<ManageContacts>,
    Path(ContractId(contract)): Path<ContractId>,
    key: IdempotencyKey,
    body: Body<ContactInput>,
) -> Result<Created<Contact>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let Named { shown, actors } = contacts::add(&app, &stamp, &contract, body.value.person).await?;
    Ok(Created(Contact::new(shown, &actors)))
}

async fn change(
    app: Data<App>,
    caller: May<ManageContacts>,
    Path(ContractId(contract)): Path<ContractId>,
    Path(ContactId(id)): Path<ContactId>,
    mut body: Body<ContactPatch>,
) -> Result<Json<Contact>, Failure> {
    if body.value.is_active.is_none() && body.problems.is_empty() {
        body.refuse("isActive", FieldCode::Required, "is required");
    }
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let Named { shown, actors } = contacts::set_active(&app, &stamp, &contract, id, body.value.is_active.unwrap_or_default()).await?;
    Ok(Json(Contact::new(shown, &actors)))
}
