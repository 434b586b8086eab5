//! A ticket's history.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::ReadTickets;
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Json, Paged};
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::paging::{self, Page};
use crate::http::path::Path;
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{EventOut, EventPage, FormerText, FormerTextList};
use crate::usecases::actors::Named;
use crate::usecases::tickets::read;

/// The default page size, which fits the whole history of most tickets.
const WHOLE: u64 = 100;

pub struct EventsQuery {
    size: u64,
    /// The position of the last event of the page before, among the events that the caller may see.
    after: Option<usize>,
}

impl FromQuery for EventsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many, 100 unless said", WHOLE),
            after: paging::after(keys, "Where the last page ended", |place| place.parse().ok()),
        }
    }
}

pub async fn list(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    query: Query<EventsQuery>,
) -> Result<Paged<EventPage>, Failure> {
    let EventsQuery { size, after } = query.checked()?;
    let Named { shown, actors } = read::events(&app, &caller, ticket, after, usize::try_from(size).unwrap_or_default() + 1).await?;
    let page = Page::of(shown, size, |told| told.place.to_string());
    let items = page.items.into_iter().map(|told| EventOut::new(told.event, &actors).with_changes(told.changes)).collect();
    Ok(Paged(EventPage { items, next_cursor: page.next_cursor }))
}

pub async fn former_texts(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
) -> Result<Json<FormerTextList>, Failure> {
    let items = read::former_texts(&app, &caller, ticket).await?.into_iter().map(FormerText::from).collect();
    Ok(Json(FormerTextList { items }))
}
