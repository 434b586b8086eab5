//! Logging in: with a password, or with an access token.

use std::time::Duration;

use async_imap::error::Error;
use async_imap::{Authenticator, Client, Session};

use super::wire::Line;
use super::{Step, Trouble, within};
use crate::mail::tokens::Tokens;
use crate::settings::{Imap, Secret};

/// What is answered to the server's first question (SASL); whatever it asks after that is answered with nothing, upon which it says no.
struct Answer(Option<String>);

impl Authenticator for Answer {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

/// How one attempt ended; a server that refused can be tried again on the same connection.
type Attempt = Result<Result<Session<Line>, (Error, Client<Line>)>, Trouble>;

pub async fn logged_in(client: Client<Line>, settings: &Imap, tokens: Option<&Tokens>) -> Result<Session<Line>, Trouble> {
    let patience = Duration::from_secs(settings.timeout_seconds.into());
    let refused = |(error, _client): (Error, Client<Line>)| super::trouble(Step::LogIn, &error);
    let Some(tokens) = tokens else {
        let password = settings.password.as_ref().map_or("", Secret::reveal);
        return with_password(client, (&settings.username, password), patience).await?.map_err(refused);
    };
    let token = tokens.current().await.map_err(Trouble::Token)?;
    match with_token(client, &settings.username, &token, patience).await? {
        // It may have been withdrawn before its time.
        Err((Error::No(_), client)) => {
            tokens.forget().await;
            with_token(client, &settings.username, &tokens.current().await.map_err(Trouble::Token)?, patience).await?.map_err(refused)
        }
        done => done.map_err(refused),
    }
}

/// AUTHENTICATE PLAIN (RFC 4616), to which a name or a password may have any sign; LOGIN where a server does not know that.
async fn with_password(client: Client<Line>, (username, password): (&str, &str), patience: Duration) -> Attempt {
    let answer = Answer(Some(format!("\0{username}\0{password}")));
    match in_time(patience, client.authenticate("PLAIN", answer)).await? {
        Err((Error::Bad(_), client)) => in_time(patience, client.login(username, password)).await,
        done => Ok(done),
    }
}

/// XOAUTH2, as Microsoft and Google have it.
async fn with_token(client: Client<Line>, username: &str, token: &Secret, patience: Duration) -> Attempt {
    let answer = Answer(Some(format!("user={username}\x01auth=Bearer {}\x01\x01", token.reveal())));
    in_time(patience, client.authenticate("XOAUTH2", answer)).await
}

async fn in_time<T>(patience: Duration, attempt: impl Future<Output = T>) -> Result<T, Trouble> {
    within(patience, Step::LogIn, async { Ok(attempt.await) }).await
}
