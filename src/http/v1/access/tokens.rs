//! `/access-tokens` and `/access-token-grants`: every token there is, one that is issued, and one that is revoked.

use actix_web::web::Data;

use super::coded;
use crate::app::App;
use crate::domain::permission::ManageAccess;
use crate::domain::token::TokenFilter;
use crate::http::answer::{CreatedAt, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{AccessTokenId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{AccessToken, AccessTokenGrantInput, AccessTokenPage, IssuedAccessToken};
use crate::usecases::actors::Named;
use crate::usecases::tokens::{self, NewToken};

pub fn operations() -> Vec<Operation> {
    vec![
        get("/access-tokens", list).id("listAccessTokens").describe(
            "Shows a page of access tokens, newest first.",
            "Never their texts, which are not kept. What needs a new one soon is `state=expiring`. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        get("/access-tokens/{id}", show)
            .id("getAccessToken")
            .describe("Shows one access token.", "Whose it is, what it is limited to, until when it is good, and when it was last used."),
        post("/access-tokens/{id}/revocations", revoke).id("createAccessTokenRevocation").describe(
            "Revokes an access token.",
            "It opens nothing any more from now on, in every process. One that was revoked before stays as it is.",
        ),
        post("/access-token-grants", issue).id("createAccessTokenGrant").refuses(404).describe(
            "Issues an access token to a system or a person.",
            "Its text is shown in this answer and never again; a repeat of the request is answered without it. `verbs` and `organisations` take away of what the roles give, and never add to it. Administrators, security officers, privacy officers and auditors are not made here, and a token that is itself limited gives no more than it may. What is issued here signs for nobody; what is issued by a right that is held until an instant ends with it.",
        ),
    ]
}

impl FromQuery for TokenFilter {
    fn read(keys: &mut Keys) -> Self {
        Self {
            states: keys.codes("state", "A comma list of states: valid, expiring, expired, revoked"),
            limit: keys.page_size("How many tokens a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ManageAccess>, query: Query<TokenFilter>) -> Result<Paged<AccessTokenPage>, Failure> {
    let filter = query.checked()?;
    let size = filter.limit;
    let Named { shown, actors } = tokens::list(&app, &caller, &TokenFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(shown, size, |one| paging::position(one.token.created_at, one.token.id));
    let items = page.items.into_iter().map(|one| AccessToken::new(one, &actors)).collect();
    Ok(Paged(AccessTokenPage { items, next_cursor: page.next_cursor }))
}

async fn show(
    app: Data<App>,
    caller: May<ManageAccess>,
    Path(AccessTokenId(id)): Path<AccessTokenId>,
) -> Result<Json<AccessToken>, Failure> {
    Ok(Json(shown(&app, &caller, id).await?))
}

async fn shown(app: &App, caller: &Caller, id: uuid::Uuid) -> Result<AccessToken, Failure> {
    let Named { shown, actors } = tokens::show(app, caller, id).await?;
    Ok(AccessToken::new(shown, &actors))
}

async fn revoke(
    app: Data<App>,
    caller: May<ManageAccess>,
    Path(AccessTokenId(id)): Path<AccessTokenId>,
) -> Result<CreatedAt<AccessToken>, Failure> {
    tokens::revoke_as(&app, &caller.stamp(&app), id).await?;
    Ok(CreatedAt { location: format!("/v1/access-tokens/{id}"), shown: shown(&app, &caller, id).await? })
}

async fn issue(
    app: Data<App>,
    caller: May<ManageAccess>,
    key: IdempotencyKey,
    mut body: Body<AccessTokenGrantInput>,
) -> Result<CreatedAt<IssuedAccessToken>, Failure> {
    let (roles, verbs) = (body.value.roles.take(), body.value.verbs.take());
    let (roles, verbs) = (coded(&mut body, "roles", roles).unwrap_or_default(), coded(&mut body, "verbs", verbs));
    let stamp = caller.stamp_of(&app, &key, &body);
    let AccessTokenGrantInput { name, organisation, organisations, person, expires_at, .. } = body.value;
    let new = NewToken { name: name.unwrap_or_default(), organisation, roles, verbs, organisations, person, expires_at };
    let issued = tokens::issue(&app, &stamp, &new).await?;
    let location = format!("/v1/access-tokens/{}", issued.token.id);
    let access_token = shown(&app, &caller, issued.token.id).await?;
    Ok(CreatedAt { location, shown: IssuedAccessToken { token: issued.text, access_token } })
}
