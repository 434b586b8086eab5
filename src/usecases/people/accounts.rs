//! Those whom the desk knows by their account alone: its own people, who sign in with a provider or a local account, and a client's of whom
//! nothing else is known. They are shut out here, at once and whatever their provider says.

use uuid::Uuid;

use super::PersonChange;
use crate::domain::permission::Verb;
use crate::domain::ticket::assign::Field;
use crate::store::accounts::Account;
use crate::store::{self, Tx};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp};

/// Shuts somebody out, or lets them in again. The rest is their provider's to say.
pub async fn change(tx: &Tx, stamp: &Stamp, id: Uuid, change: &PersonChange) -> Result<Account, Error> {
    let account = store::accounts::without_person(tx, id).await?.ok_or(Error::NotFound("person"))?;
    if account.organisation.is_none() {
        // Who works for the desk is for those to say who give access to it.
        stamp.who.may(Verb::ManageAccess)?;
    }
    let problems = not_here(change);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let Some(is_active) = change.is_active else { return Ok(account) };
    tx.touch("account", id);
    let is_local = account.issuer == store::local_accounts::ISSUER;
    match (is_active, is_local) {
        (true, true) if account.is_blocked => {
            return Err(Error::Conflict { code: Code::AccountClosed, detail: "the account is closed for good".to_owned() });
        }
        (true, _) => store::access::let_in_again(tx, id).await?,
        (false, true) => store::local_accounts::close(tx, id, stamp.recorded_at).await?,
        (false, false) => store::access::shut_out(tx, id, stamp.recorded_at).await?,
    }
    Ok(Account { is_blocked: !is_active, ..account })
}

fn not_here(change: &PersonChange) -> Vec<Problem> {
    let given = [
        ("name", change.name.is_some()),
        ("email", change.email.is_some()),
        ("phone", !matches!(change.phone, Field::Kept)),
        ("isShared", change.is_shared.is_some()),
    ];
    let detail = "it comes from where they sign in, and cannot be changed here";
    given.into_iter().filter(|(_, is_given)| *is_given).map(|(field, _)| Problem::field(field, FieldCode::NotAllowed, detail)).collect()
}
