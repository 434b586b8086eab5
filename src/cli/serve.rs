//! The desk at work until it is told to stop: `serve` with the API, `work` without.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failed, open, say};
use crate::app::App;
use crate::settings::{LogFormat, MailTransport, Settings};
use crate::store::seat::{self, Seat, Task};
use crate::tls::Certificates;
use crate::usecases::{audit, inbound, rotation, tokens};
use crate::{http, jobs};

/// How often to check that a sandbox's seat is still held.
const SEAT_CHECK: Duration = Duration::from_secs(5);

/// Works until a signal says stop, then finishes what was begun.
pub async fn serve(settings: Settings, with_api: bool) -> Result<(), Failed> {
    start_log(&settings)?;
    if with_api {
        Certificates::open(&settings.http.tls)?;
    }
    // Before anything else: if the port is taken, no database is created and no admin token is made that nobody sees.
    let listener = with_api.then(|| listen(&settings.http.listen)).transpose()?;
    let (app, mut seat) = open::for_serving(settings).await?;
    tell_of_keys(&app, with_api).await?;
    for (mailbox, why) in inbound::without_tickets(&app).await? {
        tracing::warn!(mailbox, "mail to this mailbox is kept aside, since no ticket comes of it: {why}");
    }
    let app = Arc::new(app);
    let api = match listener {
        Some(listener) => Some(opened(&app, listener).await?),
        None => None,
    };
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // From here on nothing returns early: a task that still has a transaction open when the runtime ends cannot roll it back.
    let handle = api.as_ref().map(Server::handle);
    let answering = api.map(actix_web::rt::spawn);
    let workers = actix_web::rt::spawn(jobs::run(app.clone()));
    tracing::info!("working");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = keep_seat(&app, &mut seat) => {}
    }
    tracing::info!("stopping");
    app.stop();
    if let Some(handle) = handle {
        handle.stop(true).await;
    }
    let answered = match answering {
        Some(answering) => answering.await,
        None => Ok(Ok(())),
    };
    let worked = workers.await;
    audit::record_counted(&app, true).await;
    // Only now: as long as a worker of this process may write, no other may take the sandbox.
    drop(seat);
    worked?;
    if let Err(error) = tokens::note_uses(&app).await {
        tracing::warn!(%error, "could not write down which tokens were used last");
    }
    answered??;
    tracing::info!("stopped");
    Ok(())
}

/// Says when files and mails are not sealed, when some cannot be opened, and when no breached passwords are known.
async fn tell_of_keys(app: &App, with_api: bool) -> Result<(), Failed> {
    if app.keys.first().is_none() {
        tracing::warn!("attachments and incoming mails are stored as they are: files.key_file names no key to seal them with");
    }
    if with_api && app.settings.access.local_accounts && !app.passwords.know_breaches() {
        tracing::warn!(
            "passwords of local accounts are not compared with those known from breaches: access.breached_passwords names no list"
        );
    }
    for id in rotation::missing_keys(app).await? {
        tracing::error!(id, "stored files and mails need a key that files.key_file does not have; they cannot be read");
    }
    Ok(())
}

async fn opened(app: &Arc<App>, listener: TcpListener) -> Result<Server, Failed> {
    welcome(app, listener.local_addr()?).await?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(http::serve(app.clone(), listener, threads)?)
}

fn listen(address: &str) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).map_err(|error| format!("{address} cannot be listened on: {error}").into())
}

/// Prints the address, and at the first start the admin token and what to do next.
async fn welcome(app: &App, address: SocketAddr) -> Result<(), Failed> {
    let first = tokens::first_admin(app).await?;
    let scheme = if app.settings.http.tls.certificate.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    let answers = say(format_args!("Uurwerk answers at {url}"));
    if let Some(token) = &first {
        let said = answers.and_then(|()| say(format_args!("Admin token, shown this once: {token}")));
        super::tokens::shown(app, token, said).await?;
        say("What next:")?;
        say(format_args!("  read the API at {url}/docs"))?;
        say(format_args!("  ask it:  curl -H 'Authorization: Bearer {token}' {url}/v1/tickets"))?;
        say("  give each client a token of its own:  uurwerk token --organisation ID --role ROLE --name NAME")?;
        if app.settings.mail.transport == MailTransport::Folder {
            say(format_args!("  read what it mails in {}, until [mail] names a mail server", app.settings.mail.folder.display()))?;
        }
        return Ok(());
    }
    Ok(answers?)
}

/// Watches over a sandbox's seat, and takes it again when its session was cut. Returns when another process has it.
async fn keep_seat(app: &App, seat: &mut Option<Seat>) {
    let Some(seat) = seat else { return std::future::pending().await };
    loop {
        tokio::time::sleep(SEAT_CHECK).await;
        if seat.is_held().await {
            continue;
        }
        // Patiently: PostgreSQL may take the session that was cut for alive a little longer.
        match seat::take_patiently(&app.db, Task::ServeSandbox).await {
            Ok(Some(again)) => *seat = again,
            Ok(None) => {
                tracing::error!("another process serves this sandbox now; stopping");
                return;
            }
            Err(error) => tracing::warn!(%error, "the sandbox's seat is not held: the database is unavailable"),
        }
    }
}

fn start_log(settings: &Settings) -> Result<(), Failed> {
    let filter = settings.log.env_filter()?;
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // When the log cannot be written, as on a full disk, the desk goes on without it: the complaint could not be written either.
    let log = log.log_internal_errors(false);
    match settings.log.format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
    std::panic::set_hook(Box::new(|fault| {
        // A panic message that was formatted may quote personal data, so only fixed ones are logged.
        let words = fault.payload().downcast_ref::<&'static str>().copied().unwrap_or("a panic");
        tracing::error!(at = %fault.location().map(ToString::to_string).unwrap_or_default(), "{words}");
    }));
    Ok(())
}
