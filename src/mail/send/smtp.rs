//! Sends mail to a server by SMTP, logged in with a password or with an access token.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Mutex;

use super::SendError;
use crate::mail::tokens::Tokens;
use crate::settings::{Secret, Smtp, Tls};

type Connections = AsyncSmtpTransport<Tokio1Executor>;

/// What a server answers to a login that it does not accept.
const WRONG_LOGIN: u16 = 535;

pub enum Server {
    Plain(Connections),
    WithTokens(Box<WithTokens>),
}

/// A server to which access tokens are shown (XOAUTH2), each of which is good for about an hour.
pub struct WithTokens {
    settings: Smtp,
    tokens: Tokens,
    /// Connections that are logged in to with a token, and that token.
    open: Mutex<Option<(Secret, Connections)>>,
}

impl Server {
    /// The error says what is wrong with the settings.
    pub fn new(settings: &Smtp) -> Result<Self, String> {
        let Some(oauth) = &settings.oauth else {
            let login = settings.username.as_ref().zip(settings.password.as_ref());
            let login = login.map(|(user, password)| (user.as_str(), password, None));
            return Ok(Self::Plain(connections(settings, login)?));
        };
        // What is wrong with the server is told at the start, as without tokens.
        connections(settings, None)?;
        let tokens = Tokens::new(oauth, patience(settings))?;
        Ok(Self::WithTokens(Box::new(WithTokens { settings: settings.clone(), tokens, open: Mutex::default() })))
    }

    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<(), SendError> {
        let sent = match self {
            Self::Plain(connections) => connections.send_raw(envelope, message).await,
            Self::WithTokens(server) => match server.connections().await?.send_raw(envelope, message).await {
                // It may have been withdrawn before its time.
                Err(error) if error.status().is_some_and(|code| u16::from(code) == WRONG_LOGIN) => {
                    server.tokens.forget().await;
                    server.connections().await?.send_raw(envelope, message).await
                }
                sent => sent,
            },
        };
        sent.map(drop).map_err(|error| send_error(&error))
    }
}

impl WithTokens {
    /// Those of the token that holds now.
    async fn connections(&self) -> Result<Connections, SendError> {
        let unavailable = |why: String| SendError::Unavailable(format!("there is no access token for the mail server: {why}"));
        let token = self.tokens.current().await.map_err(unavailable)?;
        let mut open = self.open.lock().await;
        if let Some((_, connections)) = open.as_ref().filter(|(with, _)| with.reveal() == token.reveal()) {
            return Ok(connections.clone());
        }
        let login = (self.settings.username.as_deref().unwrap_or_default(), &token, Some(Mechanism::Xoauth2));
        let connections = connections(&self.settings, Some(login)).map_err(SendError::Unavailable)?;
        *open = Some((token, connections.clone()));
        Ok(connections)
    }
}

/// How long an answer may take.
fn patience(server: &Smtp) -> Duration {
    Duration::from_secs(server.timeout_seconds.into())
}

fn connections(server: &Smtp, login: Option<(&str, &Secret, Option<Mechanism>)>) -> Result<Connections, String> {
    let no_tls = |error: Error| format!("no TLS to the mail server: {error}");
    let builder = match server.tls {
        // Unencrypted, which lettre calls dangerous: meant for a relay on the same machine.
        Tls::None => Connections::builder_dangerous(&*server.host),
        Tls::Starttls => Connections::starttls_relay(&server.host).map_err(no_tls)?,
        Tls::Tls => Connections::relay(&server.host).map_err(no_tls)?,
    };
    let builder = builder.port(server.port).timeout(Some(patience(server)));
    let Some((user, secret, mechanism)) = login else { return Ok(builder.build()) };
    let builder = builder.credentials(Credentials::new(user.to_owned(), secret.reveal().to_owned()));
    Ok(match mechanism {
        Some(mechanism) => builder.authentication(vec![mechanism]).build(),
        None => builder.build(),
    })
}

/// What a failure means for a mail, and for the others.
fn send_error(error: &Error) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        let text = error.to_string();
        return if !error.is_client() {
            SendError::Unavailable("the mail server could not be reached".to_owned())
        } else if text.contains("SMTPUTF8") {
            SendError::Permanent("the mail server takes no address with letters outside ASCII".to_owned())
        } else {
            // It lacks what we need to send anything, such as STARTTLS or a way to log in. The library names it, and no address.
            SendError::Unavailable(format!("the mail server cannot be used: {text}"))
        };
    };
    let error = format!("the mail server answered {code}");
    match code {
        // The server is shutting down.
        421 => SendError::Unavailable(error),
        // These three are about the recipient's address. Any other 5xx may be about us, such as an expired login or missing permission to
        // relay, which an administrator can fix while the mail waits.
        550 | 551 | 553 => SendError::Permanent(error),
        _ => SendError::Temporary(error),
    }
}
