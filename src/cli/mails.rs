//! Mail on the command line: take one in, and preview what the desk writes, or write out its templates.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Failed, explained, open, say};
use crate::domain::language::Language;
use crate::mail::messages::{self, Templates};
use crate::mail::send;
use crate::settings::Settings;
use crate::usecases::{Stamp, inbound};

#[derive(Subcommand)]
pub enum What {
    /// Write a sample of every message that the desk sends, in both languages, as files for a mail program; no database is needed.
    Preview {
        /// Where to; made when it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Write the built-in template of every message, in both languages, as files to change and name with `mail.templates`; no file is overwritten.
    Templates {
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

/// In the desk's own words where the settings name templates.
pub fn preview(settings: &Settings, folder: &Path) -> Result<(), Failed> {
    let templates = Templates::open(settings.mail.templates.as_deref()).map_err(|wrong| wrong.join("\n"))?;
    for language in Language::ALL {
        let folder = folder.join(language.tag());
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for listed in messages::REGISTRY {
            for sample in listed.samples(&templates, language)? {
                let path = folder.join(format!("{}.eml", sample.name));
                std::fs::write(&path, send::preview(&sample.outgoing)?).map_err(|error| format!("{}: {error}", path.display()))?;
                say(path.display())?;
            }
        }
    }
    Ok(())
}

/// Writes all of them or, where any of these files is there already, none.
pub fn templates(folder: &Path) -> Result<(), Failed> {
    let files: Vec<_> = messages::files()?.into_iter().map(|(path, text)| (folder.join(path), text)).collect();
    let there: Vec<_> =
        files.iter().filter(|(path, _)| path.exists()).map(|(path, _)| format!("{}: is there already", path.display())).collect();
    if !there.is_empty() {
        return Err(there.join("\n").into());
    }
    for (path, text) in files {
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
            // Nor is one overwritten that came meanwhile.
            std::fs::File::create_new(&path)?.write_all(text.as_bytes())
        });
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        say(path.display())?;
    }
    Ok(())
}
