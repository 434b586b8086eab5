//! Changing calendars while tickets are open: an amendment is recorded, and the workers settle every open ticket of its contract again
//! (design § 2.16, CLK-16, CAL-12).
//!
//! An amendment of today or earlier rewrites time that already counted, so it waits until a person of the supplier and one of each client that
//! it concerns have signed it: no client signs away what another is owed.

pub mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::parties::Party;
use super::signatures::{self, Signature};
use super::{Code, Error, FieldCode, Problem, Stamp, one_of};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::approval::{Approval, Refused};
use crate::domain::calendar::{BadInterval, Interval};
use crate::domain::contract::Side;
use crate::domain::contract::amendment::{Amendment, Change, ChangeKind, RecordedAmendment, needs_approval, next_sequence};
use crate::domain::instant::BadInstant;
use crate::domain::permission::Verb;
use crate::domain::text::is_visible;
use crate::store::{self, Tx};

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

/// A signature for the supplier, or for one client.
#[derive(Debug, Clone)]
pub struct Consent {
    /// `client` or `supplier`.
    pub side: String,
    /// The client it is for, where the contract has several; only with `client`.
    pub organisation: Option<String>,
    pub signature: Signature,
}

/// Changes one date of a contract's calendar in every version, or lets that wait for the approval of those it concerns. The same
/// change twice is recorded twice, and the second has no effect.
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
            let signers = Signers { app, tx, stamp, clients: clients_of(&agreements, contract), at: now };
            let given = signers.all(&recorded, &draft.approvals, &mut problems).await?;
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

/// Records the approval of the supplier or of one client of a waiting amendment; the last one puts it into effect. A client approves for
/// itself only; the desk also writes down what a client approved on paper.
pub async fn approve(app: &App, stamp: &Stamp, contract: &str, amendment: Uuid, consent: &Consent) -> Result<RecordedAmendment, Error> {
    let served = store::agreements::read(&app.db.view(stamp.scope.clone())).await?;
    read::refuse_strangers(&served, stamp.scope.seen(), contract)?;
    if let Some(side) = Side::named(&consent.side) {
        stamp.who.may_approve_for(side)?;
    }
    // Beyond the caller's scope: it moves the deadlines of every client of the contract.
    Stamp { scope: stamp.scope.widened(), ..stamp.clone() }
        .write(app, async |tx| {
            let (agreements, known) = locked(tx).await?;
            let again = super::held::repeated(tx, stamp).await?;
            let is_it = |one: &&RecordedAmendment| {
                one.contract == contract && one.id == amendment && read::exists(&agreements, stamp.scope.seen(), one)
            };
            let mut recorded = known.iter().find(is_it).cloned().ok_or(Error::NotFound("amendment"))?;
            if again.is_some() {
                return Ok(recorded);
            }
            if recorded.in_force_at().is_some() {
                let detail = "the amendment is in force: it waits for nobody".to_owned();
                return Err(Error::Conflict { code: Code::AmendmentInForce, detail });
            }
            let now = not_before(&known, stamp);
            let signers = Signers { app, tx, stamp, clients: clients_of(&agreements, contract), at: now };
            let party = signers.party(&recorded, consent, "").map_err(|wrong| Error::Invalid(vec![wrong]))?;
            if recorded.is_approved_for(party.side, party.client.as_deref()) {
                return Err(Error::Conflict { code: Code::AlreadyApproved, detail: Refused::SideApproved(party.side).to_string() });
            }
            let (approval, client) = signers.sign(&recorded, party, consent, "").await?.map_err(Error::Invalid)?;
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

fn clients_of(agreements: &Agreements, contract: &str) -> Vec<String> {
    let clients = agreements.versions_of(contract).iter().flat_map(|version| &version.contract.clients);
    clients.map(|client| client.organisation.clone()).collect()
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

/// For whom an approval is: the supplier, or one client.
struct Signing {
    side: Side,
    /// `None` for the supplier, and where an amendment does not say which clients it concerns.
    client: Option<String>,
}

/// Who signs for the parties of a contract.
struct Signers<'a> {
    app: &'a App,
    tx: &'a Tx,
    stamp: &'a Stamp,
    /// All that any version of it names.
    clients: Vec<String>,
    at: Instant,
}

impl Signers<'_> {
    /// The approvals given along with an amendment.
    async fn all(&self, recorded: &RecordedAmendment, given: &[Consent], problems: &mut Vec<Problem>) -> Result<Vec<Given>, Error> {
        let mut so_far = recorded.clone();
        for (place, consent) in given.iter().enumerate() {
            let within = format!("approvals/{place}/");
            let party = match self.party(&so_far, consent, &within) {
                Ok(party) => party,
                Err(wrong) => {
                    problems.push(wrong);
                    continue;
                }
            };
            if so_far.is_approved_for(party.side, party.client.as_deref()) {
                let detail = format!("the {} approves once", party.side.as_str());
                problems.push(Problem::field(within.trim_end_matches('/'), FieldCode::Repeated, detail));
                continue;
            }
            match self.sign(&so_far, party, consent, &within).await? {
                Ok((approval, client)) => so_far.approved(0, approval, client),
                Err(wrong) => problems.extend(wrong),
            }
        }
        Ok(so_far.approvals.into_iter().zip(so_far.approved_for).collect())
    }

    /// For whom an approval is. `within` is where it stands in the body.
    fn party(&self, recorded: &RecordedAmendment, consent: &Consent, within: &str) -> Result<Signing, Problem> {
        let wrong = |field: &str, code, detail: String| Problem::field(&format!("{within}{field}"), code, detail);
        match (Side::named(&consent.side), &consent.organisation) {
            (None, _) => Err(wrong("side", FieldCode::UnknownValue, one_of(Side::ALL.map(Side::as_str)))),
            (Some(Side::Supplier), Some(_)) => {
                Err(wrong("organisation", FieldCode::NotAllowed, "only a client's approval is for an organisation".to_owned()))
            }
            (Some(Side::Supplier), None) => Ok(Signing { side: Side::Supplier, client: None }),
            (Some(Side::Client), named) => {
                let client = self.client(recorded, named.as_deref()).map_err(|(code, detail)| wrong("organisation", code, detail))?;
                Ok(Signing { side: Side::Client, client })
            }
        }
    }

    /// The client that an approval is for: the one that was named, or the only one whose it can be.
    fn client(&self, recorded: &RecordedAmendment, named: Option<&str>) -> Result<Option<String>, (FieldCode, String)> {
        let known: Vec<_> = recorded.clients.iter().map(String::as_str).filter(|client| self.stamp.scope.includes(client)).collect();
        match (named, known.as_slice()) {
            (Some(named), known) if known.contains(&named) => Ok(Some(named.to_owned())),
            (Some(_), _) => Err((FieldCode::UnknownOrganisation, format!("is no client that the amendment concerns; {}", one_of(known)))),
            (None, [only]) => Ok(Some((*only).to_owned())),
            // It was recorded before it was kept which clients an amendment concerns, or no version was in force on its date.
            (None, []) if recorded.clients.is_empty() => Ok(None),
            (None, []) => Err((FieldCode::UnknownOrganisation, "it concerns no client of yours".to_owned())),
            (None, _) => Err((FieldCode::Required, format!("each client approves for itself; {}", one_of(known)))),
        }
    }

    /// A signature for a party beside those there are: nobody signs for two of them.
    async fn sign(
        &self,
        recorded: &RecordedAmendment,
        Signing { side, client }: Signing,
        consent: &Consent,
        within: &str,
    ) -> Result<Result<Given, Vec<Problem>>, Error> {
        let organisations = client.as_ref().map_or_else(|| self.clients.clone(), |client| vec![client.clone()]);
        let party = Party { side, organisations };
        let signed = signatures::of_party(self.app, self.tx, self.stamp, &party, &consent.signature, self.at, within).await?;
        Ok(signed.and_then(|approval| {
            if recorded.approvals.iter().any(|known| known.approver == approval.approver) {
                let detail = "approved for another party: each has a person of its own";
                return Err(vec![Problem::field(&format!("{within}approvedBy"), FieldCode::SamePerson, detail)]);
            }
            Ok((approval, client))
        }))
    }
}

/// What was valid when the amendment was recorded is in conflict now, with what was recorded since.
fn clash(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let detail = problems.into_iter().map(|problem| problem.detail).collect::<Vec<_>>().join("; ");
    Error::Conflict { code: Code::AmendmentsClash, detail }
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
