//! The parts of a ticket: the same two operations for each.

use actix_web::web::Data;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::permission::{ReadTickets, WriteParts};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, Paged};
use crate::http::body::Whole;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::Path;
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::Shown;
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::tickets::{self, read};

const VERSIONS: u64 = 20;

/// To read the versions of a part, and to write one; `ids` name the two operations.
pub fn operations<C>(path: &'static str, ids: [&'static str; 2], what: &'static str) -> [Operation; 2]
where
    C: Shown + Clone + DeserializeOwned + ToSchema + 'static,
{
    [
        get(path, versions::<C>).id(ids[0]).describe("Shows the versions of a part of a ticket, newest first.", what),
        post(path, write::<C>).id(ids[1]).describe("Writes a new version of a part of a ticket; earlier ones stay.", what),
    ]
}

pub struct VersionsQuery {
    size: u64,
    before: Option<u32>,
}

impl FromQuery for VersionsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many, 20 unless said", VERSIONS),
            before: paging::after(keys, "Where the last page ended", |text| text.parse().ok()),
        }
    }
}

async fn versions<C: Shown>(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    query: Query<VersionsQuery>,
) -> Result<Paged<C::Page>, Failure> {
    let VersionsQuery { size, before } = query.checked()?;
    let Named { shown, actors } = read::part_versions::<C>(&app, &caller, ticket, before, size + 1).await?;
    let page = Page::of(shown, size, |version| version.version.to_string());
    let items = page.items.into_iter().map(|version| C::version(version, &actors)).collect();
    Ok(Paged(C::page(items, page.next_cursor)))
}

async fn write<C: Shown + Clone + DeserializeOwned + ToSchema + 'static>(
    app: Data<App>,
    caller: May<WriteParts>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    Whole { value: content, sent }: Whole<C>,
) -> Result<Created<C::Version>, Failure> {
    let stamp = caller.stamp_once(&app, &key, &sent);
    let written = tickets::write_part(&app, &stamp, ticket, &content, expected.as_deref()).await?;
    let actors = Actors::seen_by(&app, &caller, [&written.author]).await?;
    Ok(Created(C::version(written, &actors)))
}
