//! Reports, each replayed from the history it reports on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::{Error, FieldCode, Problem, amendments};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::amendment::Amendment;
use crate::domain::security_signal::{SecuritySignal, SignalFilter};
use crate::domain::ticket::Ticket;
use crate::reports::service_management::{
    self, Month, Reading, ReportedSignal, SecurityIncident, SecurityMatters, ServiceManagementReport,
};
use crate::store::{self, CheckedScope, View};

/// Tickets read at a time.
const CHUNK: usize = 500;
/// A ticket unresolved for more working days than this is long open. The number is ours: the agreements give none (AMB-08).
pub const LONG_OPEN_WORKING_DAYS: i64 = 20;

/// The service-management report of a contract for a month, within the scope (RPT-01…03), as known at `as_of` or now.
///
/// A client of that month sees it, even after leaving; others do not (design § 8).
pub async fn service_management(
    app: &App,
    scope: &CheckedScope,
    contract: &str,
    month: Month,
    as_of: Option<Instant>,
) -> Result<ServiceManagementReport, Error> {
    let names = |version: &Arc<Version>| version.contract.clients.iter().any(|client| scope.includes(&client.organisation));
    let (now, view) = (app.time.now(), app.db.view(scope.clone()));
    let agreements = store::agreements::read(&view).await?;
    let versions = agreements.versions_of(contract);
    let newest = versions.last().filter(|_| versions.iter().any(names)).ok_or(Error::NotFound("contract"))?;
    let refused =
        |pointer: &str, code, detail: &str| Error::Invalid(vec![Problem { pointer: pointer.to_owned(), code, detail: detail.to_owned() }]);
    let known_at = as_of.unwrap_or(now);
    if known_at > now {
        return Err(refused("asOf", FieldCode::InFuture, "is after the present"));
    }
    let (from, to) = (month.start(&newest.contract.zone), month.end(&newest.contract.zone));
    if from > known_at {
        return Err(refused("month", FieldCode::NotBegun, "this month has not begun"));
    }
    let reading = Reading::of(month, &newest.contract.zone, known_at);
    // The version in force when the month ended; a later one must not change a past report.
    let version = agreements
        .in_force(contract, reading.last())
        .ok_or_else(|| refused("month", FieldCode::BeforeContract, "the contract was not in force yet"))?;
    let first = agreements.in_force(contract, from);
    let is_later = |one: &&Arc<Version>| first.is_none_or(|first| one.contract.effective_from > first.contract.effective_from);
    let in_force = versions.iter().filter(|one| one.contract.effective_from <= version.contract.effective_from).filter(is_later);
    if !in_force.chain(first).any(names) {
        return Err(Error::NotFound("contract"));
    }
    // Every ticket counts; those that do not exist for the reader are withheld from the lists at the end.
    let all = app.db.view(scope.with_all_tickets());
    let (mut withheld, mut shown) = (BTreeSet::new(), BTreeMap::new());
    let ids = store::tickets::ids_in_reach(&all, contract, from, to).await?;
    let mut figures = Vec::with_capacity(ids.len());
    let mut breaches = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let mut histories = store::events::histories::<Ticket>(&all, chunk).await?;
        let tickets = store::tickets::with_ids(&all, chunk).await?;
        let agreements = store::agreements::read(&all).await?;
        for ticket in tickets {
            if !scope.seen().clearance.sees(ticket.restricted()) {
                withheld.insert(ticket.reference());
            } else if !ticket.flags.is_empty() {
                shown.insert(ticket.reference(), (ticket.id, ticket.flags));
            }
            let history = histories.remove(&ticket.id).unwrap_or_default();
            let pinned = agreements.version(ticket.contract_version_id)?;
            let breach = service_management::breach(&pinned.contract, &ticket, &history, reading);
            breaches.extend(breach.map(|one| (ticket.id, SecurityIncident { title: Some(ticket.title.clone()), ..one })));
            figures.extend(service_management::figures(&pinned.contract, &ticket, &history, reading));
        }
    }
    let report = service_management::report(&version.contract, month, &figures);
    let security = SecurityMatters {
        incidents: titled(&all, breaches, reading).await?,
        signals: signals(&all, scope, contract, (from, to), known_at).await?,
    };
    let report = report.with_security(security);
    let recorded = store::amendments::all(&view).await?;
    let is_it = |amendment: &Amendment| recorded.iter().find(|one| one.id == amendment.id);
    let exists = |amendment: &Amendment| is_it(amendment).is_some_and(|one| amendments::read::exists(&agreements, scope.seen(), one));
    let report = service_management::read(report, &version.contract, reading, exists).withholding(&withheld);
    for (ticket, flags) in report.named().into_iter().filter_map(|number| shown.get(number)) {
        scope.note_shown(*ticket, *flags);
    }
    Ok(report)
}

/// Breaches with their titles as those stood at the last instant that counts, in order.
async fn titled(all: &View, mut breaches: Vec<(Uuid, SecurityIncident)>, reading: Reading) -> Result<Vec<SecurityIncident>, Error> {
    let ids: Vec<_> = breaches.iter().map(|(ticket, _)| *ticket).collect();
    let former = store::former_texts::titles_after(all, &ids, reading.last()).await?;
    for (ticket, breach) in &mut breaches {
        // The first that was replaced since is the one that stood then.
        if let Some((_, title)) = former.iter().find(|(of, _)| of == ticket) {
            breach.title = Some(title.clone());
        }
    }
    let mut breaches: Vec<_> = breaches.into_iter().map(|(_, breach)| breach).collect();
    breaches
        .sort_by(|one, other| (one.flagged_at, one.number.len(), &one.number).cmp(&(other.flagged_at, other.number.len(), &other.number)));
    Ok(breaches)
}

/// The signals that were noticed in a month, as known at an instant, each observation once. Whom they do not concern is told that there were some.
async fn signals(
    all: &View,
    scope: &CheckedScope,
    contract: &str,
    (from, to): (Instant, Instant),
    known_at: Instant,
) -> Result<Vec<ReportedSignal>, Error> {
    let filter = SignalFilter {
        contracts: vec![contract.to_owned()],
        observed_from: Some(from),
        observed_before: Some(to),
        limit: u32::MAX.into(),
        ..SignalFilter::default()
    };
    let mut found = store::security_signals::list(all, &filter).await?;
    found.retain(|signal| signal.recorded_at <= known_at);
    found.sort_by_key(|signal| (signal.observed_at, signal.observation));
    found.dedup_by_key(|signal| signal.observation);
    let own = scope.seen().clearance.own_signals();
    let reported = |signal: SecuritySignal| {
        let is_seen = own.is_none_or(|own| own == signal.recorded_by);
        ReportedSignal {
            observation: is_seen.then_some(signal.observation),
            title: is_seen.then_some(signal.title),
            source: signal.source.to_string(),
            observed_at: signal.observed_at,
            recorded_at: signal.recorded_at,
        }
    };
    Ok(found.into_iter().map(reported).collect())
}
