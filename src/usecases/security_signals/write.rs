//! What is done about a signal: an answer, a talk with the client's officer, and that it became an incident.

use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::history::Nothing;
use crate::domain::permission::Verb;
use crate::domain::security_signal::{BecameIncident, Discussed, EventData, NotItsIncident, SecuritySignal, SignalNote};
use crate::domain::ticket::TicketRef;
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::held::{Held, repeated};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, one_of};

/// A talk with somebody of the client.
#[derive(Debug, Clone, Default)]
pub struct Discussion {
    /// The code of the role in which they talked.
    pub role: String,
    /// Who that was, where the desk knows them.
    pub person: Option<Uuid>,
    /// Now when absent.
    pub discussed_at: Option<Instant>,
    pub note: String,
}

/// Adds what was done about a signal.
pub async fn respond(app: &App, stamp: &Stamp, id: Uuid, text: &str, expected: Option<&[i32]>) -> Result<SecuritySignal, Error> {
    happens(app, stamp, id, expected, async |_tx, _held| Ok((EventData::Responded(Nothing {}), stamp.recorded_at, Some(text)))).await
}

/// Adds that it was talked over with somebody of the client who is told of breaches of security.
pub async fn discuss(
    app: &App,
    stamp: &Stamp,
    id: Uuid,
    discussion: &Discussion,
    expected: Option<&[i32]>,
) -> Result<SecuritySignal, Error> {
    let Discussion { role, person, discussed_at, note } = discussion;
    happens(app, stamp, id, expected, async |tx, held| {
        let mut problems = Vec::new();
        let known: Vec<_> = held.contract().discussing_roles().into_iter().map(|one| one.code.as_str()).collect();
        if !known.contains(&role.as_str()) {
            problems.push(Problem::field("role", FieldCode::UnknownValue, one_of(known)));
        }
        let at = discussed_at.unwrap_or(stamp.recorded_at);
        if at > stamp.recorded_at {
            let detail = format!("{at} is after the present, {}", stamp.recorded_at);
            problems.push(Problem::field("discussedAt", FieldCode::InFuture, detail));
        }
        if at < held.subject.observed_at {
            let detail = format!("{at} is before the signal was noticed, {}", held.subject.observed_at);
            problems.push(Problem::field("discussedAt", FieldCode::OutOfRange, detail));
        }
        if let Some(person) = person {
            let found = store::people::find(tx, &[*person]).await?;
            if found.iter().all(|one| one.organisation != held.subject.organisation) {
                problems.push(Problem::field("person", FieldCode::UnknownPerson, "is nobody of this client"));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        Ok((EventData::Discussed(Discussed { role: role.clone(), person: *person }), at, Some(note.as_str())))
    })
    .await
}

/// Records which incident it became; another one than before takes its place.
pub async fn became(app: &App, stamp: &Stamp, id: Uuid, incident: &str, expected: Option<&[i32]>) -> Result<SecuritySignal, Error> {
    happens(app, stamp, id, expected, async |tx, held| {
        let unknown = |detail: String| Error::Invalid(vec![Problem::field("incident", FieldCode::UnknownTicket, detail)]);
        let named: TicketRef = incident.parse().map_err(|refused: crate::domain::ticket::NoTicketRef| unknown(refused.to_string()))?;
        let found = store::tickets::find(tx, named).await?;
        let ticket = found.ok_or_else(|| unknown("there is no such ticket that you see".to_owned()))?;
        held.subject.check_incident(&ticket).map_err(refused)?;
        held.subject.incident = Some(ticket.id);
        Ok((EventData::BecameIncident(BecameIncident { ticket: Some(ticket.id) }), stamp.recorded_at, None))
    })
    .await
}

fn refused(refused: NotItsIncident) -> Error {
    let code = match refused {
        NotItsIncident::OtherType | NotItsIncident::NotFlagged => Code::NotASecurityIncident,
        NotItsIncident::OfAnother => Code::IncidentOfAnother,
        NotItsIncident::Linked => Code::SignalLinked,
    };
    Error::Conflict { code, detail: refused.to_string() }
}

/// What happens, when, and what is written with it.
type Happening<'a> = (EventData, Instant, Option<&'a str>);

/// Records something on a signal that has one of the expected versions, once for an idempotency key.
async fn happens<'a>(
    app: &App,
    stamp: &Stamp,
    id: Uuid,
    expected: Option<&[i32]>,
    decide: impl AsyncFn(&Tx, &mut Held<'_, SecuritySignal>) -> Result<Happening<'a>, Error>,
) -> Result<SecuritySignal, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::RecordSecuritySignals)?;
            let signal = SecuritySignal::lock(tx, id).await?.ok_or(Error::NotFound("security signal"))?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(signal);
            }
            let mut held = Held::open(app, tx, stamp, signal).await?;
            let version = i32::try_from(held.history.len()).unwrap_or(i32::MAX);
            if expected.is_some_and(|versions| !versions.contains(&version)) {
                return Err(Error::Conflict { code: Code::VersionChanged, detail: "the signal changed since it was read".to_owned() });
            }
            let (data, at, text) = decide(tx, &mut held).await?;
            held.happened(data, None, at);
            let written = held.write(tx, Some(id)).await?;
            if let Some((event, text)) = written.added.last().zip(text) {
                let note = SignalNote { id: event.id, signal: id, author: event.actor.clone(), text: text.to_owned() };
                store::security_signals::insert_notes(tx, &[(written.subject.organisation.clone(), note)]).await?;
            }
            Ok(written.subject)
        })
        .await
}
