//! A ticket's clocks, and the ledger of one as proof.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::clock::Kind;
use crate::domain::permission::ReadTickets;
use crate::domain::ticket::TicketRef;
use crate::http::answer::Json;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::path::{Address, Path};
use crate::http::shapes::{Clock, ClockList};
use crate::proof::ClockLedger;
use crate::usecases::tickets::read::{self, Clocks};

pub async fn list(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<ClockList>, Failure> {
    let Clocks { ticket, version, known_at, clocks } = read::clocks(&app, &caller, ticket).await?;
    let items = clocks.iter().map(|(index, ledger)| Clock::new(&version.contract, ticket, index, ledger)).collect();
    Ok(Json(ClockList { known_at, items }))
}

impl Address for Kind {
    const NAME: &'static str = "kind";
    const DESCRIPTION: &'static str = "response or resolution";
    const NOUN: &'static str = "clock";

    fn read(text: &str) -> Option<Self> {
        Self::named(text)
    }
}

pub async fn ledger(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    Path(kind): Path<Kind>,
) -> Result<Json<ClockLedger>, Failure> {
    Ok(Json(read::ledger(&app, &caller, ticket, kind).await?))
}
