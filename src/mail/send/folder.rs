//! Writes mails as files with readable names: `2026-03-02T070000Z-INC-1001-bevestiging-1f0c9a7be2d4.eml`.
//!
//! The time is UTC, so that names sort in the order the mails were written. A file appears complete or not at all, and a mail that is
//! written again after a crash replaces its own file. A file name contains no names or words of people.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::domain::language::Language;
use crate::domain::mail::{MailKind, Outbound};
use crate::mail::messages;

pub struct Folder {
    path: PathBuf,
    /// The modification time of the last file.
    last: Mutex<SystemTime>,
}

impl Folder {
    /// The folder is created with the first mail.
    pub fn at(path: PathBuf) -> Self {
        Self { path, last: Mutex::new(SystemTime::UNIX_EPOCH) }
    }

    /// The mail is on disk (fsync) when this returns.
    pub fn write(&self, mail: &Outbound, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let name = name(mail);
        let unfinished = self.path.join(format!(".{name}.part"));
        // Remove what a crash left behind, and create the file new: opening an existing one would write through a symbolic link.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::create_new(&unfinished)?;
        file.write_all(bytes)?;
        self.follow(&file)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path.join(name))?;
        // The rename itself is only durable once the folder is synced.
        File::open(&self.path)?.sync_all()
    }

    /// Gives a file a later modification time than the one before, so that `ls -tr` lists mails in the order they were sent. File systems
    /// update their times every few milliseconds, and several mails fit in between.
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
    // The last twelve digits of a UUIDv7 are random; the first are the time, which the name has already.
    format!("{at}-{ticket}{}-{}.eml", kind(&mail.template), &id[id.len() - 12..])
}

/// `[INC-1001] …` gives `INC-1001`. Checked strictly, since it becomes part of a path.
fn ticket(subject: &str) -> Option<&str> {
    let (number, _) = subject.strip_prefix('[')?.split_once(']')?;
    let (prefix, figure) = number.split_once('-')?;
    let is_one = prefix.chars().all(|sign| sign.is_ascii_uppercase()) && figure.chars().all(|sign| sign.is_ascii_digit());
    (is_one && !prefix.is_empty() && !figure.is_empty() && number.len() < 30).then_some(number)
}

/// Dutch, such as `bevestiging`.
fn kind(template: &str) -> String {
    MailKind::named(template).map_or_else(|| "bericht".to_owned(), |kind| messages::file_slug(kind, Language::Dutch))
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
