//! `/tickets`, and everything below a ticket.

mod about;
mod acts;
mod attachments;
mod bulk;
mod change;
mod clocks;
mod create;
mod events;
mod flags;
mod followers;
mod list;
mod merges;
mod message_drafts;
mod messages;
mod moves;
mod parts;
mod redactions;
mod references;
mod response_teams;
mod tags;
mod work_logs;

pub use list::{names, problems_of_a_view};

use crate::app::App;
use crate::domain::ticket::{Overview, Ticket as DomainTicket, TicketRef};
use crate::http::answer::{CreatedAt, Json, Tagged};
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::path::Address;
use crate::http::shapes::Ticket;
use crate::http::version;
use crate::usecases::tickets::read;

/// In bytes: 500 tickets with an average text of 32 KiB.
const BULK_CAP: usize = 16 * 1024 * 1024;

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/tickets", list::tickets).id("listTickets").describe(
            "Shows a page of tickets, newest first unless asked otherwise.",
            "Change requests by themselves begin with the open emergency changes, however they are sorted. The next page is asked for\n\
             with `nextCursor`, until that is `null`.",
        ),
        post("/tickets", create::create)
            .id("createTicket")
            .describe(
                "Makes a ticket.",
                "Its clocks start at once. A refusal names everything that is wrong, and nothing is made. Somebody who sees their own tickets alone can \
                 name a colleague as the requester: the ticket is then the colleague's, and its history says who reported it.",
            ),
        post("/tickets/_bulk", bulk::create).id("createTickets").up_to(BULK_CAP).describe(
            "Makes many tickets, each by itself: one that cannot be does not stop the others.",
            "At most 500, each by itself: one that cannot be does not stop the others. There is a result for each, in the same order.",
        ),
        get("/tickets/{ref}", create::get).id("getTicket").describe("Shows one ticket.", "By its UUID or its number, such as `INC-1001`."),
        patch("/tickets/{ref}", change::change).id("updateTicket").describe(
            "Changes a ticket: its texts, type, tier, priority, assignee or team.",
            "What is absent stays; `null` takes it out of the assignee's or the team's hands. A client changes only the priority, as a proposal that the desk\n\
             decides on, with its motivation; every other field is the desk's. With `If-Match` it is refused when somebody else changed the ticket in between.",
        ),
        get("/tickets/{ref}/transitions", moves::possible).id("listTicketTransitions").describe(
            "Shows which moves may follow, and what each needs.",
            "Ask before offering a choice: it depends on the ticket's type, phase and history.",
        ),
        post("/tickets/{ref}/transitions", moves::transition).id("createTicketTransition").describe(
            "Moves a ticket to another phase.",
            "`GET` tells beforehand which moves there are and what each needs. One that the workflow does not allow is 409, and its detail names those\n\
             that it does.",
        ),
        post("/tickets/{ref}/repair-agreements", moves::agree_repair).id("createTicketRepairAgreement").describe(
            "Records a moment of repair that was agreed with the client.",
            "Where the contract leaves it to be agreed, it takes the place of the resolution goals of this ticket, and is reported apart.",
        ),
        post("/tickets/{ref}/escalations", moves::escalate).id("createTicketEscalation").describe(
            "Opens a ticket's escalation or moves it to the next level, by a person's decision.",
            "The contract's ladder names the reason codes of each level, and those that open a case. A step that was proposed is decided\n\
             with the trigger of the proposal, too, such as `breached:resolution`. The ladder says\n\
             whose decision brings a case to a level.",
        ),
        get("/tickets/{ref}/clocks", clocks::list).id("listTicketClocks").describe(
            "Shows a ticket's clocks, each with its ledger.",
            "Every second is accounted for: counted, held or outside the support window, and why.",
        ),
        get("/tickets/{ref}/clocks/{kind}/ledger", clocks::ledger).id("getTicketClockLedger").describe(
            "Shows a clock's ledger as proof: all it follows from, every segment, and a hash that `uurwerk verify` recomputes.",
            "It stands by itself: whoever has it can count again without this desk.",
        ),
        get("/tickets/{ref}/events", events::list).id("listTicketEvents").describe(
            "Shows a ticket's history.",
            "A page of it, in the order recorded; every clock and report follows from it. A client sees nothing of what the desk notes inside.",
        ),
        get("/tickets/{ref}/former-texts", events::former_texts).id("listTicketFormerTexts").describe(
            "Shows what the texts of a ticket said before they were changed.",
            "Its title, description and item, each with the event that changed it. A redaction of the texts takes these away as well.",
        ),
        get("/tickets/{ref}/attachments", attachments::list)
            .id("listTicketAttachments")
            .describe("Shows which files a ticket has.", "Internal ones are shown to the desk alone. Those of tickets that were merged into it stand among them."),
        post("/tickets/{ref}/attachments", attachments::create)
            .id("createTicketAttachment")
            .describe("Adds a file to a ticket.", "The body is the file itself; its name and media type stand in the query."),
        get("/tickets/{ref}/attachments/{id}", attachments::get).id("getTicketAttachment").refuses(409).refuses(410).describe(
            "Gives a file's bytes, or a range of them.",
            "Always as a download, whatever the file is; `Range` asks for a part of it. A restricted file is read by whoever has a part in the ticket or\n\
             added it, and by roles of second line and up; by nobody else who sees the ticket. Where the desk has a virus scanner it is sent once that found\n\
             nothing (`scan`): before, it is answered with `file_unscanned` and `Retry-After`.",
        ),
        patch("/tickets/{ref}/attachments/{id}", attachments::classify).id("updateTicketAttachment").refuses(410).describe(
            "Says anew how sensitive a file is.",
            "By whoever may read it, of second line and up; the history says so. `If-Match` takes the ticket's `ETag`.",
        ),
    ];
    operations
        .into_iter()
        .chain(messages::operations())
        .chain(flags::operations())
        .chain(response_teams::operations())
        .chain(tags::operations())
        .chain(references::operations())
        .chain(followers::operations())
        .chain(work_logs::operations())
        .chain(message_drafts::operations())
        .chain(redactions::operations())
        .chain(about::operations())
        .chain(merges::operations())
        .chain(acts::operations())
        .chain(parts::all())
        .map(|operation| operation.tag(Tag::Tickets))
        .collect()
}

impl Address for TicketRef {
    const NAME: &'static str = "ref";
    const DESCRIPTION: &'static str = "The ticket's UUID or number";
    const NOUN: &'static str = "ticket";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

type Shown = Tagged<Json<Ticket>>;
/// The answer to creating a ticket, or to an action on one.
pub type Made = Tagged<CreatedAt<Ticket>>;

fn shown(overview: Overview) -> Shown {
    Tagged { tag: version::tag(&overview.ticket), answer: Json(overview.into()) }
}

pub fn made(overview: Overview) -> Made {
    let location = format!("/v1/tickets/{}", overview.ticket.id);
    Tagged { tag: version::tag(&overview.ticket), answer: CreatedAt { location, shown: overview.into() } }
}

async fn done(app: &App, caller: &Caller, changed: DomainTicket) -> Result<Made, Failure> {
    Ok(made(read::after(app, caller, changed).await?))
}
