//! What is done to a role while it is held: its end is set, its holder is away, somebody acts for them, it is reviewed.

use uuid::Uuid;

use super::{Place, known_holder, may_end, may_replace, not_ended, not_for_oneself, not_ones_own, opened, place_of, review_due, write};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::role_assignment::{Absence, AbsencePlanned, BadEnd, DeputyNamed, EndSet, EventData, Reviewed, RoleAssignment, RoleKind};
use crate::domain::text::is_visible;
use crate::store::Tx;
use crate::usecases::held::repeated;
use crate::usecases::held_rights::still_held;
use crate::usecases::{Error, FieldCode, Problem, Stamp};

#[derive(Debug, Clone, Default)]
pub struct End {
    /// Now when absent.
    pub until_at: Option<Instant>,
    pub reason: String,
}

/// Ends a role earlier than was agreed, now or at a later instant. One that waits for a signature is withdrawn, or refused by a side that was
/// to sign for it.
pub async fn end(app: &App, stamp: &Stamp, id: Uuid, end: &End) -> Result<RoleAssignment, Error> {
    let (now, until_at) = (stamp.recorded_at, end.until_at.unwrap_or(stamp.recorded_at));
    let may = |assignment: &RoleAssignment, place| may_end(stamp, assignment, place, now);
    change(app, stamp, id, may, async |_, assignment| {
        let mut problems = reasoned("reason", &end.reason);
        if until_at < now {
            problems.push(Problem::field("untilAt", FieldCode::InPast, "has passed"));
        } else if assignment.until_at.is_some_and(|until| until_at >= until) {
            problems.push(Problem::field("untilAt", FieldCode::OutOfRange, "is not before the end that was agreed"));
        }
        none(problems)?;
        Ok((EventData::EndSet(EndSet { until_at, successor: None, because: None }), Some(end.reason.clone())))
    })
    .await
}

/// Does something to a role that has not ended, for whoever may, and once for an idempotency key.
async fn change(
    app: &App,
    stamp: &Stamp,
    id: Uuid,
    may: impl Fn(&RoleAssignment, Place) -> Result<(), Forbidden>,
    decide: impl AsyncFn(&Tx, &RoleAssignment) -> Result<(EventData, Option<String>), Error>,
) -> Result<RoleAssignment, Error> {
    let now = stamp.recorded_at;
    stamp
        .write(app, async |tx| {
            let mut held = opened(app, tx, stamp, id).await?;
            may(&held.subject, place_of(tx, &held.subject, now).await?)?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(held.subject);
            }
            not_ended(&held.subject, now)?;
            let (happened, reason) = decide(tx, &held.subject).await?;
            held.happened(happened, reason, now);
            write(held, tx, Some(id)).await
        })
        .await
}

#[derive(Debug, Clone, Default)]
pub struct Away {
    pub from_at: Option<Instant>,
    pub until_at: Option<Instant>,
    /// The id or address of who acts meanwhile.
    pub deputy: Option<String>,
}

/// Records that the holder is away, and who acts for them (ROLE-04).
pub async fn go_away(app: &App, stamp: &Stamp, id: Uuid, away: &Away) -> Result<RoleAssignment, Error> {
    let now = stamp.recorded_at;
    let (from_at, until_at) = (away.from_at.unwrap_or(now), away.until_at.unwrap_or(Instant::MAX));
    let may = |assignment: &RoleAssignment, place| may_replace(stamp, assignment, place, away.deputy.is_some());
    change(app, stamp, id, may, async |tx, assignment| {
        let mut problems = Vec::new();
        if !stamp.lacks("untilAt") && !stamp.lacks("fromAt") {
            problems.extend(wrong_dates(assignment, from_at, until_at, now));
        }
        let mut deputy = None;
        if let Some(named) = &away.deputy {
            match known_deputy(tx, stamp, assignment, named, until_at).await? {
                Ok(known) => deputy = Some(known),
                Err(problem) => problems.push(problem),
            }
        }
        none(problems)?;
        let planned = AbsencePlanned { absence: app.time.id(), from_at, until_at, deputy };
        Ok((EventData::AbsencePlanned(planned), None))
    })
    .await
}

fn wrong_dates(assignment: &RoleAssignment, from_at: Instant, until_at: Instant, now: Instant) -> Option<Problem> {
    if until_at <= from_at {
        return Some(Problem::field("untilAt", FieldCode::BeforeFrom, "is not after the beginning"));
    }
    if until_at <= now {
        return Some(Problem::field("untilAt", FieldCode::InPast, "has passed"));
    }
    let overlaps = |absence: &Absence| absence.from_at < until_at && from_at < absence.until_at;
    let detail = "overlaps with an absence that is recorded already";
    assignment.absences.iter().any(overlaps).then(|| Problem::field("fromAt", FieldCode::Overlap, detail))
}

/// Names who acts during an absence, in place of whoever was named before.
pub async fn deputise(app: &App, stamp: &Stamp, id: Uuid, absence: Uuid, deputy: &str) -> Result<RoleAssignment, Error> {
    let now = stamp.recorded_at;
    let may = |assignment: &RoleAssignment, place| may_replace(stamp, assignment, place, true);
    change(app, stamp, id, may, async |tx, assignment| {
        let mut problems: Vec<_> = yet_to_end(assignment, absence, now).err().into_iter().collect();
        let until_at = assignment.absences.iter().find(|one| one.id == absence).map_or(now, |one| one.until_at);
        let deputy = known_deputy(tx, stamp, assignment, deputy, until_at).await?.map_err(|problem| problems.push(problem)).ok();
        let Some(deputy) = deputy.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        Ok((EventData::DeputyNamed(DeputyNamed { absence, deputy }), None))
    })
    .await
}

/// Ends an absence earlier than was recorded, now unless a later instant is given; one that has not begun by then is cancelled.
pub async fn come_back(app: &App, stamp: &Stamp, id: Uuid, absence: Uuid, until_at: Option<Instant>) -> Result<RoleAssignment, Error> {
    let now = stamp.recorded_at;
    let wrong_end = |bad: BadEnd| {
        let code = match bad {
            BadEnd::Passed => FieldCode::InPast,
            BadEnd::BeforeBeginning => FieldCode::BeforeFrom,
            BadEnd::NotEarlier => FieldCode::OutOfRange,
        };
        Problem::field("untilAt", code, bad.to_string())
    };
    let may = |assignment: &RoleAssignment, place| may_replace(stamp, assignment, place, false);
    change(app, stamp, id, may, async |_, assignment| {
        let known = yet_to_end(assignment, absence, now);
        let ended = known.and_then(|known| known.ended(until_at, now).map_err(wrong_end));
        ended.map(|ended| (ended, None)).map_err(|problem| Error::Invalid(vec![problem]))
    })
    .await
}

fn yet_to_end(assignment: &RoleAssignment, absence: Uuid, now: Instant) -> Result<&Absence, Problem> {
    let known = assignment.absences.iter().find(|one| one.id == absence && one.until_at > now);
    known.ok_or_else(|| Problem::field("absence", FieldCode::UnknownValue, "is not an absence that has yet to end"))
}

/// Who acts for the holder until an instant: by a right, nobody who says so themselves, and no longer than whoever says so may.
async fn known_deputy(
    tx: &Tx,
    stamp: &Stamp,
    assignment: &RoleAssignment,
    named: &str,
    until_at: Instant,
) -> Result<Result<Uuid, Problem>, Error> {
    let wrong = |code, detail: &str| Ok(Err(Problem::field("deputy", code, detail)));
    if assignment.is_the_holders_alone() {
        return wrong(FieldCode::NotAllowed, "this right is the holder's alone: others agreed to this person");
    }
    let Place { side, .. } = place_of(tx, assignment, stamp.recorded_at).await?;
    let deputy = match known_holder(tx, side, assignment.organisation.as_deref(), ("deputy", named)).await? {
        Ok(deputy) if deputy == assignment.holder => return wrong(FieldCode::SamePerson, "is the holder, who is away"),
        Ok(deputy) => deputy,
        Err(problem) => return Ok(Err(problem)),
    };
    if assignment.kind == RoleKind::Right {
        not_for_oneself(stamp, deputy)?;
        let own = still_held(tx, stamp, Verb::GrantRights).await?;
        if let Some(end) = own.and_then(|own| own.until_at).filter(|end| until_at > *end) {
            let detail = format!("nobody acts in a right for longer than you may say who does: until {end}");
            return Ok(Err(Problem::field("untilAt", FieldCode::OutOfRange, detail)));
        }
    }
    Ok(Ok(deputy))
}

/// Records that somebody looked at whether the holder still needs the role (IAM-06).
pub async fn review(app: &App, stamp: &Stamp, id: Uuid, evidence: &str) -> Result<RoleAssignment, Error> {
    let now = stamp.recorded_at;
    stamp
        .write(app, async |tx| {
            let mut held = opened(app, tx, stamp, id).await?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(held.subject);
            }
            not_ended(&held.subject, now)?;
            stamp.who.in_person()?;
            not_ones_own(stamp, &held.subject)?;
            none(reasoned("evidence", evidence))?;
            let reviewed = Reviewed { review_due_at: review_due(app, now) };
            held.happened(EventData::Reviewed(reviewed), Some(evidence.to_owned()), now);
            write(held, tx, Some(id)).await
        })
        .await
}

fn reasoned(field: &str, text: &str) -> Vec<Problem> {
    let blank = Problem::field(field, FieldCode::Blank, "has nothing in it that can be seen");
    if is_visible(text) { Vec::new() } else { vec![blank] }
}

fn none(problems: Vec<Problem>) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
