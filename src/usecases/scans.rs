//! Files and mails that came in are scanned after that, oldest first and a few at a time; until then they are held. What is found is
//! recorded in one transaction with what its ticket is told, and only while it is waited for: whatever a killed run did not do, the next one
//! does, once.
//!
//! A mail is scanned as it came, and each of its files as well: not every scanner opens every mail as the desk does.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use uuid::Uuid;

use super::aside::aside;
use super::tickets::{NewMessage, When, act_in, locked_if_kept, write_in};
use super::{Error, Stamp, attachments, inbound};
use crate::app::App;
use crate::domain::mail::MailOutcome;
use crate::domain::scan::Scan;
use crate::domain::ticket::infect::Infect;
use crate::domain::ticket::{Act, Attachment, Ticket, TicketRef};
use crate::files::{NotRead, NotScanned, Scanner, Verdict};
use crate::mail::parse;
use crate::store::{self, Scope, Tx};

/// What of a mail stands on its ticket.
const TOLD: [MailOutcome; 2] = [MailOutcome::Ticket, MailOutcome::Reply];

/// Looked up at once.
const BATCH: u64 = 20;
/// Files that are with the scanner at one moment. Mails are there one by one, since each is in memory.
const AT_ONCE: usize = 4;

/// What a pass did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scanned {
    pub settled: usize,
    /// Those on which the scanner failed, and about which it is asked again.
    pub failed: usize,
}

/// Scans what has waited longest. [`Error::Unavailable`] when the scanner cannot be used, or the files not be read.
pub async fn scan_waiting(app: &App) -> Result<Scanned, Error> {
    let Some(scanner) = &app.scanner else { return Ok(Scanned::default()) };
    if !scanner.is_usable() {
        try_out(app, scanner).await?;
    }
    let files = store::scans::files(&app.all(), BATCH).await?;
    let at_once = stream::iter(files).map(|file| Box::pin(scan_file(app, scanner, file))).buffer_unordered(AT_ONCE);
    let mut done: Vec<_> = at_once.collect().await;
    for mail in store::scans::mails(&app.all(), BATCH).await? {
        if done.iter().any(Result::is_err) {
            break;
        }
        done.push(Box::pin(scan_mail(app, scanner, mail)).await);
    }
    let mut pass = Scanned::default();
    for is_settled in done {
        let count = if is_settled? { &mut pass.settled } else { &mut pass.failed };
        *count += 1;
    }
    Ok(pass)
}

/// Whether the scanner works.
pub async fn try_out(app: &App, scanner: &Scanner) -> Result<(), Error> {
    tokio::select! {
        works = scanner.works() => if works { Ok(()) } else { Err(Error::Unavailable("the virus scanner".to_owned())) },
        () = app.stopped() => Err(Error::Stopping),
    }
}

/// False when it is to be tried again.
async fn scan_file(app: &App, scanner: &Scanner, file: Attachment) -> Result<bool, Error> {
    let verdict = match app.files.read(&attachments::stored(&file), None).await {
        Ok(bytes) => judge(app, scanner, file.id, bytes).await?,
        Err(unread) => give_up_unread(scanner, file.id, &unread)?,
    };
    let Some(verdict) = verdict else { return Ok(false) };
    let Verdict::Infected(found) = verdict else {
        let scan = if verdict == Verdict::Clean { Scan::Clean } else { Scan::Unscannable };
        app.keep_books(&Scope::ALL, async |tx| Ok(store::scans::scanned_file(tx, file.id, scan).await?)).await?;
        return Ok(true);
    };
    tracing::warn!(attachment = %file.id, found, "malware was found in a file");
    let stamp = Stamp::program("findMalware", app.time.now());
    stamp.write(app, async |tx| tell(app, tx, &stamp, &file, &found).await).await?;
    Ok(true)
}

/// Records that a file is infected, and tells its ticket, or the one that goes on for that. Of one that was destroyed or redacted meanwhile
/// there is nothing to tell.
async fn tell(app: &App, tx: &Tx, stamp: &Stamp, file: &Attachment, found: &str) -> Result<(), Error> {
    let ticket = locked_current(tx, file.ticket_id).await?;
    if !store::scans::scanned_file(tx, file.id, Scan::Infected).await? {
        return Ok(());
    }
    let Some(ticket) = ticket else { return Ok(()) };
    let wish = Act::Infect(Infect { attachment: file.id, public: file.public, found: found.to_owned() });
    let (ticket, _) = act_in(app, tx, stamp, ticket, &[wish], &When::default(), |_, _| None).await?;
    // Without its name, which can be redacted with the file.
    let body = format!("In een bijlage is malware gevonden ({found}). Niemand krijgt dat bestand; bij de bijlagen staat welk het is.");
    let note = NewMessage { body, ..NewMessage::internal() };
    write_in(app, tx, stamp, ticket, &note, &When::default()).await.map(drop)
}

async fn locked_current(tx: &Tx, ticket: Uuid) -> Result<Option<Ticket>, Error> {
    let Some(ticket) = locked_if_kept(tx, TicketRef::Id(ticket)).await? else { return Ok(None) };
    match ticket.merged_into {
        Some(into) => locked_if_kept(tx, TicketRef::Id(into)).await,
        None => Ok(Some(ticket)),
    }
}

/// The same of a mail.
async fn scan_mail(app: &App, scanner: &Scanner, id: Uuid) -> Result<bool, Error> {
    let mut has_files = false;
    let verdict = match inbound::opened(app, &app.all(), id).await {
        Ok(raw) => judge_mail(app, scanner, id, raw, &mut has_files).await?,
        // It was erased meanwhile.
        Err(Error::NotFound(_)) => return Ok(true),
        Err(Error::Damaged(_)) => give_up_unread(scanner, id, &NotRead::Damaged)?,
        Err(error) => return Err(error),
    };
    let Some(verdict) = verdict else { return Ok(false) };
    let Verdict::Infected(found) = verdict else {
        let scan = if verdict == Verdict::Clean { Scan::Clean } else { Scan::Unscannable };
        app.keep_books(&Scope::ALL, async |tx| Ok(store::scans::scanned_mail(tx, id, scan).await?)).await?;
        return Ok(true);
    };
    tracing::warn!(message = %id, found, "malware was found in a mail");
    let stamp = Stamp::program("findMalware", app.time.now());
    let done = stamp.write(app, async |tx| {
        let mail = store::inbound::find(tx, id).await?.filter(|_| !has_files);
        // Its files tell their ticket themselves.
        let on = mail.filter(|mail| TOLD.map(MailOutcome::as_str).contains(&mail.outcome.as_str())).and_then(|mail| mail.ticket_id);
        let ticket = match on {
            Some(ticket) => locked_current(tx, ticket).await?,
            None => None,
        };
        tx.touch("inbound_message", id);
        if store::scans::scanned_mail(tx, id, Scan::Infected).await?
            && let Some(ticket) = ticket
        {
            let body = format!("In een e-mail bij deze melding is malware gevonden ({found}). Niemand krijgt die e-mail zoals zij kwam.");
            let note = NewMessage { body, ..NewMessage::internal() };
            write_in(app, tx, &stamp, ticket, &note, &When::default()).await?;
        }
        Ok(())
    });
    done.await.map(|()| true)
}

/// The worst of what is found in the mail as it came and in its files, and whether it has any.
async fn judge_mail(app: &App, scanner: &Scanner, id: Uuid, raw: Vec<u8>, has_files: &mut bool) -> Result<Option<Verdict>, Error> {
    let (raw, files) = aside(raw.len(), move || {
        let files = parse::attachment_contents(&raw);
        (raw, files)
    })
    .await?;
    *has_files = !files.is_empty();
    let mut worst = Verdict::Clean;
    for bytes in std::iter::once(raw).chain(files) {
        match judge(app, scanner, id, stream::iter([Ok(Bytes::from(bytes))])).await? {
            Some(Verdict::Clean) => {}
            Some(Verdict::Unscannable) => worst = Verdict::Unscannable,
            other => return Ok(other),
        }
    }
    Ok(Some(worst))
}

/// What the scanner makes of it; `None` when it is to be asked again.
async fn judge(
    app: &App,
    scanner: &Scanner,
    id: Uuid,
    bytes: impl Stream<Item = Result<Bytes, NotRead>>,
) -> Result<Option<Verdict>, Error> {
    let verdict = tokio::select! {
        verdict = scanner.scan(id, bytes) => verdict,
        () = app.stopped() => return Err(Error::Stopping),
    };
    match verdict {
        Ok(verdict) => Ok(Some(verdict)),
        Err(NotScanned::Unread(unread)) => give_up_unread(scanner, id, &unread),
        Err(NotScanned::Scanner(error)) => {
            tracing::debug!(%id, %error, "the virus scanner failed on a file or a mail");
            try_out(app, scanner).await?;
            Ok(scanner.gives_up_on(id).then_some(Verdict::Unscannable))
        }
    }
}

/// A file that is not as it was stored is tried again, as it may have moved, and given up in the end.
fn give_up_unread(scanner: &Scanner, id: Uuid, unread: &NotRead) -> Result<Option<Verdict>, Error> {
    match unread {
        NotRead::Gone | NotRead::Damaged => Ok(scanner.gives_up_on(id).then_some(Verdict::Unscannable)),
        NotRead::KeyMissing(_) | NotRead::Store(_) => Err(Error::Unavailable(format!("attachment {id}: {unread}"))),
    }
}
