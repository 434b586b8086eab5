//! The keys by which attachments and incoming mails are sealed: a new one, and bringing everything under the first.

use std::io::IsTerminal as _;

use clap::Subcommand;

use super::{Failed, explained, open, say};
use crate::sealing::{self, Keys};
use crate::settings::Settings;
use crate::usecases::rotation;

#[derive(Subcommand)]
pub enum What {
    /// Print a new key: one line of the key file.
    #[command(after_long_help = sealing::NEW_KEY_HELP)]
    Key,
    /// Bring every stored file and mail under the first key, while the desk works on. Can be stopped and run again at any moment.
    Rotate,
}

pub async fn run(what: What, settings: impl Fn() -> Result<Settings, crate::settings::BadSettings>) -> Result<(), Failed> {
    match what {
        What::Key => {
            say(&*sealing::new_key()?)?;
            if std::io::stdout().is_terminal() {
                super::complain(&sealing::NEW_KEY_HELP);
            }
            Ok(())
        }
        What::Rotate => rotate(settings()?).await,
    }
}

async fn rotate(settings: Settings) -> Result<(), Failed> {
    let app = open::existing(settings).await?;
    let bar = indicatif::ProgressBar::new_spinner();
    let done = rotation::rotate(&app, |so_far| bar.set_message(format!("{} rewrapped, {} sealed", so_far.rewrapped, so_far.sealed))).await;
    bar.finish_and_clear();
    let rotation::Rotated { rewrapped, sealed, failed } = done.map_err(explained)?;
    say(format_args!("{rewrapped} keys were wrapped anew, {sealed} files and mails were sealed."))?;
    if !failed.is_empty() {
        return Err(failed.join("\n").into());
    }
    let first = app.keys.first().map(|id| id.to_string()).unwrap_or_default();
    Ok(say(format_args!("Everything is under key {first}. Nothing on this desk needs another; backups may."))?)
}

/// The keys of the settings, as a comment under them.
pub fn described(settings: &Settings) -> Result<String, Failed> {
    let keys = Keys::open(&settings.files)?.ids();
    let Some((first, others)) = keys.split_first() else {
        return Ok("# files.key_file is not set: attachments and incoming mails are stored as they are.".to_owned());
    };
    let others: Vec<_> = others.iter().map(ToString::to_string).collect();
    let others = if others.is_empty() { "no other".to_owned() } else { others.join(", ") };
    Ok(format!("# files.key_file: key {first} seals what comes in; also opens: {others}."))
}
