//! Mail on its way out: tried until it leaves, or until it was tried for as long as the settings say. What is given up then is
//! kept, told on its ticket, counted at `/readyz`, and sent again when somebody of the desk asks for it.

use crate::app::App;
use crate::domain::Instant;
use crate::domain::mail::Outbound;
use crate::mail::send::SendError;
use crate::store::{self, Scope};
use crate::usecases::{Error, outbound};

/// Mails tried in one pass.
const MAILS: u64 = 20;
/// A mail taken by a process that died is tried again after this many seconds.
const TAKEN: i64 = 600;
/// Seconds until a mail is tried again, by how often it was tried before; the last one from then on. A quarter of an hour keeps
/// Monday's first quarter short after a weekend without a server, and costs a server that is away one connection a pass.
const WAITS: [i64; 3] = [60, 300, 900];

/// Tries every mail that is due, once; how many.
pub async fn send_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    if store::mail::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let taken_until = now.plus(TAKEN).unwrap_or(Instant::MAX);
    let due = app.write_quietly(&Scope::All, async |tx| Ok(store::mail::take_due(tx, now, taken_until, MAILS).await?)).await?;
    let (mut sent, mut waiting, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
    let mut away = None;
    for mail in &due {
        // Where one could not leave for want of a server, the rest of the batch would only wait for the same time-out.
        let tried = match &away {
            Some(away) => Err(SendError::clone(away)),
            None => app.mailer.send(mail).await,
        };
        let Err(error) = tried else {
            sent.push(mail.id);
            continue;
        };
        match mail.attempts {
            // One line when trouble begins, and one when the mail is given up: a weekend without a server is no flood.
            0 if away.is_none() => tracing::warn!(mail = %mail.id, %error, "a mail was not sent, and is tried again"),
            _ => tracing::debug!(mail = %mail.id, %error, "a mail was not sent"),
        }
        match next_try(mail, &error, patience(app), now) {
            Some(again_at) => waiting.push((mail.id, error.to_string(), again_at)),
            None => given_up.push((mail, error.to_string())),
        }
        if let SendError::Unavailable(_) = error {
            away = Some(error);
        }
    }
    let at = app.time.now();
    app.write_quietly(&Scope::All, async |tx| {
        store::mail::sent(tx, &sent, at).await?;
        for (id, error, again_at) in &waiting {
            store::mail::not_sent(tx, *id, error, Some(*again_at)).await?;
        }
        Ok(())
    })
    .await?;
    for (mail, error) in given_up {
        outbound::give_up(app, mail, &error).await?;
    }
    if !sent.is_empty() && away.is_none() && app.mailer.has_recovered() {
        // What waited for the server goes now, in the order it was written.
        app.write_quietly(&Scope::All, async |tx| Ok(store::outbound::hurry(tx, at).await?)).await?;
    }
    Ok(due.len())
}

/// Seconds a mail is tried for.
fn patience(app: &App) -> i64 {
    i64::from(app.settings.mail.give_up_after_days) * 86_400
}

/// When a mail that did not leave is tried again; `None` when it is given up.
fn next_try(mail: &Outbound, error: &SendError, patience: i64, now: Instant) -> Option<Instant> {
    let tries = usize::try_from(mail.attempts).unwrap_or_default();
    let is_over = mail.queued_at.plus(patience).is_none_or(|end| end <= now);
    match error {
        SendError::Permanent(_) => None,
        _ if is_over => None,
        _ => now.plus(WAITS[tries.min(WAITS.len() - 1)]),
    }
}
