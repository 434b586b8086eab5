//! `/audit-lines`: who did what, for whoever checks on it.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::audit::AuditFilter;
use crate::domain::permission::ReadAudit;
use crate::http::answer::Paged;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::operation::{Operation, Tag, get};
use crate::http::paging::{self, Page};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{AuditLine, AuditLinePage};
use crate::usecases::audit;

pub fn operations() -> Vec<Operation> {
    vec![get("/audit-lines", list).id("listAuditLines").tag(Tag::Audit).describe(
        "Shows a page of the audit trail, newest first.",
        "A line for everything that was done or refused, and for each ticket with a flag that somebody was shown something of. People and things stand in it by id. The next\n\
         page is asked for with `nextCursor`, until that is `null`. Whether the trail is whole is checked by `uurwerk audit verify`.",
    )]
}

impl FromQuery for AuditFilter {
    fn read(keys: &mut Keys) -> Self {
        let (from, before) = keys.span(("from", "Recorded at or after this instant"), ("until", "Recorded before this instant"));
        Self {
            actors: keys.list("actor", "A comma list of actors, such as `desk:` with an id"),
            objects: keys
                .list("object", "A comma list of ids of what it was done to; a refused attempt may have a ticket's number instead"),
            actions: keys.list("action", "A comma list of actions: those of requests are called as their operations are here"),
            results: keys.codes("result", "A comma list of results: done, read, repeated, refused, failed"),
            from,
            before,
            limit: keys.page_size("How many lines a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadAudit>, query: Query<AuditFilter>) -> Result<Paged<AuditLinePage>, Failure> {
    let filter = query.checked()?;
    let size = filter.limit;
    let found = audit::list(&app, &caller, &AuditFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(found, size, |line| paging::position(line.at, line.id));
    Ok(Paged(AuditLinePage { items: page.items.into_iter().map(AuditLine::from).collect(), next_cursor: page.next_cursor }))
}
