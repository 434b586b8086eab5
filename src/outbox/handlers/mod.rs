//! The handlers, on one page: which events each takes, where in the stream it begins, and what it makes of them.

mod around;
mod owners;
mod requester;
mod roles;
mod ticket_mail;

use crate::app::App;
use crate::domain::obligation::EventKind as Ob;
use crate::domain::subjects::EventKind;
use crate::domain::ticket::EventKind as Ti;
use crate::store::events::Streamed;
use crate::store::{self, Tx};
use crate::usecases::Error;

/// What turns events into work.
pub struct Handler {
    /// Its place in the stream is kept under it.
    pub name: &'static str,
    pub takes: &'static [EventKind],
    pub from: From,
    work: Work,
}

/// Where in the stream a handler begins when it first runs; from then on it goes on where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With the first event there is.
    Start,
    /// With what happens from then on. Whoever tells people something begins here: a new handler must not mail the whole past.
    Now,
}

/// Whom it tells.
enum Work {
    Requester,
    Roles,
    Owner,
}

/// All of them.
pub static HANDLERS: [Handler; 3] = [
    // Tells whoever reported a ticket.
    Handler {
        name: "mail-to-requester",
        takes: &[
            EventKind::Ticket(Ti::Registered),
            EventKind::Ticket(Ti::Replied),
            EventKind::Ticket(Ti::Moved),
            EventKind::Ticket(Ti::Held),
            EventKind::Ticket(Ti::Resumed),
            EventKind::Ticket(Ti::Resolved),
            EventKind::Ticket(Ti::SolutionRefused),
            EventKind::Ticket(Ti::Accepted),
            EventKind::Ticket(Ti::Reopened),
            EventKind::Ticket(Ti::Cancelled),
        ],
        from: From::Start,
        work: Work::Requester,
    },
    // Tells the roles of the levels an escalation left and reached; of a proposed step, those who decide it.
    Handler {
        name: "mail-to-roles",
        takes: &[EventKind::Ticket(Ti::Climbed), EventKind::Ticket(Ti::Proposed)],
        from: From::Start,
        work: Work::Roles,
    },
    // Tells the role that must see to an obligation that it is due, or late.
    Handler {
        name: "mail-to-owners",
        takes: &[EventKind::Obligation(Ob::Reminded), EventKind::Obligation(Ob::Late)],
        from: From::Now,
        work: Work::Owner,
    },
];

impl Handler {
    /// Does its work for some events, in the transaction that moves it on.
    pub async fn handle(&self, app: &App, tx: &Tx, events: &[&Streamed]) -> Result<(), Error> {
        let mails = match self.work {
            Work::Requester => ticket_mail::each(app, tx, events, |mail| mail.to_requester()).await?,
            Work::Roles => ticket_mail::each(app, tx, events, |mail| mail.to_roles()).await?,
            Work::Owner => owners::mails(app, tx, events).await?,
        };
        Ok(store::mail::queue(tx, &mails).await?)
    }
}

/// How the desk signs.
const DESK: &str = "Servicedesk";
