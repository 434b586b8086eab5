//! Who signs: one rule for everything that waits for agreement.
//!
//! A signature is of a person the desk knows, who gives it themselves (`Principal::in_person`). Where two parties settle something between
//! them, such as who holds a role, the desk may also write down what somebody of the client signed on paper: it names that person, and what
//! shows it. Whoever has the machine does so for either side, and signs nothing themselves.

use uuid::Uuid;

use super::parties::Party;
use super::{Error, FieldCode, Problem, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::actor::Actor;
use crate::domain::approval::Approval;
use crate::domain::contract::Side;
use crate::domain::text::is_visible;
use crate::store::people::ActorName;
use crate::store::{self, Tx};

/// What is sent with a signature.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// The id or address of who signed; the caller when absent.
    pub approved_by: Option<String>,
    /// What shows it.
    pub evidence: Option<String>,
}

/// The caller's own signature.
pub(super) async fn own(app: &App, tx: &Tx, stamp: &Stamp, evidence: Option<&str>, at: Instant) -> Result<Approval, Error> {
    let approver = stamp.who.in_person()?;
    signed(app, tx, stamp, (stamp.who.actor.side(), approver), evidence, at).await
}

/// A signature for a party: the caller's own for theirs, one on paper for the other. `within` is where it stands in the body.
pub(super) async fn of_party(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    party: &Party,
    sent: &Signature,
    at: Instant,
    within: &str,
) -> Result<Result<Approval, Vec<Problem>>, Error> {
    let (by, shown_by) = (format!("{within}approvedBy"), format!("{within}evidence"));
    let is_own = stamp.who.actor != Actor::System && stamp.who.actor.side() == party.side;
    let named = match &sent.approved_by {
        Some(named) => Some(party.member(tx, &by, named).await?),
        None => None,
    };
    if is_own {
        let approver = stamp.who.in_person()?;
        if named.is_some_and(|named| named.ok() != Some(approver)) {
            let detail = "for your own side you sign in person: leave it out, or name yourself";
            return Ok(Err(vec![Problem::field(&by, FieldCode::NotAllowed, detail)]));
        }
        return Ok(Ok(signed(app, tx, stamp, (party.side, approver), sent.evidence.as_deref(), at).await?));
    }
    if stamp.who.actor != Actor::System {
        // The record says who wrote it down.
        stamp.who.in_person()?;
    }
    let mut problems = Vec::new();
    let approver = match named {
        None => Err(Problem::field(&by, FieldCode::Required, "name the person of the other side who signed, by id or address")),
        Some(Ok(known)) if stamp.who.actor.id() == Some(known) => {
            Err(Problem::field(&by, FieldCode::SamePerson, "somebody else writes down what one signed on paper"))
        }
        Some(named) => named,
    };
    let approver = approver.map_err(|problem| problems.push(problem)).ok();
    if !sent.evidence.as_deref().is_some_and(is_visible) {
        problems.push(Problem::field(&shown_by, FieldCode::Required, "say what shows that they signed, such as minutes or a letter"));
    }
    let Some(approver) = approver.filter(|_| problems.is_empty()) else { return Ok(Err(problems)) };
    Ok(Ok(signed(app, tx, stamp, (party.side, approver), sent.evidence.as_deref(), at).await?))
}

async fn signed(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    (side, approver): (Side, Uuid),
    evidence: Option<&str>,
    approved_at: Instant,
) -> Result<Approval, Error> {
    let name = match store::people::names(tx, &[approver]).await?.remove(&approver) {
        Some(ActorName::Person(name) | ActorName::Token(name)) => name,
        None => approver.to_string(),
    };
    Ok(Approval {
        id: app.time.id(),
        side,
        approver,
        name,
        evidence: evidence.map(str::to_owned),
        actor: stamp.who.actor.as_text(),
        token: stamp.who.credential.token,
        approved_at,
    })
}
