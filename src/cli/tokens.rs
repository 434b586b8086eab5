//! Tokens: made, listed, withdrawn.

use clap::Args;
use uuid::Uuid;

use super::{Failed, explained, open, say};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{Role, Verb};
use crate::domain::token::TokenState;
use crate::settings::Settings;
use crate::usecases::one_of;
use crate::usecases::tokens::{self, Listed, NewToken};

#[derive(Args)]
pub struct Asked {
    /// A name that says what it is for; histories show it.
    #[arg(long, default_value = "token")]
    name: String,
    /// What its holder may do: give it once for each role. `uurwerk permissions` lists them.
    #[arg(long = "role", value_name = "ROLE", required_unless_present_any = ["list", "revoke", "integration"], value_parser = role)]
    roles: Vec<Role>,
    /// The address of the person who acts with it; needed for a requester, who sees what they reported, and for whoever signs. Of somebody of
    /// the desk, the address or the id of their account.
    #[arg(long, value_name = "ADDRESS")]
    person: Option<String>,
    /// The organisation it is for; the desk when absent.
    #[arg(long)]
    organisation: Option<String>,
    /// Instead of a person's token: one for this system, which acts for the desk and never counts as answering a client.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "organisation", "roles", "person"])]
    integration: Option<String>,
    /// When it expires (RFC 3339).
    #[arg(long)]
    expires_at: Option<Instant>,
    /// A verb it is limited to, of those that its roles give; once for each. All of them when absent.
    #[arg(long = "only-verb", value_name = "VERB", value_parser = verb)]
    verbs: Vec<Verb>,
    /// An organisation that a token of the desk is limited to; once for each. All of them when absent.
    #[arg(long = "only-organisation", value_name = "ID", conflicts_with = "organisation")]
    organisations: Vec<String>,
    /// Instead: list every token, without the secrets, which are not kept.
    #[arg(long, conflicts_with_all = ["name", "organisation", "roles", "person", "integration", "verbs", "organisations", "expires_at", "revoke"])]
    list: bool,
    /// Instead: revoke the token with this id, which is invalid from now on.
    #[arg(long, value_name = "ID", conflicts_with_all = ["name", "organisation", "roles", "person", "integration", "verbs", "organisations", "expires_at"])]
    revoke: Option<Uuid>,
}

fn role(code: &str) -> Result<Role, String> {
    Role::named(code).ok_or_else(|| one_of(Role::ALL.map(Role::as_str)))
}

fn verb(code: &str) -> Result<Verb, String> {
    Verb::named(code).ok_or_else(|| one_of(Verb::ALL.map(Verb::as_str)))
}

pub async fn run(settings: Settings, asked: Asked) -> Result<(), Failed> {
    if asked.list {
        for listed in tokens::all(&open::existing(settings).await?).await? {
            say(line(&listed))?;
        }
        return Ok(());
    }
    if let Some(id) = asked.revoke {
        let revoked = tokens::revoke(&open::existing(settings).await?, id).await.map_err(explained)?;
        return Ok(say(line(&revoked))?);
    }
    let app = open::in_any_time(settings).await?;
    open::apply_folder(&app).await?;
    let Asked { name, organisation, roles, person, integration, verbs, organisations, expires_at, .. } = asked;
    let limited = NewToken {
        verbs: (!verbs.is_empty()).then_some(verbs),
        organisations: (!organisations.is_empty()).then_some(organisations),
        expires_at,
        ..NewToken::default()
    };
    let new = match integration {
        Some(name) => NewToken { name, roles: vec![Role::Integration], ..limited },
        None => NewToken { name, organisation, roles, person, ..limited },
    };
    let text = tokens::create(&app, &new).await.map_err(explained)?;
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
        (TokenState::Expiring, _, Some(at)) => format!("ends soon, at {at}"),
        (_, _, Some(at)) => format!("good until {at}"),
        _ => "good".to_owned(),
    };
    let whose = token.organisation.as_deref().unwrap_or("the desk");
    let verbs = token.limit.listed().map(|_| format!(", only to {}", token.limit)).unwrap_or_default();
    let sees = token.organisations.as_ref().map(|limit| format!(", only of {}", limit.join(" "))).unwrap_or_default();
    let used = token.last_used_at.map(|at| format!(", last used {at}")).unwrap_or_default();
    format!("{}  made {} for {whose} ({}{verbs}{sees}), {state}{used}: {}", token.id, token.created_at, token.roles, token.name)
}
