//! Tokens as they are shown: never with their text, which is not kept.

use uuid::Uuid;

use crate::app::App;
use crate::auth::Caller;
use crate::auth::tokens::state;
use crate::domain::permission::Verb;
use crate::domain::token::{TokenFilter, TokenState};
use crate::store::tokens::Token;
use crate::store::{self, View};
use crate::time::TimeSource;
use crate::usecases::Error;
use crate::usecases::actors::{Actors, Named};

#[derive(Debug)]
pub struct Listed {
    pub token: Token,
    pub state: TokenState,
}

impl From<Token> for Listed {
    fn from(token: Token) -> Self {
        Self { state: state(&token), token }
    }
}

/// A token with the name of the person whose it is.
#[derive(Debug)]
pub struct Shown {
    pub token: Token,
    pub state: TokenState,
    pub person: Option<String>,
}

impl From<Token> for Shown {
    fn from(token: Token) -> Self {
        Self { state: state(&token), person: None, token }
    }
}

/// Every token there ever was, oldest first, for whoever has the machine.
pub async fn all(app: &App) -> Result<Vec<Listed>, Error> {
    Ok(store::tokens::all(&app.all()).await?.into_iter().map(Listed::from).collect())
}

/// A page of tokens, newest first.
pub async fn list(app: &App, caller: &Caller, filter: &TokenFilter) -> Result<Named<Vec<Shown>>, Error> {
    caller.who.may(Verb::ManageAccess)?;
    let view = app.db.view(caller.scope.clone());
    let found = store::tokens::list(&view, filter, TimeSource::machine().now()).await?;
    named(&view, found).await
}

pub async fn show(app: &App, caller: &Caller, id: Uuid) -> Result<Named<Shown>, Error> {
    caller.who.may(Verb::ManageAccess)?;
    let view = app.db.view(caller.scope.clone());
    let token = store::tokens::with_id(&view, id).await?.ok_or(Error::NotFound("token"))?;
    let Named { mut shown, actors } = named(&view, vec![token]).await?;
    Ok(Named { shown: shown.pop().ok_or(Error::NotFound("token"))?, actors })
}

async fn named(view: &View, tokens: Vec<Token>) -> Result<Named<Vec<Shown>>, Error> {
    let ids: Vec<_> = tokens.iter().filter_map(|token| token.person_id).collect();
    let names = Actors::under(view, &ids).await?;
    let actors = Actors::of(view, tokens.iter().filter_map(|token| token.issued_by.as_ref())).await?;
    let shown =
        |token: Token| Shown { state: state(&token), person: token.person_id.and_then(|id| names.name_of(id)).map(str::to_owned), token };
    Ok(Named { shown: tokens.into_iter().map(shown).collect(), actors })
}
