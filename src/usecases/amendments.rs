//! Changing calendars while tickets are open: an amendment is recorded, and the workers settle every open ticket of its contract again
//! (design § 2.16, CLK-16, CAL-12).
//!
//! An amendment of today or earlier rewrites time that already counted, so it waits until a person of each side has approved it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::actors::{Actors, Named};
use super::parties::Party;
use super::signatures::{self, Signature};
use super::{Code, Error, FieldCode, Problem, Stamp, contracts, one_of};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Instant;
use crate::domain::agreements::Agreements;
use crate::domain::approval::{Approval, Refused, Required};
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

/// A signature for a side.
#[derive(Debug, Clone)]
pub struct Consent {
    /// `client` or `supplier`.
    pub side: String,
    pub signature: Signature,
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
            let signers = Signers { app, tx, stamp, clients: clients_of(&agreements, contract), at: now };
            let approvals = signers.all(&draft.approvals, &mut problems).await?;
            let Some(change) = change.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
            let mut recorded = RecordedAmendment {
                id: app.time.id(),
                sequence: next_sequence(&known),
                contract: contract.to_owned(),
                calendar: draft.calendar.clone(),
                date: draft.date,
                change,
                reason: draft.reason.clone(),
                actor: stamp.who.actor.as_text(),
                recorded_at: now,
                needs_approval: needs_approval(draft.date, today),
                approvals: Vec::new(),
                approval_sequences: Vec::new(),
            };
            // Hours cannot overlap with those of a date that could not be read.
            if !stamp.lacks("date") {
                check(&agreements, contract, &recorded.in_force_from(now))?;
            }
            tx.touch("calendar_amendment", recorded.id);
            store::amendments::insert(tx, &recorded).await?;
            for approval in approvals {
                let sequence = next_sequence(std::slice::from_ref(&recorded));
                store::amendments::approve(tx, recorded.id, sequence, &approval).await?;
                recorded.approved(sequence, approval);
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
/// also writes down what the client approved on paper.
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
            let signers = Signers { app, tx, stamp, clients: clients_of(&agreements, contract), at: now };
            let approval = signers.one(&recorded.approvals, consent, "").await?.map_err(Error::Invalid)?;
            let sequence = next_sequence(&known);
            tx.touch("calendar_amendment", recorded.id);
            store::amendments::approve(tx, recorded.id, sequence, &approval).await?;
            recorded.approved(sequence, approval);
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

fn clients_of(agreements: &Agreements, contract: &str) -> Vec<String> {
    let clients = agreements.versions_of(contract).iter().flat_map(|version| &version.contract.clients);
    clients.map(|client| client.organisation.clone()).collect()
}

/// Who signs for the sides of a contract.
struct Signers<'a> {
    app: &'a App,
    tx: &'a Tx,
    stamp: &'a Stamp,
    clients: Vec<String>,
    at: Instant,
}

impl Signers<'_> {
    /// The approvals given along with an amendment.
    async fn all(&self, given: &[Consent], problems: &mut Vec<Problem>) -> Result<Vec<Approval>, Error> {
        let mut approvals = Vec::with_capacity(given.len());
        for (place, consent) in given.iter().enumerate() {
            match self.one(&approvals, consent, &format!("approvals/{place}/")).await? {
                Ok(approval) => approvals.push(approval),
                Err(wrong) => problems.extend(wrong),
            }
        }
        Ok(approvals)
    }

    /// An approval beside those there are: each side approves once, and by a person of its own. `within` is where it stands in the body.
    async fn one(&self, before: &[Approval], consent: &Consent, within: &str) -> Result<Result<Approval, Vec<Problem>>, Error> {
        let wrong =
            |field: &str, code, detail: String| vec![Problem::field(format!("{within}{field}").trim_end_matches('/'), code, detail)];
        let Some(side) = Side::named(&consent.side) else {
            return Ok(Err(wrong("side", FieldCode::UnknownValue, one_of(Side::ALL.map(Side::as_str)))));
        };
        let party = Party { side, organisations: self.clients.clone() };
        let approval = match signatures::of_party(self.app, self.tx, self.stamp, &party, &consent.signature, self.at, within).await? {
            Ok(approval) => approval,
            Err(problems) => return Ok(Err(problems)),
        };
        Ok(match Required::EachSide.check(before, &approval) {
            Ok(()) => Ok(approval),
            Err(Refused::SamePerson) => {
                let detail = "approved for the other side: each side has a person of its own".to_owned();
                Err(wrong("approvedBy", FieldCode::SamePerson, detail))
            }
            Err(Refused::SideApproved(_) | Refused::Complete) => {
                Err(wrong("", FieldCode::Repeated, format!("the {} approves once", side.as_str())))
            }
        })
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
}

/// The amendments of a contract with a client that the caller sees, in the order recorded.
pub async fn of_contract(app: &App, caller: &Caller, contract: &str) -> Result<Named<Vec<Seen>>, Error> {
    let view = app.db.view(caller.scope.clone());
    let agreements = store::agreements::read(&view).await?;
    if !agreements.versions_of(contract).iter().any(|version| contracts::serves(version, caller.scope.seen())) {
        return Err(Error::NotFound("contract"));
    }
    let all = store::amendments::all(&view).await?;
    let shows_approvers = is_alone(&agreements, caller.scope.seen(), contract);
    let of_contract = all.into_iter().filter(|recorded| recorded.contract == contract);
    let shown: Vec<_> = of_contract.map(|recorded| Seen { recorded, shows_approvers }).collect();
    Ok(Named { actors: Actors::of(&view, shown.iter().flat_map(|one| one.recorded.actors())).await?, shown })
}

/// An amendment that was just recorded or approved.
pub async fn after(app: &App, caller: &Caller, recorded: RecordedAmendment) -> Result<Named<Seen>, Error> {
    let view = app.db.view(caller.scope.clone());
    let shows_approvers = is_alone(&*store::agreements::read(&view).await?, caller.scope.seen(), &recorded.contract);
    Ok(Named { actors: Actors::of(&view, recorded.actors()).await?, shown: Seen { recorded, shows_approvers } })
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
