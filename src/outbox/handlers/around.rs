//! What is known around some events of tickets, read for all of them at once.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::person::Person;
use crate::domain::ticket::{Event, EventKind, Ticket};
use crate::store::mail::Thread;
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::Error;

/// Their tickets, and of those what a mail may need.
#[derive(Default)]
pub(super) struct Around {
    pub tickets: HashMap<Uuid, Ticket>,
    people: HashMap<Uuid, Person>,
    texts: HashMap<Uuid, String>,
    threads: HashMap<Uuid, Thread>,
}

impl Around {
    /// Looks around events, in as many questions for many as for one.
    pub async fn look(tx: &Tx, events: &[(Uuid, &Event)]) -> Result<Self, Error> {
        let of = |kind: EventKind| events.iter().filter(move |(_, event)| event.kind() == kind);
        let mut ids: Vec<_> = events.iter().map(|(ticket, _)| *ticket).collect();
        ids.dedup();
        let tickets = Ticket::with_ids(tx, &ids).await?;
        let requesters: Vec<_> = tickets.iter().filter_map(|ticket| ticket.requester_id).collect();
        let mut around = Self {
            people: store::people::find(tx, &requesters).await?.into_iter().map(|person| (person.id, person)).collect(),
            threads: store::mail::threads(tx, &ids).await?,
            tickets: tickets.into_iter().map(|ticket| (ticket.id, ticket)).collect(),
            ..Self::default()
        };
        let replies: Vec<_> = of(EventKind::Replied).map(|(_, event)| event.id).collect();
        if !replies.is_empty() {
            around.texts = store::messages::with_ids(tx, &replies).await?.into_iter().map(|message| (message.id, message.body)).collect();
        }
        Ok(around)
    }

    /// Who reported a ticket.
    pub fn requester(&self, ticket: &Ticket) -> Option<&Person> {
        self.people.get(&ticket.requester_id?)
    }

    /// What was written in a reply.
    pub fn text(&self, reply: &Event) -> Option<&str> {
        self.texts.get(&reply.id).map(String::as_str)
    }

    /// What came by mail about a ticket.
    pub fn thread(&self, ticket: &Ticket) -> Option<&Thread> {
        self.threads.get(&ticket.id)
    }
}
