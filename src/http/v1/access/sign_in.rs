//! Signing in to a local account: the one operation that takes a body from somebody unknown.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::app::App;
use crate::domain::audit::Object;
use crate::http::answer::CreatedAt;
use crate::http::audited::{Arrival, Tried};
use crate::http::body::Whole;
use crate::http::error::Failure;
use crate::http::limits::{Limits, rate_limit_key};
use crate::http::operation::{Operation, post};
use crate::http::peer;
use crate::http::shapes::{AccessToken, IssuedAccessToken, SignInInput};
use crate::usecases::accounts::{self, Asker, SignIn, SignedIn};
use crate::usecases::actors::Actors;
use crate::usecases::tokens::Shown;

/// In bytes.
const BODY: usize = 16 * 1024;

pub fn operations() -> Vec<Operation> {
    let sign_in = post("/access-tokens", sign_in).id("createAccessToken").up_to(BODY);
    vec![[400, 401, 403, 406, 429, 503].into_iter().fold(sign_in, Operation::refuses).describe(
        "Signs in to a local account: a name, a password and a one-time code give a token for an hour.",
        "For the day that no identity provider can be reached. A refusal does not say which of the three is wrong. After five tries for an account from one address, or twenty for several, each next one has to wait longer; nobody at another address does. A code is taken once.",
    )]
}

async fn sign_in(
    app: Data<App>,
    limits: Data<Limits>,
    request: HttpRequest,
    body: Whole<SignInInput>,
) -> Result<CreatedAt<IssuedAccessToken>, Failure> {
    let SignInInput { name, password, totp } = body.value;
    let counted = peer::address(&request, &app.settings.http.proxies).map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), rate_limit_key);
    let standing = limits.sign_ins.begin(counted, &name, Instant::now()).map_err(|wait| Failure::too_many(wait.as_secs() + 1))?;
    let asked = SignIn { name: name.clone(), password, code: totp, asker: Asker { address: Some(counted), standing } };
    match accounts::sign_in(&app, Arrival::of(&request).via("createAccessToken"), asked).await {
        Ok(SignedIn::As(issued)) => {
            limits.sign_ins.succeeded(counted, &name);
            let location = format!("/v1/access-tokens/{}", issued.token.id);
            let shown = Shown::from(issued.token);
            Ok(CreatedAt {
                location,
                shown: IssuedAccessToken { token: issued.text, access_token: AccessToken::new(shown, &Actors::default()) },
            })
        }
        Ok(SignedIn::Refused(account)) => {
            if let Some(id) = account {
                request.extensions_mut().insert(Tried(Object::of("local_account", id)));
            }
            Err(Failure::sign_in_refused())
        }
        Err(error) => {
            limits.sign_ins.take_back(counted, &name);
            Err(error.into())
        }
    }
}
