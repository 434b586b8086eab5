//! The handlers, on one page: which events each takes, where in the stream it begins, and what it makes of them.

mod calamities;
mod context;
mod followers;
mod goals;
mod holders;
mod merges;
mod officers;
mod owners;
mod progress;
mod requester;
mod response_teams;
mod roles;
mod service_manager;
mod ticket_mail;

use uuid::Uuid;

use self::context::Needs;
use crate::app::App;
use crate::domain::obligation::EventKind as Ob;
use crate::domain::role_assignment::EventKind as Ro;
use crate::domain::subjects::{AnyEvent, EventKind};
use crate::domain::ticket::{Event, EventKind as Ti};
use crate::store::Tx;
use crate::store::events::Streamed;
use crate::usecases::{Error, letter, tickets};

pub struct Handler {
    /// Its position in the stream is stored under this name, so it must never change.
    pub name: &'static str,
    takes: &'static [&'static [EventKind]],
    pub from: From,
    work: Work,
}

/// Where in the stream a handler begins when it first runs. Later runs continue where the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Start,
    /// With whatever happens after it is installed: a new handler that mails people must not mail the whole past.
    Now,
}

/// Whom the handler mails, or what else it makes of events.
enum Work {
    Emergencies,
    MajorIncidents,
    Merged,
    Progress,
    Deciders,
    Management,
    Requester,
    Followers,
    Holder,
    Roles,
    Owner,
    ServiceManager,
    Officers,
    ResponseTeams,
}

/// A ticket goes to another phase.
const STEPS: &[EventKind] = &[
    EventKind::Ticket(Ti::Moved),
    EventKind::Ticket(Ti::Held),
    EventKind::Ticket(Ti::Resumed),
    EventKind::Ticket(Ti::Resolved),
    EventKind::Ticket(Ti::SolutionRefused),
    EventKind::Ticket(Ti::Accepted),
    EventKind::Ticket(Ti::Reopened),
    EventKind::Ticket(Ti::Cancelled),
];

/// It becomes another one, or other goals hold for it, or none.
const TURNS: &[EventKind] = &[
    EventKind::Ticket(Ti::Retyped),
    EventKind::Ticket(Ti::Retiered),
    EventKind::Ticket(Ti::Specified),
    EventKind::Ticket(Ti::Prioritised),
    EventKind::Ticket(Ti::Scoped),
    EventKind::Ticket(Ti::Merged),
    EventKind::Ticket(Ti::MergeUndone),
];

pub static HANDLERS: [Handler; 14] = [
    Handler {
        name: "mail-to-requester",
        takes: &[
            STEPS,
            TURNS,
            &[
                EventKind::Ticket(Ti::Registered),
                EventKind::Ticket(Ti::Replied),
                EventKind::Ticket(Ti::PriorityProposed),
                EventKind::Ticket(Ti::Reminded),
            ],
        ],
        from: From::Start,
        work: Work::Requester,
    },
    Handler {
        name: "mail-to-followers",
        takes: &[STEPS, TURNS, &[EventKind::Ticket(Ti::Replied)]],
        from: From::Now,
        work: Work::Followers,
    },
    Handler {
        name: "mail-to-holders",
        takes: &[
            STEPS,
            &[
                EventKind::Ticket(Ti::Registered),
                EventKind::Ticket(Ti::Assigned),
                EventKind::Ticket(Ti::MessageReceived),
                EventKind::Ticket(Ti::PriorityProposed),
                EventKind::Ticket(Ti::FileInfected),
                EventKind::Ticket(Ti::PartWritten),
                EventKind::Ticket(Ti::Decided),
                EventKind::Ticket(Ti::Retyped),
                EventKind::Ticket(Ti::Warned),
                EventKind::Ticket(Ti::Breached),
            ],
        ],
        from: From::Now,
        work: Work::Holder,
    },
    Handler {
        name: "mail-to-roles",
        takes: &[&[EventKind::Ticket(Ti::Climbed), EventKind::Ticket(Ti::Proposed)]],
        from: From::Start,
        work: Work::Roles,
    },
    Handler {
        name: "mail-to-owners",
        takes: &[&[EventKind::Obligation(Ob::Reminded), EventKind::Obligation(Ob::Late)]],
        from: From::Now,
        work: Work::Owner,
    },
    Handler {
        name: "mail-to-service-manager",
        takes: &[&[
            EventKind::RoleAssignment(Ro::TookEffect),
            EventKind::RoleAssignment(Ro::Uncovered),
            EventKind::RoleAssignment(Ro::EndSet),
            EventKind::RoleAssignment(Ro::Ended),
            EventKind::RoleAssignment(Ro::ReviewDue),
        ]],
        from: From::Now,
        work: Work::ServiceManager,
    },
    Handler {
        name: "mail-of-progress",
        takes: &[STEPS, TURNS, &[EventKind::Ticket(Ti::Registered), EventKind::Ticket(Ti::Replied)]],
        from: From::Now,
        work: Work::Progress,
    },
    Handler {
        name: "mail-to-deciders",
        takes: &[&[
            EventKind::Ticket(Ti::PartWritten),
            EventKind::Ticket(Ti::Decided),
            EventKind::Ticket(Ti::Moved),
            EventKind::Ticket(Ti::Resumed),
            EventKind::Ticket(Ti::Resolved),
            EventKind::Ticket(Ti::SolutionRefused),
            EventKind::Ticket(Ti::Reopened),
            EventKind::Ticket(Ti::Retyped),
        ]],
        from: From::Now,
        work: Work::Deciders,
    },
    Handler { name: "mail-of-calamities", takes: &[&[EventKind::Ticket(Ti::PartWritten)]], from: From::Now, work: Work::Management },
    Handler {
        name: "doubt-emergencies",
        takes: &[&[
            EventKind::Ticket(Ti::Prioritised),
            EventKind::Ticket(Ti::Retyped),
            EventKind::Ticket(Ti::Scoped),
            EventKind::Ticket(Ti::Merged),
            EventKind::Ticket(Ti::Cancelled),
        ]],
        from: From::Now,
        work: Work::Emergencies,
    },
    Handler {
        name: "move-parts-of-major-incidents",
        takes: &[&[
            EventKind::Ticket(Ti::Moved),
            EventKind::Ticket(Ti::Held),
            EventKind::Ticket(Ti::Resumed),
            EventKind::Ticket(Ti::Resolved),
            EventKind::Ticket(Ti::SolutionRefused),
        ]],
        from: From::Now,
        work: Work::MajorIncidents,
    },
    Handler {
        name: "flag-what-was-merged",
        takes: &[&[EventKind::Ticket(Ti::Flagged), EventKind::Ticket(Ti::Unflagged)]],
        from: From::Now,
        work: Work::Merged,
    },
    Handler { name: "mail-to-officers", takes: &[&[EventKind::Ticket(Ti::Flagged)]], from: From::Start, work: Work::Officers },
    Handler {
        name: "mail-to-response-teams",
        takes: &[&[EventKind::Ticket(Ti::ResponseTeamCalled)]],
        from: From::Now,
        work: Work::ResponseTeams,
    },
];

impl Handler {
    pub fn takes(&self, kind: EventKind) -> bool {
        self.takes.iter().any(|kinds| kinds.contains(&kind))
    }

    /// Runs in the transaction that moves the handler's position on.
    pub async fn handle(&self, app: &App, tx: &Tx, events: &[&Streamed]) -> Result<(), Error> {
        let mails = match self.work {
            Work::Emergencies => {
                let incidents: Vec<_> = of_tickets(events).map(|(ticket, _)| ticket).collect();
                // Boxed, as the next: what acts on tickets would weigh in every handler.
                return Box::pin(tickets::follows::doubt_emergencies(app, tx, &incidents)).await;
            }
            Work::MajorIncidents => {
                for (ticket, event) in of_tickets(events) {
                    Box::pin(tickets::follows::move_parts(app, tx, ticket, event)).await?;
                }
                return Ok(());
            }
            Work::Merged => {
                for (ticket, event) in of_tickets(events) {
                    Box::pin(tickets::follows::flag_merged(app, tx, ticket, event)).await?;
                }
                return Ok(());
            }
            Work::Requester => ticket_mail::each(app, tx, events, Needs::Requester, |mail| mail.to_requester()).await?,
            Work::Roles => ticket_mail::each(app, tx, events, Needs::Reach, |mail| mail.to_roles()).await?,
            Work::Officers => ticket_mail::each(app, tx, events, Needs::Reach, |mail| mail.to_officers()).await?,
            Work::ResponseTeams => ticket_mail::each(app, tx, events, Needs::Reach, |mail| mail.to_response_team()).await?,
            Work::Progress => ticket_mail::each(app, tx, events, Needs::Reach, |mail| mail.to_those_told_of_progress()).await?,
            Work::Deciders => ticket_mail::each(app, tx, events, Needs::Deciders, |mail| mail.to_deciders()).await?,
            Work::Management => ticket_mail::each(app, tx, events, Needs::Management, |mail| mail.to_management()).await?,
            Work::Followers => ticket_mail::each(app, tx, events, Needs::Followers, |mail| mail.to_followers()).await?,
            Work::Holder => ticket_mail::each(app, tx, events, Needs::Holder, |mail| mail.to_holder()).await?,
            Work::Owner => owners::mails(app, tx, events).await?,
            Work::ServiceManager => service_manager::mails(app, tx, events).await?,
        };
        letter::post(app, tx, mails).await
    }
}

/// Those that happened to tickets, each with its ticket.
fn of_tickets<'a>(events: &'a [&'a Streamed]) -> impl Iterator<Item = (Uuid, &'a Event)> {
    events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::Ticket(event) => Some((streamed.subject_id, event)),
        AnyEvent::Obligation(_) | AnyEvent::RoleAssignment(_) | AnyEvent::SecuritySignal(_) => None,
    })
}
