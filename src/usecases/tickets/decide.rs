//! Answering a question that a ticket asks: by somebody of the client, or written down by the desk with whose decision it is and what shows
//! it.

use uuid::Uuid;

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::contract::Side;
use crate::domain::permission::Role;
use crate::domain::ticket::answer::WrittenDown;
use crate::domain::ticket::decide::Decide;
use crate::domain::ticket::{Act, Ticket, TicketRef, kinds};
use crate::domain::workflow::{Question, Verdict};
use crate::store::{self, Tx};
use crate::usecases::parties::Party;
use crate::usecases::{Error, FieldCode, Problem, Stamp};

#[derive(Debug, Clone)]
pub struct Decision {
    pub question: Question,
    pub verdict: Verdict,
    pub reason: String,
    /// The id or address of whose decision it is, where the desk writes it down.
    pub decided_by: Option<String>,
    /// The message on the ticket that shows it: theirs, or a telephone contact with them.
    pub evidence: Option<Uuid>,
}

pub async fn decide(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    decision: &Decision,
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| {
        let written_down = written_down(tx, stamp, &ticket, decision).await?;
        let Decision { question, verdict, reason, .. } = decision;
        let wish = Decide { question: *question, verdict: *verdict, reason: reason.clone(), written_down };
        Ok(act_in(app, tx, stamp, ticket, &[Act::Decide(wish)], when, by_itself).await?.0)
    })
    .await
}

async fn written_down(tx: &Tx, stamp: &Stamp, ticket: &Ticket, decision: &Decision) -> Result<Option<WrittenDown>, Error> {
    let mut problems = Vec::new();
    if stamp.who.actor.side() == Side::Client {
        for (field, is_given) in [("decidedBy", decision.decided_by.is_some()), ("evidence", decision.evidence.is_some())] {
            if is_given {
                problems.push(Problem::field(field, FieldCode::DeskOnly, "whoever decides for their own side does so themselves"));
            }
        }
        return if problems.is_empty() { Ok(None) } else { Err(Error::Invalid(problems)) };
    }
    if !stamp.unreadable.is_empty() && decision.decided_by.is_none() {
        // Whose decision it is may be what could not be read.
        return Err(Error::Invalid(Vec::new()));
    }
    let Some(named) = &decision.decided_by else {
        if decision.evidence.is_some() {
            problems.push(Problem::field("evidence", FieldCode::NotAllowed, "shows whose decision it is: name them in decidedBy"));
        }
        return if problems.is_empty() { Ok(None) } else { Err(Error::Invalid(problems)) };
    };
    let party = Party::of(Side::Client, Some(&ticket.organisation));
    let decided_by = match party.member(tx, "decidedBy", named).await? {
        Ok(person) if may_decide(tx, stamp, ticket, decision.question, person).await? => Some(person),
        Ok(_) => {
            let detail = "is not somebody who decides this for the client, as far as the desk knows: their right has to be recorded first";
            problems.push(Problem::field("decidedBy", FieldCode::UnknownPerson, detail));
            None
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let evidence = match decision.evidence {
        Some(id) if store::messages::find(tx, id).await?.is_some_and(|message| message.ticket_id == ticket.id) => Some(id),
        Some(_) => {
            problems.push(Problem::field("evidence", FieldCode::UnknownMessage, "is not a message on this ticket"));
            None
        }
        None => {
            problems.push(Problem::field("evidence", FieldCode::Required, "name the message on the ticket that shows the decision"));
            None
        }
    };
    match (decided_by, evidence) {
        (Some(decided_by), Some(evidence)) if problems.is_empty() => Ok(Some(WrittenDown { decided_by, evidence })),
        _ => Err(Error::Invalid(problems)),
    }
}

/// Whether somebody of the client may answer a question, as far as the desk knows: the requester judges a solution; the rest is for whoever
/// holds a right that gives it.
async fn may_decide(tx: &Tx, stamp: &Stamp, ticket: &Ticket, question: Question, person: Uuid) -> Result<bool, Error> {
    let Some(asked) = kinds::rules(ticket.kind).asked(question) else { return Ok(true) };
    if question == Question::Solution && ticket.requester_id == Some(person) {
        return Ok(true);
    }
    let held = store::role_assignments::rights_of(tx, &[person]).await?;
    let gives = |role: Role| role != Role::Requester && role.side() == Side::Client && asked.by.roles().contains(&role);
    Ok(held.iter().any(|held| {
        held.is_held_by(person, stamp.recorded_at)
            && held.organisation.as_ref() == Some(&ticket.organisation)
            && held.right().is_some_and(gives)
    }))
}
