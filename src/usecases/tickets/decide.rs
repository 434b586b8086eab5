//! Answering a question that a ticket asks: by somebody of the client, or written down by the desk with whose decision it is and what shows
//! it.

use uuid::Uuid;

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::contract::Side;
use crate::domain::permission::Role;
use crate::domain::ticket::answer::{WrittenDown, asked_at};
use crate::domain::ticket::decide::Decide;
use crate::domain::ticket::{Act, Actor, Ticket, TicketRef, kinds};
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
    let wrong = match decision.evidence {
        Some(id) => evidence_problem(tx, ticket, decision.question, decided_by, id).await?,
        None => Some(Problem::field("evidence", FieldCode::Required, "name the message on the ticket that shows the decision")),
    };
    let evidence = decision.evidence.filter(|_| wrong.is_none());
    problems.extend(wrong);
    match (decided_by, evidence) {
        (Some(decided_by), Some(evidence)) if problems.is_empty() => Ok(Some(WrittenDown { decided_by, evidence })),
        _ => Err(Error::Invalid(problems)),
    }
}

/// Why a message does not show a decision: it has to be theirs, or the note of a telephone call, written since the question was put.
async fn evidence_problem(
    tx: &Tx,
    ticket: &Ticket,
    question: Question,
    decided_by: Option<Uuid>,
    id: Uuid,
) -> Result<Option<Problem>, Error> {
    let problem = |code, detail: String| Ok(Some(Problem::field("evidence", code, detail)));
    let message = store::messages::find(tx, id).await?;
    let message = match message {
        // What was said on a ticket that was merged into it is shown with it.
        Some(message) if message.ticket_id != ticket.id => {
            let other = store::tickets::find(tx, TicketRef::Id(message.ticket_id)).await?;
            other.filter(|other| other.merged_into == Some(ticket.id)).map(|_| message)
        }
        message => message,
    };
    let Some(message) = message else { return problem(FieldCode::UnknownMessage, "is not a message on this ticket".to_owned()) };
    let history = store::events::of::<Ticket>(tx, message.ticket_id).await?;
    let is_call = history.iter().any(|event| event.id == id && event.data.is_of_a_call());
    let is_theirs =
        message.public && Actor::side_of(&message.author) == Side::Client && message.person_id.is_some() && message.person_id == decided_by;
    if !is_call && !is_theirs && decided_by.is_some() {
        return problem(FieldCode::NotAllowed, "is neither a message of theirs nor the note of a telephone call".to_owned());
    }
    let own = if message.ticket_id == ticket.id { history } else { store::events::of::<Ticket>(tx, ticket.id).await? };
    match asked_at(ticket.kind, &own, question) {
        Some(asked) if message.occurred_at < asked => {
            problem(FieldCode::NotAllowed, format!("is from before the question was put, which was at {asked}"))
        }
        _ => Ok(None),
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
