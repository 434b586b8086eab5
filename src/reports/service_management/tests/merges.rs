//! Tickets that were merged into others, and merges that were undone.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::sample::{Incident, at, contract};
use super::super::{Reading, TicketFigures};
use super::history::{END, MONTHS, Story, Try, any_story, begun, counts, later, rows, told_of, verdicts, wish};
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::Contract;
use crate::domain::restriction::Flags;
use crate::domain::ticket::merge::{Merge, Target, UndoMerge};
use crate::domain::ticket::{Act, EventData, clocks, settle};

fn merge(story: &Story) -> Act {
    let (organisation, contract) = (story.ticket.organisation.clone(), story.ticket.contract.clone());
    let into =
        Target { id: Uuid::max(), organisation, contract, kind: story.ticket.kind, flags: Flags::NONE, is_open: true, is_merged: false };
    Act::Merge(Merge { into, reason: "Dubbel.".to_owned() })
}

fn undo() -> Act {
    Act::UndoMerge(UndoMerge { reason: "Toch niet.".to_owned() })
}

/// The same story twice: with a merge before one of its acts, undone so many hours later, and without.
fn both(contract: &Contract, told: &(bool, u8, i64, Vec<Try>), place: usize, hours: i64) -> [Story; 2] {
    [true, false].map(|with_merge| {
        let mut story = begun(1, told);
        let mut now = story.ticket.recorded_at;
        for step in 0..=told.3.len() {
            if step == place.min(told.3.len()) {
                let merges = merge(&story);
                if with_merge && story.tries(contract, &merges, now, now) {
                    assert!(story.tries(contract, &undo(), later(now, hours), later(now, hours)));
                }
                now = later(now, hours);
                // Whoever acts finds recorded what was due before.
                story.settles(contract, now);
            }
            if let Some(one) = told.3.get(step) {
                now = later(now, one.after);
                story.tries(contract, &wish(one.wish), now, now);
            }
        }
        story.settles(contract, at(END));
        story
    })
}

/// The breaches there were and those that were undone, each at its own instant.
fn breaches(story: &Story) -> Vec<(Instant, String)> {
    let is_one = |data: &EventData| matches!(data, EventData::Breached(_) | EventData::BreachVoided(_));
    let told = story.history.iter().filter(|event| is_one(&event.data));
    let mut told: Vec<_> = told.map(|event| (event.occurred_at, format!("{:?}", event.data))).collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Clocks, breaches and figures are those of the story in which nobody merged it.
    #[test]
    fn a_merge_that_was_undone_never_was(told in any_story(), place in 0..12_usize, hours in 0..24_i64) {
        let contract = contract();
        let [merged, plain] = both(&contract, &told, place, hours);
        let of = |story: &Story| {
            let settled = settle(&contract, story.ticket.clock_inputs(), &story.history, at(END)).0;
            (clocks(&contract, story.ticket.clock_inputs(), &story.history, at(END)), settled.next_due, settled.links, settled.followers)
        };
        prop_assert_eq!(of(&merged), of(&plain));
        prop_assert_eq!(breaches(&merged), breaches(&plain));
        prop_assert_eq!((merged.ticket.phase, &merged.ticket.waiting_cause), (plain.ticket.phase, &plain.ticket.waiting_cause));
        prop_assert_eq!((merged.ticket.closed_at, merged.ticket.merged_into), (plain.ticket.closed_at, None));
        for month in MONTHS {
            let [merged, plain] = [&merged, &plain].map(|story| told_of(&contract, month, std::slice::from_ref(story), at(END)));
            prop_assert_eq!(counts(&merged), counts(&plain), "{}", month);
            prop_assert_eq!(verdicts(&merged), verdicts(&plain), "{}", month);
            // The version there is can be had again, to the byte.
            if merged.version_at > merged.to_at {
                let [again, _] = both(&contract, &told, place, hours);
                let again = told_of(&contract, month, std::slice::from_ref(&again), merged.version_at);
                prop_assert_eq!(counts(&again), counts(&merged), "{}", month);
            }
        }
    }
}

#[test]
fn a_merged_ticket_is_counted_apart_and_decides_nothing_that_was_not_decided() {
    let contract = contract();
    for (hours, decided) in [(1, vec![]), (5, vec![(Incident, "4h", 0, 1)])] {
        let opened = at("2026-03-02 08:00:00");
        let mut story = Story::begins(1, Incident, Some("urgent"), opened, opened);
        let merges = merge(&story);
        assert!(story.tries(&contract, &merges, later(opened, hours), later(opened, hours)));
        let march = told_of(&contract, "2026-03", std::slice::from_ref(&story), at(END));
        let row = &march.types[0];
        assert_eq!((row.reported, row.merged, row.cancelled, row.closed, row.open_at_end), (1, 1, 0, 0, 0));
        assert_eq!((march.population.considered, march.population.merged, march.population.cancelled), (1, 1, 0));
        assert_eq!(rows(&march), decided);
        assert!(march.not_classified.is_empty() && march.running_breaches.is_empty());
        let april = told_of(&contract, "2026-04", std::slice::from_ref(&story), at(END));
        assert_eq!(april.population.considered, 0);
    }
}

#[test]
fn the_month_of_a_merge_is_corrected_when_it_is_undone_in_the_next() {
    let contract = contract();
    let opened = at("2026-03-31 08:00:00");
    let mut story = Story::begins(1, Incident, Some("urgent"), opened, opened);
    let (merges, begun, ended) = (merge(&story), at("2026-03-31 09:00:00"), at("2026-04-01 08:00:00"));
    assert!(story.tries(&contract, &merges, begun, begun));
    assert!(story.tries(&contract, &undo(), ended, ended));
    let then = told_of(&contract, "2026-03", std::slice::from_ref(&story), at("2026-04-01 07:59:59"));
    let now = told_of(&contract, "2026-03", std::slice::from_ref(&story), at(END));
    assert_eq!((then.types[0].merged, then.types[0].open_at_end, rows(&then)), (1, 0, vec![]));
    assert_eq!((now.types[0].merged, now.types[0].open_at_end, now.version_at), (0, 1, ended));
    assert_eq!(rows(&now), [(Incident, "4h", 0, 1), (Incident, "6h", 0, 1)]);
    let causes: Vec<_> = now.corrections.iter().filter(|one| one.clock == Kind::Resolution).map(|one| one.cause.as_str()).collect();
    assert_eq!(causes, ["ticket.merge_undone"; 2]);
    let present: Option<TicketFigures> = story.figures(&contract, Reading::present(at(END)));
    assert_eq!(present.map(|figures| (figures.merged_at, figures.cancelled_at)), Some((None, None)));
}
