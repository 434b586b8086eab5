//! `/outbound-messages`: mail the desk wrote, whether it was sent, and sending again what was given up.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::mail::OutboundFilter;
use crate::domain::permission::{ResendMail, TrackMail};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{Address, MessageId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{OutboundMessage, OutboundMessagePage};
use crate::usecases::{Error, outbound};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/outbound-messages", list).id("listOutboundMessages").refuses(404).describe(
            "Shows a page of the mails the desk wrote, newest first.",
            "What was given up is `state=failed`. What is beyond the number of automatic mails that anybody gets in a while is `state=withheld`, \
             and `state=digested` once one mail told of it. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        get("/outbound-messages/{id}", show)
            .id("getOutboundMessage")
            .describe("Shows one mail the desk wrote.", "Whether it left, how often it was tried, and why the last try failed."),
        post("/outbound-messages/{id}/attempts", send_again).id("createOutboundMessageAttempt").refuses(409).describe(
            "Sends a mail again that was given up, or one that was withheld.",
            "It is tried at once, and for as long as a new one. The ticket's history tells who asked for it.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Mail)).collect()
}

struct OutboundQuery {
    filter: OutboundFilter,
    ticket: Option<String>,
}

impl FromQuery for OutboundQuery {
    fn read(keys: &mut Keys) -> Self {
        let states = keys.codes("state", "A comma list of states: pending, waiting, sent, failed, withheld, digested");
        let ticket = keys.text("ticket", "The UUID or number of the ticket they are about");
        let limit = keys.page_size("How many mails a page shows; 20 unless said", 20);
        let after = paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position);
        Self { filter: OutboundFilter { states, after, limit, ..OutboundFilter::default() }, ticket }
    }
}

async fn list(app: Data<App>, caller: May<TrackMail>, query: Query<OutboundQuery>) -> Result<Paged<OutboundMessagePage>, Failure> {
    let OutboundQuery { filter, ticket } = query.checked()?;
    let about = ticket.map(|ticket| TicketRef::read(&ticket).ok_or(Error::NotFound("ticket"))).transpose()?;
    let size = filter.limit;
    let found = outbound::list(&app, &caller, about, OutboundFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(found, size, |one| paging::position(one.tracked.mail.created_at, one.tracked.mail.id));
    let items = page.items.into_iter().map(OutboundMessage::from).collect();
    Ok(Paged(OutboundMessagePage { items, next_cursor: page.next_cursor }))
}

async fn show(app: Data<App>, caller: May<TrackMail>, Path(MessageId(id)): Path<MessageId>) -> Result<Json<OutboundMessage>, Failure> {
    Ok(Json(OutboundMessage::from(outbound::find(&app, &caller, id).await?)))
}

async fn send_again(
    app: Data<App>,
    caller: May<ResendMail>,
    Path(MessageId(id)): Path<MessageId>,
    key: IdempotencyKey,
) -> Result<CreatedAt<OutboundMessage>, Failure> {
    let sent = outbound::send_again(&app, &caller.stamp_once(&app, &key, &[]), id).await?;
    Ok(CreatedAt { location: format!("/v1/outbound-messages/{id}"), shown: OutboundMessage::from(sent) })
}
