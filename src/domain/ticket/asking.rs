//! Which questions an event puts before those who decide, so that each is asked once: when it begins to wait for an answer, and when what it
//! is about was written anew and earlier answers no longer count.
//!
//! Absent on purpose: the solution, of which its requester is told.

use uuid::Uuid;

use super::answer::{answers, is_put_anew, open_questions};
use super::{Event, Ticket, as_recorded, kinds};
use crate::domain::contract::Contract;
use crate::domain::workflow::Question;

/// A question that is asked from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    pub question: Question,
    /// Whether it was answered before, by one side at least, and that counts no longer.
    pub is_anew: bool,
}

/// The questions that an event of this history opens. One that was open before it, not answered by anybody and about the same still, is no news.
pub fn asks(contract: &Contract, ticket: &Ticket, history: &[Event], event: Uuid) -> Vec<Asks> {
    let Some(place) = history.iter().position(|one| one.id == event) else { return Vec::new() };
    let (before, after) = (&history[..place], &history[..=place]);
    let stands = as_recorded(ticket, after);
    let was_open = if before.is_empty() { Vec::new() } else { open_questions(contract, &as_recorded(ticket, before), before) };
    let open = open_questions(contract, &stands, after).into_iter().filter(|question| *question != Question::Solution);
    let asks = open.filter_map(|question| {
        let asked = kinds::rules(stands.kind).asked(question)?;
        let is_anew = !answers(before, asked).is_empty() && answers(after, asked).is_empty();
        // Whoever was asked would decide about what is not there any more.
        let is_other = was_open.contains(&question) && is_put_anew(after, asked);
        (is_anew || is_other || !was_open.contains(&question)).then_some(Asks { question, is_anew })
    });
    asks.collect()
}
