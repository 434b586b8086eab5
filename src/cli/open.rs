//! How a command takes the desk: whether its database has to be there, whose time it takes, and whether the contracts of the folder
//! are applied first.

use std::path::Path;

use super::Failed;
use crate::app::App;
use crate::settings::Settings;
use crate::store::seat::{self, Seat};
use crate::store::{self, Backend};
use crate::{outbox, usecases};

/// The desk as its servers have it: in its form, in its time, its contracts applied. In a sandbox with its one seat, which is free
/// again when this process ends.
pub async fn desk(settings: Settings) -> Result<(App, Option<Seat>), Failed> {
    let mut app = in_form(settings).await?;
    app.set_time(true).await?;
    usecases::sandbox::refuse_other_time(&app)?;
    let mut seat = None;
    if app.time.is_sandbox() {
        let taken = seat::take(&app.db).await?;
        seat = Some(taken.ok_or("another process serves this sandbox, and only one may: its time must not go back")?);
        // Its last holder may have moved time meanwhile.
        app.set_time(true).await?;
    }
    apply_folder(&app).await?;
    Ok((app, seat))
}

/// The desk for a guest who brings something, such as a mail: without a seat, in whatever time the database keeps.
pub async fn ready(settings: Settings) -> Result<App, Failed> {
    let mut app = in_form(settings).await?;
    app.set_time(true).await?;
    apply_folder(&app).await?;
    Ok(app)
}

/// The same for what says nothing about whose time it is, such as a token; with the contracts that are applied, and no others.
pub async fn timeless(settings: Settings) -> Result<App, Failed> {
    let mut app = in_form(settings).await?;
    app.set_time(false).await?;
    Ok(app)
}

/// The desk as it is, for whoever asks about it or mends it: nothing is made, and a database that is not there is an error.
pub async fn there(settings: Settings) -> Result<App, Failed> {
    let url = &settings.database.url;
    if !url.starts_with("postgres") {
        let path = Path::new(store::sqlite_path(url));
        if !path.is_file() {
            return Err(format!("there is no database at {}", path.display()).into());
        }
    }
    let mut app = App::start(settings).await.map_err(super::told)?;
    refuse_other_form(&app).await?;
    app.set_time(false).await?;
    Ok(app)
}

/// Brings a database to this program's form, and makes one that is not there.
pub async fn migrate(settings: Settings) -> Result<(), Failed> {
    let app = App::start(settings).await.map_err(super::told)?;
    let steps = store::form::bring(&app.db).await?;
    Ok(super::say(match steps {
        0 => "The database was in this program's form.".to_owned(),
        steps => format!("The database is in this program's form: {steps} steps were applied."),
    })?)
}

/// SQLite is brought to its form by whoever comes first; PostgreSQL by `uurwerk migrate` alone.
async fn in_form(settings: Settings) -> Result<App, Failed> {
    let app = App::start(settings).await.map_err(super::told)?;
    match app.db.backend() {
        Backend::Sqlite => {
            let steps = store::form::bring(&app.db).await?;
            if steps > 0 {
                tracing::info!(steps, "the database was brought to this program's form");
            }
        }
        Backend::Postgres => refuse_other_form(&app).await?,
    }
    Ok(app)
}

async fn refuse_other_form(app: &App) -> Result<(), Failed> {
    match store::form::lacks(&app.db).await? {
        0 => Ok(()),
        _ => Err("the database is not in this program's form: run `uurwerk migrate` first".into()),
    }
}

/// Applies what is new in the folder of contracts.
pub async fn apply_folder(app: &App) -> Result<(), Failed> {
    let outcome = usecases::agreements::apply_folder(app, &app.settings.contracts.dir).await?;
    for draft in &outcome.drafts {
        tracing::warn!(file = %draft.file.display(), open = draft.problems.len(), "a draft: what the agreement leaves open must be filled in first");
    }
    outbox::know_handlers(app).await?;
    Ok(())
}
