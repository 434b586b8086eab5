//! Registering tickets. Each draft is judged completely before anything is written; a single ticket is a batch of one.

use std::collections::HashMap;

use uuid::Uuid;

use super::draft::{Checked, Draft, Judged, judge};
use super::{emergency, links};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Agreements;
use crate::domain::contract::{Restriction, TicketType};
use crate::domain::permission::{Rows, Verb};
use crate::domain::person::Person;
use crate::domain::restriction::Flag;
use crate::domain::ticket::flag::Flagged;
use crate::domain::ticket::kinds::Part;
use crate::domain::ticket::kinds::service_request::RequestForm;
use crate::domain::ticket::link::LinkTo;
use crate::domain::ticket::part::{PartVersion, PartWritten};
use crate::domain::ticket::register::{Intake, Registered as Registration};
use crate::domain::ticket::scope::Scoped;
use crate::domain::ticket::{Actor, DeskFacts, EventData, ExternalReference, Overview, Ticket, asked, kinds};
use crate::domain::workflow::SupportLine;
use crate::store::{self, Tx};
use crate::usecases::entitled::{self, Asker, Wish};
use crate::usecases::held::{Held, repeated, write_all};
use crate::usecases::people::{self, Address};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, routing};

/// Tickets written in one transaction.
const BATCH: usize = 100;

/// Registers a ticket with its history and clocks in one transaction.
pub async fn register(app: &App, stamp: &Stamp, draft: &Draft) -> Result<Overview, Error> {
    stamp.write(app, async |tx| register_in(app, tx, stamp, draft).await).await
}

/// The ticket that this request registered when it was first made.
pub async fn registered_before(app: &App, tx: &Tx, stamp: &Stamp) -> Result<Option<Overview>, Error> {
    let Some(known) = repeated(tx, stamp).await? else { return Ok(None) };
    registered(app, tx, stamp, &[known]).await?.remove(&known).unwrap_or(Err(Error::NotFound("ticket"))).map(Some)
}

/// Those of these tickets that there are, all of which the caller registered, as a repeat of the request is answered with them. One for a
/// colleague is shown too, which is not theirs to see otherwise; one that few may see, and they are none of those, is not.
async fn registered(app: &App, tx: &Tx, stamp: &Stamp, ids: &[Uuid]) -> Result<HashMap<Uuid, Result<Overview, Error>>, Error> {
    let seen = store::overviews::with_ids(tx, ids).await?;
    let mut found: HashMap<_, _> = seen.into_iter().map(|made| (made.ticket.id, Ok(made))).collect();
    let unseen: Vec<_> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    if unseen.is_empty() {
        return Ok(found);
    }
    let sees_colleagues = !matches!(stamp.scope.seen().rows, Rows::Person { .. });
    for made in store::overviews::with_ids(&app.all(), &unseen).await? {
        let is_hidden = sees_colleagues || !made.ticket.flags.is_empty();
        let shown = if is_hidden { Err(Error::NotFound("ticket")) } else { Ok(without_colleagues(stamp, made.clone())) };
        found.insert(made.ticket.id, shown);
    }
    Ok(found)
}

/// To somebody who sees no colleague's data, of the colleague whom they named no more is shown than the address, which they gave.
fn without_colleagues(stamp: &Stamp, made: Overview) -> Overview {
    let own = match &stamp.scope.seen().rows {
        Rows::Person { person, .. } => *person,
        Rows::All | Rows::Organisations(_) => return made,
    };
    let shown = |person: Person| if person.id == own { person } else { Person { name: person.email.clone(), phone: None, ..person } };
    Overview { requester: made.requester.map(shown), ..made }
}

/// The same within a transaction that does more.
pub async fn register_in(app: &App, tx: &Tx, stamp: &Stamp, draft: &Draft) -> Result<Overview, Error> {
    if let Some(known) = registered_before(app, tx, stamp).await? {
        return Ok(known);
    }
    let id = app.time.id();
    let made = register_all_in(app, tx, stamp, &[(id, draft)], Some(id)).await?.pop();
    made.unwrap_or_else(|| Err(Error::Internal("a draft without an outcome".to_owned())))
}

/// Registers many tickets, a hundred to a transaction. One that is refused does not stop the others. A repeat under the same key, even of a
/// request that was cut off halfway, registers only what is missing.
pub async fn register_many(app: &App, stamp: &Stamp, drafts: &[Draft]) -> Result<Vec<Result<Overview, Error>>, Error> {
    let mut made = Vec::with_capacity(drafts.len());
    for (at, drafts) in drafts.chunks(BATCH).enumerate() {
        let mut stamp = stamp.clone();
        if let Some(key) = stamp.idempotency.as_mut().filter(|_| at > 0) {
            // Each batch after the first has a key of its own. No header can contain this character, so no caller can send such a key.
            key.key = format!("{}\u{1f}{at}", key.key);
        }
        made.extend(stamp.write(app, async |tx| register_batch(app, tx, &stamp, drafts).await).await?);
    }
    Ok(made)
}

async fn register_batch(app: &App, tx: &Tx, stamp: &Stamp, drafts: &[Draft]) -> Result<Vec<Result<Overview, Error>>, Error> {
    let before = repeated(tx, stamp).await?;
    let first = before.unwrap_or_else(|| app.time.id());
    let ids: Vec<_> = (0..).take(drafts.len()).map(|place| id_in_batch(first, place)).collect();
    let mut there = if before.is_some() { registered(app, tx, stamp, &ids).await? } else { HashMap::new() };
    let missing = ids.iter().copied().zip(drafts).filter(|(id, _)| !there.contains_key(id));
    let remembered = before.is_none().then_some(first);
    let mut made = register_all_in(app, tx, stamp, &missing.collect::<Vec<_>>(), remembered).await?.into_iter();
    let outcomes: Vec<_> = ids.iter().filter_map(|id| there.remove(id).or_else(|| made.next())).collect();
    tx.refuses(outcomes.iter().filter(|outcome| outcome.is_err()).count());
    Ok(outcomes)
}

/// The id of the ticket at a place in its batch. It follows from the id of the first, so that a repeat finds those that were registered.
fn id_in_batch(batch: Uuid, place: u16) -> Uuid {
    Uuid::from_u128(batch.as_u128() & !u128::from(u16::MAX) | u128::from(place))
}

/// Registers drafts under these ids, in as many statements for many as for one. Returns an outcome for each. `remembered` is what a repeat
/// of the request is answered with.
async fn register_all_in(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    drafts: &[(Uuid, &Draft)],
    remembered: Option<Uuid>,
) -> Result<Vec<Result<Overview, Error>>, Error> {
    // The index is written by the name and address that are read from here on.
    let agreements = store::agreements::read_and_hold_off(tx).await?;
    let mut judged: Vec<_> = drafts.iter().map(|(_, draft)| judge(&agreements, stamp, draft)).collect();
    refuse_others(tx, stamp, drafts, &mut judged).await?;
    refuse_strangers(tx, stamp, drafts, &mut judged).await?;
    find_others(&agreements, tx, stamp, drafts, &mut judged).await?;
    let mut outcomes: Vec<_> = judged.into_iter().map(Judged::outcome).collect();
    let twins = refuse_known_names(tx, drafts, &mut outcomes).await?;
    let accepted: Vec<_> = drafts.iter().zip(&outcomes).filter_map(|(draft, outcome)| Some((*draft, outcome.as_ref().ok()?))).collect();
    let own = own_person(tx, stamp).await?;
    // Whichever address they name says nothing of who has it.
    let is_alone = own.as_ref().is_some_and(|own| own.address().is_none());
    let is_stranger = |draft: &Draft| draft.mail.as_ref().is_some_and(|mail| mail.is_stranger);
    let reporters = accepted
        .iter()
        .filter(|_| !is_alone)
        .filter_map(|((_, draft), checked)| Some((address(draft, checked)?, draft.requester.as_ref()?.0.as_str(), is_stranger(draft))));
    let people = people::known_as(app, tx, reporters).await?;
    let numbers = store::tickets::next_numbers(tx, accepted.len()).await?;
    let (mut made, mut records, mut linked) = (Vec::with_capacity(accepted.len()), Vec::with_capacity(accepted.len()), Vec::new());
    // What a caller is shown of a colleague is less than this.
    let mut requesters: Vec<Option<Person>> = Vec::with_capacity(accepted.len());
    let mut forms = Vec::new();
    let rules = store::routing_rules::active(tx).await?;
    for (((id, draft), checked), number) in accepted.into_iter().zip(numbers) {
        let requester = address(draft, checked)
            .and_then(|address| people.get(&address).cloned())
            .or_else(|| draft.caller.clone())
            .or_else(|| own.clone());
        let ticket = new_ticket(stamp, draft, checked, (id, number), requester.as_ref().map(|person| person.id));
        let (actor, data, at) = (registered_by(stamp, ticket.requester_id), registration(draft, checked, &ticket), ticket.opened_at);
        let mut held = Held::of(app, stamp, checked.version.clone(), ticket, Vec::new());
        held.add(&actor, data, draft.occurred_at_reason.clone(), at);
        forms.extend(filled_in(&mut held, draft, &actor, at).map(|form| (held.subject.clone(), form)));
        add_what_it_comes_with(&mut held, draft, checked, &actor, at);
        if !draft.is_call {
            routing::route(&mut held, &rules, draft.mailbox.as_deref(), at);
        }
        let record = held.settle()?;
        requesters.push(requester.clone());
        linked.push(checked.links.clone());
        let references = draft.external_references.clone();
        let overview = Overview {
            ticket: record.subject.clone(),
            requester,
            references,
            desk: Some(DeskFacts::default()),
            assignee_name: None,
            merged_into: None,
        };
        made.push(without_colleagues(stamp, overview));
        records.push(record);
    }
    for Twin { at, of, name } in twins {
        outcomes[at] = Err(taken(name, made.get(of).map(|made: &Overview| made.ticket.reference())));
    }
    write_all(app, tx, stamp, &records, remembered).await?;
    store::parts::insert_all(tx, forms.iter().map(|(ticket, written)| (ticket, written))).await?;
    let named = || made.iter().map(|made| (&made.ticket, made.references.as_slice()));
    store::tickets::insert_references(tx, named(), || app.time.id()).await?;
    let new = named().zip(&requesters).map(|((ticket, names), requester)| (ticket, requester.as_ref(), names));
    store::search::put_new(tx, new).await?;
    for (record, links) in records.iter().zip(&linked) {
        links::record_others(app, tx, stamp, &record.subject, links).await?;
    }
    let mut made = made.into_iter();
    Ok(outcomes.into_iter().filter_map(|outcome| outcome.map_or_else(|error| Some(Err(error)), |_| made.next().map(Ok))).collect())
}

/// The form that a ticket is registered with, as the first version of that part.
fn filled_in(held: &mut Held<'_, Ticket>, draft: &Draft, actor: &Actor, at: Instant) -> Option<PartVersion<RequestForm>> {
    let item = held.contract().item_of(held.subject.kind, draft.about.variant.as_deref())?.code.clone();
    let content = RequestForm { values: draft.form.clone()? };
    held.add(actor, EventData::PartWritten(PartWritten { part: Part::RequestForm, version: 1, says: Some(item) }), None, at);
    let id = held.added().last()?.id;
    Some(PartVersion { id, version: 1, author: actor.as_text(), written_at: at, content })
}

/// That it is out of scope, what it is linked to, and why few may see it.
fn add_what_it_comes_with(held: &mut Held<'_, Ticket>, draft: &Draft, checked: &Checked, actor: &Actor, at: Instant) {
    if held.subject.out_of_scope {
        held.add(actor, EventData::Scoped(Scoped { out_of_scope: true }), None, at);
    }
    let is_restricted = !held.subject.flags.is_empty();
    for (relation, other) in &checked.links {
        let link = LinkTo { relation: *relation, other: other.clone(), is_registered: true };
        held.add(actor, EventData::Linked(link.linked(is_restricted)), None, at);
    }
    for flag in held.subject.flags.iter() {
        let aspects = if flag == Flag::Security { draft.security_aspects.clone() } else { Vec::new() };
        held.add(actor, EventData::Flagged(Flagged { flag, aspects }), None, at);
    }
}

/// The caller, where they see what they reported and no more (TKT-08): what they report is their own, unless it is for a colleague. Somebody
/// of whom the desk knows no address cannot show who they are to a colleague, and reports for themselves alone.
async fn own_person(tx: &Tx, stamp: &Stamp) -> Result<Option<Person>, Error> {
    let Rows::Person { person, .. } = stamp.scope.seen().rows else { return Ok(None) };
    Ok(store::people::find(tx, &[person]).await?.pop())
}

/// Refuses drafts of types that their contract reserves to others, and of clients whose contacts alone turn to the desk.
async fn refuse_others(tx: &Tx, stamp: &Stamp, drafts: &[(Uuid, &Draft)], judged: &mut [Judged]) -> Result<(), Error> {
    let each = || drafts.iter().zip(&*judged);
    let asked = each().map(|((_, draft), judged)| wish(stamp, draft, judged));
    let wishes: Vec<_> = asked.chain(each().map(|((_, draft), judged)| wish_for_another(stamp, draft, judged))).collect();
    let mut refused = entitled::refusals(tx, &wishes, stamp.recorded_at).await?;
    let named = refused.split_off(drafts.len());
    for ((asked, named), judged) in refused.into_iter().zip(named).zip(judged) {
        // A contact turns to the desk for whomever of the client.
        let named = named.filter(|refused| refused.restriction != Restriction::NotAContact);
        judged.forbidden = asked.or(named).map(Error::from).or(judged.forbidden.take());
    }
    Ok(())
}

/// Why a draft's sender may not have it registered.
pub(in crate::usecases) async fn restriction(
    tx: &Tx,
    agreements: &Agreements,
    stamp: &Stamp,
    draft: &Draft,
) -> Result<Option<entitled::Refused>, Error> {
    let judged = judge(agreements, stamp, draft);
    Ok(entitled::refusals(tx, &[wish(stamp, draft, &judged)], stamp.recorded_at).await?.pop().flatten())
}

/// The ticket that a draft asks for, and who does.
fn wish<'a>(stamp: &Stamp, draft: &Draft, judged: &'a Judged) -> Option<Wish<'a>> {
    // Whoever named the machine in the settings wants its tickets.
    let (organisation, _) = judged.client.as_ref().filter(|_| !draft.mail.is_some_and(|mail| mail.is_alert))?;
    let address = || draft.requester.as_ref().map_or(Asker::Nobody, |(_, email)| Asker::Address(people::address(organisation, email).1));
    let by = match (&stamp.who.actor, draft.mail) {
        _ if draft.caller.is_some() => draft.caller.as_ref().map_or(Asker::Nobody, |caller| Asker::Caller(caller.id)),
        // The sender of a mail is who they are; the organisation of a stranger follows from the mailbox alone.
        (Actor::Client(_), Some(mail)) if mail.is_stranger => Asker::Nobody,
        (Actor::Client(id), None) => id.parse().map_or(Asker::Nobody, Asker::Person),
        _ => address(),
    };
    wished(judged, organisation, draft, by)
}

fn wished<'a>(judged: &'a Judged, organisation: &'a str, draft: &Draft, by: Asker) -> Option<Wish<'a>> {
    let (contract, kind) = (&judged.version.as_ref()?.contract, judged.kind?);
    Some(Wish { contract, organisation, kind, item: contract.item_of(kind, draft.about.variant.as_deref()), by })
}

/// The same ticket as asked for by the requester whom a client's caller names: of a reserved type they must be one of those named as well.
fn wish_for_another<'a>(stamp: &Stamp, draft: &Draft, judged: &'a Judged) -> Option<Wish<'a>> {
    let (_, email) = draft.requester.as_ref().filter(|_| matches!(stamp.who.actor, Actor::Client(_)) && draft.mail.is_none())?;
    let (organisation, _) = judged.client.as_ref()?;
    let by = Asker::Address(people::address(organisation, email).1);
    wished(judged, organisation, draft, by)
}

/// Refuses a client's drafts whose requester is neither known nor at one of the client's mail domains: the client may only name its own
/// people. The sender of a mail was judged when it came in.
async fn refuse_strangers(tx: &Tx, stamp: &Stamp, drafts: &[(Uuid, &Draft)], judged: &mut [Judged]) -> Result<(), Error> {
    if stamp.who.may(Verb::VouchForRequesters).is_ok() {
        return Ok(());
    }
    let outside = |draft: &Draft, judged: &Judged| {
        let (organisation, _) = judged.client.as_ref().filter(|_| draft.mail.is_none())?;
        let (organisation, email) = people::address(organisation, &draft.requester.as_ref()?.1);
        let client = judged.version.as_ref()?.contract.client(&organisation)?;
        let is_theirs = email.rsplit_once('@').is_some_and(|(_, domain)| client.mail_domains.iter().any(|own| own == domain));
        (!is_theirs).then_some((organisation, email))
    };
    let named: Vec<Option<Address>> = drafts.iter().zip(&*judged).map(|((_, draft), judged)| outside(draft, judged)).collect();
    let organisations = people::distinct(named.iter().flatten().map(|one| one.0.as_str()).collect());
    let emails = people::distinct(named.iter().flatten().map(|one| one.1.as_str()).collect());
    if emails.is_empty() {
        return Ok(());
    }
    let known = store::people::with_addresses(tx, &organisations, &emails).await?;
    for (named, judged) in named.iter().zip(judged) {
        let Some((organisation, email)) = named else { continue };
        if !known.iter().any(|person| !person.is_stranger && (&person.organisation, &person.email) == (organisation, email)) {
            let detail = "is neither known to the desk nor at a mail domain of yours that the contract names; the desk can register it";
            judged.problems.push(Problem::field("requester/email", FieldCode::UnknownRequester, detail));
        }
    }
    Ok(())
}

/// Fills in the other tickets that drafts name, and refuses emergency changes whose incident does not qualify.
async fn find_others(
    agreements: &Agreements,
    tx: &Tx,
    stamp: &Stamp,
    drafts: &[(Uuid, &Draft)],
    judged: &mut [Judged],
) -> Result<(), Error> {
    let others = links::named(tx, drafts.iter().map(|(_, draft)| *draft)).await?;
    for ((_, draft), judged) in drafts.iter().zip(judged) {
        if let Some((organisation, _)) = judged.client.as_ref().filter(|_| judged.kind == Some(TicketType::ChangeRequest)) {
            match emergency::incident(agreements, &others, draft, organisation) {
                Ok(found) => judged.emergency_for = found,
                Err(Error::Invalid(problems)) => judged.problems.extend(problems),
                Err(refused @ Error::Conflict { .. }) => judged.conflict = Some(refused),
                Err(error) => return Err(error),
            }
        }
        links::judge(stamp, &others, draft, judged);
    }
    Ok(())
}

/// A draft with an external reference of an earlier one in the same batch, whose number is known only when all are judged.
struct Twin<'a> {
    /// Its place among the drafts.
    at: usize,
    /// The place of the earlier one among those that are registered.
    of: usize,
    name: &'a ExternalReference,
}

enum Namesake {
    There(Option<String>),
    /// By its place among those that are registered.
    InBatch(usize),
}

/// Refuses an external reference that another ticket of the organisation has, or will have by the same batch.
async fn refuse_known_names<'a>(
    tx: &Tx,
    drafts: &[(Uuid, &'a Draft)],
    outcomes: &mut [Result<Checked, Error>],
) -> Result<Vec<Twin<'a>>, Error> {
    let mut twins = Vec::new();
    let names: Vec<_> = drafts.iter().flat_map(|(_, draft)| &draft.external_references).collect();
    if names.is_empty() {
        return Ok(twins);
    }
    let organisations: Vec<_> = outcomes.iter().flatten().map(|checked| checked.organisation.as_str()).collect();
    let known = store::tickets::called(tx, &people::distinct(organisations), &names).await?;
    let ids: Vec<_> = known.iter().map(|one| one.2).collect();
    let tickets = if ids.is_empty() { Vec::new() } else { store::tickets::with_ids(tx, &ids).await? };
    let number = |id: Uuid| tickets.iter().find(|ticket| ticket.id == id).map(Ticket::reference);
    let known = known.into_iter().map(|(organisation, name, id)| ((organisation, name), Namesake::There(number(id))));
    let mut namesakes: HashMap<_, _> = known.collect();
    let mut accepted = 0;
    for (at, ((_, draft), outcome)) in drafts.iter().zip(outcomes).enumerate() {
        let Ok(checked) = outcome else { continue };
        let key = |name: &ExternalReference| (checked.organisation.clone(), name.clone());
        match draft.external_references.iter().find_map(|name| Some((name, namesakes.get(&key(name))?))) {
            Some((name, Namesake::There(by))) => *outcome = Err(taken(name, by.clone())),
            Some((name, Namesake::InBatch(of))) => {
                twins.push(Twin { at, of: *of, name });
                *outcome = Err(taken(name, None));
            }
            None => {
                namesakes.extend(draft.external_references.iter().map(|name| (key(name), Namesake::InBatch(accepted))));
                accepted += 1;
            }
        }
    }
    Ok(twins)
}

pub(super) fn taken(name: &ExternalReference, by: Option<String>) -> Error {
    let ticket = by.as_deref().unwrap_or("another ticket");
    let detail = format!("{ticket} is already what {} calls \"{}\"", name.system, name.reference);
    Error::Taken { code: Code::ExternalReferenceExists, detail, by }
}

fn address(draft: &Draft, checked: &Checked) -> Option<Address> {
    let (_, email) = draft.requester.as_ref()?;
    Some(people::address(&checked.organisation, email))
}

fn new_ticket(stamp: &Stamp, draft: &Draft, checked: &Checked, (id, number): (Uuid, i64), requester_id: Option<Uuid>) -> Ticket {
    let by_client = stamp.who.may(Verb::DecidePriorities).is_err();
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
        registered_by: registered_by(stamp, requester_id).as_text(),
        flags: draft.flags.iter().copied().collect(),
        assignee: None,
        team: None,
        third_party: None,
        line: SupportLine::First,
        is_system_fault: false,
        about: draft.about.clone(),
        item: draft.item.clone(),
        // A fault where the agreement does not reach (TKT-23).
        out_of_scope: draft.about.fault_location.is_some_and(|location| !location.is_in_scope()),
        is_major: false,
        handling: None,
        needs_attention: false,
        planned: None,
        opened_at: checked.occurred_at,
        recorded_at: stamp.recorded_at,
        updated_at: stamp.recorded_at,
        resolved_at: None,
        closed_at: None,
        next_due: None,
        long_open_at: None,
        awaited: Vec::new(),
        called_outside_hours: false,
        emergency_for: checked.emergency_for,
        merged_into: None,
        response_teams: Vec::new(),
        destroyed_at: None,
        version: 1,
        client_version: 1,
        client_updated_at: stamp.recorded_at,
    }
}

/// A ticket from a mail is registered by its sender, who has been recorded as a person by now.
fn registered_by(stamp: &Stamp, requester: Option<Uuid>) -> Actor {
    if stamp.who.actor == Actor::by_mail(None) { Actor::by_mail(requester) } else { stamp.who.actor.clone() }
}

fn registration(draft: &Draft, checked: &Checked, ticket: &Ticket) -> EventData {
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
        about: ticket.about.clone(),
        intake: Some(Intake {
            acknowledge: draft.mail.is_none_or(|mail| mail.acknowledge),
            p1_by_mail: draft.mail.is_some() && asked::phoned_priority(&checked.version.contract, ticket.kind, &ticket.title).is_some(),
            related: draft.mail.and_then(|mail| mail.related),
        }),
    })
}
