//! Changing a ticket.

use actix_web::web::Data;

use super::{Shown, shown};
use crate::app::App;
use crate::domain::contract::TicketType;
use crate::domain::permission::{TakePart, Verb};
use crate::domain::ticket::Act;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::assign::{Assign, Field};
use crate::domain::ticket::edit::Edit;
use crate::domain::ticket::prioritise::Prioritise;
use crate::domain::ticket::retier::Retier;
use crate::domain::ticket::retype::Retype;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::path::Path;
use crate::http::shapes::TicketPatch;
use crate::http::version::IfMatch;
use crate::usecases::tickets::{self, When, read};
use crate::usecases::{Error, FieldCode, Stamp};

pub async fn change(
    app: Data<App>,
    caller: May<TakePart>,
    Path(ticket): Path<TicketRef>,
    IfMatch(expected): IfMatch,
    mut body: Body<TicketPatch>,
) -> Result<Shown, Failure> {
    if body.value.priority_motivation.is_some() && body.value.priority.is_none() {
        body.refuse("priorityMotivation", FieldCode::NotAllowed, "there is no priority to motivate");
    }
    let kind = body.value.r#type.as_deref().map(|name| name.parse::<TicketType>().map_err(|unknown| format!("\"{name}\" {unknown}")));
    if let Some(Err(detail)) = &kind {
        body.refuse("type", FieldCode::UnknownType, detail);
    }
    for verb in body.problems.iter().filter_map(|problem| needed_for(problem.field_name()?)) {
        caller.who.may(verb).map_err(Error::from)?;
    }
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let wishes = wishes(body.value, kind.and_then(Result::ok));
    let ticket = tickets::act(&app, &stamp, ticket, &wishes, &When::default(), expected.as_deref()).await?;
    Ok(shown(read::after(&app, &caller, ticket).await?))
}

/// What one needs to change a field, for one that cannot be read: who may not change it at all hears that, whatever they wrote in it.
fn needed_for(field: &str) -> Option<Verb> {
    match field {
        "title" | "description" => Some(Verb::EditTickets),
        "type" => Some(Verb::RetypeTickets),
        "tier" => Some(Verb::RetierTickets),
        "assignee" | "team" => Some(Verb::AssignTickets),
        _ => None,
    }
}

fn wishes(patch: TicketPatch, kind: Option<TicketType>) -> Vec<Act> {
    let mut wishes = Vec::new();
    if let Some(tier) = patch.tier {
        wishes.push(Act::Retier(Retier { tier }));
    }
    if patch.title.is_some() || patch.description.is_some() {
        wishes.push(Act::Edit(Edit { title: patch.title, description: patch.description }));
    }
    match (kind, patch.priority) {
        (Some(to), priority) => wishes.push(Act::Retype(Retype { to, priority, motivation: patch.priority_motivation })),
        (None, Some(priority)) => wishes.push(Act::Prioritise(Prioritise { priority, motivation: patch.priority_motivation })),
        (None, None) => {}
    }
    if patch.assignee != Field::Kept || patch.team != Field::Kept {
        wishes.push(Act::Assign(Assign { assignee: patch.assignee, team: patch.team }));
    }
    wishes
}
