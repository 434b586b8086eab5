//! Tags of tickets, by which the desk finds them again.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::permission::{ReadDeskWork, TagTickets};
use crate::domain::search::folded;
use crate::domain::ticket::tag::{AddTags, RemoveTags, Tag};
use crate::domain::ticket::{Act, TicketRef};
use crate::http::answer::Paged;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::Path;
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{TagPage, TicketTagsInput};
use crate::http::version::IfMatch;
use crate::usecases::tickets::{self, When, read};

pub fn operations() -> [Operation; 3] {
    [
        post("/tickets/{ref}/tags", add).id("createTicketTags").refuses(409).describe(
            "Puts tags of the desk on a ticket.",
            "Those that it has already stay as they are; a ticket has at most 20. No client sees them, and lists are narrowed by them with `tag`.",
        ),
        post("/tickets/{ref}/tag-removals", remove)
            .id("createTicketTagRemoval")
            .refuses(409)
            .describe("Takes tags off a ticket.", "Those that it does not have are left at that."),
        get("/ticket-tags", list).id("listTicketTags").describe(
            "Shows a page of the tags in use, in their order.",
            "Those of tickets that the caller sees; with `begin` those that begin so, to choose from while somebody types.",
        ),
    ]
}

async fn add(
    app: Data<App>,
    caller: May<TagTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketTagsInput>,
) -> Result<Made, Failure> {
    change(&app, &caller, ticket, &key, expected.as_deref(), body, |tags| Act::AddTags(AddTags(tags))).await
}

async fn remove(
    app: Data<App>,
    caller: May<TagTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketTagsInput>,
) -> Result<Made, Failure> {
    change(&app, &caller, ticket, &key, expected.as_deref(), body, |tags| Act::RemoveTags(RemoveTags(tags))).await
}

async fn change(
    app: &App,
    caller: &May<TagTickets>,
    ticket: TicketRef,
    key: &IdempotencyKey,
    expected: Option<&[i32]>,
    body: Body<TicketTagsInput>,
    wish: fn(Vec<Tag>) -> Act,
) -> Result<Made, Failure> {
    let mut stamp = caller.stamp_of(app, key, &body);
    let (tags, unknown) = body.value.tags();
    stamp.unreadable.extend(unknown);
    let ticket = tickets::act(app, &stamp, ticket, &[wish(tags)], &When::default(), expected).await?;
    done(app, caller, ticket).await
}

struct TagsQuery {
    begin: String,
    size: u64,
    after: Option<String>,
}

impl FromQuery for TagsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            begin: keys
                .text_of("begin", "How they begin; capitals and accents do not matter", Some(1), 50)
                .map(|text| folded(&text))
                .unwrap_or_default(),
            size: keys.page_size("How many tags a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same `begin`", |tag| Some(tag.to_owned())),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadDeskWork>, query: Query<TagsQuery>) -> Result<Paged<TagPage>, Failure> {
    let TagsQuery { begin, size, after } = query.checked()?;
    let found = read::tags(&app, &caller, &begin, after.as_deref(), size + 1).await?;
    let page = Page::of(found, size, String::clone);
    Ok(Paged(TagPage { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}
