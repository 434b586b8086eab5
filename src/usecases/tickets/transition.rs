//! Moving a ticket to another phase, with the texts that end an escalation.

use uuid::Uuid;

use super::act::{When, act_in, by_itself, once};
use super::write::{NewMessage, keep};
use crate::app::App;
use crate::domain::contract::ClosingText;
use crate::domain::language::Language;
use crate::domain::ticket::transition::Move;
use crate::domain::ticket::{Act, Event, Ticket, TicketRef};
use crate::domain::workflow::Handling;
use crate::store::Tx;
use crate::usecases::{Error, Stamp, letter};

#[derive(Debug, Clone, Default)]
pub struct Transition {
    /// The name of a phase.
    pub to: String,
    pub reason: String,
    /// Whom the ticket waits for, when it goes on hold.
    pub cause: Option<String>,
    /// The texts that an escalation requires before the case can be closed (ESC-21).
    pub texts: Vec<(ClosingText, String)>,
    /// Who had a part in it, when the desk resolves it (KPI-30).
    pub handling: Option<Handling>,
}

impl Transition {
    /// The texts as one public message.
    fn message(&self, language: Language) -> String {
        let part = |(text, words): &(ClosingText, String)| {
            let mut title = language.of(text.dutch(), text.english()).chars();
            let first = title.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}: {words}", title.as_str())
        };
        self.texts.iter().map(part).collect::<Vec<_>>().join("\n\n")
    }
}

/// The texts that end an escalation become a message on the ticket.
pub async fn transition(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    wish: &Transition,
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| transition_in(app, tx, stamp, ticket, wish, when, by_itself).await).await
}

/// The same on a ticket that the transaction has locked. `made` is as in `act_in`.
pub(super) async fn transition_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: Ticket,
    wish: &Transition,
    when: &When,
    made: impl FnOnce(&Ticket, &[Event]) -> Option<Uuid>,
) -> Result<Ticket, Error> {
    let texts = wish.texts.iter().map(|(text, _)| *text).collect();
    let act =
        Act::Move(Move { to: wish.to.clone(), reason: wish.reason.clone(), cause: wish.cause.clone(), texts, handling: wish.handling });
    let (ticket, events) = act_in(app, tx, stamp, ticket, std::slice::from_ref(&act), when, made).await?;
    if !wish.texts.is_empty() {
        let language = letter::language_of(app, tx, &ticket).await?;
        let message = NewMessage { body: wish.message(language), ..NewMessage::public() };
        keep(tx, stamp, &ticket, &events, &message).await?;
    }
    Ok(ticket)
}
