//! Words of security signals: what of them is meant, and taking it away.

use uuid::Uuid;

use crate::app::App;
use crate::domain::privacy::HoldSubject;
use crate::domain::redaction::{GONE, Redactable, Redaction};
use crate::domain::security_signal::{Event, EventData, Redacted, SecuritySignal, SignalNote, is_same_note};
use crate::domain::ticket::Actor;
use crate::store::{self, Tx};
use crate::usecases::held::Held;
use crate::usecases::{Error, FieldCode, Problem, Stamp};

/// The signal itself for its own texts, or something that was written on it.
pub(super) async fn named(tx: &Tx, signal: &SecuritySignal, target: Option<Uuid>) -> Result<Uuid, Error> {
    let Some(target) = target else { return Ok(signal.id) };
    if store::security_signals::notes(tx, &[signal.id]).await?.iter().any(|note| note.id == target) {
        return Ok(target);
    }
    let detail = "the signal has no such response or discussion";
    Err(Error::Invalid(vec![Problem::field("target", FieldCode::UnknownValue, detail)]))
}

/// On what a hold would keep it: its contract, and whoever wrote it.
pub(super) async fn kept_by(tx: &Tx, signal: &SecuritySignal, what: Redactable, target: Uuid) -> Result<Vec<(HoldSubject, String)>, Error> {
    let author = if what == Redactable::SignalNote {
        let notes = store::security_signals::notes(tx, &[signal.id]).await?;
        notes.into_iter().find(|note| note.id == target).map(|note| note.author)
    } else {
        Some(signal.recorded_by.clone())
    };
    let author = author.and_then(|author| Actor::id_in(&author)).map(|id| (HoldSubject::Person, id.to_string()));
    Ok(std::iter::once((HoldSubject::Contract, signal.contract.clone())).chain(author).collect())
}

/// Takes it from the signal, and from those that were recorded with it for other clients: as many of them as the approver sees. The history of
/// each says so.
pub(super) async fn take(app: &App, tx: &Tx, stamp: &Stamp, signal: SecuritySignal, redaction: &Redaction) -> Result<(), Error> {
    let all = store::security_signals::lock_observation(tx, signal.observation).await?;
    let ids: Vec<_> = all.iter().map(|one| one.id).collect();
    let notes = store::security_signals::notes(tx, &ids).await?;
    let histories = store::events::histories::<SecuritySignal>(tx, &ids).await?;
    let events: Vec<&Event> = histories.values().flatten().collect();
    let told = |note: &SignalNote| events.iter().copied().find(|event| event.id == note.id);
    let meant = notes.iter().find(|note| note.id == redaction.target).and_then(|note| Some((told(note)?, note)));
    let target_on = |one: &SecuritySignal| {
        if redaction.what == Redactable::SignalTexts {
            return Some(one.id).filter(|_| (&one.title, &one.description) == (&signal.title, &signal.description));
        }
        let own = notes.iter().filter(|note| note.signal == one.id);
        let is_twin = |note: &&SignalNote| meant.zip(told(note)).is_some_and(|(meant, told)| is_same_note(meant, (told, note)));
        own.clone().find(|note| note.id == redaction.target).or_else(|| own.clone().find(is_twin)).map(|note| note.id)
    };
    let mut gone = Vec::new();
    for one in all {
        let Some(target) = target_on(&one) else { continue };
        let mut held = Held::open(app, tx, stamp, one).await?;
        if redaction.what == Redactable::SignalTexts {
            for text in [&mut held.subject.title, &mut held.subject.description] {
                GONE.clone_into(text);
            }
        } else {
            gone.push(target);
        }
        let data = Redacted { redaction: redaction.id, what: redaction.what, target };
        held.happened(EventData::Redacted(data), None, stamp.recorded_at);
        held.write(tx, None).await?;
    }
    Ok(store::security_signals::take_notes(tx, &gone).await?)
}
