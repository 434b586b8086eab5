//! `/livez` and `/readyz`, for whoever operates the desk. No token is needed, so they show counts and nothing else.

use std::time::Duration;

use actix_web::web::Data;
use serde_json::{Value, json};

use super::answer::Json;
use super::error::Failure;
use super::operation::{Operation, get};
use crate::app::App;
use crate::files::Scanner;
use crate::usecases::{Error, dead_letters, outbound, rotation};

pub fn operations() -> Vec<Operation> {
    vec![get("/livez", livez), get("/readyz", readyz)]
}

async fn livez() -> Result<Json<Value>, Failure> {
    Ok(Json(json!({ "status": "ok" })))
}

/// Ready means that the database can be written to, and that every key is there that stored files and mails need: without one, the desk was
/// started with the wrong key file. The counts are of events and mails that were given up, and of mails that wait after a try in vain; neither they nor
/// a folder or a virus scanner that cannot be used make it unready, since tickets are taken all the same. Nor does a mailbox that this process cannot
/// fetch: since when is told of each, without its name, which may be a client's.
async fn readyz(app: Data<App>) -> Result<Json<Value>, Failure> {
    app.db.ready().await.map_err(Error::from)?;
    let missing = rotation::missing_keys(&app).await?;
    if !missing.is_empty() {
        return Err(Error::Unavailable(format!("files.key_file lacks keys that stored files need: {}", missing.join(", "))).into());
    }
    let (events, mails) = (dead_letters::count(&app).await?, outbound::count_given_up(&app).await?);
    let waiting = outbound::count_tried_in_vain(&app).await?;
    let mut answer = json!({ "status": "ok", "deadLetters": events, "undeliveredMails": mails, "waitingMails": waiting });
    let scanner = app.scanner.as_ref().is_none_or(Scanner::is_usable);
    let usable = [("attachments", app.files.is_usable().await), ("spool", app.spool.is_usable().await), ("scanner", scanner)];
    let unusable: Vec<_> = usable.into_iter().filter(|(_, is_usable)| !is_usable).map(|(name, _)| name).collect();
    if !unusable.is_empty() {
        answer["status"] = json!("impaired");
        answer["unusable"] = json!(unusable);
    }
    let unreached: Vec<_> = app.fetched.values().filter_map(|mailbox| mailbox.health.down_for()).collect();
    if !unreached.is_empty() {
        let since = |down: Duration| app.time.now().plus(-i64::try_from(down.as_secs()).unwrap_or_default());
        answer["status"] = json!("impaired");
        answer["mailboxesUnreachedSince"] = json!(unreached.into_iter().map(since).collect::<Vec<_>>());
    }
    Ok(Json(answer))
}
