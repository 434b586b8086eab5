//! A ticket's clocks, and the proof of one.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::clock::Kind;
use crate::domain::ticket;
use crate::http::answer::Json;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::path::{Address, Path};
use crate::http::shapes::{Clock, ClockList};
use crate::proof::ClockLedger;
use crate::store::tickets::TicketRef;
use crate::usecases::tickets;

pub async fn list(app: Data<App>, caller: Caller, Path(ticket): Path<TicketRef>) -> Result<Json<ClockList>, Failure> {
    let view = app.db.view(caller.scope.clone());
    let (ticket, history, version) = tickets::with_history(&view, ticket).await?;
    let known_at = app.time.now();
    let settled = tickets::settled(&version.contract, &ticket, &history, known_at);
    let ledgers = ticket::ledgers(&version.contract, ticket.standing(), &history, known_at);
    let items =
        settled.clocks.iter().zip(&ledgers).map(|(index, (_, ledger))| Clock::new(&version.contract, ticket.id, index, ledger)).collect();
    Ok(Json(ClockList { known_at, items }))
}

impl Address for Kind {
    const NAME: &'static str = "kind";
    const WORDS: &'static str = "response or resolution";
    const THING: &'static str = "clock";

    fn read(text: &str) -> Option<Self> {
        Self::named(text)
    }
}

pub async fn ledger(
    app: Data<App>,
    caller: Caller,
    Path(ticket): Path<TicketRef>,
    Path(kind): Path<Kind>,
) -> Result<Json<ClockLedger>, Failure> {
    let view = app.db.view(caller.scope.clone());
    Ok(Json(tickets::ledger(&app, &view, ticket, kind).await?))
}
