//! Mail on the command line: take one in, and preview what the desk writes.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Failed, explained, open, say};
use crate::mail::{messages, send};
use crate::settings::Settings;
use crate::usecases::{Stamp, inbound};

#[derive(Subcommand)]
pub enum What {
    /// Write a sample of every message that the desk sends, as files for a mail program; no database is needed.
    Preview {
        /// Where to; made when it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

pub async fn take(settings: Settings, mailbox: &str) -> Result<(), Failed> {
    let mut raw = Vec::new();
    std::io::stdin().lock().read_to_end(&mut raw)?;
    let app = open::ready(settings).await?;
    let received =
        inbound::receive(&app, &Stamp::command("receiveMail", app.time.now()), mailbox, raw.into(), None).await.map_err(explained)?;
    let number = received.ticket.map(|ticket| ticket.reference()).unwrap_or_default();
    say(format_args!("{} {number} {}", received.mail.outcome, received.mail.reason.unwrap_or_default()))?;
    Ok(app.announce_commits().await?)
}

pub fn preview(folder: &Path) -> Result<(), Failed> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for listed in messages::REGISTRY {
        for sample in listed.samples()? {
            let path = folder.join(format!("{}.eml", sample.name));
            std::fs::write(&path, send::preview(&sample.outgoing)?).map_err(|error| format!("{}: {error}", path.display()))?;
            say(path.display())?;
        }
    }
    Ok(())
}
