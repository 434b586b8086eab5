//! Amendments to calendars on the command line: recorded, and approved by both sides.

use super::{Failed, open, say, told};
use crate::domain::contract::amendment::Recorded;
use crate::settings::Settings;
use crate::usecases::Stamp;
use crate::usecases::amendments::{self, Consent, Draft};

/// Records an amendment, and says since when it is in force or for whom it waits.
pub async fn amend(settings: Settings, contract: &str, draft: &Draft) -> Result<(), Failed> {
    let app = open::there(settings).await?;
    let recorded = amendments::amend(&app, &Stamp::system(app.time.now()), contract, draft).await.map_err(told)?;
    say(line(&recorded))?;
    Ok(app.tell().await?)
}

/// Records who approved an amendment that waits.
pub async fn approve(settings: Settings, contract: &str, amendment: uuid::Uuid, consents: &[Consent]) -> Result<(), Failed> {
    let app = open::there(settings).await?;
    for consent in consents {
        let stamp = Stamp::system(app.time.now());
        let recorded = amendments::approve(&app, &stamp, contract, amendment, consent).await.map_err(told)?;
        say(line(&recorded))?;
    }
    Ok(app.tell().await?)
}

/// Approvals given as `SIDE:NAME`.
pub fn consents(given: &[String], evidence: Option<&str>) -> Result<Vec<Consent>, Failed> {
    let consent = |text: &String| {
        let parts = text.split_once(':').ok_or_else(|| format!("--approved-by: \"{text}\" is not client:NAME or supplier:NAME"))?;
        let (side, approved_by) = (parts.0.to_owned(), parts.1.to_owned());
        Ok(Consent { side, approved_by, evidence: evidence.map(str::to_owned) })
    };
    given.iter().map(consent).collect()
}

fn line(recorded: &Recorded) -> String {
    let Recorded { id, contract, calendar, date, .. } = recorded;
    let sides: Vec<_> = recorded.waits_for().iter().map(|side| side.as_str()).collect();
    let waits = || format!("waits for the approval of {}", sides.join(" and "));
    let state = recorded.in_force_at().map_or_else(waits, |at| format!("in force since {at}"));
    format!("{contract} {calendar} {date} {id}: {state}")
}
