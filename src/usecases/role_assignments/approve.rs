//! Signing for a role that both sides, or two persons, agree on.

use uuid::Uuid;

use super::{end_predecessor, not_ended, not_ones_own, not_replaced, opened, write};
use crate::app::App;
use crate::domain::approval::{Approval, ApprovalSubject, Refused};
use crate::domain::contract::Side;
use crate::domain::role_assignment::{Approved, EventData, RoleAssignment};
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::parties::Party;
use crate::usecases::signatures::{self, Signature};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, one_of};

/// Signs for a role, for a side: the caller's own where it is not said. For a right every person signs themselves, and not the holder; of a
/// change in the matrix the desk may write down what the client signed on paper.
pub async fn approve(app: &App, stamp: &Stamp, id: Uuid, side: Option<&str>, signature: &Signature) -> Result<RoleAssignment, Error> {
    stamp
        .write(app, async |tx| {
            let mut held = opened(app, tx, stamp, id).await?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(held.subject);
            }
            let side = named_side(stamp, side)?;
            stamp.who.may_sign_for(side, held.subject.may_be_signed_on_paper())?;
            not_ended(&held.subject, stamp.recorded_at)?;
            not_replaced(tx, &held.subject).await?;
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

fn named_side(stamp: &Stamp, side: Option<&str>) -> Result<Side, Error> {
    let Some(code) = side else { return Ok(stamp.who.actor.side()) };
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
    if assignment.may_be_signed_on_paper() {
        let party = Party::of(side, assignment.organisation.as_deref());
        let approval = signatures::of_party(app, tx, stamp, &party, signature, stamp.recorded_at, "").await?.map_err(Error::Invalid)?;
        let is_on_paper = stamp.who.actor.id() != Some(approval.approver);
        if is_on_paper && approval.approver == assignment.holder {
            let detail = "whoever is to hold the role does not sign for it on paper";
            return Err(Error::Invalid(vec![Problem::field("approvedBy", FieldCode::SamePerson, detail)]));
        }
        return Ok(approval);
    }
    if signature.approved_by.is_some() {
        let detail = "for a right each person signs themselves";
        return Err(Error::Invalid(vec![Problem::field("approvedBy", FieldCode::NotAllowed, detail)]));
    }
    not_ones_own(stamp, assignment)?;
    signatures::own(app, tx, stamp, signature.evidence.as_deref(), stamp.recorded_at).await
}

fn refused(refused: Refused) -> Error {
    let code = match refused {
        Refused::Complete => Code::ApprovalComplete,
        Refused::SideApproved(_) => Code::AlreadyApproved,
        Refused::SamePerson => Code::SamePerson,
    };
    Error::Conflict { code, detail: refused.to_string() }
}
