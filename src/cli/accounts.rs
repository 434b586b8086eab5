//! Local accounts: made, listed, recovered, closed. For whoever has the machine, so also for the first one.

use std::io::BufRead;

use clap::Args;
use uuid::Uuid;

use super::{Failed, explained, open, say};
use crate::app::App;
use crate::domain::permission::Role;
use crate::settings::Settings;
use crate::usecases::accounts::{self, Made, NewAccount};
use crate::usecases::{Stamp, one_of};

#[derive(Args)]
pub struct Asked {
    /// The name to sign in with. The password is the first line of standard input.
    #[arg(long, required_unless_present_any = ["list", "recover", "close"])]
    name: Option<String>,
    /// What its holder may do: give it once for each role of the desk. `uurwerk permissions` lists them.
    #[arg(long = "role", value_name = "ROLE", required_unless_present_any = ["list", "recover", "close"], value_parser = role)]
    roles: Vec<Role>,
    /// Instead: list every account.
    #[arg(long, conflicts_with_all = ["name", "roles", "recover", "close"])]
    list: bool,
    /// Instead: give the account with this id the password on standard input, and new one-time codes.
    #[arg(long, value_name = "ID", conflicts_with_all = ["name", "roles", "close"])]
    recover: Option<Uuid>,
    /// Instead: close the account with this id for good.
    #[arg(long, value_name = "ID", conflicts_with_all = ["name", "roles"])]
    close: Option<Uuid>,
}

fn role(code: &str) -> Result<Role, String> {
    Role::named(code).ok_or_else(|| one_of(Role::ALL.map(Role::as_str)))
}

pub async fn run(settings: Settings, asked: Asked) -> Result<(), Failed> {
    if asked.list {
        return list(&open::existing(settings).await?).await;
    }
    if let Some(id) = asked.close {
        let app = open::existing(settings).await?;
        accounts::close(&app, &Stamp::command("closeAccount", app.time.now()), id).await.map_err(explained)?;
        return Ok(say(format_args!("{id} is closed"))?);
    }
    if let Some(id) = asked.recover {
        let app = open::existing(settings).await?;
        let made = accounts::recover(&app, &Stamp::command("recoverAccount", app.time.now()), id, &password()?).await.map_err(explained)?;
        return shown(&made);
    }
    let app = open::in_any_time(settings).await?;
    let new = NewAccount { name: asked.name.unwrap_or_default(), roles: asked.roles, password: password()? };
    let stamp = Stamp::command("createAccount", app.time.now());
    let made = accounts::create(&app, &stamp, &new).await.map_err(explained)?;
    let said = shown(&made);
    if said.is_err() {
        // Without its one-time codes nobody could ever sign in.
        accounts::close(&app, &stamp, made.account.id).await.map_err(explained)?;
    }
    said
}

/// From standard input: what stands in a command others can read.
fn password() -> Result<String, Failed> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn shown(made: &Made) -> Result<(), Failed> {
    say(format_args!("{}  {}", made.account.id, made.account.name))?;
    Ok(say(format_args!("For an authenticator app, shown this once: {}", made.uri.as_deref().unwrap_or_default()))?)
}

async fn list(app: &App) -> Result<(), Failed> {
    for account in accounts::all(app).await? {
        let used = account.last_sign_in_at.map_or_else(|| "never signed in".to_owned(), |at| format!("last signed in {at}"));
        let closed = account.closed_at.map(|at| format!(", closed {at}")).unwrap_or_default();
        say(format_args!("{}  made {} ({}), {used}{closed}: {}", account.id, account.created_at, account.roles, account.name))?;
    }
    Ok(())
}
