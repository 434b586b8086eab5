//! Signing for a role that both sides agree on.

use uuid::Uuid;

use super::{end_predecessor, not_ended, not_ones_own, opened, write};
use crate::app::App;
use crate::domain::approval::{Approval, ApprovalSubject, Refused};
use crate::domain::contract::Side;
use crate::domain::role_assignment::{Approved, EventData, RoleAssignment};
use crate::domain::text::is_visible;
use crate::store::people::ActorName;
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, one_of};

/// A signature, as sent.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// The caller's own when absent.
    pub side: Option<String>,
    /// Who signed, where somebody else writes it down.
    pub approved_by: Option<String>,
    pub evidence: Option<String>,
}

/// Signs for a role. A change in the matrix may be written down by the desk for either side; with elevated rights each side agrees itself,
/// by a person other than the holder.
pub async fn approve(app: &App, stamp: &Stamp, id: Uuid, signature: &Signature) -> Result<RoleAssignment, Error> {
    stamp
        .write(app, async |tx| {
            let mut held = opened(app, tx, stamp, id).await?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(held.subject);
            }
            let side = side(stamp, signature)?;
            stamp.who.may_sign_for(side, held.subject.is_elevated())?;
            not_ended(&held.subject, stamp.recorded_at)?;
            let approval = signed(app, tx, stamp, &held.subject, side, signature).await?;
            let given = store::approvals::of(tx, ApprovalSubject::RoleAssignment, &[id]).await?.remove(&id).unwrap_or_default();
            let before: Vec<_> = given.iter().map(|(_, approval)| approval.clone()).collect();
            held.subject.required().check(&before, &approval).map_err(refused)?;
            let sequence = given.last().map_or(1, |(sequence, _)| sequence + 1);
            store::approvals::insert(tx, (ApprovalSubject::RoleAssignment, id), sequence, &approval).await?;
            let approved = EventData::Approved(Approved { side, approval: approval.id });
            held.happened(approved, signature.evidence.clone(), stamp.recorded_at);
            let written = write(held, tx, Some(approval.id)).await?;
            end_predecessor(app, tx, stamp, &written).await?;
            Ok(written)
        })
        .await
}

fn side(stamp: &Stamp, signature: &Signature) -> Result<Side, Error> {
    let Some(code) = &signature.side else { return Ok(stamp.who.actor.side()) };
    let unknown = || Error::Invalid(vec![Problem::field("side", FieldCode::UnknownValue, one_of(Side::ALL.map(Side::as_str)))]);
    Side::named(code).ok_or_else(unknown)
}

async fn signed(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    assignment: &RoleAssignment,
    side: Side,
    signature: &Signature,
) -> Result<Approval, Error> {
    let invalid = |code, detail: &str| Error::Invalid(vec![Problem::field("approvedBy", code, detail)]);
    let named = signature.approved_by.as_deref().map(str::trim);
    if assignment.is_elevated() {
        if named.is_some() {
            return Err(invalid(FieldCode::NotAllowed, "with elevated rights each side agrees itself"));
        }
        not_ones_own(stamp, assignment)?;
    } else if named.is_none() && side != stamp.who.actor.side() {
        return Err(invalid(FieldCode::Required, "name the person who signed for the other side"));
    }
    if named.is_some_and(|name| !is_visible(name)) {
        return Err(invalid(FieldCode::Blank, "has nothing in it that can be seen"));
    }
    let (approver, name) = match named {
        Some(name) => (None, name.to_owned()),
        None => (stamp.who.actor.id(), own_name(tx, stamp).await?),
    };
    let (actor, approved_at) = (stamp.who.actor.as_text(), stamp.recorded_at);
    Ok(Approval { id: app.time.id(), side, approver, name, evidence: signature.evidence.clone(), actor, approved_at })
}

/// The name of whoever signs in person.
async fn own_name(tx: &Tx, stamp: &Stamp) -> Result<String, Error> {
    let Some(id) = stamp.who.actor.id() else { return Ok(stamp.who.actor.as_text()) };
    Ok(match store::people::names(tx, &[id]).await?.remove(&id) {
        Some(ActorName::Person(name) | ActorName::Token(name)) => name,
        None => stamp.who.actor.as_text(),
    })
}

fn refused(refused: Refused) -> Error {
    let code = match refused {
        Refused::Complete => Code::ApprovalComplete,
        Refused::SideApproved(_) => Code::AlreadyApproved,
        Refused::SamePerson => Code::SamePerson,
    };
    Error::Conflict { code, detail: refused.to_string() }
}
