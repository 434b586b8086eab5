//! Changing calendars while tickets are open: an amendment is recorded, and the workers settle every open ticket of its contract again
//! (design § 2.16, CLK-16, CAL-12).
//!
//! An amendment of today or earlier rewrites time that already counted, so it waits until a person of the supplier and one
//! of each client that it concerns have approved it: no client signs away what another is owed.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::actors::{Actors, Named};
use super::{Code, Error, FieldCode, Problem, Stamp, contracts, one_of};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::approval::{Approval, Refused};
use crate::domain::calendar::{BadInterval, Interval};
use crate::domain::contract::Side;
use crate::domain::contract::amendment::{Amendment, Change, ChangeKind, RecordedAmendment, needs_approval, next_sequence};
use crate::domain::instant::BadInstant;
use crate::domain::permission::Verb;
use crate::domain::text::is_visible;
use crate::store::{self, Scope, Tx};

#[derive(Debug, Clone)]
pub struct NewAmendment {
    pub calendar: String,
    pub date: NaiveDate,
    /// `closed`, `hours` or `as_agreed`.
    pub change: String,
    /// The opening hours in a contract's notation; only with `hours`.
    pub hours: Vec<String>,
    pub reason: String,
    /// Approvals given along with it.
    pub approvals: Vec<Consent>,
}

#[derive(Debug, Clone)]
pub struct Consent {
    /// `client` or `supplier`.
    pub side: String,
    /// The client it is for, where the contract has several; only with `client`.
    pub organisation: Option<String>,
    /// A person's name.
    pub approved_by: String,
    pub evidence: Option<String>,
}

/// Changes one date of a contract's calendar in every version, or lets that wait for the approval of both sides. The same change twice is
/// recorded twice, and the second has no effect.
pub async fn amend(app: &App, stamp: &Stamp, contract: &str, draft: &NewAmendment) -> Result<RecordedAmendment, Error> {
    stamp.who.may(Verb::AmendCalendars)?;
    stamp
        .write(app, async |tx| {
            let (agreements, known) = locked(tx).await?;
            if let Some(id) = super::held::repeated(tx, stamp).await? {
                return known.into_iter().find(|one| one.id == id).ok_or(Error::NotFound("amendment"));
            }
            let now = not_before(&known, stamp);
            let today = agreements.versions_of(contract).last().ok_or(Error::NotFound("contract"))?.contract.zone.date(now);
            let mut problems = problems(&agreements, contract, draft);
            let change = change(stamp, draft, &mut problems);
            let mut recorded = RecordedAmendment {
                id: app.time.id(),
                sequence: next_sequence(&known),
                contract: contract.to_owned(),
                calendar: draft.calendar.clone(),
                date: draft.date,
                change: change.unwrap_or(Change::Closed),
                reason: draft.reason.clone(),
                actor: stamp.who.actor.as_text(),
                recorded_at: now,
                needs_approval: needs_approval(draft.date, today),
                clients: concerned(agreements.versions_of(contract), draft.date, today),
                approvals: Vec::new(),
                approval_sequences: Vec::new(),
                approved_for: Vec::new(),
            };
            let given = given_along(app, stamp, &recorded, &draft.approvals, now, &mut problems);
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            // Hours cannot overlap with those of a date that could not be read.
            if !stamp.lacks("date") {
                check(&agreements, contract, &recorded.in_force_from(now))?;
            }
            tx.touch("calendar_amendment", recorded.id);
            store::amendments::insert(tx, &recorded).await?;
            for (approval, client) in given {
                let sequence = next_sequence(std::slice::from_ref(&recorded));
                store::amendments::approve(tx, recorded.id, sequence, &approval, client.as_deref()).await?;
                recorded.approved(sequence, approval, client);
            }
            if recorded.in_force_at().is_some() {
                store::amendments::take_effect(tx, contract, now).await?;
            }
            super::held::remember(app, tx, stamp, recorded.id).await?;
            Ok(recorded)
        })
        .await
}

/// Records a side's approval of a waiting amendment; the last one puts it into effect. A client approves for its own side only; the desk
/// records approvals of either side.
pub async fn approve(app: &App, stamp: &Stamp, contract: &str, amendment: Uuid, consent: &Consent) -> Result<RecordedAmendment, Error> {
    let mine = contracts::in_force(app, &stamp.scope, contract).await?.contract.id.clone();
    if let Some(side) = Side::named(&consent.side) {
        stamp.who.may_approve_for(side)?;
    }
    // Beyond the caller's scope: it moves the deadlines of every client of the contract.
    Stamp { scope: stamp.scope.widened(), ..stamp.clone() }
        .write(app, async |tx| {
            let (agreements, known) = locked(tx).await?;
            let again = super::held::repeated(tx, stamp).await?;
            let is_it = |one: &&RecordedAmendment| one.contract == mine && one.id == amendment;
            let mut recorded = known.iter().find(is_it).cloned().ok_or(Error::NotFound("amendment"))?;
            if again.is_some() {
                return Ok(recorded);
            }
            if recorded.in_force_at().is_some() {
                let detail = "the amendment is in force: it waits for nobody".to_owned();
                return Err(Error::Conflict { code: Code::AmendmentInForce, detail });
            }
            let now = not_before(&known, stamp);
            if let Some(side) = Side::named(&consent.side).filter(|side| !recorded.waits_for().contains(side)) {
                return Err(Error::Conflict { code: Code::AlreadyApproved, detail: Refused::SideApproved(side).to_string() });
            }
            let (approval, client) = approval(app, stamp, &recorded, consent, now, "")?;
            let sequence = next_sequence(&known);
            tx.touch("calendar_amendment", recorded.id);
            store::amendments::approve(tx, recorded.id, sequence, &approval, client.as_deref()).await?;
            recorded.approved(sequence, approval, client);
            if recorded.in_force_at().is_some() {
                check(&agreements, contract, &recorded.in_force_from(now)).map_err(clash)?;
                store::amendments::take_effect(tx, contract, now).await?;
            }
            super::held::remember(app, tx, stamp, recorded.id).await?;
            Ok(recorded)
        })
        .await
}

/// The agreements and all recorded amendments, locked so that nobody else records one.
async fn locked(tx: &Tx) -> Result<(Arc<Agreements>, Vec<RecordedAmendment>), Error> {
    store::agreements::lock(tx).await?;
    Ok((store::agreements::read(tx).await?, store::amendments::all(tx).await?))
}

/// Now, or the last recorded instant if that is later: amendments must take effect in the order in which they were recorded.
fn not_before(known: &[RecordedAmendment], stamp: &Stamp) -> Instant {
    known.iter().map(RecordedAmendment::last_at).fold(stamp.recorded_at, Instant::max)
}

/// The clients of the versions that were in force on the date or since: those whose clocks it moves.
fn concerned(versions: &[Arc<Version>], date: NaiveDate, today: NaiveDate) -> Vec<String> {
    let until = |at: usize| versions.get(at + 1).map(|next| next.contract.effective_from);
    let counted = versions.iter().enumerate().filter(|(at, version)| {
        let is_over = until(*at).is_some_and(|until| until <= date.min(today));
        !is_over && version.contract.effective_from <= date.max(today)
    });
    let clients: BTreeSet<_> = counted.flat_map(|(_, version)| &version.contract.clients).map(|client| &client.organisation).collect();
    clients.into_iter().cloned().collect()
}

/// An approval, with the client it is for.
type Given = (Approval, Option<String>);

/// The approvals given along with an amendment.
fn given_along(
    app: &App,
    stamp: &Stamp,
    recorded: &RecordedAmendment,
    given: &[Consent],
    at: Instant,
    problems: &mut Vec<Problem>,
) -> Vec<Given> {
    let mut so_far = recorded.clone();
    for (place, consent) in given.iter().enumerate() {
        match approval(app, stamp, &so_far, consent, at, &format!("approvals/{place}/")) {
            Ok((approval, client)) => so_far.approved(0, approval, client),
            Err(Error::Conflict { detail, .. }) => {
                problems.push(Problem::field(&format!("approvals/{place}"), FieldCode::Repeated, detail));
            }
            Err(Error::Invalid(wrong)) => problems.extend(wrong),
            Err(_) => {}
        }
    }
    so_far.approvals.into_iter().zip(so_far.approved_for).collect()
}

/// An approval beside those there are: the supplier and each client approve once, and each by a person of its own. `within` is where it
/// stands in the body.
fn approval(
    app: &App,
    stamp: &Stamp,
    recorded: &RecordedAmendment,
    consent: &Consent,
    approved_at: Instant,
    within: &str,
) -> Result<Given, Error> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, code, detail: String| problems.push(Problem::field(&format!("{within}{field}"), code, detail));
    let Some(side) = Side::named(&consent.side) else {
        refuse("side", FieldCode::UnknownValue, one_of(Side::ALL.map(Side::as_str)));
        name_the_person(consent, refuse);
        return Err(Error::Invalid(problems));
    };
    name_the_person(consent, &mut refuse);
    let client = match side {
        Side::Client => client_of(stamp, recorded, consent, &mut refuse),
        Side::Supplier => {
            if consent.organisation.is_some() {
                refuse("organisation", FieldCode::NotAllowed, "only a client's approval is for an organisation".to_owned());
            }
            None
        }
    };
    let (id, name) = (app.time.id(), consent.approved_by.trim().to_owned());
    let (actor, evidence) = (stamp.who.actor.as_text(), consent.evidence.clone());
    let approval = Approval { id, side, approver: None, name, evidence, actor, approved_at };
    match recorded.check(&approval, client.as_deref()) {
        Err(Refused::SamePerson) => {
            refuse("approvedBy", FieldCode::SamePerson, "approved already: each party has a person of its own".to_owned());
        }
        Err(refused) if problems.is_empty() => {
            return Err(Error::Conflict { code: Code::AlreadyApproved, detail: refused.to_string() });
        }
        Err(_) | Ok(()) => {}
    }
    if problems.is_empty() { Ok((approval, client)) } else { Err(Error::Invalid(problems)) }
}

/// The client that an approval is for: the one that was named, or the only one whose it can be.
fn client_of(
    stamp: &Stamp,
    recorded: &RecordedAmendment,
    consent: &Consent,
    mut refuse: impl FnMut(&str, FieldCode, String),
) -> Option<String> {
    let known: Vec<_> = recorded.clients.iter().map(String::as_str).filter(|client| stamp.scope.includes(client)).collect();
    match &consent.organisation {
        Some(named) if known.contains(&named.as_str()) => Some(named.clone()),
        Some(_) => {
            refuse("organisation", FieldCode::UnknownOrganisation, format!("is no client that the amendment concerns; {}", one_of(known)));
            None
        }
        None => match known.as_slice() {
            [only] => Some((*only).to_owned()),
            // Recorded before it was kept which clients each amendment concerns.
            [] if recorded.clients.is_empty() => None,
            [] => {
                refuse("organisation", FieldCode::UnknownOrganisation, "it concerns no client of yours".to_owned());
                None
            }
            _ => {
                refuse("organisation", FieldCode::Required, format!("each client approves for itself; {}", one_of(known)));
                None
            }
        },
    }
}

fn name_the_person(consent: &Consent, mut refuse: impl FnMut(&str, FieldCode, String)) {
    if !is_visible(consent.approved_by.trim()) {
        refuse("approvedBy", FieldCode::Required, "name the person who approved".to_owned());
    }
}

/// What was valid when the amendment was recorded is in conflict now, with what was recorded since.
fn clash(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let detail = problems.into_iter().map(|problem| problem.detail).collect::<Vec<_>>().join("; ");
    Error::Conflict { code: Code::AmendmentsClash, detail }
}

#[derive(Debug)]
pub struct Seen {
    pub recorded: RecordedAmendment,
    /// Whether the caller sees who approved: only if they see every client that any version of the contract names. A client always sees
    /// what it approved itself.
    pub shows_approvers: bool,
    /// The clients that the caller sees, of those it concerns.
    pub clients: Vec<String>,
}

impl Seen {
    fn of(agreements: &Agreements, scope: &Scope, recorded: RecordedAmendment) -> Self {
        let shows_approvers = is_alone(agreements, scope, &recorded.contract);
        let clients = recorded.clients.iter().filter(|client| scope.includes(client)).cloned().collect();
        Self { recorded, shows_approvers, clients }
    }
}

/// The amendments of a contract with a client that the caller sees, in the order recorded.
pub async fn of_contract(app: &App, caller: &Caller, contract: &str) -> Result<Named<Vec<Seen>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let agreements = store::agreements::read(&view).await?;
    if !agreements.versions_of(contract).iter().any(|version| contracts::serves(version, caller.scope.seen())) {
        return Err(Error::NotFound("contract"));
    }
    let all = store::amendments::all(&view).await?;
    let of_contract = all.into_iter().filter(|recorded| recorded.contract == contract);
    let shown: Vec<_> = of_contract.map(|recorded| Seen::of(&agreements, caller.scope.seen(), recorded)).collect();
    Ok(Named { actors: Actors::of(&view, shown.iter().flat_map(|one| one.recorded.actors())).await?, shown })
}

/// An amendment that was just recorded or approved.
pub async fn after(app: &App, caller: &Caller, recorded: RecordedAmendment) -> Result<Named<Seen>, Error> {
    let view = app.db.view(caller.scope.clone());
    let agreements = store::agreements::read(&view).await?;
    let actors = Actors::of(&view, recorded.actors()).await?;
    Ok(Named { actors, shown: Seen::of(&agreements, caller.scope.seen(), recorded) })
}

fn is_alone(agreements: &Agreements, scope: &Scope, contract: &str) -> bool {
    let mut clients = agreements.versions_of(contract).iter().flat_map(|version| &version.contract.clients);
    clients.all(|client| scope.includes(&client.organisation))
}

/// What is wrong with an amendment, besides its change and its approvals.
fn problems(agreements: &Agreements, contract: &str, draft: &NewAmendment) -> Vec<Problem> {
    let mut problems = Vec::new();
    let versions = agreements.versions_of(contract);
    if !versions.iter().any(|version| version.contract.calendars.contains_key(&draft.calendar)) {
        let known: BTreeSet<_> = versions.iter().flat_map(|version| version.contract.calendars.keys()).map(String::as_str).collect();
        let detail = format!("the contract has no such calendar; {}", one_of(known));
        problems.push(Problem::field("calendar", FieldCode::UnknownCalendar, detail));
    }
    if !(1900..=2200).contains(&draft.date.year()) {
        problems.push(Problem::field("date", FieldCode::OutOfRange, BadInstant::OutOfRange.to_string()));
    }
    if !is_visible(&draft.reason) {
        problems.push(Problem::field("reason", FieldCode::Blank, "has nothing in it that can be seen"));
    }
    problems
}

fn change(stamp: &Stamp, draft: &NewAmendment, problems: &mut Vec<Problem>) -> Option<Change> {
    let known = problems.len();
    let mut refuse = |field, code, detail: String| problems.push(Problem::field(field, code, detail));
    let kind = ChangeKind::named(&draft.change);
    match (kind, draft.hours.is_empty()) {
        (None, _) => refuse("change", FieldCode::UnknownValue, one_of(ChangeKind::ALL.map(ChangeKind::as_str))),
        (Some(ChangeKind::Hours), true) if !stamp.lacks("hours") => {
            refuse("hours", FieldCode::Required, "a date that opens needs its hours".to_owned());
        }
        (Some(ChangeKind::Closed | ChangeKind::AsAgreed), false) => {
            refuse("hours", FieldCode::NotAllowed, "only a date that opens has hours".to_owned());
        }
        _ => {}
    }
    let hours: Result<Vec<Interval>, BadInterval> = draft.hours.iter().map(|text| text.parse()).collect();
    if let Err(error) = &hours {
        refuse("hours", FieldCode::BadInterval, format!("one of them {error}"));
    }
    let hours = hours.ok().filter(|_| problems.len() == known)?;
    Some(match kind? {
        ChangeKind::Closed => Change::Closed,
        ChangeKind::Hours => Change::Hours(hours),
        ChangeKind::AsAgreed => Change::AsAgreed,
    })
}

/// Refuses hours that overlap with those of a neighbouring date in any version.
fn check(agreements: &Agreements, contract: &str, amendment: &Amendment) -> Result<(), Error> {
    let versions = agreements.versions_of(contract);
    if versions.is_empty() {
        return Err(Error::NotFound("contract"));
    }
    let mut problems = Vec::new();
    for version in versions {
        let known = version.contract.amendments.iter().map(|amended| amended.amendment.clone());
        if let Err(wrong) = version.contract.clone().amended_by(known.chain([amendment.clone()])) {
            let detail = wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            problems.push(Problem::field("hours", FieldCode::Overlap, format!("version {}: {detail}", version.contract.version)));
        }
    }
    match &amendment.change {
        _ if problems.is_empty() => Ok(()),
        // Rather a slip of the pen than a night shift.
        Change::Hours(hours) if hours.iter().any(Interval::is_endless) => {
            let detail = "one of them ends before it begins, and so runs into the hours of the next date";
            Err(Error::Invalid(vec![Problem::field("hours", FieldCode::BadInterval, detail)]))
        }
        _ => Err(Error::Invalid(problems)),
    }
}
