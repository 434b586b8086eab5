//! What mails about ticket events need to know, read for a whole batch of events at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::service_manager;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Agreements;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::Verb;
use crate::domain::person::Person;
use crate::domain::role_assignment::Reach;
use crate::domain::ticket::answer::{Decided, WrittenDown};
use crate::domain::ticket::asking::{Asks, asks};
use crate::domain::ticket::follow::only_came_along;
use crate::domain::ticket::kinds::proposal_request::{Proposal, Quotation, offer};
use crate::domain::ticket::{Actor, Breached, Event, EventData, EventKind, Ticket, kinds, voided};
use crate::domain::workflow::{Part, Question};
use crate::mail::messages::{Day, Line, OfferFacts};
use crate::store::record::Rows as _;
use crate::store::threads::Thread;
use crate::store::{self, Tx};
use crate::usecases::actors::Actors;
use crate::usecases::assignees::is_called;
use crate::usecases::letter::DESK;
use crate::usecases::reach::reach;
use crate::usecases::{Error, followers, tokens};

/// What some mails need to know besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// What is offered, and who decides on it.
    Requester,
    /// Who acts in the roles of the contracts.
    Reach,
    /// Who follows the tickets.
    Followers,
    /// Who has the tickets in hand, and what is asked of the supplier's side.
    Holder,
    /// Who decides what is asked, and the roles.
    Deciders,
    /// The roles, and who acts as service manager of the desk.
    Management,
}

/// Somebody who holds a right that gives a verb.
struct Decider {
    organisation: String,
    verb: Verb,
    id: Uuid,
    address: String,
}

#[derive(Default)]
pub(super) struct TicketContext {
    pub tickets: HashMap<Uuid, Ticket>,
    /// Those who reported the tickets, and who decided or asked something of it.
    people: HashMap<Uuid, Person>,
    /// When the addresses of those requesters and followers changed last whose tickets few may see.
    readdressed: HashMap<Uuid, Instant>,
    /// Those who are told of each ticket because they follow it; read for mails to them alone.
    followers: HashMap<Uuid, Vec<Person>>,
    /// Of each ticket, those who follow it since another one was merged into it, with that one; read with the followers.
    came_along: HashMap<Uuid, BTreeMap<Uuid, Uuid>>,
    /// Those of the desk whom tickets are given to; read for mails to them alone.
    assignees: Vec<Person>,
    texts: HashMap<Uuid, String>,
    threads: HashMap<Uuid, Thread>,
    names: Actors,
    /// Who acts in the roles of the tickets' contracts; read where an event is told to those.
    pub reach: Reach,
    /// Of the tickets of which a mail goes by what happened before.
    histories: HashMap<Uuid, Vec<Event>>,
    /// Other tickets that the events name.
    others: HashMap<Uuid, Ticket>,
    /// The questions that events open; read where those who decide are named or told.
    asks: HashMap<Uuid, Vec<Asks>>,
    deciders: Vec<Decider>,
    proposals: HashMap<Uuid, OfferFacts>,
    quotations: HashMap<Uuid, OfferFacts>,
    /// Those who act as service manager of the desk: of which organisation alone, if so, and their addresses.
    pub managers: Vec<(Option<String>, String)>,
}

/// Those who hold a right that gives one of these verbs, where they are reached.
async fn deciders(tx: &Tx, asked: &BTreeSet<Verb>, now: Instant) -> Result<Vec<Decider>, Error> {
    let mut found = Vec::new();
    for verb in asked {
        for role in verb.roles() {
            let held = store::role_assignments::with_right(tx, *role, now).await?;
            let acting: Vec<_> = held.iter().flat_map(|held| held.acting_at(now).into_iter().map(move |who| (held, who))).collect();
            let ids: Vec<_> = acting.iter().map(|(_, who)| *who).collect();
            let addresses = store::role_assignments::addresses(tx, &ids, now).await?;
            let reached = acting.iter().filter_map(|(held, who)| {
                let (organisation, address) = (held.organisation.clone()?, addresses.get(who)?.clone());
                Some(Decider { organisation, verb: *verb, id: *who, address })
            });
            found.extend(reached);
        }
    }
    Ok(found)
}

/// Whether a mail about an event goes by the history of its ticket: by whose decision a move was made, what it asks, or what was said before.
fn goes_by_history(needs: Needs, ticket: &Ticket, event: &Event) -> bool {
    let rules = kinds::rules(ticket.kind);
    match &event.data {
        _ if matches!(needs, Needs::Deciders | Needs::Management) => true,
        EventData::PartWritten(_) | EventData::Retyped(_) if needs == Needs::Holder => true,
        data if needs == Needs::Holder => data.as_move().is_some(),
        EventData::PriorityProposed(_) => true,
        _ if voided::chooses_goals(event.kind()) => true,
        data => data.as_move().is_some_and(|moved| {
            let opens_offer = rules.asked(Question::Offer).is_some_and(|asked| asked.during.contains(&moved.to));
            (needs == Needs::Requester && opens_offer) || rules.answered_by(moved.from, moved.to).is_some()
        }),
    }
}

/// The other ticket that an event names: the one that goes on, or the major incident that it moved along with.
fn other_in(event: &Event) -> Option<Uuid> {
    match &event.data {
        EventData::Merged(merged) => merged.into,
        EventData::MergeUndone(undone) => undone.into,
        data => data.as_move()?.along_with,
    }
}

impl TicketContext {
    /// Takes as many queries for many events as for one.
    pub async fn read(app: &App, tx: &Tx, events: &[(Uuid, &Event)], needs: Needs, agreements: &Agreements) -> Result<Self, Error> {
        let now = app.time.now();
        let mut ids: Vec<_> = events.iter().map(|(ticket, _)| *ticket).collect();
        ids.dedup();
        let tickets = Ticket::with_ids(tx, &ids).await?;
        let named: Vec<_> = tickets.iter().filter(|_| needs == Needs::Followers).collect();
        let followers = if needs == Needs::Followers { followers::told(tx, &named, now).await? } else { HashMap::new() };
        let mut context = Self {
            followers,
            threads: store::threads::threads(tx, &ids).await?,
            tickets: tickets.into_iter().map(|ticket| (ticket.id, ticket)).collect(),
            ..Self::default()
        };
        context.read_histories(tx, events, needs, agreements).await?;
        context.read_others(tx, events).await?;
        if matches!(needs, Needs::Reach | Needs::Deciders | Needs::Management) || !context.followers.is_empty() {
            let contracts: BTreeSet<_> = context.tickets.values().map(|ticket| ticket.contract.as_str()).collect();
            context.reach = reach(tx, &contracts.into_iter().collect::<Vec<_>>(), now).await?;
        }
        if needs == Needs::Management {
            context.managers = service_manager::managers(app, tx).await?;
        }
        if needs == Needs::Holder {
            let called: Vec<_> = context.tickets.values().filter_map(|ticket| ticket.assignee.as_deref()).collect();
            context.assignees = if called.is_empty() { Vec::new() } else { store::desk_people::called(tx, &called).await? };
        } else {
            context.read_decisions(tx, now).await?;
        }
        context.read_people(tx, events, needs).await?;
        let called = events.iter().filter(|(_, event)| event.kind() == EventKind::ResponseTeamCalled);
        let called: Vec<_> = called.map(|(_, event)| event.id).collect();
        context.texts.extend(store::response_tasks::with_ids(tx, &called).await?.into_iter().map(|task| (task.id, task.text)));
        Ok(context)
    }

    /// The tickets that events name, and those of which somebody came along.
    async fn read_others(&mut self, tx: &Tx, events: &[(Uuid, &Event)]) -> Result<(), Error> {
        let of_followed = self.histories.iter().filter(|(id, _)| self.followers.contains_key(id));
        self.came_along = of_followed.map(|(id, history)| (*id, only_came_along(history))).collect();
        let named = events.iter().filter_map(|(_, event)| other_in(event));
        let others: BTreeSet<_> = named.chain(self.came_along.values().flat_map(BTreeMap::values).copied()).collect();
        if !others.is_empty() {
            let found = store::tickets::with_ids(tx, &others.into_iter().collect::<Vec<_>>()).await?;
            self.others = found.into_iter().map(|ticket| (ticket.id, ticket)).collect();
        }
        Ok(())
    }

    /// Histories where they are needed, and what their events ask.
    async fn read_histories(&mut self, tx: &Tx, events: &[(Uuid, &Event)], needs: Needs, agreements: &Agreements) -> Result<(), Error> {
        // Who only came along with a merge stands in the history of what they follow.
        let is_followed = |id: &Uuid| self.followers.get(id).is_some_and(|told| !told.is_empty());
        let goes_by = |id: &Uuid, event: &Event| self.tickets.get(id).is_some_and(|ticket| goes_by_history(needs, ticket, event));
        let is_needed = |(id, event): &&(Uuid, &Event)| is_followed(id) || goes_by(id, event);
        let ids: BTreeSet<_> = events.iter().filter(is_needed).map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.histories = store::events::histories::<Ticket>(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
        if !matches!(needs, Needs::Requester | Needs::Deciders | Needs::Holder) {
            return Ok(());
        }
        for (id, event) in events {
            let (Some(ticket), Some(history)) = (self.tickets.get(id), self.histories.get(id)) else { continue };
            let contract = &agreements.version(ticket.contract_version_id)?.contract;
            self.asks.insert(event.id, asks(contract, ticket, history, event.id));
        }
        Ok(())
    }

    /// Who decides what is asked, and what is offered.
    async fn read_decisions(&mut self, tx: &Tx, now: Instant) -> Result<(), Error> {
        let asked: BTreeSet<_> = self.asks.values().flatten().map(|one| one.question).collect();
        let of_every_type = TicketType::ALL.into_iter().flat_map(|kind| kinds::rules(kind).questions);
        let verbs: BTreeSet<_> = of_every_type.filter(|one| asked.contains(&one.question)).map(|one| one.by).collect();
        self.deciders = deciders(tx, &verbs, now).await?;
        if asked.contains(&Question::Offer) {
            let ids: Vec<_> = self.histories.keys().copied().collect();
            let facts = |price: &str, until| OfferFacts { price: price.into(), valid_until: Day::of(until) };
            let proposals = store::parts::latest::<Proposal>(tx, &ids).await?.into_iter();
            self.proposals = proposals.map(|(id, one)| (id, facts(&one.content.price, one.content.valid_until_date))).collect();
            let quotations = store::parts::latest::<Quotation>(tx, &ids).await?.into_iter();
            self.quotations = quotations.map(|(id, one)| (id, facts(&one.content.price, one.content.valid_until_date))).collect();
        }
        Ok(())
    }

    /// People, their names and their words.
    async fn read_people(&mut self, tx: &Tx, events: &[(Uuid, &Event)], needs: Needs) -> Result<(), Error> {
        let mut people: BTreeSet<_> = self.tickets.values().filter_map(|ticket| ticket.requester_id).collect();
        let mut names: BTreeSet<_> = self.deciders.iter().map(|one| one.id).collect();
        for (id, event) in events {
            let Some(ticket) = self.tickets.get(id) else { continue };
            match &event.data {
                _ if needs == Needs::Holder => names.extend(Actor::id_in(&event.actor)),
                EventData::Replied(_) => names.extend(Actor::id_in(&event.actor)),
                EventData::PriorityProposed(_) => people.extend(Actor::id_in(&event.actor)),
                _ => {}
            }
            if let Some((by, decided)) = self.written_down(ticket, event) {
                names.extend(Actor::id_in(&by.actor).into_iter().chain([decided.decided_by]));
                people.insert(decided.decided_by);
            }
        }
        let people: Vec<_> = people.into_iter().collect();
        self.people = store::people::find(tx, &people).await?.into_iter().map(|person| (person.id, person)).collect();
        self.names = Actors::under(tx, &names.into_iter().collect::<Vec<_>>()).await?;
        let of_flagged: Vec<_> = self.tickets.values().filter(|ticket| !ticket.flags.is_empty()).collect();
        let following = of_flagged.iter().filter_map(|ticket| self.followers.get(&ticket.id)).flatten();
        let of_flagged: Vec<_> = of_flagged.iter().filter_map(|ticket| self.people.get(&ticket.requester_id?)).chain(following).collect();
        self.readdressed = store::former::readdressed(tx, &of_flagged).await?;
        let is_message = |event: &Event| matches!(event.kind(), EventKind::Replied | EventKind::MessageReceived);
        let replies: Vec<_> = events.iter().filter(|(_, event)| is_message(event)).map(|(_, event)| event.id).collect();
        if !replies.is_empty() {
            self.texts = store::messages::with_ids(tx, &replies).await?.into_iter().map(|message| (message.id, message.body)).collect();
        }
        Ok(())
    }

    /// What happened to a ticket before an event of it, oldest first.
    pub fn before(&self, ticket: &Ticket, event: &Event) -> &[Event] {
        let history = self.histories.get(&ticket.id).map_or(&[][..], Vec::as_slice);
        let place = history.iter().position(|one| one.id == event.id).unwrap_or_default();
        &history[..place]
    }

    /// The breaches that ended by an event, where that event tells it.
    pub fn ended(&self, ticket: &Ticket, event: &Event) -> Vec<&Breached> {
        self.histories.get(&ticket.id).map_or_else(Vec::new, |history| voided::ended_by(history, event))
    }

    /// The decision that the desk wrote down as somebody's, by which a move was made, or that an event is itself.
    pub fn written_down<'a>(&'a self, ticket: &Ticket, event: &'a Event) -> Option<(&'a Event, WrittenDown)> {
        let written = |one: &'a Event| match &one.data {
            EventData::Decided(Decided { question, written_down: Some(written), .. }) => Some((one, *question, *written)),
            _ => None,
        };
        let Some(moved) = event.data.as_move() else { return written(event).map(|(one, _, written)| (one, written)) };
        let (asked, _) = kinds::rules(ticket.kind).answered_by(moved.from, moved.to)?;
        let of_the_act = self.before(ticket, event).iter().rev().take_while(|one| is_of_one_act(one, event));
        of_the_act.filter_map(written).find(|(_, question, _)| *question == asked.question).map(|(one, _, written)| (one, written))
    }

    /// Whether a decision took its ticket further.
    pub fn moved_by(&self, ticket: &Ticket, decided: &Event) -> bool {
        let history = self.histories.get(&ticket.id).map_or(&[][..], Vec::as_slice);
        let later = history.iter().skip_while(|one| one.id != decided.id).take_while(|one| is_of_one_act(one, decided));
        later.into_iter().any(|one| self.written_down(ticket, one).is_some_and(|(by, _)| by.id == decided.id && one.id != decided.id))
    }

    /// The questions that an event opens.
    pub fn asks(&self, event: &Event) -> &[Asks] {
        self.asks.get(&event.id).map_or(&[][..], Vec::as_slice)
    }

    /// What is offered on a ticket: its proposal or its quotation, by its kind.
    pub fn offer(&self, contract: &Contract, ticket: &Ticket) -> Option<&OfferFacts> {
        let offered = if offer(contract, ticket.about.variant.as_deref()) == Part::Quotation { &self.quotations } else { &self.proposals };
        offered.get(&ticket.id)
    }

    /// The number of another ticket; none of one that few may see.
    pub fn number_of(&self, other: Uuid) -> Option<Line> {
        let other = self.others.get(&other).filter(|ticket| ticket.flags.is_empty())?;
        Some(other.reference().as_str().into())
    }

    /// The ticket with which somebody came along who follows this one for no other reason.
    pub fn came_along_with(&self, ticket: &Ticket, follower: &Person) -> Option<&Ticket> {
        self.others.get(self.came_along.get(&ticket.id)?.get(&follower.id)?)
    }

    pub fn person(&self, id: Uuid) -> Option<&Person> {
        self.people.get(&id)
    }

    pub fn name_of(&self, id: Uuid) -> Option<Line> {
        self.names.name_of(id).map(Line::from)
    }

    pub fn requester(&self, ticket: &Ticket) -> Option<&Person> {
        self.people.get(&ticket.requester_id?)
    }

    /// Whoever of the desk has a ticket in hand; none of several of one name.
    pub fn assignee(&self, ticket: &Ticket) -> Option<&Person> {
        let called = ticket.assignee.as_deref()?;
        let mut meant = self.assignees.iter().filter(|one| is_called(one, called));
        meant.next().filter(|_| meant.next().is_none())
    }

    pub fn followers(&self, ticket: &Ticket) -> impl Iterator<Item = &Person> {
        self.followers.get(&ticket.id).into_iter().flatten()
    }

    /// Whether few may see a ticket, and the address of its requester is not the one of when they reported it: whoever changed that may have
    /// given them one of their own, to read it.
    pub fn may_be_read_by_another(&self, ticket: &Ticket) -> bool {
        ticket.requester_id.is_some_and(|requester| self.has_another_address(ticket, requester))
    }

    /// The same of somebody who follows it.
    pub fn is_readdressed(&self, ticket: &Ticket, follower: &Person) -> bool {
        self.has_another_address(ticket, follower.id)
    }

    fn has_another_address(&self, ticket: &Ticket, person: Uuid) -> bool {
        let changed = self.readdressed.get(&person);
        !ticket.flags.is_empty() && changed.is_some_and(|changed| *changed >= ticket.recorded_at)
    }

    /// What a reply says, or what a response team is asked to do.
    pub fn text(&self, event: &Event) -> Option<&str> {
        self.texts.get(&event.id).map(String::as_str)
    }

    /// Who of the desk did something, by name; none for who came without one of their own.
    pub fn author(&self, reply: &Event) -> Option<&str> {
        self.names.name(&reply.actor).filter(|name| *name != tokens::FIRST && *name != DESK)
    }

    /// Those who decide for an organisation, as far as the desk knows: their names, and where they are reached.
    pub fn deciders(&self, organisation: &str, verb: Verb) -> impl Iterator<Item = (Option<Line>, &str)> {
        let own = self.deciders.iter().filter(move |one| (one.organisation.as_str(), one.verb) == (organisation, verb));
        own.map(|one| (self.name_of(one.id), one.address.as_str()))
    }

    pub fn thread(&self, ticket: &Ticket) -> Option<&Thread> {
        self.threads.get(&ticket.id)
    }
}

/// Whether two events were recorded together.
fn is_of_one_act(one: &Event, other: &Event) -> bool {
    (one.recorded_at, &one.actor) == (other.recorded_at, &other.actor)
}
