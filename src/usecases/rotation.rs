//! Bringing everything that is stored under the first key of the desk. A file's own key is wrapped anew and the file left as it is; only what
//! was stored before the desk had keys is stored again, sealed. Each step is a transaction of its own, done once; whatever a killed run did not
//! do, the next one does. The desk works on meanwhile.

use uuid::Uuid;

use super::{Error, Stamp, attachments};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::ticket::Attachment;
use crate::domain::wrapped_key::WrappedKey;
use crate::files::NotRead;
use crate::sealing::{self, CannotOpen, Purpose};
use crate::store::{self, Scope};
use crate::time::TimeSource;

/// Keys wrapped anew in one transaction: few enough that nobody waits for them.
const BATCH: u64 = 100;

/// What a rotation did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Files and mails whose key was wrapped anew.
    pub rewrapped: usize,
    /// Files and mails that were in clear.
    pub sealed: usize,
    /// What could not be opened, and why.
    pub failed: Vec<String>,
}

/// The ids of keys that something stored needs and the desk does not have.
pub async fn missing_keys(app: &App) -> Result<Vec<String>, Error> {
    let used = store::sealed::keys_in_use(&app.all()).await?;
    Ok(used.into_iter().filter(|id| !app.keys.has(id)).collect())
}

/// Works until everything is under the first key. `told` is called as it goes.
pub async fn rotate(app: &App, mut told: impl FnMut(&Rotated)) -> Result<Rotated, Error> {
    let Some(first) = app.keys.first() else {
        return Err(Error::Internal("there is no key: name a key file in the setting files.key_file".to_owned()));
    };
    // One line for all of it, before the first step: what is stored stays the same for everybody.
    let stamp = Stamp::command("rotateKeys", app.time.now());
    let begun = stamp.write_quietly(app, async |tx| {
        tx.touch("key", first);
        Ok(())
    });
    begun.await?;
    let mut rotated = Rotated::default();
    loop {
        let before = (rotated.rewrapped, rotated.sealed);
        rotated.failed.clear();
        for key in store::sealed::keys_in_use(&app.all()).await?.iter().filter(|key| **key != first.to_string()) {
            rewrap_files(app, key, &mut rotated, &mut told).await?;
            rewrap_mails(app, key, &mut rotated, &mut told).await?;
        }
        seal_files(app, &mut rotated, &mut told).await?;
        seal_mails(app, &mut rotated, &mut told).await?;
        // Once more when it did anything: uploads that were under way may have ended under an old key.
        if before == (rotated.rewrapped, rotated.sealed) {
            return Ok(rotated);
        }
    }
}

async fn rewrap_files(app: &App, key: &str, rotated: &mut Rotated, told: &mut impl FnMut(&Rotated)) -> Result<(), Error> {
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let batch = app.keep_books(&Scope::ALL, async |tx| {
            let mut done = Batch::default();
            for file in store::sealed::files_under(tx, Some(key), from, BATCH).await? {
                done.last = Some(file.id);
                let stored = attachments::stored(&file);
                let Some(key) = &stored.key else { continue };
                if let Some(again) = done.rewrapped(app, (Purpose::Attachment, stored.id), key, &format!("attachment {}", file.id)) {
                    store::sealed::rewrap_file(tx, file.id, &again).await?;
                }
            }
            Ok(done)
        });
        after = batch.await?.added_to(rotated);
        told(rotated);
    }
    Ok(())
}

async fn rewrap_mails(app: &App, key: &str, rotated: &mut Rotated, told: &mut impl FnMut(&Rotated)) -> Result<(), Error> {
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let batch = app.keep_books(&Scope::ALL, async |tx| {
            let mut done = Batch::default();
            for (id, key) in store::sealed::mails_under(tx, key, from, BATCH).await? {
                done.last = Some(id);
                if let Some(again) = done.rewrapped(app, (Purpose::Mail, id), &key, &format!("message {id}")) {
                    store::sealed::rewrap_mail(tx, id, &again).await?;
                }
            }
            Ok(done)
        });
        after = batch.await?.added_to(rotated);
        told(rotated);
    }
    Ok(())
}

/// What one transaction did.
#[derive(Default)]
struct Batch {
    last: Option<Uuid>,
    count: usize,
    failed: Vec<String>,
}

impl Batch {
    /// The key wrapped anew; nothing when it cannot be opened, which is noted.
    fn rewrapped(&mut self, app: &App, of: (Purpose, Uuid), key: &WrappedKey, what: &str) -> Option<WrappedKey> {
        match app.keys.rewrap(of, key) {
            Ok(again) => {
                self.count += usize::from(again.is_some());
                again
            }
            Err(error @ (CannotOpen::Damaged | CannotOpen::KeyMissing(_))) => {
                self.failed.push(format!("{what}: {error}"));
                None
            }
        }
    }

    fn added_to(self, rotated: &mut Rotated) -> Option<Uuid> {
        rotated.rewrapped += self.count;
        rotated.failed.extend(self.failed);
        self.last
    }
}

async fn seal_files(app: &App, rotated: &mut Rotated, told: &mut impl FnMut(&Rotated)) -> Result<(), Error> {
    let mut after = Uuid::nil();
    loop {
        let batch = app.keep_books(&Scope::ALL, async |tx| Ok(store::sealed::files_under(tx, None, after, BATCH).await?)).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = last.id;
        for file in batch {
            match seal_file(app, &file).await {
                Ok(done) => rotated.sealed += usize::from(done),
                Err(Error::Damaged(why)) => rotated.failed.push(why),
                Err(error) => return Err(error),
            }
            told(rotated);
        }
    }
}

/// Stores a file again, sealed and under another id, and then removes what was in clear. False when somebody else did it meanwhile.
async fn seal_file(app: &App, file: &Attachment) -> Result<bool, Error> {
    let old = attachments::stored(file);
    let new = app.time.id();
    let bytes = app.files.read(&old, None).await.map_err(|error| match error {
        NotRead::Gone | NotRead::Damaged => Error::Damaged(format!("attachment {}: {error}", file.id)),
        error => Error::Unavailable(error.to_string()),
    })?;
    app.keep_books(&Scope::ALL, async |tx| Ok(store::attachments::expect(tx, &[new], TimeSource::machine().now()).await?)).await?;
    let kept = app.files.keep(new, bytes, u64::MAX).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    if kept.digest != file.digest {
        attachments::discard(app, &[new]).await;
        return Err(Error::Damaged(format!("attachment {}: its digest is another than when it came in", file.id)));
    }
    let moved = app
        .keep_books(&Scope::ALL, async |tx| {
            let Some(key) = &kept.key else { return Ok(false) };
            if !store::sealed::move_file(tx, file, new, key).await? || store::attachments::arrived(tx, &[new]).await? == 0 {
                return Ok(false);
            }
            // From long ago, so that the sweep takes it at once if this program is killed before it does.
            store::attachments::expect(tx, &[old.id], Instant::MIN).await?;
            Ok(true)
        })
        .await?;
    attachments::discard(app, &[if moved { old.id } else { new }]).await;
    Ok(moved)
}

async fn seal_mails(app: &App, rotated: &mut Rotated, told: &mut impl FnMut(&Rotated)) -> Result<(), Error> {
    let mut after = Uuid::nil();
    loop {
        let sealed = app.keep_books(&Scope::ALL, async |tx| {
            let Some((id, raw)) = store::sealed::mail_in_clear(tx, after).await? else { return Ok(None) };
            let (raw, key) = sealing::seal(&app.keys, (Purpose::Mail, id), &raw).map_err(|error| Error::Internal(error.to_string()))?;
            if let Some(key) = key {
                store::sealed::seal_mail(tx, id, raw, &key).await?;
            }
            Ok(Some(id))
        });
        let Some(id) = sealed.await? else { return Ok(()) };
        (after, rotated.sealed) = (id, rotated.sealed + 1);
        told(rotated);
    }
}
