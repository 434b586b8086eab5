//! Signing out: the one change that somebody makes to their own access, whatever they may.

use actix_web::web::Data;

use crate::app::App;
use crate::http::answer::CreatedAt;
use crate::http::caller::Whoever;
use crate::http::error::Failure;
use crate::http::operation::{Operation, post};
use crate::http::shapes::SignOut;
use crate::usecases::tokens;

pub fn operations() -> Vec<Operation> {
    vec![post("/sign-outs", sign_out).id("createSignOut").refuses(409).describe(
        "Revokes the token that the request comes with.",
        "It opens nothing any more from now on, in every process, and a repeat of the request is answered 401. For whoever signed in to a local account, and for any other token of the desk, also one that is limited. A token that an identity provider signed is none of the desk's: it ends there.",
    )]
}

async fn sign_out(app: Data<App>, caller: Whoever) -> Result<CreatedAt<SignOut>, Failure> {
    let token = tokens::sign_out(&app, &caller.stamp(&app), caller.token).await?;
    Ok(CreatedAt { location: format!("/v1/access-tokens/{}", token.id), shown: token.into() })
}
