//! Signals as a caller sees them.

use std::collections::HashMap;

use uuid::Uuid;

use super::Shown;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::actor::Actor;
use crate::domain::security_signal::{EventData, SecuritySignal, SignalFilter};
use crate::domain::ticket::{Ticket, TicketName};
use crate::reports::service_management::Month;
use crate::store::record::Rows as _;
use crate::store::{self, View};
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Error, FieldCode, Problem};

/// A page of signals, last observed first. A month is one of the contract's, so it takes a filter by one contract.
pub async fn list(app: &App, caller: &Caller, filter: &SignalFilter, month: Option<Month>) -> Result<Named<Vec<Shown>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let filter = match month {
        Some(month) => of_month(&view, filter, month).await?,
        None => filter.clone(),
    };
    let found = store::security_signals::list(&view, &filter).await?;
    shown(&view, found).await
}

async fn of_month(view: &View, filter: &SignalFilter, month: Month) -> Result<SignalFilter, Error> {
    let agreements = store::agreements::read(view).await?;
    let [contract] = filter.contracts.as_slice() else {
        let detail = "name one contract: a month begins and ends on the clock of its contract".to_owned();
        return Err(Error::Invalid(vec![Problem { pointer: "contract".to_owned(), code: FieldCode::Required, detail }]));
    };
    let newest = agreements.versions_of(contract).last().ok_or(Error::NotFound("contract"))?;
    let (from, to) = (month.start(&newest.contract.zone), month.end(&newest.contract.zone));
    let observed_from = Some(filter.observed_from.map_or(from, |own| own.max(from)));
    let observed_before = Some(filter.observed_before.map_or(to, |own| own.min(to)));
    Ok(SignalFilter { observed_from, observed_before, ..filter.clone() })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Named<Shown>, Error> {
    let view = app.db.view(caller.scope.clone());
    let found = store::security_signals::find(&view, id).await?.ok_or(Error::NotFound("security signal"))?;
    let Named { mut shown, actors } = shown(&view, vec![found]).await?;
    Ok(Named { shown: shown.pop().ok_or(Error::NotFound("security signal"))?, actors })
}

/// Some of them, as a change left them.
pub async fn after(app: &App, caller: &Caller, signals: Vec<SecuritySignal>) -> Result<Named<Vec<Shown>>, Error> {
    shown(&app.db.view(caller.scope.clone()), signals).await
}

/// As many statements for many signals as for one.
async fn shown(view: &View, found: Vec<SecuritySignal>) -> Result<Named<Vec<Shown>>, Error> {
    if found.is_empty() {
        return Ok(Named { shown: Vec::new(), actors: Actors::default() });
    }
    let ids: Vec<_> = found.iter().map(|signal| signal.id).collect();
    let mut histories = store::events::histories::<SecuritySignal>(view, &ids).await?;
    let notes = store::security_signals::notes(view, &ids).await?;
    let named = histories.values().flatten().filter_map(|event| match &event.data {
        EventData::BecameIncident(became) => became.ticket,
        _ => None,
    });
    let named: Vec<_> = named.collect();
    let numbers = if named.is_empty() { HashMap::new() } else { Ticket::labels(view, &named).await? };
    for event in histories.values_mut().flatten() {
        if let EventData::BecameIncident(became) = &mut event.data {
            became.ticket = became.ticket.filter(|id| numbers.contains_key(id));
        }
    }
    let of_events = histories.values().flatten();
    let people = of_events.clone().filter_map(|event| match &event.data {
        EventData::Discussed(discussed) => discussed.person,
        _ => None,
    });
    let acted = of_events.clone().flat_map(|event| Actor::id_in(&event.actor).into_iter().chain(event.token));
    let mut known: Vec<_> = acted.chain(people).collect();
    known.sort_unstable();
    known.dedup();
    let actors = Actors::under(view, &known).await?;
    let one = |mut signal: SecuritySignal| {
        let incident = signal.incident.and_then(|id| Some(TicketName { id, number: numbers.get(&id)?.clone() }));
        signal.incident = incident.as_ref().map(|name| name.id);
        let notes = notes.iter().filter(|note| note.signal == signal.id).cloned().collect();
        Shown { events: histories.remove(&signal.id).unwrap_or_default(), notes, incident, signal }
    };
    Ok(Named { shown: found.into_iter().map(one).collect(), actors })
}
