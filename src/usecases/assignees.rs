//! Whom tickets are given to. Somebody of the desk whom it knows by an account is kept by their id, by whichever name they were given it, so that
//! each has one queue and can be erased. Whoever has no account yet is kept as they were called, and found by it later all the same.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::actors::Actors;
use super::{Error, FieldCode, Problem};
use crate::domain::person::Person;
use crate::domain::ticket::assign::{Assign, Field};
use crate::domain::ticket::{Act, FieldChange, Overview};
use crate::store::{self, Reads, Tx};

/// The acts, with ids in the place of what people are called.
pub(super) async fn identified<'a>(tx: &Tx, wishes: &'a [Act], problems: &mut Vec<Problem>) -> Result<Cow<'a, [Act]>, Error> {
    let called: Vec<_> = wishes.iter().filter_map(given_to).collect();
    if called.is_empty() {
        return Ok(Cow::Borrowed(wishes));
    }
    let found = store::desk_people::called(tx, &called).await?;
    let mut wishes = wishes.to_vec();
    for wish in &mut wishes {
        let Act::Assign(Assign { assignee: Field::Set(called), .. }) = wish else { continue };
        let meant: Vec<_> = found.iter().filter(|one| one.is_active && is_called(one, called)).collect();
        match meant[..] {
            [] => {}
            [one] => *called = one.id.to_string(),
            [..] => problems.push(Problem::field("assignee", FieldCode::Ambiguous, several(&meant))),
        }
    }
    Ok(Cow::Owned(wishes))
}

fn given_to(wish: &Act) -> Option<&str> {
    match wish {
        Act::Assign(Assign { assignee: Field::Set(called), .. }) => Some(called),
        _ => None,
    }
}

/// Whether a ticket that was given to somebody called so was given to them.
pub fn is_called(person: &Person, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    person.name.to_lowercase() == text || person.email.to_lowercase() == text || text.parse() == Ok(person.id)
}

fn several(meant: &[&Person]) -> String {
    let ids: Vec<_> = meant.iter().map(|one| one.id.to_string()).collect();
    format!("fits several people; say the address or the id of one: {}", ids.join(", "))
}

/// These assignees by everything that they may be kept as.
pub async fn under_any_name(reads: &impl Reads, assignees: Vec<String>) -> Result<Vec<String>, Error> {
    if assignees.is_empty() {
        return Ok(assignees);
    }
    let found = store::desk_people::called(reads, &assignees.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let names = found.into_iter().flat_map(|one| [one.id.to_string(), one.name, one.email]);
    Ok(assignees.into_iter().chain(names).collect::<BTreeSet<_>>().into_iter().collect())
}

/// Says who has these tickets in hand, by name.
pub(super) async fn name(reads: &impl Reads, shown: &mut [Overview]) -> Result<(), Error> {
    let names = names(reads, shown.iter().filter_map(|one| one.ticket.assignee.as_deref())).await?;
    for one in shown {
        one.assignee_name = one.ticket.assignee.as_deref().map(|kept| names.get(kept).map_or(kept, String::as_str).to_owned());
    }
    Ok(())
}

/// The same in what events changed: people read that, and ids are no names.
pub(super) async fn name_in(reads: &impl Reads, changes: impl Iterator<Item = &mut FieldChange>) -> Result<(), Error> {
    let mut kept: Vec<_> =
        changes.filter(|change| change.field == "assignee").flat_map(|change| [&mut change.before, &mut change.after]).collect();
    let names = names(reads, kept.iter().filter_map(|one| one.as_deref())).await?;
    for one in kept.iter_mut().filter_map(|one| one.as_mut()) {
        if let Some(name) = names.get(one) {
            one.clone_from(name);
        }
    }
    Ok(())
}

async fn names<'a>(reads: &impl Reads, kept: impl Iterator<Item = &'a str>) -> Result<HashMap<String, String>, Error> {
    let ids: BTreeSet<Uuid> = kept.filter_map(|kept| kept.parse().ok()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // Also of tokens: a program that takes a ticket has it under its own.
    let actors = Actors::under(reads, &ids.iter().copied().collect::<Vec<_>>()).await?;
    Ok(ids.into_iter().filter_map(|id| Some((id.to_string(), actors.name_of(id)?.to_owned()))).collect())
}
