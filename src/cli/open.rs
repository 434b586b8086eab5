//! How a command opens the desk: whether the database must exist, whose time holds, and whether the contracts folder is applied
//! first.

use std::path::Path;

use super::Failed;
use crate::app::App;
use crate::settings::{Database, Settings};
use crate::store::seat::{self, Seat, Task};
use crate::store::{self, Backend, Db};
use crate::usecases::Stamp;
use crate::{outbox, usecases};

/// For a server: schema migrated, time set, contracts applied. In a sandbox it takes the one seat, which must be held for as long
/// as the desk is at work. One whose last holder was killed a moment ago may not be free yet, so it is waited for a little.
pub async fn for_serving(settings: Settings) -> Result<(App, Option<Seat>), Failed> {
    let mut app = migrated(settings).await?;
    app.set_time(true).await?;
    app.set_signing_key(true).await?;
    usecases::sandbox::refuse_other_time(&app)?;
    let mut seat = None;
    if app.time.is_sandbox() {
        let taken = seat::take_patiently(&app.db, Task::ServeSandbox).await.map_err(usecases::Error::from)?;
        seat = Some(taken.ok_or("another process serves this sandbox; only one may, because its time must not go back")?);
        // Its last holder may have moved time since it was read above.
        app.set_time(true).await?;
    }
    apply_folder(&app).await?;
    Ok((app, seat))
}

/// For a command that adds something, such as a mail: without a seat, in whatever time the database keeps.
pub async fn ready(settings: Settings) -> Result<App, Failed> {
    let mut app = migrated(settings).await?;
    app.set_time(true).await?;
    app.set_signing_key(true).await?;
    apply_folder(&app).await?;
    Ok(app)
}

/// For a command that says nothing about time, such as making a token: it must not decide which time a new database keeps. The
/// contracts folder is not applied.
pub async fn in_any_time(settings: Settings) -> Result<App, Failed> {
    let mut app = migrated(settings).await?;
    app.set_time(false).await?;
    Ok(app)
}

/// For a command that reads or repairs: nothing is created, and a missing database is an error.
pub async fn existing(settings: Settings) -> Result<App, Failed> {
    let url = &settings.database.url;
    if !url.starts_with("postgres") {
        let path = Path::new(store::sqlite_path(url));
        if !path.is_file() {
            return Err(format!("there is no database at {}", path.display()).into());
        }
    }
    let mut app = Box::pin(App::start(settings)).await.map_err(super::explained)?;
    refuse_other_schema(&app).await?;
    app.set_time(false).await?;
    Ok(app)
}

/// Migrates a database, and creates one that does not exist.
pub async fn migrate(settings: Settings) -> Result<(), Failed> {
    let steps = migrated_by_owner(&settings).await?;
    Ok(super::say(match steps {
        0 => "The database was up to date.".to_owned(),
        steps => format!("The database is up to date: {steps} migrations were applied."),
    })?)
}

/// Migrates as the owner of the tables, where the settings name one.
pub async fn migrated_by_owner(settings: &Settings) -> Result<usize, Failed> {
    let Database { url, owner_url } = &settings.database;
    let connected = async |url: &str| Db::connect(url).await.map_err(usecases::Error::from).map_err(super::explained);
    let db = connected(owner_url.as_ref().unwrap_or(url)).await?;
    let role = store::role_of(url).filter(|_| owner_url.is_some());
    if owner_url.is_some() {
        let are_one = role.is_some() && store::schema::are_one(&db, &connected(url).await?).await.map_err(usecases::Error::from)?;
        are_one.then_some(()).ok_or("database.owner_url and database.url are not the same PostgreSQL database")?;
    }
    let steps = usecases::schema::migrate(&db, settings, role.as_deref()).await?;
    store::schema::keep_audit(&db, settings.audit.keep_days).await.map_err(usecases::Error::from)?;
    Ok(steps)
}

/// SQLite is migrated by whichever process comes first, PostgreSQL by `uurwerk migrate` only: on a server, somebody decides when.
async fn migrated(settings: Settings) -> Result<App, Failed> {
    let app = Box::pin(App::start(settings)).await.map_err(super::explained)?;
    match app.db.backend() {
        Backend::Sqlite => {
            let steps = usecases::schema::migrate(&app.db, &app.settings, None).await?;
            if steps > 0 {
                tracing::info!(steps, "migrated the database");
            }
        }
        Backend::Postgres => {
            refuse_other_schema(&app).await?;
            if let Some(weakness) = store::policies::weakness(&app.db).await.map_err(usecases::Error::from)? {
                tracing::warn!("the role of database.url {weakness}");
            }
        }
    }
    Ok(app)
}

async fn refuse_other_schema(app: &App) -> Result<(), Failed> {
    match store::schema::pending(&app.db).await.map_err(usecases::Error::from)? {
        0 => Ok(()),
        _ => Err("the database's schema is not that of this program: run `uurwerk migrate` first".into()),
    }
}

/// Applies what is new in the contracts folder.
pub async fn apply_folder(app: &App) -> Result<(), Failed> {
    let outcome =
        usecases::agreements::apply_folder(app, &Stamp::command("applyContract", app.time.now()), &app.settings.contracts.dir).await?;
    for draft in &outcome.drafts {
        tracing::warn!(file = %draft.file.display(), open = draft.findings.len(), "this contract is a draft: what it leaves open must be filled in before it is applied");
    }
    outbox::register_handlers(app).await?;
    Ok(())
}
