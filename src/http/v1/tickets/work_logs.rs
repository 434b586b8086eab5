//! Work on a ticket, which the desk keeps for itself.

use actix_web::web::Data;
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{LogWork, ReadDeskWork};
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::work::WorkEntry;
use crate::http::answer::{Created, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Path, WorkLogId};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{WorkCorrectionInput, WorkLog, WorkLogInput, WorkLogPage};
use crate::usecases::actors::{Actors, Named};
use crate::usecases::tickets::{self, read};

/// The default page size, which fits the work on most tickets.
const WHOLE: u64 = 100;

pub fn operations() -> [Operation; 3] {
    [
        get("/tickets/{ref}/work-logs", list).id("listTicketWorkLogs").describe(
            "Shows what was done on a ticket, and how long that took.",
            "A page of it, in the order recorded. For the desk alone; the ticket has the sum as `workedMinutes`.",
        ),
        post("/tickets/{ref}/work-logs", log).id("createTicketWorkLog").refuses(409).describe(
            "Records work on a ticket.",
            "By whoever did it, on the date of the work. It stays as it is recorded: a mistake is taken back by a correction.",
        ),
        post("/tickets/{ref}/work-logs/{work}/corrections", correct).id("createTicketWorkLogCorrection").refuses(409).describe(
            "Takes a record of work back.",
            "By a counter entry with its minutes, on its date, so that the sum is right and both can be seen. Each is taken back once at most.",
        ),
    ]
}

struct WorkLogsQuery {
    size: u64,
    after: Option<(Instant, Uuid)>,
}

impl FromQuery for WorkLogsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many, 100 unless said", WHOLE),
            after: paging::after(keys, "Where the last page ended", paging::read_position),
        }
    }
}

async fn list(
    app: Data<App>,
    caller: May<ReadDeskWork>,
    Path(ticket): Path<TicketRef>,
    query: Query<WorkLogsQuery>,
) -> Result<Paged<WorkLogPage>, Failure> {
    let WorkLogsQuery { size, after } = query.checked()?;
    let Named { shown, actors } = read::work(&app, &caller, ticket, after, size + 1).await?;
    let page = Page::of(shown, size, |entry| paging::position(entry.recorded_at, entry.id));
    let items = page.items.into_iter().map(|entry| WorkLog::new(entry, &actors)).collect();
    Ok(Paged(WorkLogPage { items, next_cursor: page.next_cursor }))
}

async fn log(
    app: Data<App>,
    caller: May<LogWork>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    body: Body<WorkLogInput>,
) -> Result<Created<WorkLog>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let (work, text) = (body.value.work(), body.value.text.unwrap_or_default());
    shown(&app, &caller, tickets::log_work(&app, &stamp, ticket, work, &text).await?).await
}

async fn correct(
    app: Data<App>,
    caller: May<LogWork>,
    Path(ticket): Path<TicketRef>,
    Path(WorkLogId(entry)): Path<WorkLogId>,
    key: IdempotencyKey,
    body: Body<WorkCorrectionInput>,
) -> Result<Created<WorkLog>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let text = body.value.text.unwrap_or_default();
    shown(&app, &caller, tickets::correct_work(&app, &stamp, ticket, entry, &text).await?).await
}

async fn shown(app: &App, caller: &Caller, entry: WorkEntry) -> Result<Created<WorkLog>, Failure> {
    let actors = Actors::seen_by(app, caller, [&entry.author]).await?;
    Ok(Created(WorkLog::new(entry, &actors)))
}
