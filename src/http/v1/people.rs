//! `/people`: who belongs to the organisations that the desk serves.

use actix_web::web::Data;

use super::tickets::names;
use crate::app::App;
use crate::domain::permission::{ChangePeople, ManagePeople, ReadPeople};
use crate::domain::person::{Person, PersonFilter};
use crate::http::answer::{CreatedAt, Json, Paged, Tagged};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, PersonId};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{PersonInput, PersonOfOrganisation, PersonPage, PersonPatch};
use crate::http::version::{IfMatch, tag_of_person};
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
            "With what is worth a second look. Whoever the desk knows by an id is found, such as one of its own people who acted in a history.",
        ),
        patch("/people/{person}", change).id("updatePerson").refuses(409).describe(
            "Changes what is known of somebody, or records that they left or came back.",
            "What is absent stays. Whoever leaves (`isActive: false`) holds no role any more and acts for nobody, is no contact of their \
             organisation, and comes in no more: their tokens are revoked, and their accounts blocked, whatever their identity provider signs. \
             `true` opens those accounts again, and gives nothing else back. That somebody left is recorded by a service manager, by an \
             administrator, or by a client for its own people; of somebody of the desk, by an administrator, and nothing else of theirs can be \
             changed here. What is known of others is changed by any agent. With `If-Match` it is refused when somebody else changed them in \
             between.",
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
) -> Result<Tagged<CreatedAt<PersonOfOrganisation>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let person = people::create(&app, &stamp, &body.value.into()).await?;
    let location = format!("/v1/people/{}", person.id);
    Ok(Tagged { tag: tag_of_person(&person), answer: CreatedAt { location, shown: person.into() } })
}

async fn show(app: Data<App>, caller: May<ReadPeople>, Path(PersonId(id)): Path<PersonId>) -> Result<Shown, Failure> {
    Ok(shown(people::get(&app, &caller, id).await?))
}

async fn change(
    app: Data<App>,
    caller: May<ChangePeople>,
    Path(PersonId(id)): Path<PersonId>,
    IfMatch(expected): IfMatch<String>,
    body: Body<PersonPatch>,
) -> Result<Shown, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    Ok(shown(people::change(&app, &stamp, id, &body.value.into(), expected.as_deref()).await?))
}

type Shown = Tagged<Json<PersonOfOrganisation>>;

fn shown(person: Person) -> Shown {
    Tagged { tag: tag_of_person(&person), answer: Json(person.into()) }
}
