//! Show and repair what went wrong: stored values that differ from their replay, and events and mails that were given up.

use uuid::Uuid;

use super::{Failed, explained, open, say};
use crate::settings::Settings;
use crate::usecases::{self, dead_letters, outbound};

pub async fn rebuild(settings: Settings, write: bool) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    let outcome = usecases::rebuild::rebuild(&app, write).await.map_err(explained)?;
    for one in &outcome.differences {
        say(format_args!("{} {}: stored {}, replayed {}", one.of, one.what, one.stored, one.replayed))?;
    }
    let (differ, written) = (outcome.differences.len(), if write { "written" } else { "not written" });
    let usecases::rebuild::Outcome { tickets, obligations, roles, signals, due, .. } = outcome;
    say(format_args!(
        "{tickets} tickets, {obligations} obligations, {roles} role assignments and {signals} security signals; {due} were not compared, as something that is due must be recorded first; {differ} values differ, {written}."
    ))?;
    if differ == 0 || write { Ok(()) } else { Err("the stored index differs from its replay".into()) }
}

#[derive(Clone, Copy)]
pub enum Letter {
    All,
    One(Uuid),
}

impl std::str::FromStr for Letter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            id => id.parse().map(Self::One).map_err(|_no_id| "give the id of a dead letter, or all"),
        }
    }
}

/// Prints the dead letters, or has these retried.
pub async fn dead_letters(settings: Settings, retry: &[Letter]) -> Result<(), Failed> {
    let app = &open::existing(settings).await?;
    if retry.is_empty() {
        for letter in dead_letters::list(app).await? {
            let one = &letter.set_aside;
            let died = one.died_at.map(|at| at.to_string()).unwrap_or_default();
            let error = one.last_error.as_deref().unwrap_or_default();
            say(format_args!(
                "{} {died} {} {} {}, tried {} times: {error}",
                one.id, letter.subject, letter.kind, one.handler, one.attempts
            ))?;
        }
        for outbound::Shown { tracked: one, ticket } in outbound::given_up(app, dead_letters::SHOWN).await? {
            let (mail, ticket, error) = (&one.mail, ticket.as_deref().unwrap_or("-"), one.last_error.as_deref().unwrap_or_default());
            say(format_args!("{} {} {ticket} mail {}, tried {} times: {error}", mail.id, mail.created_at, mail.template, mail.attempts))?;
        }
        return Ok(());
    }
    for letter in retry {
        match letter {
            Letter::All => say(format_args!("{} are tried anew", dead_letters::retry_all(app).await?))?,
            Letter::One(id) => dead_letters::retry(app, *id).await.map_err(explained)?,
        }
    }
    Ok(app.announce_commits().await?)
}
