//! `/livez` and `/readyz`, for whoever operates the desk. No token is needed, so they show counts and nothing else.

use actix_web::web::Data;
use serde_json::{Value, json};

use super::answer::Json;
use super::error::Failure;
use super::operation::{Operation, get};
use crate::app::App;
use crate::usecases::{Error, dead_letters, outbound};

pub fn operations() -> Vec<Operation> {
    vec![get("/livez", livez), get("/readyz", readyz)]
}

async fn livez() -> Result<Json<Value>, Failure> {
    Ok(Json(json!({ "status": "ok" })))
}

/// Ready means that the database can be written to. The counts are of events and mails that were given up; they do not make it unready.
async fn readyz(app: Data<App>) -> Result<Json<Value>, Failure> {
    app.db.ready().await.map_err(Error::from)?;
    let (events, mails) = (dead_letters::count(&app).await?, outbound::count_given_up(&app).await?);
    Ok(Json(json!({ "status": "ok", "deadLetters": events, "undeliveredMails": mails })))
}
