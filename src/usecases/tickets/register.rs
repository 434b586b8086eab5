//! Registering tickets: each draft judged whole, then written whole; one is a batch of one.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{check_late, emergency, missing_motivation};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission;
use crate::domain::ticket::prioritise::needs_phone_contact;
use crate::domain::ticket::register::{Intake, Registered as Registration};
use crate::domain::ticket::{Actor, Channel, EventData, ExternalReference, Overview, Ticket, kinds};
use crate::store::{self, Tx};
use crate::usecases::held::{Held, repeated, write_all};
use crate::usecases::people::{self, Address};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, contracts, one_of};

/// Tickets written in one transaction.
const BATCH: usize = 100;

/// A ticket as someone asks for it; whatever could not be read is absent.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Its type's name.
    pub kind: Option<String>,
    /// Its contract.
    pub contract: Option<String>,
    /// Its client; needed where the contract serves several and the caller sees them.
    pub organisation: Option<String>,
    /// A line.
    pub title: Option<String>,
    /// The whole story.
    pub description: Option<String>,
    /// A priority: decided when the desk says it, proposed when a client does.
    pub priority: Option<String>,
    /// Why that priority.
    pub priority_motivation: Option<String>,
    /// How it came in.
    pub channel: Option<String>,
    /// Who reports it: a name and an address.
    pub requester: Option<(String, String)>,
    /// When it was reported, if not now.
    pub occurred_at: Option<Instant>,
    /// Why it is recorded late.
    pub occurred_at_reason: Option<String>,
    /// What it is called elsewhere.
    pub external_references: Vec<ExternalReference>,
    /// The incident it is an emergency change for, by id or number.
    pub emergency_for: Option<String>,
    /// The mail it came in.
    pub mail: Option<FromMail>,
    /// What could not be read of it.
    pub unreadable: Vec<Problem>,
}

/// What a mail says about the ticket it becomes.
#[derive(Debug, Clone, Copy)]
pub struct FromMail {
    /// Whether its sender gets a confirmation; a machine's does not.
    pub acknowledge: bool,
    /// Whether it asks for P1, which must be phoned (MAIL-06).
    pub asks_p1: bool,
    /// Whether only the mailbox tells whose its sender is.
    pub is_stranger: bool,
    /// The ticket it follows, or only points at.
    pub related: Option<Uuid>,
}

/// A draft that can be registered.
struct Checked {
    kind: TicketType,
    version: Arc<Version>,
    organisation: String,
    tier: Option<String>,
    channel: Channel,
    occurred_at: Instant,
    emergency_for: Option<Uuid>,
}

/// Everything wrong with a draft, judged on what could be read of it.
pub(in crate::usecases) fn problems(agreements: &Agreements, stamp: &Stamp, draft: &Draft) -> Vec<Problem> {
    check(agreements, stamp, draft).err().unwrap_or_default()
}

fn check(agreements: &Agreements, stamp: &Stamp, draft: &Draft) -> Result<Checked, Vec<Problem>> {
    let mut problems = draft.unreadable.clone();
    let kind = draft.kind.as_deref().and_then(|name| {
        name.parse::<TicketType>()
            .map_err(|unknown| problems.push(Problem::field("type", FieldCode::UnknownType, format!("\"{name}\" {unknown}"))))
            .ok()
    });
    let channel = draft.channel.as_deref().and_then(|name| {
        let known = Channel::named(name);
        if known.is_none() {
            problems.push(Problem::field("channel", FieldCode::UnknownChannel, one_of(Channel::ALL.map(Channel::as_str))));
        }
        known
    });
    if channel == Some(Channel::Phone)
        && let Err(refused) = permission::may_record_calls(&stamp.actor)
    {
        problems.push(Problem::field("channel", FieldCode::DeskOnly, refused.to_string()));
    }
    let occurred_at = draft.occurred_at.unwrap_or(stamp.recorded_at);
    check_late(stamp, draft.occurred_at, draft.occurred_at_reason.as_deref(), &mut problems);
    for (at, reference) in draft.external_references.iter().enumerate() {
        if draft.external_references[..at].contains(reference) {
            problems.push(Problem::field(&format!("externalReferences/{at}"), FieldCode::Repeated, "is given twice"));
        }
    }
    let version = draft.contract.as_deref().and_then(|contract| version_for(agreements, stamp, contract, occurred_at, &mut problems));
    let client = version.as_ref().and_then(|version| client_of(&version.contract, stamp, draft.organisation.as_deref(), &mut problems));
    problems.extend(kind.and_then(|kind| emergency::problem(kind, draft)));
    if let (Some(version), Some(kind)) = (&version, kind) {
        check_priority(&version.contract, stamp, kind, channel, draft, &mut problems);
        let tier = client.as_ref().and_then(|client| client.1.as_ref());
        if client.is_some() && tier.is_none() && version.contract.needs_tier(kind) {
            problems.push(Problem::field(
                "organisation",
                FieldCode::TierMissing,
                "the clocks of this type need the client's tier, and the contract names none",
            ));
        }
    }
    match (kind, version, client, channel) {
        (Some(kind), Some(version), Some((organisation, tier)), Some(channel)) if problems.is_empty() => {
            Ok(Checked { kind, version, organisation, tier, channel, occurred_at, emergency_for: None })
        }
        _ => Err(problems),
    }
}

fn version_for(agreements: &Agreements, stamp: &Stamp, contract: &str, at: Instant, problems: &mut Vec<Problem>) -> Option<Arc<Version>> {
    let version = contracts::in_force_at(agreements, &stamp.scope, contract, at);
    if version.is_none() {
        let known = contracts::ids_in_force_at(agreements, &stamp.scope, at);
        let detail = format!("there is no such contract in force at {at}; {}", one_of(known));
        problems.push(Problem::field("contract", FieldCode::UnknownContract, detail));
    }
    version
}

/// The client and its tier; a caller of one organisation need not name it.
pub(in crate::usecases) fn client_of(
    contract: &Contract,
    stamp: &Stamp,
    named: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<(String, Option<String>)> {
    let seen: Vec<_> = contract.clients.iter().filter(|client| stamp.scope.includes(&client.organisation)).collect();
    let client = match named {
        Some(named) => seen.iter().find(|client| client.organisation == named),
        None if seen.len() == 1 => seen.first(),
        None => None,
    };
    if client.is_none() {
        let choices = || one_of(seen.iter().map(|client| client.organisation.as_str()));
        let (code, detail) = match named {
            _ if seen.is_empty() => (FieldCode::UnknownOrganisation, "the contract serves no organisation of yours".to_owned()),
            Some(_) => (FieldCode::UnknownOrganisation, format!("the contract does not serve it; {}", choices())),
            None => (FieldCode::Required, format!("the contract serves several organisations; {}", choices())),
        };
        problems.push(Problem::field("organisation", code, detail));
    }
    client.map(|client| (client.organisation.clone(), client.tier.clone()))
}

fn check_priority(
    contract: &Contract,
    stamp: &Stamp,
    kind: TicketType,
    channel: Option<Channel>,
    draft: &Draft,
    problems: &mut Vec<Problem>,
) {
    let Some(priority) = draft.priority.as_deref() else { return };
    problems.extend(missing_motivation(contract, kind, priority, draft.priority_motivation.as_deref()));
    if contract.priority(priority, kind).is_none() {
        let detail = format!("is no priority of this contract for {kind}; {}", one_of(contract.priorities_of(kind)));
        problems.push(Problem::field("priority", FieldCode::UnknownPriority, detail));
    } else if permission::decides_priorities(&stamp.actor)
        && channel != Some(Channel::Phone)
        && needs_phone_contact(contract, kind, priority)
    {
        let detail = "this priority needs a phone contact: register it by phone, or set it after one";
        problems.push(Problem::field("priority", FieldCode::PhoneContactRequired, detail));
    }
}

/// Registers a ticket: the row, its history, its clocks and its events, in one transaction. A draft that could not be read
/// begins none.
pub async fn register(app: &App, stamp: &Stamp, draft: &Draft) -> Result<Overview, Error> {
    if !draft.unreadable.is_empty() {
        let agreements = store::agreements::read(&app.db.view(stamp.scope.clone())).await?;
        return Err(Error::Invalid(problems(&agreements, stamp, draft)));
    }
    app.write(&stamp.scope, async |tx| register_in(app, tx, stamp, draft).await).await
}

/// What the same request made before.
pub async fn registered_before(tx: &Tx, stamp: &Stamp) -> Result<Option<Overview>, Error> {
    let Some(known) = repeated(tx, stamp).await? else { return Ok(None) };
    store::overviews::with_ids(tx, &[known]).await?.pop().ok_or(Error::NotFound("ticket")).map(Some)
}

/// The same inside a transaction that does more.
pub async fn register_in(app: &App, tx: &Tx, stamp: &Stamp, draft: &Draft) -> Result<Overview, Error> {
    if let Some(known) = registered_before(tx, stamp).await? {
        return Ok(known);
    }
    let id = app.time.id();
    let made = register_all_in(app, tx, stamp, &[(id, draft)], Some(id)).await?.pop();
    made.unwrap_or_else(|| Err(Error::Internal("a draft without an outcome".to_owned())))
}

/// Registers many tickets, each by itself: one that cannot be does not stop the others. Written a hundred to a transaction;
/// a repeat under the same key, also of one that was cut off in between, makes what is not there yet.
pub async fn register_many(app: &App, stamp: &Stamp, drafts: &[Draft]) -> Result<Vec<Result<Overview, Error>>, Error> {
    let mut made = Vec::with_capacity(drafts.len());
    for (at, drafts) in drafts.chunks(BATCH).enumerate() {
        let mut stamp = stamp.clone();
        if let Some(key) = stamp.idempotency.as_mut().filter(|_| at > 0) {
            // No header can hold this sign: the key of a batch is nobody else's.
            key.key = format!("{}\u{1f}{at}", key.key);
        }
        made.extend(app.write(&stamp.scope, async |tx| register_batch(app, tx, &stamp, drafts).await).await?);
    }
    Ok(made)
}

async fn register_batch(app: &App, tx: &Tx, stamp: &Stamp, drafts: &[Draft]) -> Result<Vec<Result<Overview, Error>>, Error> {
    let before = repeated(tx, stamp).await?;
    let first = before.unwrap_or_else(|| app.time.id());
    let ids: Vec<_> = (0..).take(drafts.len()).map(|place| place_in(first, place)).collect();
    let there = if before.is_some() { store::overviews::with_ids(tx, &ids).await? } else { Vec::new() };
    let mut there: HashMap<_, _> = there.into_iter().map(|one| (one.ticket.id, one)).collect();
    let missing = ids.iter().copied().zip(drafts).filter(|(id, _)| !there.contains_key(id));
    let remembered = before.is_none().then_some(first);
    let mut made = register_all_in(app, tx, stamp, &missing.collect::<Vec<_>>(), remembered).await?.into_iter();
    Ok(ids.iter().filter_map(|id| there.remove(id).map(Ok).or_else(|| made.next())).collect())
}

/// The id of the ticket in a place of its batch: told from the first, so that a repeat finds it.
fn place_in(batch: Uuid, place: u16) -> Uuid {
    Uuid::from_u128(batch.as_u128() & !u128::from(u16::MAX) | u128::from(place))
}

/// Registers drafts under these ids: an outcome for each, and as many statements for many as for one. What is `remembered` is what a
/// repeat of the request is answered with.
async fn register_all_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    drafts: &[(Uuid, &Draft)],
    remembered: Option<Uuid>,
) -> Result<Vec<Result<Overview, Error>>, Error> {
    let agreements = store::agreements::read(tx).await?;
    let mut outcomes: Vec<_> = drafts.iter().map(|(_, draft)| check(&agreements, stamp, draft).map_err(Error::Invalid)).collect();
    refuse_strangers(tx, stamp, drafts, &mut outcomes).await?;
    refuse_known_names(tx, drafts, &mut outcomes).await?;
    find_emergencies(&agreements, tx, drafts, &mut outcomes).await?;
    let accepted: Vec<_> = drafts.iter().zip(&outcomes).filter_map(|(draft, outcome)| Some((*draft, outcome.as_ref().ok()?))).collect();
    let is_stranger = |draft: &Draft| draft.mail.as_ref().is_some_and(|mail| mail.is_stranger);
    let reporters = accepted
        .iter()
        .filter_map(|((_, draft), checked)| Some((address(draft, checked)?, draft.requester.as_ref()?.0.as_str(), is_stranger(draft))));
    let people = people::known_as(app, tx, reporters).await?;
    let numbers = store::tickets::next_numbers(tx, accepted.len()).await?;
    let (mut made, mut records) = (Vec::with_capacity(accepted.len()), Vec::with_capacity(accepted.len()));
    for (((id, draft), checked), number) in accepted.into_iter().zip(numbers) {
        let requester = address(draft, checked).and_then(|address| people.get(&address).cloned());
        let ticket = new_ticket(stamp, draft, checked, (id, number), requester.as_ref().map(|person| person.id));
        let (actor, data, at) = (registered_by(stamp, &ticket), registration(draft, &ticket), ticket.opened_at);
        let mut held = Held::of(app, stamp, checked.version.clone(), ticket, Vec::new());
        held.add(&actor, data, draft.occurred_at_reason.clone(), at);
        let record = held.settle()?;
        made.push(Overview { ticket: record.subject.clone(), requester, references: draft.external_references.clone() });
        records.push(record);
    }
    write_all(app, tx, stamp, &records, remembered).await?;
    let named = || made.iter().map(|made| (&made.ticket, made.references.as_slice()));
    store::tickets::insert_references(tx, named(), || app.time.id()).await?;
    store::search::put_new(tx, named()).await?;
    let mut made = made.into_iter();
    Ok(outcomes.into_iter().filter_map(|outcome| outcome.map_or_else(|error| Some(Err(error)), |_| made.next().map(Ok))).collect())
}

/// Refuses requesters of whom a client's caller cannot tell that they are its people: not known, and at none of its own mail
/// domains. Who sent a mail was judged when it came in.
async fn refuse_strangers(tx: &Tx, stamp: &Stamp, drafts: &[(Uuid, &Draft)], outcomes: &mut [Result<Checked, Error>]) -> Result<(), Error> {
    if permission::vouches_for_requesters(&stamp.actor) {
        return Ok(());
    }
    let outside = |draft: &Draft, checked: &Checked| {
        let (organisation, email) = address(draft, checked).filter(|_| draft.mail.is_none())?;
        let client = checked.version.contract.client(&organisation)?;
        let is_theirs = email.rsplit_once('@').is_some_and(|(_, domain)| client.mail_domains.iter().any(|own| own == domain));
        (!is_theirs).then_some((organisation, email))
    };
    let named = drafts.iter().zip(&*outcomes).map(|((_, draft), outcome)| outside(draft, outcome.as_ref().ok()?));
    let named: Vec<Option<Address>> = named.collect();
    let organisations = people::distinct(named.iter().flatten().map(|one| one.0.as_str()).collect());
    let emails = people::distinct(named.iter().flatten().map(|one| one.1.as_str()).collect());
    if emails.is_empty() {
        return Ok(());
    }
    let known = store::people::with_addresses(tx, &organisations, &emails).await?;
    for (named, outcome) in named.iter().zip(outcomes) {
        let Some((organisation, email)) = named else { continue };
        if !known.iter().any(|person| !person.is_stranger && (&person.organisation, &person.email) == (organisation, email)) {
            let detail = "is neither known to the desk nor at a mail domain of yours that the contract names; the desk can register it";
            *outcome = Err(Error::Invalid(vec![Problem::field("requester/email", FieldCode::UnknownRequester, detail)]));
        }
    }
    Ok(())
}

/// Finds the incidents that emergency changes name.
async fn find_emergencies(
    agreements: &Agreements,
    tx: &Tx,
    drafts: &[(Uuid, &Draft)],
    outcomes: &mut [Result<Checked, Error>],
) -> Result<(), Error> {
    let accepted = drafts.iter().zip(&*outcomes).filter(|(_, outcome)| outcome.is_ok());
    let incidents = emergency::incidents(tx, accepted.map(|((_, draft), _)| *draft)).await?;
    for ((_, draft), outcome) in drafts.iter().zip(outcomes) {
        let Ok(checked) = outcome else { continue };
        match emergency::incident(agreements, &incidents, draft, &checked.organisation) {
            Ok(found) => checked.emergency_for = found,
            Err(refused @ (Error::Invalid(_) | Error::Conflict { .. })) => *outcome = Err(refused),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Refuses what would be called like another ticket of its organisation, one of the same batch included.
async fn refuse_known_names(tx: &Tx, drafts: &[(Uuid, &Draft)], outcomes: &mut [Result<Checked, Error>]) -> Result<(), Error> {
    let names: Vec<_> = drafts.iter().flat_map(|(_, draft)| &draft.external_references).collect();
    if names.is_empty() {
        return Ok(());
    }
    let organisations: Vec<_> = outcomes.iter().flatten().map(|checked| checked.organisation.as_str()).collect();
    let known = store::tickets::called(tx, &people::distinct(organisations), &names).await?;
    let ids: Vec<_> = known.iter().map(|one| one.2).collect();
    let tickets = if ids.is_empty() { Vec::new() } else { store::tickets::with_ids(tx, &ids).await? };
    let number = |id: Uuid| tickets.iter().find(|ticket| ticket.id == id).map(Ticket::reference);
    let mut taken: HashMap<_, _> = known.into_iter().map(|(organisation, name, id)| ((organisation, name), number(id))).collect();
    for ((_, draft), outcome) in drafts.iter().zip(outcomes) {
        let Ok(checked) = outcome else { continue };
        let key = |name: &ExternalReference| (checked.organisation.clone(), name.clone());
        let twice = draft.external_references.iter().find_map(|name| taken.get(&key(name)).map(|by| (name, by.clone())));
        if let Some((name, by)) = twice {
            let detail = format!("{} {} is already {}", name.system, name.reference, by.as_deref().unwrap_or("another ticket"));
            *outcome = Err(Error::Taken { code: Code::ExternalReferenceExists, detail, by });
            continue;
        }
        taken.extend(draft.external_references.iter().map(|name| (key(name), None)));
    }
    Ok(())
}

fn address(draft: &Draft, checked: &Checked) -> Option<Address> {
    let (_, email) = draft.requester.as_ref()?;
    Some(people::address(&checked.organisation, email))
}

fn new_ticket(stamp: &Stamp, draft: &Draft, checked: &Checked, (id, number): (Uuid, i64), requester_id: Option<Uuid>) -> Ticket {
    let by_client = !permission::decides_priorities(&stamp.actor);
    Ticket {
        id,
        number,
        organisation: checked.organisation.clone(),
        contract: checked.version.contract.id.clone(),
        contract_version_id: checked.version.id,
        kind: checked.kind,
        registered_as: checked.kind,
        tier: checked.tier.clone(),
        title: draft.title.clone().unwrap_or_default(),
        description: draft.description.clone().unwrap_or_default(),
        phase: kinds::first(checked.kind),
        waiting_cause: None,
        priority: draft.priority.clone().filter(|_| !by_client),
        proposed_priority: draft.priority.clone().filter(|_| by_client),
        priority_motivation: draft.priority_motivation.clone(),
        channel: checked.channel,
        requester_id,
        assignee: None,
        team: None,
        opened_at: checked.occurred_at,
        recorded_at: stamp.recorded_at,
        updated_at: stamp.recorded_at,
        resolved_at: None,
        closed_at: None,
        next_due: None,
        emergency_for: checked.emergency_for,
        version: 1,
        client_version: 1,
        client_updated_at: stamp.recorded_at,
    }
}

/// A mail is its writer's, who is known by now.
fn registered_by(stamp: &Stamp, ticket: &Ticket) -> Actor {
    if stamp.actor == Actor::by_mail(None) { Actor::by_mail(ticket.requester_id) } else { stamp.actor.clone() }
}

fn registration(draft: &Draft, ticket: &Ticket) -> EventData {
    EventData::Registered(Registration {
        kind: ticket.kind,
        contract: ticket.contract.clone(),
        contract_version: ticket.contract_version_id,
        priority: draft.priority.clone(),
        decided: ticket.priority.is_some(),
        tier: ticket.tier.clone(),
        channel: ticket.channel,
        phase: ticket.phase.step,
        emergency_for: ticket.emergency_for,
        intake: Some(Intake {
            acknowledge: draft.mail.is_none_or(|mail| mail.acknowledge),
            p1_by_mail: draft.mail.is_some_and(|mail| mail.asks_p1),
            related: draft.mail.and_then(|mail| mail.related),
        }),
    })
}
