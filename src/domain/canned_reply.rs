//! Canned replies: texts that the desk keeps to answer with, in which placeholders stand for values of the ticket at hand.
//!
//! `{{ticket.number}}` is a name of a closed list between braces, and nothing more: there are no expressions, and a value is put in as it is,
//! whatever stands in it.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Instant;
use crate::words::closed_list;

closed_list! {
    /// What a placeholder stands for.
    pub enum Placeholder {
        TicketNumber = "ticket.number": "nummer van de melding", "number of the ticket";
        TicketTitle = "ticket.title": "onderwerp van de melding", "title of the ticket";
        TicketType = "ticket.type": "soort melding", "type of the ticket";
        TicketStatus = "ticket.status": "status van de melding", "status of the ticket";
        TicketPriority = "ticket.priority": "prioriteit van de melding", "priority of the ticket";
        TicketOpenedAt = "ticket.openedAt": "tijdstip van de melding", "when the ticket was reported";
        TicketDueAt = "ticket.dueAt": "eerstvolgende streeftijd", "when the ticket is due next";
        TicketAssignee = "ticket.assignee": "behandelaar", "assignee of the ticket";
        TicketTeam = "ticket.team": "team van de melding", "team of the ticket";
        RequesterName = "requester.name": "naam van de melder", "name of the requester";
        OrganisationName = "organisation.name": "naam van de klant", "name of the client";
        ContractTitle = "contract.title": "naam van het contract", "title of the contract";
        DeskPhone = "desk.phone": "telefoonnummer van de servicedesk", "telephone number of the desk";
        AgentName = "agent.name": "naam van de afzender", "name of whoever answers";
        Today = "today": "datum van vandaag", "today's date";
    }
}

/// A text that the desk keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReply {
    pub id: Uuid,
    pub title: String,
    pub body: String,
    /// The team that uses it; none for the whole desk.
    pub team: Option<String>,
    /// Who wrote it last, as histories name people.
    pub author: String,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: i32,
}

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("{{{{{0}}}}} is no placeholder")]
    Unknown(String),
    #[error("{{{{ before {0:?} is not closed by }}}}")]
    Unclosed(String),
}

/// Characters shown of a text in which braces are not closed.
const SHOWN: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Value(Placeholder),
}

/// A text in its pieces, or everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<'a>(Vec<Piece<'a>>);

/// What a text became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Placeholders for which the ticket has no value, once each; nothing stands in their place.
    pub missing: Vec<Placeholder>,
}

impl<'a> Template<'a> {
    pub fn read(text: &'a str) -> Result<Self, Vec<Flaw>> {
        let (mut pieces, mut flaws, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some((before, after)) = rest.split_once("{{") {
            pieces.push(Piece::Text(before));
            // A placeholder stands on one line: what is not closed there is not closed.
            let line = after.split('\n').next().unwrap_or_default();
            let Some((name, _)) = line.split_once("}}") else {
                flaws.push(Flaw::Unclosed(line.chars().take(SHOWN).collect()));
                rest = after;
                continue;
            };
            match Placeholder::named(name.trim()) {
                Some(value) => pieces.push(Piece::Value(value)),
                None => flaws.push(Flaw::Unknown(name.trim().chars().take(SHOWN * 2).collect())),
            }
            rest = &after[name.len() + 2..];
        }
        pieces.push(Piece::Text(rest));
        if flaws.is_empty() { Ok(Self(pieces)) } else { Err(flaws) }
    }

    /// The placeholders in it.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| if let Piece::Value(value) = piece { Some(*value) } else { None })
    }

    pub fn render(&self, values: &BTreeMap<Placeholder, String>) -> Rendered {
        let (mut text, mut missing) = (String::new(), Vec::new());
        for piece in &self.0 {
            match piece {
                Piece::Text(words) => text.push_str(words),
                Piece::Value(value) => match values.get(value) {
                    Some(said) => text.push_str(said),
                    None if missing.contains(value) => {}
                    None => missing.push(*value),
                },
            }
        }
        Rendered { text, missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_once_and_what_a_value_holds_is_no_placeholder() {
        let values = BTreeMap::from([
            (Placeholder::RequesterName, "Anna {{ticket.number}}".to_owned()),
            (Placeholder::TicketNumber, "INC-1001".to_owned()),
        ]);
        let template =
            Template::read("Dag {{requester.name}},\n{{ ticket.number }}: {{ticket.team}}{{ticket.team}} } {x}").expect("a template");
        let rendered = template.render(&values);
        assert_eq!(rendered.text, "Dag Anna {{ticket.number}},\nINC-1001:  } {x}");
        assert_eq!(rendered.missing, [Placeholder::TicketTeam]);
    }

    #[test]
    fn everything_that_is_wrong_with_a_text_is_named_at_once() {
        let flaws = Template::read("{{ticket.secret}} {{ticket.number}} {{ 1 + 1 }} {{requester.name\n}} {{").expect_err("flaws");
        assert_eq!(
            flaws,
            [
                Flaw::Unknown("ticket.secret".to_owned()),
                Flaw::Unknown("1 + 1".to_owned()),
                Flaw::Unclosed("requester.name".to_owned()),
                Flaw::Unclosed(String::new()),
            ]
        );
        assert_eq!(flaws[0].to_string(), "{{ticket.secret}} is no placeholder");
        assert_eq!(flaws[2].to_string(), "{{ before \"requester.name\" is not closed by }}");
    }
}
