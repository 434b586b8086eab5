//! What makes no sense together in a contract file, each check named for what it refuses.
//!
//! Everything is judged against what the file *writes*, not against what could be read of it: one broken calendar is
//! one problem and not one for every clock that counts in it, and a clock with a bad goal still competes with another.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::{lists_once, refers, written};
use super::reader::{Field, Section};
use crate::domain::address::can_be_mailed;
use crate::domain::clock::Kind;
use crate::domain::contract::TicketType;
use crate::domain::restriction::Flag;

/// The longest names that the API takes, in characters: of what a contract names, and of priorities and hold causes.
const LONGEST_NAME: usize = 100;
const LONGEST_CODE: usize = 50;
const LONGEST_TITLE: usize = 300;

pub(super) fn check(root: &Section<'_>) {
    names_refer_to_something(root);
    clocks_do_not_compete(root);
    clock_priorities_are_for_their_types(root);
    nothing_is_named_twice(root);
    mail_leads_to_one_client(root);
    priorities_of_a_type_have_ranks_of_their_own(root);
    levels_follow_each_other(root);
    names_are_short_enough(root);
    what_skips_a_level_is_decided_below_it(root);
    steps_wait_for_goals_there_are(root);
    whoever_is_told_can_be_reached(root);
    what_is_assumed_is_there(root);
}

/// Keys that are for one kind of clock only.
pub(super) fn check_clock(section: &Section<'_>, kind: Option<Kind>) {
    if kind == Some(Kind::Resolution) && section.has("answered_by") {
        section.refuse("answered_by", "is for a response clock only");
    }
    for key in ["after_refusal", "after_reopen", "agreed_repair"] {
        if kind == Some(Kind::Response) && section.has(key) {
            section.refuse(key, "is for a resolution clock only");
        }
    }
}

fn names_refer_to_something(root: &Section<'_>) {
    let [calendars, priorities, roles] = ["calendars", "priorities", "roles"].map(|key| written(root, key));
    refers(root.peek("default_priority"), priorities.as_ref(), "priority");
    refers(root.peek("phone_hours"), calendars.as_ref(), "calendar");
    if root.has("phone_hours") && !root.has("phone") {
        root.refuse("phone_hours", "is of a `phone`, and there is none");
    }
    for clock in root.quiet_sections("clocks") {
        refers(clock.peek("calendar"), calendars.as_ref(), "calendar");
        refers(clock.peek("priority"), priorities.as_ref(), "priority");
    }
    for own in root.quiet_sections("clients").iter().filter_map(|client| client.peek("roles")?.quiet_section()) {
        for code in own.keys().into_iter().filter(|code| roles.as_ref().is_some_and(|known| !known.contains(code))) {
            own.refuse(code, format!("refers to nothing: there is no role \"{code}\""));
        }
    }
    if let Some(told) = root.peek("always_told").and_then(|field| field.quiet_section()) {
        for role in Flag::ALL.into_iter().flat_map(|flag| told.quiet_list(flag.as_str())) {
            refers(Some(role), roles.as_ref(), "role");
        }
    }
    for obligation in root.quiet_sections("obligations") {
        refers(obligation.peek("calendar"), calendars.as_ref(), "calendar");
        refers(obligation.peek("owner"), roles.as_ref(), "role");
    }
    for ladder in root.quiet_sections("ladders") {
        for condition in ladder.quiet_sections("opens") {
            refers(condition.peek("calendar"), calendars.as_ref(), "calendar");
        }
        for level in ladder.quiet_sections("levels") {
            for role in ["client", "supplier"].into_iter().flat_map(|side| level.quiet_list(side)) {
                refers(Some(role), roles.as_ref(), "role");
            }
            for condition in level.quiet_sections("climb") {
                refers(condition.peek("calendar"), calendars.as_ref(), "calendar");
            }
        }
    }
}

/// Which tickets a clock fits.
struct Fit<'a> {
    at: String,
    kind: Kind,
    types: Vec<TicketType>,
    tier: Option<&'a str>,
    priority: Option<&'a str>,
    item: Option<&'a str>,
}

impl<'a> Fit<'a> {
    /// As written; `None` when that cannot be read.
    fn of(clock: &Section<'a>) -> Option<Self> {
        let narrowed = |key| if clock.has(key) { clock.peek(key)?.as_text().map(Some) } else { Some(None) };
        let kind = clock.peek("kind")?.as_text()?;
        Some(Self {
            at: clock.at.clone(),
            kind: Kind::named(kind)?,
            types: types(clock),
            tier: narrowed("tier")?,
            priority: narrowed("priority")?,
            item: narrowed("item")?,
        })
    }

    fn could_share_a_ticket_with(&self, other: &Self) -> bool {
        let compatible = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
        self.kind == other.kind
            && self.types.iter().any(|kind| other.types.contains(kind))
            && compatible(self.tier, other.tier)
            && compatible(self.priority, other.priority)
            // One with an item goes before one without.
            && self.item == other.item
    }
}

fn clocks_do_not_compete(root: &Section<'_>) {
    let mut earlier: Vec<Fit<'_>> = Vec::new();
    for clock in root.quiet_sections("clocks") {
        let Some(fit) = Fit::of(&clock) else { continue };
        for other in earlier.iter().filter(|other| other.could_share_a_ticket_with(&fit)) {
            clock.refuse_whole(format!("could fit the same ticket as {}: a ticket has one {} clock", other.at, fit.kind));
        }
        earlier.push(fit);
    }
}

fn clock_priorities_are_for_their_types(root: &Section<'_>) {
    let Some(priorities) = root.peek("priorities").and_then(|field| field.quiet_section()) else { return };
    for clock in root.quiet_sections("clocks") {
        let Some(code) = clock.peek("priority").and_then(|field| field.as_text()) else { continue };
        let Some(priority) = priorities.peek(code).and_then(|field| field.quiet_section()) else { continue };
        let allowed = types_of_priority(&priority);
        // Some types could not be read, and the clock may be for one of those.
        if allowed.is_empty() || allowed.len() < priority.quiet_list("types").len() {
            continue;
        }
        for kind in types(&clock).into_iter().filter(|kind| !allowed.contains(kind)) {
            clock.refuse("priority", format!("\"{code}\" is not for {kind}"));
        }
    }
}

/// The types a priority is for, with the default of `schema::priorities`.
fn types_of_priority(priority: &Section<'_>) -> Vec<TicketType> {
    if priority.has("types") { types(priority) } else { vec![TicketType::Incident] }
}

/// The types a table names, without those that cannot be read.
fn types(section: &Section<'_>) -> Vec<TicketType> {
    section.quiet_list("types").iter().filter_map(|field| field.as_text()?.parse().ok()).collect()
}

fn nothing_is_named_twice(root: &Section<'_>) {
    for (list, key) in [("clients", "organisation"), ("ladders", "id"), ("obligations", "id")] {
        let mut seen = BTreeSet::new();
        for field in root.quiet_sections(list).iter().filter_map(|section| section.peek(key)) {
            if let Some(name) = field.as_text().filter(|name| !seen.insert(*name)) {
                field.refuse(format!("\"{name}\" is named twice"));
            }
        }
    }
    for clock in root.quiet_sections("clocks") {
        for key in ["warn_at", "holds", "answered_by"] {
            lists_once(&clock.quiet_list(key));
        }
    }
    let mut with_ladder = BTreeSet::new();
    for ladder in root.quiet_sections("ladders") {
        for level in ladder.quiet_sections("levels") {
            decides_once(&level.quiet_sections("climb"));
            lists_once(&level.quiet_list("skipped_by"));
        }
        decides_once(&ladder.quiet_sections("opens"));
        for kind in types(&ladder).into_iter().filter(|kind| !with_ladder.insert(*kind)) {
            ladder.refuse("types", format!("{kind} has a ladder already"));
        }
    }
}

/// One decision moves a case once.
fn decides_once(conditions: &[Section<'_>]) {
    lists_once(&conditions.iter().filter_map(|condition| condition.peek("code")).collect::<Vec<_>>());
}

/// A sender's address leads to its organisation, so a domain is one, and of one client.
fn mail_leads_to_one_client(root: &Section<'_>) {
    let mut seen = BTreeSet::new();
    for client in root.quiet_sections("clients") {
        for field in client.quiet_list("mail_domains") {
            let Some(domain) = field.as_text().map(str::to_lowercase) else { continue };
            if !can_be_mailed(&format!("x@{domain}")) {
                field.refuse("is not a mail domain such as gemeente.nl");
            } else if !seen.insert(domain) {
                field.refuse("is named twice: mail of one domain comes from one client");
            }
        }
    }
}

/// "The first in rank" is one priority.
fn priorities_of_a_type_have_ranks_of_their_own(root: &Section<'_>) {
    let mut taken = BTreeMap::new();
    let Some(priorities) = root.peek("priorities").and_then(|field| field.quiet_section()) else { return };
    for code in priorities.keys() {
        let Some(priority) = priorities.peek(code).and_then(|field| field.quiet_section()) else { continue };
        let Some(rank) = priority.peek("rank").and_then(|field| field.as_whole()) else { continue };
        for kind in types_of_priority(&priority) {
            if let Some(other) = taken.insert((kind, rank), code).filter(|other| *other != code) {
                priority.refuse("rank", format!("is the rank of \"{other}\" too, for {kind}"));
            }
        }
    }
}

fn levels_follow_each_other(root: &Section<'_>) {
    for ladder in root.quiet_sections("ladders") {
        let levels = ladder.quiet_sections("levels");
        for (place, field) in (1..).zip(&levels).filter_map(|(place, level)| Some((place, level.peek("level")?))) {
            match field.as_whole() {
                Some(level) if level == place => {}
                Some(_) if place == 1 => field.refuse("must be 1: that is where a ticket stands first"),
                Some(_) => field.refuse(format!("must be {place}: levels follow each other, so that none is passed over unseen")),
                None => {}
            }
        }
    }
}

/// A name longer than the API takes could be applied and never be asked for.
fn names_are_short_enough(root: &Section<'_>) {
    let limit = |field: Option<Field<'_>>, most: usize| {
        if let Some(field) = field.filter(|field| field.as_text().is_some_and(|text| text.chars().count() > most)) {
            field.refuse(format!("is longer than {most} characters"));
        }
    };
    for key in ["id", "version"] {
        limit(root.peek(key), LONGEST_NAME);
    }
    limit(root.peek("title"), LONGEST_TITLE);
    for list in ["services", "kinds", "categories", "catalogue", "response_teams"] {
        for section in root.quiet_sections(list) {
            limit(section.peek("code"), LONGEST_CODE);
        }
    }
    for (table, most) in [("calendars", LONGEST_NAME), ("roles", LONGEST_NAME), ("priorities", LONGEST_CODE)] {
        let Some(named) = root.peek(table).and_then(|field| field.quiet_section()) else { continue };
        for name in named.keys().into_iter().filter(|name| name.chars().count() > most) {
            named.refuse(name, format!("has a name longer than {most} characters"));
        }
    }
    for (list, keys) in
        [("clients", &["organisation", "tier"][..]), ("ladders", &["id"]), ("obligations", &["id", "on"]), ("subjects", &["id"])]
    {
        for section in root.quiet_sections(list) {
            for key in keys {
                limit(section.peek(key), LONGEST_NAME);
            }
        }
    }
    for fact in root.quiet_sections("obligations").iter().flat_map(|section| section.quiet_list("on")) {
        limit(Some(fact), LONGEST_NAME);
    }
    for cause in root.quiet_sections("clocks").iter().flat_map(|clock| clock.quiet_list("holds")) {
        limit(Some(cause), LONGEST_CODE);
    }
    for ladder in root.quiet_sections("ladders") {
        let of_levels = ladder.quiet_sections("levels").into_iter().flat_map(|level| level.quiet_sections("climb"));
        for condition in of_levels.chain(ladder.quiet_sections("opens")) {
            limit(condition.peek("code"), LONGEST_NAME);
        }
    }
}

/// `skipped_by` names decisions that are taken below the level, and only where there is a level above to go to instead.
fn what_skips_a_level_is_decided_below_it(root: &Section<'_>) {
    for ladder in root.quiet_sections("ladders") {
        let levels = ladder.quiet_sections("levels");
        let decided = |condition: &Section<'_>| condition.peek("code").and_then(|field| field.as_text()).map(str::to_owned);
        let mut below: BTreeSet<String> = ladder.quiet_sections("opens").iter().filter_map(decided).collect();
        for (place, level) in levels.iter().enumerate() {
            for field in level.quiet_list("skipped_by") {
                if place + 1 == levels.len() {
                    field.refuse("leads nowhere: there is no level above");
                } else if let Some(code) = field.as_text().filter(|code| !below.contains(*code)) {
                    field.refuse(format!("refers to nothing: nobody decides \"{code}\" below this level"));
                }
            }
            below.extend(level.quiet_sections("climb").iter().filter_map(decided));
        }
    }
}

/// A step that waits for a goal no clock of its types has would never be taken.
fn steps_wait_for_goals_there_are(root: &Section<'_>) {
    if root.has("clocks") && root.peek("clocks").is_none() {
        return; // What the agreement leaves open may turn out to have them.
    }
    let clocks = root.quiet_sections("clocks");
    for ladder in root.quiet_sections("ladders") {
        let own = types(&ladder);
        let of_levels = ladder.quiet_sections("levels").into_iter().flat_map(|level| level.quiet_sections("climb"));
        for condition in of_levels.chain(ladder.quiet_sections("opens")) {
            let Some(clock) = condition.peek("clock").and_then(|field| field.as_text()) else { continue };
            let is_its = |one: &&Section<'_>| {
                one.peek("kind").is_some_and(|kind| kind.as_text() == Some(clock)) && types(one).iter().any(|kind| own.contains(kind))
            };
            let goals: Vec<_> = clocks.iter().filter(is_its).map(|one| one.peek("goals").map(|_| one.quiet_list("goals").len())).collect();
            let goal = condition.peek("goal").map_or(Some(1), |field| field.as_whole());
            // What the agreement leaves open may turn out to have as many.
            let (Some(most), Some(goal)) = (goals.into_iter().try_fold(0, |most, goals| Some(most.max(goals?))), goal) else { continue };
            if u32::try_from(most).is_ok_and(|most| most < goal) {
                condition.refuse(if most == 0 { "clock" } else { "goal" }, format!("no {clock} clock of these types has {goal} goals"));
            }
        }
    }
}

/// Whoever must always be told has an address, for every client (INC-11, INC-12), and so has one of those who are told of progress (TKT-06).
fn whoever_is_told_can_be_reached(root: &Section<'_>) {
    let Some(roles) = root.peek("roles").and_then(|field| field.quiet_section()) else { return };
    let always = root.peek("always_told").and_then(|field| field.quiet_section());
    let of_flags = always.iter().flat_map(|told| Flag::ALL.into_iter().map(Flag::as_str).map(move |flag| (told, flag)));
    for (told, key) in of_flags.chain([(root, "told_of_progress")]).filter(|(told, key)| told.has(key)) {
        let named = told.quiet_list(key);
        for client in root.quiet_sections("clients") {
            let own = client.peek("roles").and_then(|field| field.quiet_section());
            let may_be_reached = |code: &str| {
                let at = match &own {
                    Some(own) if own.has(code) => own.peek(code),
                    _ => roles.peek(code).and_then(|field| field.quiet_section()).and_then(|role| {
                        // What the agreement leaves open may turn out to be an address; the file is no more than a draft until then.
                        if role.has("mail") && role.peek("mail").is_none() { told.peek(key) } else { role.peek("mail") }
                    }),
                };
                at.is_some_and(|addresses| !addresses.is_empty_list())
            };
            if !named.is_empty() && !named.iter().filter_map(Field::as_text).any(may_be_reached) {
                let whom = client.peek("organisation").and_then(|field| field.as_text()).unwrap_or_default();
                told.refuse(key, format!("none of these roles has an address for \"{whom}\", and one of them must always be told"));
            }
        }
    }
}

fn what_is_assumed_is_there(root: &Section<'_>) {
    for field in root.quiet_list("assumed") {
        if let Some(path) = field.as_text().filter(|path| !root.leads_to(path)) {
            field.refuse(format!("refers to nothing: the file has no \"{path}\""));
        }
    }
}
