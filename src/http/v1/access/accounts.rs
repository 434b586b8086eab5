//! `/local-accounts`: accounts of the desk that sign in with a password and a one-time code.

use actix_web::web::Data;
use uuid::Uuid;

use super::coded;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::ManageAccess;
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{LocalAccountId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{LocalAccount, LocalAccountCredentials, LocalAccountInput, LocalAccountPage, LocalAccountRecoveryInput};
use crate::usecases::accounts::{self, Made, NewAccount};
use crate::usecases::actors::Named;

pub fn operations() -> Vec<Operation> {
    vec![
        get("/local-accounts", list).id("listLocalAccounts").describe(
            "Shows a page of local accounts, newest first.",
            "Never their passwords or the secrets of their codes. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        get("/local-accounts/{id}", show)
            .id("getLocalAccount")
            .describe("Shows one local account.", "What its holder may, when they last signed in, and whether it is closed."),
        post("/local-accounts", create).id("createLocalAccount").refuses(409).describe(
            "Makes a local account of the desk.",
            "For the day that no identity provider can be reached. The secret of its one-time codes is shown in this answer and never again; a repeat of the request is answered without it. A password has fourteen characters or more, does not contain the name, is not easily guessed, and is not known from a breach. Administrators, security officers, privacy officers and auditors are made by the command on the desk's machine, and whoever manages access by a right that has an end makes none. An account that was made here signs for nobody: its maker may know the password.",
        ),
        post("/local-accounts/{id}/recoveries", recover).id("createLocalAccountRecovery").refuses(409).describe(
            "Gives a local account another password and another secret of one-time codes.",
            "What it is signed in with ends, and from then on it signs for nobody. Nobody does so for the account they signed in with, nor here for one with a role that is not given here.",
        ),
        post("/local-accounts/{id}/closures", close).id("createLocalAccountClosure").describe(
            "Closes a local account for good.",
            "What it is signed in with ends, in every process. Its name can be given to another. One that was closed before stays as it is.",
        ),
    ]
}

struct AccountsQuery {
    size: u64,
    after: Option<(Instant, Uuid)>,
}

impl FromQuery for AccountsQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many accounts a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ManageAccess>, query: Query<AccountsQuery>) -> Result<Paged<LocalAccountPage>, Failure> {
    let AccountsQuery { size, after } = query.checked()?;
    let Named { shown, actors } = accounts::list(&app, &caller, after, size + 1).await?;
    let page = Page::of(shown, size, |account| paging::position(account.created_at, account.id));
    let items = page.items.into_iter().map(|account| LocalAccount::new(account, &actors)).collect();
    Ok(Paged(LocalAccountPage { items, next_cursor: page.next_cursor }))
}

async fn show(
    app: Data<App>,
    caller: May<ManageAccess>,
    Path(LocalAccountId(id)): Path<LocalAccountId>,
) -> Result<Json<LocalAccount>, Failure> {
    Ok(Json(shown(&app, &caller, id).await?))
}

async fn shown(app: &App, caller: &Caller, id: Uuid) -> Result<LocalAccount, Failure> {
    let Named { shown, actors } = accounts::show(app, caller, id).await?;
    Ok(LocalAccount::new(shown, &actors))
}

async fn create(
    app: Data<App>,
    caller: May<ManageAccess>,
    key: IdempotencyKey,
    mut body: Body<LocalAccountInput>,
) -> Result<CreatedAt<LocalAccountCredentials>, Failure> {
    let sent = body.value.roles.take();
    let roles = coded(&mut body, "roles", sent).unwrap_or_default();
    let stamp = caller.stamp_of(&app, &key, &body);
    let LocalAccountInput { name, password, .. } = body.value;
    let new = NewAccount { name: name.unwrap_or_default(), roles, password: password.unwrap_or_default() };
    made(&app, &caller, accounts::create(&app, &stamp, &new).await?).await
}

async fn recover(
    app: Data<App>,
    caller: May<ManageAccess>,
    Path(LocalAccountId(id)): Path<LocalAccountId>,
    key: IdempotencyKey,
    body: Body<LocalAccountRecoveryInput>,
) -> Result<CreatedAt<LocalAccountCredentials>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let password = body.value.password.unwrap_or_default();
    made(&app, &caller, accounts::recover(&app, &stamp, id, &password).await?).await
}

async fn made(app: &App, caller: &Caller, made: Made) -> Result<CreatedAt<LocalAccountCredentials>, Failure> {
    let id = made.account.id;
    let account = shown(app, caller, id).await?;
    Ok(CreatedAt { location: format!("/v1/local-accounts/{id}"), shown: LocalAccountCredentials { otpauth_uri: made.uri, account } })
}

async fn close(
    app: Data<App>,
    caller: May<ManageAccess>,
    Path(LocalAccountId(id)): Path<LocalAccountId>,
) -> Result<CreatedAt<LocalAccount>, Failure> {
    accounts::close(&app, &caller.stamp(&app), id).await?;
    Ok(CreatedAt { location: format!("/v1/local-accounts/{id}"), shown: shown(&app, &caller, id).await? })
}
