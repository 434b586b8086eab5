//! What mails about ticket events need to know, read for a whole batch of events at once.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::DESK;
use crate::domain::Instant;
use crate::domain::permission::Verb;
use crate::domain::person::Person;
use crate::domain::role_assignment::Reach;
use crate::domain::ticket::answer::question_opened;
use crate::domain::ticket::{Event, EventKind, Ticket, kinds};
use crate::store::record::Rows as _;
use crate::store::threads::Thread;
use crate::store::{self, Tx};
use crate::usecases::actors::Actors;
use crate::usecases::reach::reach;
use crate::usecases::{Error, followers, tokens};

/// What some mails need to know besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    NothingElse,
    /// Who acts in the roles of the contracts.
    Reach,
    /// Who follows the tickets.
    Followers,
    /// Who decides what is asked, and the roles.
    Deciders,
}

#[derive(Default)]
pub(super) struct TicketContext {
    pub tickets: HashMap<Uuid, Ticket>,
    people: HashMap<Uuid, Person>,
    /// When the addresses of those requesters and followers changed last whose tickets few may see.
    readdressed: HashMap<Uuid, Instant>,
    /// Those who are told of each ticket because they follow it; read for mails to them alone.
    followers: HashMap<Uuid, Vec<Person>>,
    texts: HashMap<Uuid, String>,
    threads: HashMap<Uuid, Thread>,
    authors: Actors,
    /// Who acts in the roles of the tickets' contracts; read where an event is told to those.
    pub reach: Reach,
    /// Where those are reached who hold a right that decides what is asked: by organisation and by what they need for it.
    deciders: Vec<(String, Verb, String)>,
}

/// Where those are reached who hold a right that gives one of these verbs.
async fn deciders(tx: &Tx, asked: &BTreeSet<Verb>, now: Instant) -> Result<Vec<(String, Verb, String)>, Error> {
    let mut found = Vec::new();
    for verb in asked {
        for role in verb.roles() {
            let held = store::role_assignments::with_right(tx, *role, now).await?;
            let acting: Vec<_> = held.iter().flat_map(|held| held.acting_at(now).into_iter().map(move |who| (held, who))).collect();
            let ids: Vec<_> = acting.iter().map(|(_, who)| *who).collect();
            let addresses = store::role_assignments::addresses(tx, &ids, now).await?;
            let reached = acting.iter().filter_map(|(held, who)| Some((held.organisation.clone()?, *verb, addresses.get(who)?.clone())));
            found.extend(reached);
        }
    }
    Ok(found)
}

impl TicketContext {
    /// Takes as many queries for many events as for one.
    pub async fn read(tx: &Tx, events: &[(Uuid, &Event)], needs: Needs, now: Instant) -> Result<Self, Error> {
        let of = |kind: EventKind| events.iter().filter(move |(_, event)| event.kind() == kind);
        let mut ids: Vec<_> = events.iter().map(|(ticket, _)| *ticket).collect();
        ids.dedup();
        let tickets = Ticket::with_ids(tx, &ids).await?;
        let requesters: Vec<_> = tickets.iter().filter_map(|ticket| ticket.requester_id).collect();
        let people: HashMap<_, _> = store::people::find(tx, &requesters).await?.into_iter().map(|person| (person.id, person)).collect();
        let named: Vec<_> = tickets.iter().filter(|_| needs == Needs::Followers).collect();
        let followers = if needs == Needs::Followers { followers::told(tx, &named, now).await? } else { HashMap::new() };
        let of_flagged = || tickets.iter().filter(|ticket| !ticket.flags.is_empty());
        let following = of_flagged().filter_map(|ticket| followers.get(&ticket.id)).flatten();
        let of_flagged: Vec<_> = of_flagged().filter_map(|ticket| people.get(&ticket.requester_id?)).chain(following).collect();
        let readdressed = store::former::readdressed(tx, &of_flagged).await?;
        let mut context = Self {
            people,
            readdressed,
            followers,
            threads: store::threads::threads(tx, &ids).await?,
            tickets: tickets.into_iter().map(|ticket| (ticket.id, ticket)).collect(),
            ..Self::default()
        };
        let asks = |(ticket, event): &(Uuid, &Event)| {
            let kind = context.tickets.get(ticket)?.kind;
            kinds::rules(kind).asked(question_opened(kind, &event.data)?).map(|asked| asked.by)
        };
        let asked: BTreeSet<_> = events.iter().filter_map(asks).collect();
        if needs == Needs::Deciders {
            context.deciders = deciders(tx, &asked, now).await?;
        }
        if matches!(needs, Needs::Reach | Needs::Deciders) {
            let contracts: BTreeSet<_> = context.tickets.values().map(|ticket| ticket.contract.as_str()).collect();
            context.reach = reach(tx, &contracts.into_iter().collect::<Vec<_>>(), now).await?;
        }
        let replies: Vec<_> = of(EventKind::Replied).map(|(_, event)| event.id).collect();
        if !replies.is_empty() {
            context.authors = Actors::of(tx, of(EventKind::Replied).map(|(_, event)| &event.actor)).await?;
            context.texts = store::messages::with_ids(tx, &replies).await?.into_iter().map(|message| (message.id, message.body)).collect();
        }
        let called: Vec<_> = of(EventKind::ResponseTeamCalled).map(|(_, event)| event.id).collect();
        context.texts.extend(store::response_tasks::with_ids(tx, &called).await?.into_iter().map(|task| (task.id, task.text)));
        Ok(context)
    }

    pub fn requester(&self, ticket: &Ticket) -> Option<&Person> {
        self.people.get(&ticket.requester_id?)
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

    /// Who wrote a reply, by name; none for who came without one of their own.
    pub fn author(&self, reply: &Event) -> Option<&str> {
        self.authors.name(&reply.actor).filter(|name| *name != tokens::FIRST && *name != DESK)
    }

    pub fn deciders(&self, organisation: &str, verb: Verb) -> BTreeSet<&str> {
        let own = self.deciders.iter().filter(|(of, by, _)| (of.as_str(), *by) == (organisation, verb));
        own.map(|(.., address)| address.as_str()).collect()
    }

    pub fn thread(&self, ticket: &Ticket) -> Option<&Thread> {
        self.threads.get(&ticket.id)
    }
}
