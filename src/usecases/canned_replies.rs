//! Texts that the desk keeps to answer with, and one of them with the values of a ticket filled in, for an agent to edit and send.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::actors::{Actors, Named};
use super::held::{remember, repeated};
use super::{Code, Error, FieldCode, Problem, Stamp, letter, one_of};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::canned_reply::{CannedReply, Flaw, Placeholder, Rendered, Template};
use crate::domain::contract::Contract;
use crate::domain::language::Language;
use crate::domain::permission::Verb;
use crate::domain::ticket::assign::Field;
use crate::domain::ticket::{Overview, Ticket, TicketRef};
use crate::store::{self, Tx};

#[derive(Debug, Clone)]
pub struct NewReply {
    pub title: String,
    pub body: String,
    /// The team that uses it; none for the whole desk.
    pub team: Option<String>,
}

/// Changes to a text; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ReplyChange {
    pub title: Option<String>,
    pub body: Option<String>,
    pub team: Field,
}

/// A page of them, by title; with teams, those of these teams and of the whole desk.
pub async fn list(
    app: &App,
    caller: &Caller,
    teams: &[String],
    after: Option<(&str, Uuid)>,
    limit: u64,
) -> Result<Named<Vec<CannedReply>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let shown = store::canned_replies::list(&view, teams, after, limit).await?;
    Ok(Named { actors: Actors::of(&view, shown.iter().map(|one| &one.author)).await?, shown })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<CannedReply, Error> {
    store::canned_replies::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("canned reply"))
}

pub async fn create(app: &App, stamp: &Stamp, new: &NewReply) -> Result<CannedReply, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteCannedReplies)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return store::canned_replies::find(tx, known).await?.ok_or(Error::NotFound("canned reply"));
            }
            let problems = problems(app, Some(&new.body), new.team.as_deref());
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let (at, id, author) = (stamp.recorded_at, app.time.id(), stamp.who.actor.as_text());
            let NewReply { title, body, team } = new.clone();
            let reply = CannedReply { id, title: title.trim().to_owned(), body, team, author, created_at: at, updated_at: at, version: 1 };
            store::canned_replies::insert(tx, &reply).await?;
            tx.touch("canned_reply", id);
            remember(app, tx, stamp, id).await?;
            Ok(reply)
        })
        .await
}

/// Changes a text, if it still has one of the expected versions (`If-Match`; `None` expects none).
pub async fn change(app: &App, stamp: &Stamp, id: Uuid, change: &ReplyChange, expected: Option<&[i32]>) -> Result<CannedReply, Error> {
    stamp
        .write(app, async |tx| {
            let known = locked(tx, stamp, id, expected).await?;
            let set = if let Field::Set(team) = &change.team { Some(team.as_str()) } else { None };
            let problems = problems(app, change.body.as_deref(), set);
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let reply = CannedReply {
                title: change.title.as_ref().map_or_else(|| known.title.clone(), |title| title.trim().to_owned()),
                body: change.body.clone().unwrap_or_else(|| known.body.clone()),
                team: change.team.over(known.team.as_ref()),
                author: stamp.who.actor.as_text(),
                updated_at: stamp.recorded_at,
                version: known.version + 1,
                ..known
            };
            store::canned_replies::update(tx, &reply).await?;
            tx.touch("canned_reply", id);
            Ok(reply)
        })
        .await
}

/// Removes a text, for everybody.
pub async fn remove(app: &App, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<(), Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteCannedReplies)?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(());
            }
            locked(tx, stamp, id, expected).await?;
            store::canned_replies::remove(tx, id).await?;
            tx.touch("canned_reply", id);
            remember(app, tx, stamp, id).await
        })
        .await
}

async fn locked(tx: &Tx, stamp: &Stamp, id: Uuid, expected: Option<&[i32]>) -> Result<CannedReply, Error> {
    stamp.who.may(Verb::WriteCannedReplies)?;
    let known = store::canned_replies::lock(tx, id).await?.ok_or(Error::NotFound("canned reply"))?;
    if expected.is_some_and(|versions| !versions.contains(&known.version)) {
        return Err(Error::Conflict { code: Code::VersionChanged, detail: "the text changed since it was read".to_owned() });
    }
    Ok(known)
}

/// What is wrong with a text and its team.
fn problems(app: &App, body: Option<&str>, team: Option<&str>) -> Vec<Problem> {
    let flaws = body.and_then(|body| Template::read(body).err()).unwrap_or_default();
    let known = || one_of(Placeholder::ALL.map(Placeholder::as_str));
    let flaw = |flaw: Flaw| Problem::field("body", FieldCode::UnknownPlaceholder, format!("{flaw}; {}", known()));
    let teams = &app.settings.teams;
    let unknown = team.filter(|team| !teams.is_empty() && !teams.contains_key(*team));
    let unknown = unknown.map(|_| Problem::field("team", FieldCode::UnknownTeam, one_of(teams.keys().map(String::as_str))));
    flaws.into_iter().map(flaw).chain(unknown).collect()
}

/// A text with the values of a ticket that the caller sees.
pub async fn render(app: &App, caller: &Caller, ticket: TicketRef, id: Uuid) -> Result<Rendered, Error> {
    let view = app.db.view(caller.scope.clone());
    let overview = store::overviews::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let reply = store::canned_replies::find(&view, id).await?.ok_or(Error::NotFound("canned reply"))?;
    let actor = caller.who.actor.as_text();
    let in_hand = overview.ticket.assignee.as_deref().and_then(|assignee| assignee.parse().ok());
    let names = Actors::under(&view, &caller.who.actor.id().into_iter().chain(in_hand).collect::<Vec<_>>()).await?;
    let version = store::agreements::read(&view).await?.version(overview.ticket.contract_version_id)?.clone();
    let language = letter::language_of(app, &view, &overview.ticket).await?;
    let mut values = values(&version.contract, &overview, language, app.time.now());
    if let Some(name) = in_hand.and_then(|id| names.name_of(id)) {
        values.insert(Placeholder::TicketAssignee, name.to_owned());
    }
    values.extend(names.name(&actor).map(|name| (Placeholder::AgentName, name.to_owned())));
    let template = Template::read(&reply.body).map_err(|_flaws| Error::Internal(format!("canned reply {id} cannot be read")))?;
    Ok(template.render(&values))
}

/// What each placeholder stands for, in the language of the ticket's mails, as far as the ticket has it.
fn values(
    contract: &Contract,
    Overview { ticket, requester, .. }: &Overview,
    language: Language,
    now: Instant,
) -> BTreeMap<Placeholder, String> {
    let at = |at: Instant| contract.zone.wall(at).format(language.of("%d-%m-%Y %H:%M", "%-d %B %Y, %H:%M")).to_string();
    let kind = contract.type_label(ticket.kind);
    let name = contract.client(&ticket.organisation).map_or(ticket.organisation.as_str(), |client| client.name.as_str());
    let values = [
        (Placeholder::TicketNumber, Some(ticket.reference())),
        (Placeholder::TicketTitle, Some(ticket.title.clone())),
        (Placeholder::TicketType, Some(language.of(kind.nl, kind.en))),
        (Placeholder::TicketStatus, Some(language.of(ticket.phase.step.dutch(), ticket.phase.step.english()).to_owned())),
        (Placeholder::TicketPriority, priority(contract, ticket, language)),
        (Placeholder::TicketOpenedAt, Some(at(ticket.opened_at))),
        (Placeholder::TicketDueAt, ticket.next_due.filter(|due| !due.provisional).map(|due| at(due.at))),
        (Placeholder::TicketAssignee, ticket.assignee.clone()),
        (Placeholder::TicketTeam, ticket.team.clone()),
        (Placeholder::RequesterName, requester.as_ref().map(|requester| requester.name.clone())),
        (Placeholder::OrganisationName, Some(name.to_owned())),
        (Placeholder::ContractTitle, Some(contract.title.clone())),
        (Placeholder::DeskPhone, contract.phone.as_ref().map(|phone| phone.as_str().to_owned())),
        (Placeholder::Today, Some(contract.zone.date(now).format(language.of("%d-%m-%Y", "%-d %B %Y")).to_string())),
    ];
    values.into_iter().filter_map(|(placeholder, value)| Some((placeholder, value?))).collect()
}

fn priority(contract: &Contract, ticket: &Ticket, language: Language) -> Option<String> {
    let code = ticket.priority.as_deref().or(ticket.proposed_priority.as_deref())?;
    Some(
        contract
            .priority(code, ticket.kind)
            .map_or_else(|| code.to_owned(), |priority| language.of(&priority.label.nl, &priority.label.en).clone()),
    )
}
