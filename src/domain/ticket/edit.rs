//! Changing a ticket's texts. The texts themselves are kept beside the history, which only says that they changed.

use serde::{Deserialize, Serialize};

use super::assign::Field;
use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::words::closed_list;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub title: Option<String>,
    pub description: Option<String>,
    pub item: Field,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub fields: Vec<Text>,
}

closed_list! {
    /// A text of a ticket's own.
    pub enum Text {
        Title = "title": "onderwerp", "title";
        Description = "description": "omschrijving", "description";
        /// The product or configuration item it is about.
        Item = "item": "product of configuratie-item", "item";
    }
}

impl Edit {
    /// What says the same as before is no edit.
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Forbidden> {
        who.may(Verb::EditTickets)?;
        let given = [(Text::Title, &self.title, &ticket.title), (Text::Description, &self.description, &ticket.description)];
        let differs = |(text, new, old): (Text, &Option<String>, &String)| new.as_ref().filter(|new| *new != old).map(|_| text);
        let item = (self.item.over(ticket.item.as_ref()) != ticket.item).then_some(Text::Item);
        let fields: Vec<_> = given.into_iter().filter_map(differs).chain(item).collect();
        Ok(if fields.is_empty() { Vec::new() } else { vec![(EventData::Edited(Edited { fields }), None)] })
    }

    pub(super) fn keep_texts(&self, ticket: &mut Ticket) {
        if let Some(title) = &self.title {
            ticket.title.clone_from(title);
        }
        if let Some(description) = &self.description {
            ticket.description.clone_from(description);
        }
        ticket.item = self.item.over(ticket.item.as_ref());
    }
}

impl Ticket {
    pub fn text(&self, text: Text) -> &str {
        match text {
            Text::Title => &self.title,
            Text::Description => &self.description,
            Text::Item => self.item.as_deref().unwrap_or_default(),
        }
    }
}
