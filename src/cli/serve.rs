//! The desk at work: `serve` with the API, `work` without, until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failed, open, say};
use crate::app::App;
use crate::settings::{LogFormat, MailTransport, Settings};
use crate::store::seat::{self, Seat};
use crate::usecases::tokens;
use crate::{http, jobs};

/// How often it is looked whether a sandbox's seat is still held.
const SEAT: Duration = Duration::from_secs(5);

/// Works until a signal says stop; then ends what was begun.
pub async fn serve(settings: Settings, with_api: bool) -> Result<(), Failed> {
    start_log(&settings)?;
    // First of all: where the port is taken nothing is made, and no token is shown to nobody.
    let listener = with_api.then(|| listen(&settings.http.listen)).transpose()?;
    let (app, seat) = open::desk(settings).await?;
    let app = Arc::new(app);
    let api = match listener {
        Some(listener) => Some(opened(&app, listener).await?),
        None => None,
    };
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // From here on nothing returns early: what still has a transaction when the runtime ends cannot give it back.
    let handle = api.as_ref().map(Server::handle);
    let answering = api.map(actix_web::rt::spawn);
    let workers = actix_web::rt::spawn(jobs::run(app.clone()));
    tracing::info!("working");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = keep_seat(&app, seat) => {}
    }
    app.stop();
    if let Some(handle) = handle {
        handle.stop(true).await;
    }
    let answered = match answering {
        Some(answering) => answering.await,
        None => Ok(Ok(())),
    };
    workers.await?;
    Ok(answered??)
}

async fn opened(app: &Arc<App>, listener: TcpListener) -> Result<Server, Failed> {
    welcome(app, listener.local_addr()?).await?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(http::serve(app.clone(), listener, threads)?)
}

fn listen(address: &str) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).map_err(|error| format!("{address} cannot be listened on: {error}").into())
}

/// Says where the desk is, and at its first start how to go on.
async fn welcome(app: &App, address: SocketAddr) -> Result<(), Failed> {
    let first = tokens::first_admin(app).await?;
    let answers = say(format_args!("Uurwerk answers at http://{address}"));
    if let Some(token) = &first {
        let said = answers.and_then(|()| say(format_args!("Admin token, shown this once: {token}")));
        super::tokens::shown(app, token, said).await?;
        say("What next:")?;
        say(format_args!("  read the API at http://{address}/docs"))?;
        say(format_args!("  ask it:  curl -H 'Authorization: Bearer {token}' http://{address}/v1/tickets"))?;
        say("  give each client a token of its own:  uurwerk token --organisation ID --name NAME")?;
        if app.settings.mail.transport == MailTransport::Folder {
            say(format_args!("  read what it mails in {}, until [mail] names a mail server", app.settings.mail.folder.display()))?;
        }
        return Ok(());
    }
    Ok(answers?)
}

/// Holds a sandbox's seat; returns when another process has it. A session that was cut is taken up again.
async fn keep_seat(app: &App, seat: Option<Seat>) {
    let Some(mut seat) = seat else { return std::future::pending().await };
    loop {
        tokio::time::sleep(SEAT).await;
        if seat.is_held().await {
            continue;
        }
        match seat::take(&app.db).await {
            Ok(Some(again)) => seat = again,
            Ok(None) => {
                tracing::error!("another process serves this sandbox now: this one stops");
                return;
            }
            Err(error) => tracing::warn!(%error, "the sandbox's seat is not held while the database is away"),
        }
    }
}

fn start_log(settings: &Settings) -> Result<(), Failed> {
    // What the web library has to say of a connection anyone can cause: it calls a request that is none an error. Whoever wants to
    // read it names it in the settings.
    let said = format!("actix_http=off,{}", settings.log.filter);
    let filter = tracing_subscriber::EnvFilter::try_new(said).map_err(|error| format!("settings: log.filter: {error}"))?;
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // Where the log cannot be written, as on a full disk, the desk goes on without it: saying so would go the same way.
    let log = log.log_internal_errors(false);
    match settings.log.format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
    std::panic::set_hook(Box::new(|fault| {
        // A fault's own words may quote what was being read, and that may be personal: only fixed ones are written down.
        let words = fault.payload().downcast_ref::<&'static str>().copied().unwrap_or("a fault");
        tracing::error!(at = %fault.location().map(ToString::to_string).unwrap_or_default(), "{words}");
    }));
    Ok(())
}
