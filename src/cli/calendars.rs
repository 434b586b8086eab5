//! Calendar amendments on the command line: record one, and approve it for a side.

use super::{Failed, explained, open, say};
use crate::domain::contract::amendment::RecordedAmendment;
use crate::settings::Settings;
use crate::usecases::amendments::{self, Consent, NewAmendment};
use crate::usecases::signatures::Signature;
use crate::usecases::{FieldCode, Problem, Stamp};

/// Records an amendment of that date, and prints since when it is in force or whose approval it waits for.
pub async fn amend(settings: Settings, contract: &str, date: &str, mut draft: NewAmendment) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    let mut stamp = Stamp::command("createCalendarAmendment", app.time.now());
    match date.parse() {
        Ok(date) => draft.date = date,
        Err(_) => stamp.unreadable.push(Problem::field("date", FieldCode::BadDate, "must be a date such as 2026-12-24")),
    }
    let recorded = amendments::amend(&app, &stamp, contract, &draft).await.map_err(explained)?;
    say(line(&recorded))?;
    Ok(app.announce_commits().await?)
}

pub async fn approve(settings: Settings, contract: &str, amendment: uuid::Uuid, consents: &[Consent]) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    for consent in consents {
        let stamp = Stamp::command("createCalendarAmendmentApproval", app.time.now());
        let recorded = amendments::approve(&app, &stamp, contract, amendment, consent).await.map_err(explained)?;
        say(line(&recorded))?;
    }
    Ok(app.announce_commits().await?)
}

/// Parses approvals given as `SIDE:PERSON`, or as `client@ORGANISATION:PERSON` where a contract has several clients.
pub fn consents(given: &[String], evidence: Option<&str>) -> Result<Vec<Consent>, Failed> {
    let consent = |text: &String| {
        let wrong = || format!("--approved-by: \"{text}\" is not client:PERSON, client@ORGANISATION:PERSON or supplier:PERSON");
        let (party, person) = text.split_once(':').ok_or_else(wrong)?;
        let (side, organisation) = party.split_once('@').map_or((party, None), |(side, one)| (side, Some(one.to_owned())));
        let signature = Signature { approved_by: Some(person.to_owned()), evidence: evidence.map(str::to_owned) };
        Ok(Consent { side: side.to_owned(), organisation, signature })
    };
    given.iter().map(consent).collect()
}

fn line(recorded: &RecordedAmendment) -> String {
    let RecordedAmendment { id, contract, calendar, date, .. } = recorded;
    let sides: Vec<_> = recorded.waits_for().iter().map(|side| side.as_str()).collect();
    let clients: Vec<_> = recorded.missing_clients().map(String::as_str).collect();
    let clients = if clients.is_empty() { String::new() } else { format!(" ({})", clients.join(", ")) };
    let waits = || format!("waits for the approval of {}{clients}", sides.join(" and "));
    let state = recorded.in_force_at().map_or_else(waits, |at| format!("in force since {at}"));
    format!("{contract} {calendar} {date} {id}: {state}")
}
