//! Answering a question that a ticket asks: by somebody of the client, or written down by the desk with whose decision it is and what shows
//! it.

use uuid::Uuid;

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::contract::Side;
use crate::domain::role_assignment::RoleAssignment;
use crate::domain::ticket::answer::WrittenDown;
use crate::domain::ticket::decide::Decide;
use crate::domain::ticket::evidence::{Evidence, may_decide};
use crate::domain::ticket::{Act, Ticket, TicketRef};
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
        Ok(person) if may_decide(ticket, decision.question, person, &rights_of(tx, person).await?, stamp.recorded_at) => Some(person),
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

async fn rights_of(tx: &Tx, person: Uuid) -> Result<Vec<RoleAssignment>, Error> {
    Ok(store::role_assignments::rights_of(tx, &[person]).await?)
}

/// Why a message does not show a decision.
async fn evidence_problem(
    tx: &Tx,
    ticket: &Ticket,
    question: Question,
    decided_by: Option<Uuid>,
    id: Uuid,
) -> Result<Option<Problem>, Error> {
    let message = match store::messages::find(tx, id).await? {
        // What was said on a ticket that was merged into it is shown with it.
        Some(message) if message.ticket_id != ticket.id => {
            let other = store::tickets::find(tx, TicketRef::Id(message.ticket_id)).await?;
            other.filter(|other| other.merged_into == Some(ticket.id)).map(|_| message)
        }
        message => message,
    };
    let Some(message) = message else {
        return Ok(Some(Problem::field("evidence", FieldCode::UnknownMessage, "is not a message on this ticket")));
    };
    let written_on = store::events::of::<Ticket>(tx, message.ticket_id).await?;
    let own = if message.ticket_id == ticket.id { written_on.clone() } else { store::events::of::<Ticket>(tx, ticket.id).await? };
    let evidence = Evidence { message: &message, written_on: &written_on };
    let refused = evidence.check(ticket.kind, &own, question, decided_by).err();
    Ok(refused.map(|refused| Problem::field("evidence", FieldCode::NotAllowed, refused.to_string())))
}
