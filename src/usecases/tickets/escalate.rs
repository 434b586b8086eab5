//! A step up the ladder by a person's decision.

use super::{numbered, once, settle};
use crate::app::App;
use crate::domain::escalation;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::{Event, EventKind, Ticket};
use crate::store;
use crate::usecases::{Error, Problem, Stamp};

/// Opens the case of a ticket that is still in one of the versions expected, or moves it to the next level, by a person's
/// decision (ESC-04…08).
pub async fn escalate(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    (code, reason): (&str, &str),
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| {
        let agreements = store::agreements::read(tx).await?;
        let version = agreements.version(ticket.contract_version_id)?;
        let no_ladder = || Error::Conflict { code: "no_ladder", detail: "the contract has no ladder for this type".to_owned() };
        let ladder = version.contract.ladder(ticket.kind).ok_or_else(no_ladder)?;
        if !ticket.state().is_open() {
            return Err(Error::Conflict { code: "ticket_not_open", detail: "only an open ticket escalates".to_owned() });
        }
        let mut history = store::events::of_ticket(tx, ticket.id).await?;
        let known = history.len();
        history.extend(numbered(app, &settle(&version.contract, &ticket, &history, stamp.recorded_at, false)));
        let position = escalation::position(ladder, &history).ok_or_else(no_ladder)?;
        // What is proposed inside the supplier's desk is nobody else's to know, in a refusal neither.
        let next = escalation::next_level(ladder, position.level);
        let is_told = next.is_some_and(|next| ladder.raised_by(next.level).contains(&stamp.actor.side()));
        let position = if is_told { position } else { position.without_proposal() };
        if escalation::next_level(ladder, position.level).is_none() {
            return Err(Error::Conflict { code: "top_of_ladder", detail: "the ticket stands on the highest level".to_owned() });
        }
        let step = escalation::decided_step(ladder, &position, code, stamp.recorded_at).map_err(|codes| {
            let from = if position.level == 0 { "a case is opened".to_owned() } else { format!("level {} is left", position.level) };
            let detail =
                if codes.is_empty() { format!("{from} by nobody's decision") } else { format!("{from} by one of: {}", codes.join(", ")) };
            Error::Invalid(vec![Problem::field("code", "unknown_trigger", detail)])
        })?;
        let raised_by = ladder.raised_by(step.to);
        if !raised_by.contains(&stamp.actor.side()) {
            let sides: Vec<_> = raised_by.iter().map(|side| side.as_str()).collect();
            let detail = format!("level {} is raised by the {} alone", step.to, sides.join(" and the "));
            return Err(Error::Forbidden { code: "raised_by_others", detail });
        }
        let data = serde_json::json!({ "ladder": ladder.id, "from": step.from, "to": step.to, "trigger": step.trigger });
        history.push(Event {
            id: app.time.id(),
            kind: EventKind::Climbed,
            actor: stamp.actor.as_text(),
            reason: Some(reason.to_owned()),
            data,
            occurred_at: step.at,
            recorded_at: stamp.recorded_at,
        });
        let mut after = ticket.clone();
        after.changed(stamp.recorded_at, &history[history.len() - 1..]);
        let settled = settle(&version.contract, &after, &history, stamp.recorded_at, false);
        history.extend(numbered(app, &settled));
        store::tickets::update(tx, &after, &settled).await?;
        store::events::append(tx, &after, known, &history[known..]).await?;
        Ok(after)
    })
    .await
}
