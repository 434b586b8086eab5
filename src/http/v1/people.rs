//! `/people`: who belongs to the organisations that the desk serves.

use actix_web::web::Data;

use super::tickets::names;
use crate::app::App;
use crate::domain::permission::{ManagePeople, ReadPeople};
use crate::domain::person::PersonFilter;
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, PersonId};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{PersonInput, PersonOfOrganisation, PersonPage, PersonPatch};
use crate::usecases::{Stamp, people};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/people", list).id("listPeople").describe(
            "Shows a page of people, by organisation and address.",
            "By organisation and address; `text` finds words in names and addresses, with or without accents.",
        ),
        post("/people", create).id("createPerson").describe(
            "Records somebody of an organisation.",
            "People are also recorded when they report something. What is worth a second look, such as an address that several people use, stands\n\
             in `warnings`.",
        ),
        get("/people/{person}", show).id("getPerson").describe(
            "Shows somebody by their id.",
            "With what is worth a second look. Whoever the desk knows by id is found, such as one of its own people who acted in a history.",
        ),
        patch("/people/{person}", change).id("updatePerson").describe(
            "Changes what is known of somebody, or records that they left.",
            "What is absent stays. Whoever leaves is no contact of their organisation any more, which makes room for another, and is shut out at\n\
             once: their tokens are revoked, and what their identity provider signs is refused until they are back (`isActive`). Of the desk's own\n\
             people only that can be changed, by an administrator.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Catalogue)).collect()
}

struct PeopleQuery {
    organisations: Vec<String>,
    text: Option<String>,
    is_active: Option<bool>,
    size: u64,
    after: Option<(String, String)>,
}

impl FromQuery for PeopleQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            organisations: keys.list("organisation", "A comma list of ids of organisations"),
            text: keys.text_of("text", "Words that each stand somewhere in the name or the address", Some(1), 200),
            is_active: keys.flag("isActive", "Only those who still belong to their organisation, or only those who do not"),
            size: keys.page_size("How many people a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadPeople>, query: Query<PeopleQuery>) -> Result<Paged<PersonPage>, Failure> {
    let (PeopleQuery { organisations, text, is_active, size, after }, mut problems) = query.partial();
    let names = names(&app, &caller, !organisations.is_empty()).await?;
    problems.extend(among("organisation", &organisations, names.organisations.iter().map(String::as_str)));
    Failure::unless_none(problems)?;
    let words = text.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect();
    let filter = PersonFilter { organisations, words, is_active, after, limit: size + 1 };
    let found = people::list(&app, &caller, &filter).await?;
    let page = Page::of(found, size, |person| format!("{}\n{}", person.organisation, person.email));
    Ok(Paged(PersonPage { items: page.items.into_iter().map(PersonOfOrganisation::from).collect(), next_cursor: page.next_cursor }))
}

fn read_position(text: &str) -> Option<(String, String)> {
    text.split_once('\n').map(|(organisation, email)| (organisation.to_owned(), email.to_owned()))
}

async fn create(
    app: Data<App>,
    caller: May<ManagePeople>,
    key: IdempotencyKey,
    body: Body<PersonInput>,
) -> Result<CreatedAt<PersonOfOrganisation>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let person = people::create(&app, &stamp, &body.value.into()).await?;
    Ok(CreatedAt { location: format!("/v1/people/{}", person.id), shown: person.into() })
}

async fn show(app: Data<App>, caller: May<ReadPeople>, Path(PersonId(id)): Path<PersonId>) -> Result<Json<PersonOfOrganisation>, Failure> {
    Ok(Json(people::get(&app, &caller, id).await?.into()))
}

async fn change(
    app: Data<App>,
    caller: May<ManagePeople>,
    Path(PersonId(id)): Path<PersonId>,
    body: Body<PersonPatch>,
) -> Result<Json<PersonOfOrganisation>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    Ok(Json(people::change(&app, &stamp, id, &body.value.into()).await?.into()))
}
