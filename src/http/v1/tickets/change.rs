//! Changing a ticket.

use actix_web::web::Data;

use super::{Shown, shown};
use crate::app::App;
use crate::domain::contract::TicketType;
use crate::domain::permission::{TakePart, Verb};
use crate::domain::ticket::Act;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::assign::Assign;
use crate::domain::ticket::edit::Edit;
use crate::domain::ticket::prioritise::Prioritise;
use crate::domain::ticket::retier::Retier;
use crate::domain::ticket::retype::Retype;
use crate::domain::ticket::specify::Specify;
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
    let chooses = body.value.r#type.is_some() || body.value.tier.is_some() || body.value.says_what_it_is_about();
    if body.value.reason.is_some() && !chooses {
        body.refuse(
            "reason",
            FieldCode::NotAllowed,
            "there is neither another type, tier or kind, nor anything else it is about, to explain",
        );
    }
    let kind = body.value.r#type.as_deref().map(|name| name.parse::<TicketType>().map_err(|unknown| format!("\"{name}\" {unknown}")));
    if let Some(Err(detail)) = &kind {
        body.refuse("type", FieldCode::UnknownType, detail);
    }
    for verb in body.problems.iter().filter_map(|problem| needed_for(problem.field_name()?)) {
        caller.who.may(verb).map_err(Error::from)?;
    }
    let mut problems = body.problems;
    let specify = body.value.specify(&mut problems);
    let stamp = Stamp { unreadable: problems, ..caller.stamp(&app) };
    let wishes = wishes(body.value, kind.and_then(Result::ok), specify);
    let ticket = tickets::act(&app, &stamp, ticket, &wishes, &When::default(), expected.as_deref()).await?;
    Ok(shown(read::after(&app, &caller, ticket).await?))
}

/// What one needs to change a field, for one that cannot be read: who may not change it at all hears that, whatever they wrote in it.
fn needed_for(field: &str) -> Option<Verb> {
    match field {
        "title" | "description" | "item" | "kind" | "service" | "category" | "faultLocation" | "wantedByDate" => Some(Verb::EditTickets),
        "type" => Some(Verb::RetypeTickets),
        "tier" => Some(Verb::RetierTickets),
        "assignee" | "team" | "thirdParty" => Some(Verb::AssignTickets),
        _ => None,
    }
}

fn wishes(patch: TicketPatch, kind: Option<TicketType>, specify: Option<Specify>) -> Vec<Act> {
    let mut wishes = Vec::new();
    if let Some(tier) = patch.tier {
        wishes.push(Act::Retier(Retier { tier, reason: patch.reason.clone() }));
    }
    if patch.title.is_some() || patch.description.is_some() || !patch.item.is_kept() {
        wishes.push(Act::Edit(Edit { title: patch.title, description: patch.description, item: patch.item }));
    }
    match (kind, patch.priority) {
        (Some(to), priority) => {
            wishes.push(Act::Retype(Retype { to, priority, motivation: patch.priority_motivation, reason: patch.reason }));
        }
        (None, Some(priority)) => wishes.push(Act::Prioritise(Prioritise { priority, motivation: patch.priority_motivation })),
        (None, None) => {}
    }
    // After the type, whose codes these are.
    wishes.extend(specify.map(Act::Specify));
    if !(patch.assignee.is_kept() && patch.team.is_kept() && patch.third_party.is_kept()) {
        wishes.push(Act::Assign(Assign { assignee: patch.assignee, team: patch.team, third_party: patch.third_party }));
    }
    wishes
}
