//! Routing rules.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Actor;
use crate::domain::Instant;
use crate::domain::routing_rule::{self, Conditions};
use crate::domain::ticket::assign::Field;
use crate::usecases::actors::Actors;
use crate::usecases::routing::{NewRule, RuleChange, Trial, Tried};

/// A value that a ticket must have for a rule to fit.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 200, pattern = "\\S")]
#[expect(dead_code, reason = "its schema is used")]
pub struct RoutingValue(String);

/// What a ticket must have for a rule to fit: one value of each list that is there. Without lists a rule fits every ticket.
#[derive(ToSchema, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RoutingConditions {
    /// Ids of contracts.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    contracts: Vec<String>,
    /// Ids of the clients whose tickets they are.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    organisations: Vec<String>,
    /// Mailboxes that the first mail came to, by their names in the settings.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    mailboxes: Vec<String>,
    /// Ticket types.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    types: Vec<String>,
    /// Channels.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    channels: Vec<String>,
    /// Kinds within their types.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    kinds: Vec<String>,
    /// Codes of categories.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    categories: Vec<String>,
    /// Codes of services.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    services: Vec<String>,
    /// Words in the title or the description, found by their beginnings as in a search: `print` fits `printerstoring`. Of several words in one
    /// entry all are needed.
    #[schema(value_type = Vec<RoutingValue>, max_items = 50)]
    words: Vec<String>,
}

impl From<RoutingConditions> for Conditions {
    fn from(asked: RoutingConditions) -> Self {
        let RoutingConditions { contracts, organisations, mailboxes, types, channels, kinds, categories, services, words } = asked;
        Self { contracts, organisations, mailboxes, types, channels, kinds, categories, services, words }
    }
}

impl From<Conditions> for RoutingConditions {
    fn from(asked: Conditions) -> Self {
        let Conditions { contracts, organisations, mailboxes, types, channels, kinds, categories, services, words } = asked;
        Self { contracts, organisations, mailboxes, types, channels, kinds, categories, services, words }
    }
}

/// A rule by which tickets come to a team.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRuleInput {
    /// What it is called; the desk alone sees it. Histories of tickets name the rule by its id.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "\\S", example = "Printers")]
    pub name: Option<String>,
    /// Its place among the rules, of which the first that fits counts; 1000 unless said. Of those with the same the older one comes first.
    #[schema(minimum = 0, maximum = 100_000)]
    pub position: Option<i32>,
    /// What a ticket must have; every ticket fits when absent.
    pub conditions: Option<RoutingConditions>,
    /// The team that a ticket comes to which has no team and no assignee.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S", example = "werkplek")]
    pub team: Option<String>,
    /// The priority that is proposed where nobody proposed or decided one.
    #[schema(min_length = 1, max_length = 50, pattern = "\\S")]
    pub priority: Option<String>,
}

impl From<RoutingRuleInput> for NewRule {
    fn from(input: RoutingRuleInput) -> Self {
        let RoutingRuleInput { name, position, conditions, team, priority } = input;
        Self { name: name.unwrap_or_default(), position, conditions: conditions.unwrap_or_default().into(), team, priority }
    }
}

/// Changes to a rule; what is absent stays.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutingRulePatch {
    /// Another name.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub name: Option<String>,
    /// Another place.
    #[schema(minimum = 0, maximum = 100_000)]
    pub position: Option<i32>,
    /// Other conditions, in place of all there were.
    pub conditions: Option<RoutingConditions>,
    /// Another team; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub team: Field,
    /// Another priority; `null` for none.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub priority: Field,
    /// Whether it counts. It can after it was tried as it is.
    pub is_active: Option<bool>,
}

/// Tells `null`, which empties the field, from an absent field, which keeps it.
fn field<'de, D: Deserializer<'de>>(given: D) -> Result<Field, D::Error> {
    Ok(Option::deserialize(given)?.map_or(Field::Emptied, Field::Set))
}

impl From<RoutingRulePatch> for RuleChange {
    fn from(patch: RoutingRulePatch) -> Self {
        let RoutingRulePatch { name, position, conditions, team, priority, is_active } = patch;
        Self { name, position, conditions: conditions.map(Into::into), team, priority, is_active }
    }
}

/// A rule by which tickets come to a team.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingRule {
    /// Its id.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Its place among the rules.
    position: i32,
    /// What a ticket must have.
    conditions: RoutingConditions,
    /// The team that a ticket comes to; `null` for none.
    team: Option<String>,
    /// The priority that is proposed; `null` for none.
    priority: Option<String>,
    /// Whether it counts.
    is_active: bool,
    /// When it was last tried as it is; `null` when it was not.
    #[schema(value_type = Option<String>, format = DateTime)]
    tried_at: Option<Instant>,
    /// Who changed it last.
    author: Actor,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
    /// Counts its changes; it is the rule's `ETag`, too.
    version: i32,
}

impl RoutingRule {
    pub fn new(rule: routing_rule::RoutingRule, actors: &Actors) -> Self {
        Self {
            id: rule.id,
            name: rule.name,
            position: rule.position,
            conditions: rule.conditions.into(),
            team: rule.team,
            priority: rule.priority,
            is_active: rule.is_active,
            tried_at: rule.tried_at,
            author: actors.show(&rule.author).into(),
            created_at: rule.created_at,
            updated_at: rule.updated_at,
            version: rule.version,
        }
    }
}

/// A page of rules.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingRulePage {
    /// In the order in which they are held against a ticket.
    pub items: Vec<RoutingRule>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// On which tickets a rule is tried: those that were reported in a span. The newest 5000 are looked at.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutingTrialInput {
    /// Reported at or after this instant.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub opened_from: Option<Instant>,
    /// Reported before this instant.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub opened_before: Option<Instant>,
}

/// What a rule would have done to past tickets, as they are now.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingTrial {
    /// Tickets looked at.
    #[schema(minimum = 0, maximum = 5000)]
    examined: u64,
    /// Whether those were all that were reported in the span and that the caller sees.
    is_complete: bool,
    /// Tickets that it fits.
    #[schema(minimum = 0, maximum = 5000)]
    fitting: u64,
    /// Of those, the ones for which an active rule before it counts instead.
    #[schema(minimum = 0, maximum = 5000)]
    taken_before: u64,
    /// Of those that are left, the ones that are not with the team that it names.
    #[schema(minimum = 0, maximum = 5000)]
    elsewhere: u64,
    /// The newest of those that it fits.
    #[schema(max_items = 100)]
    tickets: Vec<RoutedTicket>,
}

/// A ticket that a rule fits.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutedTicket {
    /// Its number.
    number: String,
    /// Its title.
    title: String,
    /// The team it is with.
    team: Option<String>,
    /// The priority that was decided, else the one proposed.
    priority: Option<String>,
    /// The active rule before it that counts instead.
    taken_by: Option<Uuid>,
}

impl From<Trial> for RoutingTrial {
    fn from(trial: Trial) -> Self {
        let Trial { examined, is_complete, fitting, taken_before, elsewhere, tickets } = trial;
        Self { examined, is_complete, fitting, taken_before, elsewhere, tickets: tickets.into_iter().map(Into::into).collect() }
    }
}

impl From<Tried> for RoutedTicket {
    fn from(Tried { ticket, taken_by }: Tried) -> Self {
        let (number, priority) = (ticket.reference(), ticket.priority_set().map(str::to_owned));
        Self { number, title: ticket.title, team: ticket.team, priority, taken_by }
    }
}
