//! Mail fetched from a server by IMAP (RFC 3501): a connection, a login, a folder, and its messages one by one.
//!
//! [`Server`] is what the settings say of one mailbox, [`Folder`] its folder while a connection lasts. Every step ends in time, whatever the
//! server does, and any trouble ends the connection; who uses it begins anew. Nothing that a server says stands in a [`Trouble`], since
//! it may quote people's mail. What is done with a message is for `jobs::imap` to say.
//! Deliberately absent: flags, which people who look into the mailbox see and set; several connections; anything kept from one connection
//! for the next.

mod folder;
mod login;
mod names;
mod wire;

use std::time::Duration;

use async_imap::error::Error;
use tokio_rustls::TlsConnector;

pub use folder::Folder;

use super::tokens::Tokens;
use crate::settings::Imap;

/// Why a mailbox cannot be read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the server has no TLS that can be trusted: {0}")]
    Tls(String),
    #[error("there is no access token: {0}")]
    Token(String),
    #[error("the server took too long to {0}")]
    Silent(Step),
    #[error("the server refused to {0}")]
    Refused(Step),
    #[error("the connection was lost when the server was to {0}")]
    Lost(Step),
    #[error("the server's answer cannot be understood when it was to {0}")]
    Unreadable(Step),
    /// A server without UIDVALIDITY: a number could be another message's the next time.
    #[error("the server does not say how it numbers messages")]
    Unnumbered,
    #[error("the server numbered its messages anew")]
    Renumbered,
}

/// What a server is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Step {
    #[error("greet")]
    Greet,
    #[error("let the desk log in")]
    LogIn,
    #[error("open the folder")]
    Open,
    #[error("list its messages")]
    Search,
    #[error("give a message")]
    Fetch,
    #[error("move a message that the desk has")]
    Move,
    #[error("tell of new messages")]
    Wait,
}

/// A mailbox on a mail server, as the settings name it.
pub struct Server {
    settings: Imap,
    tls: TlsConnector,
    /// Where it is logged in to with access tokens.
    tokens: Option<Tokens>,
}

impl Server {
    /// Reads its certificate; the error says what is wrong with that.
    pub fn new(settings: &Imap) -> Result<Self, String> {
        let tls = wire::trusting(settings.certificate.as_deref())?;
        let patience = Duration::from_secs(settings.timeout_seconds.into());
        let tokens = settings.oauth.as_ref().map(|oauth| Tokens::new(oauth, patience)).transpose()?;
        Ok(Self { settings: settings.clone(), tls, tokens })
    }

    /// Connects, logs in, and makes the folder for messages that are done with where it is missing.
    pub async fn open(&self) -> Result<Folder, Trouble> {
        let client = wire::connected(&self.settings, &self.tls).await?;
        let session = login::logged_in(client, &self.settings, self.tokens.as_ref()).await?;
        Folder::of(session, &self.settings).await
    }
}

/// Waits for an answer as long as it may take.
async fn within<T>(limit: Duration, step: Step, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, answer).await {
        Err(_elapsed) => Err(Trouble::Silent(step)),
        Ok(answer) => answer.map_err(|error| trouble(step, &error)),
    }
}

fn trouble(step: Step, error: &Error) -> Trouble {
    match error {
        Error::No(_) | Error::Bad(_) => Trouble::Refused(step),
        // The library reports an answer that it cannot parse as one of these, with the answer in it.
        Error::Io(error) if error.kind() == std::io::ErrorKind::Other => Trouble::Unreadable(step),
        Error::Io(_) | Error::ConnectionLost => Trouble::Lost(step),
        _ => Trouble::Unreadable(step),
    }
}
