//! Writing a part of a ticket, such as the root cause analysis of a problem.

use super::act::{When, act_in, as_expected};
use super::locked::locked;
use crate::app::App;
use crate::domain::permission::Verb;
use crate::domain::ticket::kinds::{Content, Flaw};
use crate::domain::ticket::part::{PartVersion, WritePart};
use crate::domain::ticket::{Act, Event, EventData, Ticket, TicketRef};
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp, shape};

/// Writes a new version of the part that `content` is; earlier versions stay.
pub async fn write_part<C: Content + Clone>(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    content: &C,
    expected: Option<&[i32]>,
) -> Result<PartVersion<C>, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::parts::find(tx, known).await?.ok_or(Error::NotFound("part"));
            }
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            stamp.who.may(Verb::WriteParts)?;
            let agreements = store::agreements::read(tx).await?;
            let today = agreements.version(ticket.contract_version_id)?.contract.zone.date(stamp.recorded_at);
            let problems: Vec<_> = content.problems(stamp.recorded_at, today).iter().map(problem).collect();
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let form = form_of(tx, &ticket, content).await?;
            let wish = Act::WritePart(WritePart {
                part: C::PART,
                says: content.says().or(form),
                window: content.window(),
                is_emergency: content.is_emergency(),
            });
            let made = |_: &Ticket, added: &[Event]| written(added).map(|(event, _)| event.id);
            let (ticket, events) = act_in(app, tx, stamp, ticket, &[wish], &When::default(), made).await?;
            let (event, version) = written(&events).ok_or_else(|| Error::Internal("a part without an event".to_owned()))?;
            let part =
                PartVersion { id: event.id, version, author: event.actor.clone(), written_at: event.occurred_at, content: content.clone() };
            store::parts::insert(tx, &ticket, &part).await?;
            Ok(part)
        })
        .await
}

fn problem(flaw: &Flaw) -> Problem {
    let code = if flaw.is_missing { FieldCode::Required } else { FieldCode::NotAllowed };
    Problem::field(flaw.field, code, flaw.detail)
}

/// The item whose form this is, if it is one; values that the item does not take are refused.
async fn form_of<C: Content>(tx: &Tx, ticket: &Ticket, content: &C) -> Result<Option<String>, Error> {
    let Some(values) = content.values() else { return Ok(None) };
    let version = store::agreements::read(tx).await?.version(ticket.contract_version_id)?.clone();
    if !version.contract.asks_for_item(ticket.kind) {
        return Ok(None);
    }
    let item = version.contract.item_of(ticket.kind, ticket.about.variant.as_deref());
    let missing = || Error::Conflict { code: Code::ItemRequired, detail: "say in `kind` which item the form is of, first".to_owned() };
    let item = item.ok_or_else(missing)?;
    let problems = shape::of_form(item, "values", values);
    if problems.is_empty() { Ok(Some(item.code.clone())) } else { Err(Error::Invalid(problems)) }
}

fn written(events: &[Event]) -> Option<(&Event, u32)> {
    events.iter().find_map(|event| match &event.data {
        EventData::PartWritten(written) => Some((event, written.version)),
        _ => None,
    })
}
