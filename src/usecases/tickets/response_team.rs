//! Calling in a response team on a breach of security, with what it is asked to do.

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::ticket::response_team::{CallTeam, ResponseTask};
use crate::domain::ticket::{Act, EventData, Ticket, TicketRef};
use crate::store;
use crate::usecases::{Error, Stamp};

/// Calls in a team, whose members are mailed (`outbox::handlers`).
pub async fn call_team(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    team: &str,
    task: Option<&str>,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    let wish = [Act::CallTeam(CallTeam { team: team.to_owned() })];
    once(app, stamp, ticket, expected, async |tx, ticket| {
        let (ticket, events) = act_in(app, tx, stamp, ticket, &wish, &When::default(), by_itself).await?;
        let called = events.iter().find(|event| matches!(event.data, EventData::ResponseTeamCalled(_)));
        if let Some((event, text)) = called.zip(task) {
            let (author, text) = (event.actor.clone(), text.to_owned());
            store::response_tasks::insert(tx, &ticket, &ResponseTask { id: event.id, ticket_id: ticket.id, author, text }).await?;
        }
        Ok(ticket)
    })
    .await
}
