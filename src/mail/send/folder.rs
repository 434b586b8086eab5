//! Mails as files, named for people: `2026-03-02T070000Z-INC-1001-bevestiging-1f0c9a7be2d4.eml`.
//!
//! The instant is UTC, so that names sort as the mails were made. A file appears whole or not at all, and one that is written again
//! after a crash takes its own place. Nobody's name or words are in the name of a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::domain::mail::{MailKind, Outbound};
use crate::mail::messages;

/// A folder of mails.
pub struct Folder {
    path: PathBuf,
    /// When the last one was written, by its file.
    last: Mutex<SystemTime>,
}

impl Folder {
    /// The folder at a path, made with its first mail.
    pub fn at(path: PathBuf) -> Self {
        Self { path, last: Mutex::new(SystemTime::UNIX_EPOCH) }
    }

    /// Writes a mail; durable when this returns.
    pub fn write(&self, mail: &Outbound, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let name = name(mail);
        let unfinished = self.path.join(format!(".{name}.part"));
        // What a crash left under this name goes first: nothing that is there is ever written through.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::create_new(&unfinished)?;
        file.write_all(bytes)?;
        self.follow(&file)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }

    /// Dates a file after the one before it, so that `ls -tr` lists mails as they were sent: the system's own dates are coarser than
    /// the time a mail takes.
    fn follow(&self, file: &File) -> io::Result<()> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.metadata()?.modified()?;
        let dated = written.max(*last + Duration::from_micros(1));
        if dated > written {
            file.set_modified(dated)?;
        }
        *last = dated;
        Ok(())
    }
}

fn name(mail: &Outbound) -> String {
    let at = mail.created_at.to_utc().format("%Y-%m-%dT%H%M%SZ");
    let id = mail.id.simple().to_string();
    let ticket = ticket(&mail.subject).map(|number| format!("{number}-")).unwrap_or_default();
    format!("{at}-{ticket}{}-{}.eml", kind(&mail.template), &id[id.len() - 12..])
}

/// The number that a subject of the desk begins with, such as `[INC-1001]`.
fn ticket(subject: &str) -> Option<&str> {
    let (number, _) = subject.strip_prefix('[')?.split_once(']')?;
    let (prefix, figure) = number.split_once('-')?;
    let is_one = prefix.chars().all(|sign| sign.is_ascii_uppercase()) && figure.chars().all(|sign| sign.is_ascii_digit());
    (is_one && !prefix.is_empty() && !figure.is_empty() && number.len() < 30).then_some(number)
}

/// What people call a message, such as `bevestiging`.
fn kind(template: &str) -> String {
    MailKind::named(template).map_or_else(|| "bericht".to_owned(), messages::file_word)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn mail(template: &str, subject: &str) -> Outbound {
        let at = "2026-03-02T08:00:00+01:00".parse().expect("an instant");
        Outbound {
            id: Uuid::from_u128(0x1f0c_9a7b_e2d4),
            ticket_id: None,
            organisation: String::new(),
            event_id: Uuid::nil(),
            template: template.to_owned(),
            recipient: "anna@ipo.example".to_owned(),
            subject: subject.to_owned(),
            body: String::new(),
            auto: String::new(),
            message_id: String::new(),
            in_reply_to: None,
            attempts: 0,
            created_at: at,
            queued_at: at,
            mailbox: None,
        }
    }

    #[test]
    fn a_name_is_readable_and_leads_nowhere_else() {
        for (template, subject, expected) in [
            ("confirmation", "[INC-1001] Ontvangen: printer", "2026-03-02T070000Z-INC-1001-bevestiging-1f0c9a7be2d4.eml"),
            ("obligation-late", "Te laat: rapport", "2026-03-02T070000Z-verplichting-te-laat-1f0c9a7be2d4.eml"),
            ("../../etc", "[../INC-1] x", "2026-03-02T070000Z-bericht-1f0c9a7be2d4.eml"),
            ("status", "[INC-] x", "2026-03-02T070000Z-status-1f0c9a7be2d4.eml"),
        ] {
            assert_eq!(name(&mail(template, subject)), expected);
        }
    }

    #[test]
    fn a_file_appears_whole_and_what_a_crash_left_is_not_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mails, mail) = (folder.path().join("mail"), mail("status", "[INC-1] x"));
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "mine").expect("a file");
        fs::create_dir(&mails).expect("a folder");
        std::os::unix::fs::symlink(&elsewhere, mails.join(format!(".{}.part", name(&mail)))).expect("a link");
        let desk = Folder::at(mails.clone());
        for text in ["first", "second"] {
            desk.write(&mail, text.as_bytes()).expect("it is written");
            let there: Vec<_> = fs::read_dir(&mails).expect("mails").filter_map(Result::ok).map(|file| file.path()).collect();
            assert_eq!((there.len(), fs::read_to_string(&there[0]).expect("a mail").as_str()), (1, text));
        }
        assert_eq!(fs::read_to_string(elsewhere).expect("a file"), "mine");
    }
}
