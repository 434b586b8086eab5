//! Those whom the desk knows by their account alone: its own people, who sign in with a provider or a local account, and a client's of whom
//! nothing else is known. Here they are recorded as gone, which shuts them out at once, whatever their provider says.

use uuid::Uuid;

use super::{PersonChange, refuse_changed, refuse_erased};
use crate::app::App;
use crate::domain::permission::Verb;
use crate::domain::person::Person;
use crate::domain::role_assignment::Departure;
use crate::domain::ticket::assign::Field;
use crate::store::local_accounts::ISSUER;
use crate::store::{self, Tx};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, departures};

/// Records that somebody left or came back. The rest is for their provider to say.
pub async fn change(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    id: Uuid,
    change: &PersonChange,
    expected: Option<&[String]>,
) -> Result<Person, Error> {
    let account = store::accounts::lock_without_person(tx, id).await?.ok_or(Error::NotFound("person"))?;
    if account.organisation.is_none() {
        // Who works for the desk is for those to say who give access to it.
        stamp.who.may(Verb::ManageAccess)?;
    }
    let known = account.as_person();
    refuse_erased(tx, id).await?;
    refuse_changed(&known, expected)?;
    let problems = not_here(change);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let is_active = change.is_active.unwrap_or(known.is_active);
    let is_local = account.issuer == ISSUER;
    tx.touch("account", id);
    if known.is_active && !is_active {
        departures::release(app, tx, stamp, id, Departure::Left).await?;
        if is_local {
            store::local_accounts::close(tx, id, stamp.recorded_at).await?;
        } else {
            store::access::taken_from(tx, id, stamp.recorded_at).await?;
        }
    } else if is_active && !known.is_active {
        if is_local {
            return Err(Error::Conflict { code: Code::AccountClosed, detail: "the account is closed for good".to_owned() });
        }
        store::access::given_back(tx, id).await?;
    }
    Ok(Person { is_active, ..known })
}

fn not_here(change: &PersonChange) -> Vec<Problem> {
    let given = [
        ("name", change.name.is_some()),
        ("email", change.email.is_some()),
        ("phone", change.phone != Field::Kept),
        ("isShared", change.is_shared.is_some()),
    ];
    let detail = "it comes from where they sign in, and cannot be changed here";
    given.into_iter().filter(|(_, is_given)| *is_given).map(|(field, _)| Problem::field(field, FieldCode::NotAllowed, detail)).collect()
}
