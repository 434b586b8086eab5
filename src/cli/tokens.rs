//! Tokens: made, listed, withdrawn.

use clap::Args;
use uuid::Uuid;

use super::{Failed, explained, open, say};
use crate::app::App;
use crate::auth::tokens::TokenState;
use crate::settings::Settings;
use crate::store::tokens::Holder;
use crate::usecases::tokens::{self, Listed};

#[derive(Args)]
pub struct Asked {
    /// A name that says what it is for; histories show it.
    #[arg(long, default_value = "token")]
    name: String,
    /// The organisation it is for; the desk when absent.
    #[arg(long)]
    organisation: Option<String>,
    /// Instead of a person's token: one for this system, which acts for the desk and never counts as answering a client.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "organisation"])]
    integration: Option<String>,
    /// When it expires (RFC 3339).
    #[arg(long)]
    expires_at: Option<String>,
    /// Instead: list every token, without the secrets, which are not kept.
    #[arg(long, conflicts_with_all = ["name", "organisation", "integration", "expires_at", "revoke"])]
    list: bool,
    /// Instead: revoke the token with this id, which is invalid from now on.
    #[arg(long, value_name = "ID", conflicts_with_all = ["name", "organisation", "integration", "expires_at"])]
    revoke: Option<Uuid>,
}

pub async fn run(settings: Settings, asked: Asked) -> Result<(), Failed> {
    if asked.list {
        for listed in tokens::list(&open::existing(settings).await?).await? {
            say(line(&listed))?;
        }
        return Ok(());
    }
    if let Some(id) = asked.revoke {
        let revoked = tokens::revoke(&open::existing(settings).await?, id).await.map_err(explained)?;
        return Ok(say(line(&revoked))?);
    }
    let expires_at = asked.expires_at.map(|text| text.parse()).transpose()?;
    let app = open::in_any_time(settings).await?;
    open::apply_folder(&app).await?;
    let made = match &asked.integration {
        Some(system) => tokens::create_for_integration(&app, system, expires_at).await,
        None => tokens::create(&app, &asked.name, asked.organisation.as_deref(), expires_at).await,
    };
    let text = made.map_err(explained)?;
    shown(&app, &text, say(&text)).await
}

/// Withdraws a token that could not be printed: nobody would ever have it.
pub async fn shown(app: &App, text: &str, said: std::io::Result<()>) -> Result<(), Failed> {
    if said.is_err() {
        tokens::take_back(app, text).await?;
    }
    Ok(said?)
}

/// The name comes last, because it may contain anything.
fn line(Listed { token, state }: &Listed) -> String {
    let state = match (state, token.revoked_at, token.expires_at) {
        (TokenState::Revoked, Some(at), _) => format!("revoked at {at}"),
        (TokenState::Expired, _, Some(at)) => format!("ended at {at}"),
        (_, _, Some(at)) => format!("good until {at}"),
        _ => "good".to_owned(),
    };
    let of_the_desk = if token.holder == Holder::Integration { "an integration of the desk" } else { "the desk" };
    let whose = token.organisation.as_deref().unwrap_or(of_the_desk);
    format!("{}  made {} for {whose}, {state}: {}", token.id, token.created_at, token.name)
}
