use super::*;
use crate::domain::contract::Side;
use crate::domain::history;
use crate::domain::permission::Role;
use crate::domain::role_assignment::{
    AbsenceCancelled, AbsencePlanned, AbsenceShortened, Approved, AssignmentState, DeputyNamed, EndSet, Granted, Reviewed, RoleKind,
};

const ANNA: Uuid = Uuid::from_u128(1);
const BOB: Uuid = Uuid::from_u128(2);
const AWAY: Uuid = Uuid::from_u128(3);

fn at(seconds: i64) -> Instant {
    Instant::from_unix(seconds).expect("an instant")
}

fn happened(seconds: i64, data: EventData) -> Event {
    let (occurred_at, recorded_at) = (at(seconds), at(seconds));
    history::Event { id: Uuid::nil(), actor: "desk:x".to_owned(), token: None, reason: None, data, occurred_at, recorded_at }
}

/// Granted at 10, to begin at 100, due for review at 1000.
fn granted(until: Option<i64>, needs_approval: bool) -> (RoleAssignment, Vec<Event>) {
    let granted = Granted {
        kind: RoleKind::Right,
        role: Role::ServiceManager.as_str().to_owned(),
        contract: None,
        holder: ANNA,
        from_at: at(100),
        until_at: until.map(at),
        needs_approval,
        third_party: false,
        replaces: None,
        review_due_at: at(1000),
    };
    let assignment = RoleAssignment {
        id: Uuid::nil(),
        organisation: None,
        contract: None,
        kind: granted.kind,
        role: granted.role.clone(),
        holder: ANNA,
        third_party: None,
        from_at: granted.from_at,
        until_at: granted.until_at,
        needs_approval,
        approved_at: None,
        replaces: None,
        granted_at: at(10),
        review_due_at: granted.review_due_at,
        absences: Vec::new(),
        next_fire_at: None,
    };
    (assignment, vec![happened(10, EventData::Granted(granted))])
}

fn signed(seconds: i64, side: Side) -> Event {
    happened(seconds, EventData::Approved(Approved { side, approval: Uuid::nil() }))
}

fn away(seconds: i64, from: i64, until: i64) -> Event {
    let planned = AbsencePlanned { absence: AWAY, from_at: at(from), until_at: at(until), deputy: None };
    happened(seconds, EventData::AbsencePlanned(planned))
}

/// What follows up to an instant, each recorded as it comes; settled again, nothing more does.
fn lives_until(assignment: &RoleAssignment, history: &mut Vec<Event>, now: i64) -> (RoleAssignment, Vec<(i64, &'static str)>) {
    let settled = settle(assignment, history, at(now));
    let follows: Vec<_> = settled.follows.into_iter().map(|one| (one.at.unix(), one.data)).collect();
    let told = follows.iter().map(|(at, data)| (*at, history::EventData::name(data))).collect();
    history.extend(follows.into_iter().map(|(at, data)| happened(at, data)));
    let again = settle(&settled.subject, history, at(now));
    assert!(again.follows.is_empty(), "{:?}", again.follows);
    assert_eq!(again.subject, settled.subject);
    (settled.subject, told)
}

#[test]
fn iam_04_a_right_begins_and_ends_by_itself_at_its_own_instants() {
    let (assignment, mut history) = granted(Some(500), false);
    let (planned, told) = lives_until(&assignment, &mut history, 50);
    assert_eq!((planned.state_at(at(50)), told.len(), planned.next_fire_at), (AssignmentState::Planned, 0, Some(at(100))));
    let (ended, told) = lives_until(&planned, &mut history, 5000);
    assert_eq!(told, [(100, "role.took_effect"), (500, "role.ended")]);
    assert!(ended.is_in_force_at(at(499)) && !ended.is_in_force_at(at(500)) && !ended.is_held_by(ANNA, at(500)));
    assert_eq!(ended.next_fire_at, None);
}

#[test]
fn role_05_it_is_pending_until_both_sides_signed_and_takes_effect_after() {
    let (assignment, mut history) = granted(None, true);
    history.push(signed(110, Side::Client));
    let (pending, told) = lives_until(&assignment, &mut history, 200);
    assert_eq!((pending.state_at(at(200)), told.len()), (AssignmentState::Pending, 0));
    assert!(!pending.is_held_by(ANNA, at(200)));
    history.push(signed(210, Side::Supplier));
    let (held, told) = lives_until(&pending, &mut history, 220);
    assert_eq!((told, held.effective_at()), (vec![(210, "role.took_effect")], Some(at(210))));
    assert!(held.is_held_by(ANNA, at(210)) && !held.is_in_force_at(at(209)));
}

#[test]
fn what_never_took_effect_ends_without_having_begun() {
    let (assignment, mut history) = granted(Some(500), true);
    let (ended, told) = lives_until(&assignment, &mut history, 600);
    assert_eq!((told, ended.state_at(at(600))), (vec![(500, "role.ended")], AssignmentState::Ended));
}

#[test]
fn role_04_a_deputy_acts_while_the_holder_is_away_and_a_gap_is_told_once() {
    let (assignment, mut history) = granted(None, false);
    history.push(away(20, 200, 300));
    let (held, told) = lives_until(&assignment, &mut history, 250);
    assert_eq!(told, [(100, "role.took_effect"), (200, "role.uncovered")]);
    assert_eq!((held.acting_at(at(199)), held.acting_at(at(200)), held.acting_at(at(300))), (vec![ANNA], vec![], vec![ANNA]));
    history.push(happened(260, EventData::DeputyNamed(DeputyNamed { absence: AWAY, deputy: BOB })));
    let (held, told) = lives_until(&held, &mut history, 270);
    assert_eq!((told.len(), held.acting_at(at(270))), (0, vec![BOB]));
    assert!(held.is_held_by(BOB, at(299)) && !held.is_held_by(BOB, at(300)) && held.is_held_by(ANNA, at(270)));
    assert_eq!((held.changes_after(at(270)), held.changes_after(at(300))), (Some(at(300)), None));
}

#[test]
fn role_04_an_absence_that_is_shortened_or_cancelled_leaves_nobody_waiting() {
    let (assignment, mut history) = granted(None, false);
    history.push(away(20, 200, 300));
    let (held, _) = lives_until(&assignment, &mut history, 250);
    assert!(held.acting_at(at(260)).is_empty());
    history.push(happened(260, EventData::AbsenceShortened(AbsenceShortened { absence: AWAY, until_at: at(260) })));
    let (held, told) = lives_until(&held, &mut history, 270);
    assert_eq!((told.len(), held.acting_at(at(259)), held.acting_at(at(260))), (0, vec![], vec![ANNA]));

    let (assignment, mut history) = granted(None, false);
    history.push(away(20, 200, 300));
    let (held, _) = lives_until(&assignment, &mut history, 150);
    assert_eq!(held.next_fire_at, Some(at(200)));
    history.push(happened(160, EventData::AbsenceCancelled(AbsenceCancelled { absence: AWAY })));
    let (held, told) = lives_until(&held, &mut history, 250);
    assert_eq!((told.len(), held.absences.len(), held.acting_at(at(250))), (0, 0, vec![ANNA]));
    assert_eq!(held.next_fire_at, Some(at(1000)), "what is next is the review");
}

#[test]
fn an_absence_recorded_late_is_told_when_it_was_recorded() {
    let (assignment, mut history) = granted(None, false);
    lives_until(&assignment, &mut history, 150);
    history.push(away(250, 200, 300));
    let (_, told) = lives_until(&assignment, &mut history, 250);
    assert_eq!(told, [(250, "role.uncovered")]);
}

#[test]
fn iam_06_a_review_falls_due_once_and_again_after_the_next_interval() {
    let (assignment, mut history) = granted(None, false);
    let (overdue, told) = lives_until(&assignment, &mut history, 1500);
    assert_eq!(told, [(100, "role.took_effect"), (1000, "role.review_due")]);
    assert!(overdue.is_review_overdue(at(1500)));
    history.push(happened(1600, EventData::Reviewed(Reviewed { review_due_at: at(2600) })));
    let (reviewed, told) = lives_until(&overdue, &mut history, 1600);
    assert_eq!((told.len(), reviewed.next_fire_at), (0, Some(at(2600))));
    assert!(!reviewed.is_review_overdue(at(1600)));
    let (_, told) = lives_until(&reviewed, &mut history, 3000);
    assert_eq!(told, [(2600, "role.review_due")]);
}

#[test]
fn an_end_that_is_set_earlier_leaves_nothing_after_it() {
    let (assignment, mut history) = granted(None, false);
    lives_until(&assignment, &mut history, 150);
    history.push(happened(160, EventData::EndSet(EndSet { until_at: at(160), successor: None, because: None })));
    let (ended, told) = lives_until(&assignment, &mut history, 5000);
    assert_eq!((told, ended.next_fire_at), (vec![(160, "role.ended")], None));
}
