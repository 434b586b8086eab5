//! Calendars changed while tickets are open: an amendment is recorded, and every open ticket of its contract is settled
//! again by whoever works off what is due (design § 2.16, CLK-16, CAL-12).

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Error, Problem, Stamp, contracts};
use crate::app::{App, Version};
use crate::domain::amendment::{Amendment, Change};
use crate::domain::calendar::BadInterval;
use crate::store::amendments::Recorded;
use crate::store::{self, Scope};

/// An amendment as someone asks for it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The calendar's name in the contract.
    pub calendar: String,
    /// The date.
    pub date: NaiveDate,
    /// `closed`, `hours` or `as_agreed`.
    pub change: String,
    /// The hours it opens, as a contract writes them; only with `hours`.
    pub hours: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Changes one date of a contract's calendar, in every version of it. The same change twice is recorded twice and moves
/// nothing the second time.
pub async fn amend(app: &App, stamp: &Stamp, contract: &str, draft: &Draft) -> Result<Recorded, Error> {
    if stamp.actor.is_client() {
        return Err(Error::Forbidden { code: "desk_only", detail: "only the desk amends a calendar".to_owned() });
    }
    let recorded = app
        .write(&stamp.scope, async |tx| {
            store::amendments::lock(tx).await?;
            contracts::refresh(app, tx).await?;
            let known = store::amendments::all(tx).await?;
            if let Some(id) = super::tickets::repeated(tx, stamp).await? {
                return known.into_iter().find(|one| one.amendment.id == id).ok_or(Error::NotFound("amendment"));
            }
            let last = known.last().map(|one| one.amendment.recorded_at);
            let change = change(draft).map_err(Error::Invalid)?;
            let amendment = Amendment {
                id: app.time.id(),
                calendar: draft.calendar.clone(),
                date: draft.date,
                change,
                recorded_at: last.map_or(stamp.recorded_at, |last| last.max(stamp.recorded_at)),
            };
            check(app, contract, &amendment)?;
            let recorded =
                Recorded { contract: contract.to_owned(), amendment, reason: draft.reason.clone(), actor: stamp.actor.as_text() };
            store::amendments::insert(tx, &recorded, known.len() + 1).await?;
            super::tickets::remember(app, tx, stamp, recorded.amendment.id).await?;
            Ok(recorded)
        })
        .await?;
    contracts::load_applied(app).await?;
    Ok(recorded)
}

/// What was amended in the calendars of a contract that serves someone of the scope, in the order recorded.
pub async fn of_contract(app: &App, scope: &Scope, contract: &str) -> Result<Vec<Recorded>, Error> {
    let reads = &app.db.view(scope.clone());
    contracts::refresh(app, reads).await?;
    let serves = |version: &Arc<Version>| version.contract.clients.iter().any(|client| scope.includes(&client.organisation));
    if !app.versions_of(contract).iter().any(serves) {
        return Err(Error::NotFound("contract"));
    }
    let all = store::amendments::all(reads).await?;
    Ok(all.into_iter().filter(|recorded| recorded.contract == contract).collect())
}

fn change(draft: &Draft) -> Result<Change, Vec<Problem>> {
    let refused = |code, detail: String| vec![Problem::field("hours", code, detail)];
    match (draft.change.as_str(), draft.hours.is_empty()) {
        ("hours", true) => return Err(refused("required", "a date that opens needs its hours".to_owned())),
        ("closed" | "as_agreed", false) => return Err(refused("not_allowed", "only a date that opens has hours".to_owned())),
        _ => {}
    }
    match Change::named(&draft.change, &draft.hours) {
        Ok(Some(change)) => Ok(change),
        Ok(None) => Err(vec![Problem::field("change", "unknown_value", "must be closed, hours or as_agreed")]),
        Err(error @ (BadInterval::Unreadable | BadInterval::Empty)) => Err(refused("bad_interval", format!("one of them {error}"))),
    }
}

/// Refuses what names no calendar, and hours that run into those beside them in any version.
fn check(app: &App, contract: &str, amendment: &Amendment) -> Result<(), Error> {
    let versions = app.versions_of(contract);
    if versions.is_empty() {
        return Err(Error::NotFound("contract"));
    }
    if !versions.iter().any(|version| version.contract.calendars.contains_key(&amendment.calendar)) {
        let detail = format!("the contract has no calendar \"{}\"", amendment.calendar);
        return Err(Error::Invalid(vec![Problem::field("calendar", "unknown_calendar", detail)]));
    }
    let mut problems = Vec::new();
    for version in versions {
        let known = version.contract.amendments.iter().map(|amended| amended.amendment.clone());
        if let Err(wrong) = version.contract.clone().amended_by(known.chain([amendment.clone()])) {
            let detail = wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            problems.push(Problem::field("hours", "overlap", format!("version {}: {detail}", version.contract.version)));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
