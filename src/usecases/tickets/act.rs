//! Doing something to a ticket: find, permit, decide, record.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::locked::{gone_on, locked, locked_if_kept};
use super::{check_late, may_be_late, missing_motivation};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::permission::Verb;
use crate::domain::ticket::assign::{Assign, Field};
use crate::domain::ticket::edit::Text;
use crate::domain::ticket::prioritise::Prioritise;
use crate::domain::ticket::retype::Retype;
use crate::domain::ticket::specify::Specify;
use crate::domain::ticket::{self, Act, Event, EventData, Reader, Refusal, Situation, Ticket, TicketRef, voided};
use crate::store::{self, Tx};
use crate::usecases::held::{Held, repeated};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, one_of};
use crate::usecases::{assignees, entitled, routing};

/// For what is recorded later than it happened.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// Now when absent.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late; required with `occurred_at`.
    pub reason: Option<String>,
    /// When it came into the desk's mailbox, which nobody says but the mail server.
    pub arrived: Option<Instant>,
}

/// Does something to a ticket, if it still has one of the expected versions (`If-Match`); `None` expects none.
pub async fn act(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    wishes: &[Act],
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| Ok(act_in(app, tx, stamp, ticket, wishes, when, by_itself).await?.0)).await
}

/// Collects problems: an outcome with problems adds them and gives `None`. A conflict counts only while there are no problems; what the caller
/// may not do at all comes before them.
fn gathered<T>(outcome: Result<T, Error>, problems: &mut Vec<Problem>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(outcome) => Ok(Some(outcome)),
        Err(Error::Invalid(more)) => {
            problems.extend(more);
            Ok(None)
        }
        Err(Error::NotFound(_) | Error::Conflict { .. }) if !problems.is_empty() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Does some work on a locked ticket that has one of the expected versions, and once for an idempotency key.
pub(super) async fn once(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    expected: Option<&[i32]>,
    work: impl AsyncFn(&Tx, Ticket) -> Result<Ticket, Error>,
) -> Result<Ticket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::tickets::find(tx, TicketRef::Id(known)).await?.ok_or(Error::NotFound("ticket"));
            }
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            work(tx, ticket).await
        })
        .await
}

/// For `made` of `act_in`: a repeat of the request is answered with the ticket.
#[expect(clippy::unnecessary_wraps, reason = "what answers a repeat of other acts may be nothing")]
pub(in crate::usecases) fn by_itself(ticket: &Ticket, _added: &[Event]) -> Option<Uuid> {
    Some(ticket.id)
}

/// Does something to a ticket that the transaction has locked, and returns it with the events recorded. `made` says what a repeat of the
/// request is answered with; `None` when the caller remembers that itself.
pub(in crate::usecases) async fn act_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: Ticket,
    wishes: &[Act],
    when: &When,
    made: impl FnOnce(&Ticket, &[Event]) -> Option<Uuid>,
) -> Result<(Ticket, Vec<Event>), Error> {
    // Boxed: as a part of them it would weigh in everything that acts on a ticket.
    Box::pin(acted(app, tx, stamp, ticket, wishes, when, made)).await
}

async fn acted(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    ticket: Ticket,
    wishes: &[Act],
    when: &When,
    made: impl FnOnce(&Ticket, &[Event]) -> Option<Uuid>,
) -> Result<(Ticket, Vec<Event>), Error> {
    let stamp = &stamp.at(&ticket.organisation);
    let mut held = Held::open(app, tx, stamp, ticket).await?;
    let mut problems = hindrances(app, held.contract(), &held.subject, wishes);
    let wishes = &*assignees::identified(tx, wishes, &mut problems).await?;
    refuse_reserved(tx, stamp, held.contract(), &held.subject, wishes).await?;
    let at = gathered(occurred(stamp, &held.history, when), &mut problems)?.unwrap_or(stamp.recorded_at);
    // What was due before that instant happened before it, so it is recorded first.
    held.catch_up(at)?;
    let (overdue, before) = (held.history.len(), held.subject.clone());
    for wish in wishes {
        let situation = Situation { contract: held.contract(), ticket: &held.subject, history: &held.history, who: &stamp.who, at };
        let decided = match ticket::act(situation, wish) {
            Err(Refusal::Merged(into)) => Err(gone_on(tx, &held.subject, into).await?),
            decided => decided.map_err(Error::from),
        };
        let Some((after, records)) = gathered(decided, &mut problems)? else { continue };
        held.subject = after;
        for (data, reason) in records {
            held.happened(data, reason.or_else(|| when.reason.clone()), at);
        }
    }
    problems.extend(unexplained(&held, overdue, wishes, stamp.recorded_at)?);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if wishes.iter().any(|wish| matches!(wish, Act::Specify(_) | Act::Retype(_))) {
        route_anew(tx, &mut held, at).await?;
    }
    let replaced = |ticket: &Ticket| {
        let differs = Text::ALL.into_iter().filter(|text| before.text(*text) != ticket.text(*text));
        differs.map(|text| (text, before.text(text).to_owned())).collect::<Vec<_>>()
    };
    let replaced = replaced(&held.subject);
    held.subject.changed(stamp.recorded_at, &held.history[overdue..]);
    let created = made(&held.subject, held.added());
    let written = held.write(tx, created).await?;
    let edit = written.added.iter().find(|event| matches!(event.data, EventData::Edited(_)));
    if let Some(event) = edit.filter(|_| !replaced.is_empty()) {
        store::former_texts::insert(tx, &written.subject, event.id, &replaced, stamp.recorded_at).await?;
        store::tickets::index(tx, &written.subject).await?;
    }
    Ok((written.subject, written.added))
}

/// What a ticket is about was said: a rule may know now who takes it.
async fn route_anew(tx: &Tx, held: &mut Held<'_, Ticket>, at: Instant) -> Result<(), Error> {
    let rules = store::routing_rules::active(tx).await?;
    let mailboxes = if rules.iter().any(|rule| !rule.conditions.mailboxes.is_empty()) {
        store::routing_rules::mailboxes(tx, &[held.subject.id]).await?
    } else {
        BTreeMap::new()
    };
    let mailbox = mailboxes.get(&held.subject.id).map(String::as_str);
    routing::route(held, &rules, mailbox, at);
    Ok(())
}

/// The problem of a breach that would end by another item, of which nobody says why.
fn unexplained(held: &Held<'_, Ticket>, since: usize, wishes: &[Act], at: Instant) -> Result<Option<Problem>, Error> {
    if !wishes.iter().any(|wish| matches!(wish, Act::Specify(_))) || !voided::is_unexplained(&held.history[since..], &held.follows(at)?) {
        return Ok(None);
    }
    Ok(Some(Problem::field("reason", FieldCode::Required, "a breach ends by this, and whoever is told of that is told why")))
}

/// Records an event that is no act on the ticket and moves none of its clocks.
pub(in crate::usecases) async fn record_in(app: &App, tx: &Tx, stamp: &Stamp, ticket: Uuid, data: EventData) -> Result<(), Error> {
    let Some(ticket) = locked_if_kept(tx, TicketRef::Id(ticket)).await? else { return Ok(()) };
    let mut held = Held::open(app, tx, stamp, ticket).await?;
    held.happened(data, None, stamp.recorded_at);
    held.write(tx, None).await.map(drop)
}

/// Refuses to make a ticket one of a type, or one for an item, that its contract reserves to others than its requester.
async fn refuse_reserved(tx: &Tx, stamp: &Stamp, contract: &Contract, ticket: &Ticket, wishes: &[Act]) -> Result<(), Error> {
    let to = wishes.iter().find_map(|wish| if let Act::Retype(retype) = wish { Some(retype.to) } else { None });
    let to = to.filter(|to| *to != ticket.kind && ticket.state().is_open() && stamp.who.may(Verb::RetypeTickets).is_ok());
    let named = wishes.iter().find_map(|wish| match wish {
        Act::Specify(Specify { variant: Field::Set(code), .. }) if ticket.about.variant.as_ref() != Some(code) => Some(code.as_str()),
        _ => None,
    });
    let item = contract.item_of(to.unwrap_or(ticket.kind), named.filter(|_| stamp.who.may(Verb::EditTickets).is_ok()));
    if to.is_none() && item.is_none() {
        return Ok(());
    }
    entitled::changing(tx, contract, ticket, (to.unwrap_or(ticket.kind), item), stamp.recorded_at)
        .await?
        .map_or(Ok(()), |refused| Err(refused.into()))
}

/// The instant of an act: not in the future, and not before the ticket's previous fact.
fn occurred(stamp: &Stamp, history: &[Event], when: &When) -> Result<Instant, Error> {
    let previous = history.iter().filter(|event| !event.is_derived()).map(|event| event.occurred_at).max();
    if let Some(arrived) = when.arrived {
        let arrived = arrived.min(stamp.recorded_at);
        return Ok(arrived.max(previous.unwrap_or(arrived)));
    }
    let mut problems = Vec::new();
    check_late(stamp, when.occurred_at, when.reason.as_deref(), &mut problems);
    may_be_late(stamp, when.occurred_at, &mut problems);
    let at = when.occurred_at.unwrap_or(stamp.recorded_at);
    // Not for clients: the previous fact may be an internal note, which the refusal would reveal.
    if when.occurred_at.is_some() && Reader::of(&stamp.who.actor) == Reader::Desk && previous.is_some_and(|previous| at < previous) {
        let detail = format!("is before the ticket's previous fact, {}", previous.unwrap_or(at));
        problems.push(Problem::field("occurredAt", FieldCode::BeforePrevious, detail));
    }
    if problems.is_empty() { Ok(at.max(previous.unwrap_or(at))) } else { Err(Error::Invalid(problems)) }
}

/// Refuses to change a ticket that changed since the caller read it. Clients have a version of their own, which internal changes leave as
/// it is.
pub(in crate::usecases) fn as_expected(stamp: &Stamp, ticket: &Ticket, expected: Option<&[i32]>) -> Result<(), Error> {
    let version = Reader::of(&stamp.who.actor).version(ticket);
    if expected.is_none_or(|versions| versions.contains(&version)) {
        return Ok(());
    }
    Err(Error::Conflict { code: Code::VersionChanged, detail: "the ticket changed since it was read".to_owned() })
}

/// Problems with acts that depend on the settings or on a contract's motivation rule, which the domain does not check.
fn hindrances(app: &App, contract: &Contract, ticket: &Ticket, wishes: &[Act]) -> Vec<Problem> {
    let hindrance = |wish: &Act| match wish {
        Act::Prioritise(Prioritise { priority, motivation }) => missing_motivation(contract, ticket.kind, priority, motivation.as_deref()),
        Act::Retype(Retype { to, priority: Some(priority), motivation, .. }) => {
            missing_motivation(contract, *to, priority, motivation.as_deref())
        }
        Act::Assign(Assign { team: Field::Set(team), .. }) if !app.settings.teams.is_empty() && !app.settings.teams.contains_key(team) => {
            Some(Problem::field("team", FieldCode::UnknownTeam, one_of(app.settings.teams.keys().map(String::as_str))))
        }
        _ => None,
    };
    wishes.iter().filter_map(hindrance).collect()
}
