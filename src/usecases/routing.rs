//! Routing rules: keeping them, trying them on past tickets, and what they do to a ticket.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{Held, remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, one_of};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::agreements::Agreements;
use crate::domain::contract::{Contract, TicketType};
use crate::domain::permission::Verb;
use crate::domain::routing_rule::{self, Conditions, MOST, RoutingRule};
use crate::domain::search::Words;
use crate::domain::ticket::assign::Field;
use crate::domain::ticket::listing::{Sort, SortField, SortKey, Span, TicketFilter};
use crate::domain::ticket::{self, Actor, Channel, Ticket};
use crate::store::{self, Tx};

/// Tickets that a trial looks at, and those of a page of it.
const MOST_TRIED: u64 = 5000;
const PAGE: u64 = 500;
/// Tickets that a trial shows.
const MOST_SHOWN: usize = 100;
/// The place of a rule that says none.
const LAST: i32 = 1000;

#[derive(Debug, Clone)]
pub struct NewRule {
    pub name: String,
    pub position: Option<i32>,
    pub conditions: Conditions,
    pub team: Option<String>,
    pub priority: Option<String>,
}

/// Changes to a rule; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct RuleChange {
    pub name: Option<String>,
    pub position: Option<i32>,
    pub conditions: Option<Conditions>,
    pub team: Field,
    pub priority: Field,
    pub is_active: Option<bool>,
}

/// What a rule would have done to tickets that were reported in a span.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Tickets looked at.
    pub examined: u64,
    /// Whether those were all of the span.
    pub is_complete: bool,
    /// Tickets that it fits.
    pub fitting: u64,
    /// Of those, the ones for which an active rule before it counts instead.
    pub taken_before: u64,
    /// Of those that are left, the ones that have another team now than it names.
    pub elsewhere: u64,
    /// The newest of those that it fits.
    pub tickets: Vec<Tried>,
}

/// A ticket that a rule fits.
#[derive(Debug, Clone)]
pub struct Tried {
    pub ticket: Ticket,
    /// The active rule before it that counts instead.
    pub taken_by: Option<Uuid>,
}

/// A page of the rules, in the order in which they are held against a ticket.
pub async fn list(app: &App, caller: &Caller, after: Option<(i32, Uuid)>, limit: u64) -> Result<Named<Vec<RoutingRule>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let shown = store::routing_rules::list(&view, after, limit).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().map(|one| &one.author)).await?, shown })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<RoutingRule, Error> {
    store::routing_rules::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("routing rule"))
}

pub async fn create(app: &App, stamp: &Stamp, new: &NewRule) -> Result<RoutingRule, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteRoutingRules)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::routing_rules::find(tx, known).await?.ok_or(Error::NotFound("routing rule"));
            }
            let (at, id) = (stamp.recorded_at, app.time.id());
            let NewRule { name, position, conditions, team, priority } = new.clone();
            let rule = RoutingRule {
                id,
                position: position.unwrap_or(LAST),
                name: name.trim().to_owned(),
                conditions,
                team,
                priority,
                is_active: false,
                tried_at: None,
                author: stamp.who.actor.as_text(),
                created_at: at,
                updated_at: at,
                version: 1,
            };
            check(app, tx, stamp, &rule).await?;
            if store::routing_rules::count(tx).await? >= MOST {
                return Err(Error::Conflict { code: Code::TooManyRules, detail: format!("the desk has {MOST} rules, which is the most") });
            }
            store::routing_rules::insert(tx, &rule).await?;
            tx.touch("routing_rule", id);
            remember(app, tx, stamp, id).await?;
            Ok(rule)
        })
        .await
}

/// Changes a rule, if it still has one of the expected versions (`If-Match`; `None` expects none).
pub async fn change(app: &App, stamp: &Stamp, id: Uuid, change: &RuleChange, expected: Option<&[i32]>) -> Result<RoutingRule, Error> {
    stamp
        .write(app, async |tx| {
            let known = locked(tx, stamp, id, expected).await?;
            let mut rule = RoutingRule {
                name: change.name.as_ref().map_or_else(|| known.name.clone(), |name| name.trim().to_owned()),
                position: change.position.unwrap_or(known.position),
                conditions: change.conditions.clone().unwrap_or_else(|| known.conditions.clone()),
                team: change.team.over(known.team.as_ref()),
                priority: change.priority.over(known.priority.as_ref()),
                author: stamp.who.actor.as_text(),
                updated_at: stamp.recorded_at,
                version: known.version + 1,
                ..known.clone()
            };
            check(app, tx, stamp, &rule).await?;
            let differs = (&rule.conditions, &rule.team, &rule.priority) != (&known.conditions, &known.team, &known.priority);
            if differs {
                (rule.tried_at, rule.is_active) = (None, false);
            }
            if let Some(wanted) = change.is_active {
                if wanted && rule.tried_at.is_none() {
                    let detail = "it was not tried on past tickets as it now is; try it first".to_owned();
                    return Err(Error::Conflict { code: Code::NotTried, detail });
                }
                rule.is_active = wanted;
            }
            store::routing_rules::update(tx, &rule).await?;
            tx.touch("routing_rule", id);
            Ok(rule)
        })
        .await
}

pub async fn remove(app: &App, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<(), Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteRoutingRules)?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(());
            }
            locked(tx, stamp, id, expected).await?;
            store::routing_rules::remove(tx, id).await?;
            tx.touch("routing_rule", id);
            remember(app, tx, stamp, id).await
        })
        .await
}

async fn locked(tx: &Tx, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<RoutingRule, Error> {
    stamp.who.may(Verb::WriteRoutingRules)?;
    let known = store::routing_rules::lock(tx, id).await?.ok_or(Error::NotFound("routing rule"))?;
    if expected.is_some_and(|versions| !versions.contains(&known.version)) {
        return Err(Error::Conflict { code: Code::VersionChanged, detail: "the rule changed since it was read".to_owned() });
    }
    Ok(known)
}

/// Everything that is wrong with a rule.
async fn check(app: &App, tx: &Tx, stamp: &Stamp, rule: &RoutingRule) -> Result<(), Error> {
    let agreements = store::agreements::read(tx).await?;
    let problems = problems(app, &agreements, rule, stamp.recorded_at);
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn problems(app: &App, agreements: &Agreements, rule: &RoutingRule, now: Instant) -> Vec<Problem> {
    let asked = &rule.conditions;
    let all: Vec<&Contract> = agreements.all_in_force(now).into_iter().map(|version| &version.contract).collect();
    let named = |contract: &&&Contract| asked.contracts.is_empty() || asked.contracts.contains(&contract.id);
    let contracts: Vec<&Contract> = all.iter().filter(named).copied().collect();
    let types: Vec<_> =
        TicketType::ALL.iter().filter(|kind| asked.types.is_empty() || asked.types.iter().any(|one| one == kind.as_str())).collect();
    let of_types = |contract: &Contract| types.iter().flat_map(|kind| contract.kind_codes(**kind)).collect::<Vec<_>>();
    let known: [(&str, &[String], BTreeSet<String>); 8] = [
        ("contracts", &asked.contracts, all.iter().map(|contract| contract.id.clone()).collect()),
        (
            "organisations",
            &asked.organisations,
            contracts.iter().flat_map(|one| &one.clients).map(|client| client.organisation.clone()).collect(),
        ),
        ("mailboxes", &asked.mailboxes, app.settings.mailboxes.keys().cloned().collect()),
        ("types", &asked.types, TicketType::ALL.iter().map(ToString::to_string).collect()),
        ("channels", &asked.channels, Channel::ALL.iter().map(ToString::to_string).collect()),
        ("kinds", &asked.kinds, contracts.iter().flat_map(|one| of_types(one)).collect()),
        ("categories", &asked.categories, contracts.iter().flat_map(|one| &one.tickets.categories).map(|one| one.code.clone()).collect()),
        ("services", &asked.services, contracts.iter().flat_map(|one| &one.tickets.services).map(|one| one.code.clone()).collect()),
    ];
    let mut problems = Vec::new();
    for (list, values, known) in &known {
        for (at, _) in values.iter().enumerate().filter(|(_, value)| !known.contains(*value)) {
            let known = one_of(known.iter().map(String::as_str));
            problems.push(Problem::field(&format!("conditions/{list}/{at}"), FieldCode::UnknownValue, known));
        }
    }
    let priorities: BTreeSet<_> =
        contracts.iter().flat_map(|contract| types.iter().flat_map(|kind| contract.priorities_of(**kind))).collect();
    if rule.priority.as_deref().is_some_and(|code| !priorities.contains(code)) {
        problems.push(Problem::field("priority", FieldCode::UnknownPriority, one_of(priorities)));
    }
    let wordless = asked.words.iter().enumerate().filter(|(_, words)| Words::asked(words).is_none());
    let wordless = wordless
        .map(|(at, _)| Problem::field(&format!("conditions/words/{at}"), FieldCode::NoWords, "has no letter and no figure to look for"));
    problems.extend(wordless);
    let teams = &app.settings.teams;
    if rule.team.as_ref().is_some_and(|team| !teams.is_empty() && !teams.contains_key(team)) {
        problems.push(Problem::field("team", FieldCode::UnknownTeam, one_of(teams.keys().map(String::as_str))));
    }
    if rule.team.is_none() && rule.priority.is_none() {
        problems.push(Problem::field(
            "team",
            FieldCode::Required,
            "say to which team a ticket comes, or which priority is proposed, or both",
        ));
    }
    problems
}

/// Tries a rule on the newest tickets that were reported in a span and that the caller sees, as they are now, and notes that it was tried.
pub async fn try_out(app: &App, stamp: &Stamp, caller: &Caller, id: Uuid, span: Span) -> Result<Trial, Error> {
    stamp.who.may(Verb::WriteRoutingRules)?;
    stamp.judged(tried_out(app, stamp, caller, id, span).await)
}

async fn tried_out(app: &App, stamp: &Stamp, caller: &Caller, id: Uuid, span: Span) -> Result<Trial, Error> {
    let view = app.db.view(caller.scope.clone());
    let rules = store::routing_rules::list(&view, None, MOST).await?;
    let rule = rules.iter().find(|rule| rule.id == id).ok_or(Error::NotFound("routing rule"))?;
    let before: Vec<_> = rules.iter().take_while(|one| one.id != id).filter(|one| one.is_active).cloned().collect();
    let looks_at_mailboxes = before.iter().chain([rule]).any(|rule| !rule.conditions.mailboxes.is_empty());
    let filter = TicketFilter {
        contracts: rule.conditions.contracts.clone(),
        organisations: rule.conditions.organisations.clone(),
        opened: span,
        ..TicketFilter::default()
    };
    let sort = Sort::of(&filter, vec![SortKey { key: SortField::OpenedAt, descending: true }]);
    let (mut trial, mut after) = (Trial::default(), None);
    while trial.examined < MOST_TRIED && !trial.is_complete {
        let page = store::lists::page(&view, caller.reader(), &filter, &sort, after.as_ref(), PAGE).await?;
        let ids: Vec<_> = page.tickets.iter().map(|one| one.ticket.id).collect();
        let mailboxes = if looks_at_mailboxes { store::routing_rules::mailboxes(&view, &ids).await? } else { BTreeMap::new() };
        for overview in &page.tickets {
            let ticket = &overview.ticket;
            let routed = ticket.routed(mailboxes.get(&ticket.id).map(String::as_str));
            trial.examined += 1;
            if !rule.conditions.fit(&routed) {
                continue;
            }
            let taken_by = routing_rule::first(&before, &routed).map(|rule| rule.id);
            trial.fitting += 1;
            trial.taken_before += u64::from(taken_by.is_some());
            trial.elsewhere += u64::from(taken_by.is_none() && rule.team.is_some() && rule.team != ticket.team);
            if trial.tickets.len() < MOST_SHOWN {
                trial.tickets.push(Tried { ticket: ticket.clone(), taken_by });
            }
        }
        trial.is_complete = page.end.is_none();
        after = page.end;
    }
    let tried = rule.version;
    stamp
        .write(app, async |tx| {
            let known = locked(tx, stamp, id, Some(&[tried])).await?;
            store::routing_rules::update(tx, &RoutingRule { tried_at: Some(stamp.recorded_at), version: known.version + 1, ..known })
                .await?;
            tx.touch("routing_rule", id);
            Ok(())
        })
        .await?;
    Ok(trial)
}

/// Does to a ticket what the rule that counts for it says.
pub(super) fn route(held: &mut Held<'_, Ticket>, active: &[RoutingRule], mailbox: Option<&str>, at: Instant) {
    let mut ticket = held.subject.clone();
    let records = ticket::route::route(held.contract(), &mut ticket, active, mailbox, at);
    held.subject = ticket;
    for (data, reason) in records {
        held.add(&Actor::System, data, reason, at);
    }
}
