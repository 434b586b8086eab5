//! Which keys a contract file has, and what each becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checks;
use super::reader::{Field, Findings, Section, label, own_text, share, texts, types};
use super::{Finding, calendars, obligations, people, people_checks, tickets};
use crate::domain::calendar::{Calendar, Zone};
use crate::domain::clock::{Answer, Comparison, Entry, Goal, Interlude, open_seconds};
use crate::domain::contract::{Client, Condition, ConditionKind, Contract, Label, Ladder, Level, Mode, Opens, Priority, Side, TicketType};
use crate::domain::restriction::Flag;
use crate::domain::retention::{Keep, Retention, RetentionClass};
use crate::words::UnknownCode;

/// Reads a contract, or finds everything that keeps the text from being one.
pub(super) fn read(text: &str) -> Result<Contract, Vec<Finding>> {
    let table = toml::from_str::<toml::Table>(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let reason = format!("is not TOML: line {line}: {}", error.message().replace('\n', "; "));
        vec![Finding { key: "file".to_owned(), reason, open: false, line: None }]
    })?;
    let findings = Findings::default();
    let contract = contract(&Section::root(&table, &findings));
    let found = findings.into_list();
    if found.is_empty() { Ok(contract) } else { Err(found) }
}

/// The contract as far as it could be read: what could not be is among the findings, and empty here.
fn contract(root: &Section<'_>) -> Contract {
    let text = |key| root.required(key).and_then(|field| field.text()).unwrap_or_default().to_owned();
    let (id, version, title) = (text("id"), text("version"), text("title"));
    if !id.is_empty() && !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        root.refuse("id", "must be of small letters, digits and hyphens: it stands in addresses");
    }
    let zone = root.required("time_zone").and_then(|field| {
        let zone = field.text()?.parse::<chrono_tz::Tz>().map_err(|_unknown| field.refuse("is not an IANA time zone"));
        zone.ok().map(Zone::from)
    });
    let calendars = calendars::read(root, zone.as_ref());
    let (contacts, contacts_role) =
        root.optional("contacts").and_then(|field| Some(people::contacts(&field.section()?))).unwrap_or_default();
    let contract = Contract {
        id,
        version,
        title,
        effective_from: root.required("effective_from").and_then(|field| field.date()).unwrap_or_default(),
        zone: zone.unwrap_or_else(|| Zone::from(chrono_tz::UTC)),
        assumed: root.optional("assumed").map(|field| field.texts()).unwrap_or_default(),
        default_priority: root.optional("default_priority").and_then(|field| field.text()).map(str::to_owned),
        phone: root.optional("phone").and_then(|field| field.parsed()),
        phone_hours: root.optional("phone_hours").and_then(|field| field.text()).map(str::to_owned),
        points_of_contact: sections(root, "points_of_contact").iter().filter_map(people::point_of_contact).collect(),
        portals_on_request: root
            .optional("case_portal")
            .and_then(|field| field.one_of(&[("all", false), ("on_request", true)]))
            .unwrap_or_default(),
        type_labels: named(root, "types").iter().filter_map(|(code, section)| type_label(code, section)).collect(),
        clients: sections(root, "clients").iter().map(client).collect(),
        priorities: priorities(root),
        clocks: sections(root, "clocks").iter().filter_map(|section| clock(section, &calendars)).collect(),
        roles: named(root, "roles").iter().filter_map(|(code, section)| people::role(code, section)).collect(),
        subjects: sections(root, "subjects").iter().filter_map(people::subject).collect(),
        reserved: sections(root, "reserved").iter().map(people::reserved).collect(),
        contacts,
        contacts_role,
        functional_administration: root.optional("functional_administration").and_then(|field| people::administration(&field.section()?)),
        supplier_levels: root
            .optional("supplier_levels")
            .map(|field| field.list())
            .unwrap_or_default()
            .iter()
            .filter_map(Field::code)
            .collect(),
        signs_role_changes: root.optional("signs_role_changes").and_then(|field| field.yes_or_no()).unwrap_or_default(),
        second_factor: root.optional("second_factor").and_then(|field| field.yes_or_no()).unwrap_or_default(),
        always_told: always_told(root),
        ladders: sections(root, "ladders").iter().filter_map(|section| ladder(section, &calendars)).collect(),
        duties: sections(root, "obligations").iter().filter_map(obligations::read).collect(),
        retention: retention(root),
        tickets: tickets::read(root),
        calendars,
        amendments: Vec::new(),
    };
    root.finish();
    checks::check(root);
    people_checks::check(root);
    tickets::check(root);
    contract
}

/// `[retention]`: a time for each class that has one.
fn retention(root: &Section<'_>) -> Retention {
    let Some(section) = root.optional("retention").and_then(|field| field.section()) else { return Retention::new() };
    let mut kept = Retention::new();
    for (name, field) in section.entries() {
        match RetentionClass::named(name) {
            Some(class) => kept.extend(field.parsed().map(|keep: Keep| (class, keep))),
            None => section.refuse(name, "is not a key here; the keys are attachments, mails, tickets"),
        }
    }
    kept
}

fn sections<'a>(parent: &Section<'a>, key: &'static str) -> Vec<Section<'a>> {
    parent.optional(key).map(|field| field.sections()).unwrap_or_default()
}

fn named<'a>(root: &Section<'a>, key: &'static str) -> Vec<(&'a str, Section<'a>)> {
    let table = root.optional(key).and_then(|field| field.section());
    let entries = table.map(|table| table.entries()).unwrap_or_default();
    entries.into_iter().filter_map(|(name, field)| Some((name, field.section()?))).collect()
}

/// `[types.service_request]`: the agreement's own word for a type.
fn type_label(code: &str, section: &Section<'_>) -> Option<(TicketType, Label)> {
    let kind = code.parse().map_err(|error: UnknownCode| section.refuse_whole(error)).ok();
    let label = section.required("label").and_then(|field| own_text(&field));
    section.finish();
    Some((kind?, label?))
}

fn client(section: &Section<'_>) -> Client {
    let text = |key| section.optional(key).and_then(|field| field.text()).map(str::to_owned);
    let organisation = section.required("organisation").and_then(|field| field.text()).unwrap_or_default().to_owned();
    let own = section.optional("roles").and_then(|field| field.section());
    let own = own.map(|own| own.entries().iter().map(|(code, field)| ((*code).to_owned(), people::addresses(field))).collect());
    let client = Client {
        name: text("name").unwrap_or_else(|| organisation.clone()),
        tier: text("tier"),
        mail_domains: texts(section, "mail_domains").iter().map(|domain| domain.to_lowercase()).collect(),
        roles: own.unwrap_or_default(),
        contacts: section.optional("contacts").and_then(|field| people::agreed_contacts(&field.section()?)),
        case_portal: section.optional("case_portal").and_then(|field| field.yes_or_no()).unwrap_or_default(),
        organisation,
    };
    section.finish();
    client
}

fn priorities(root: &Section<'_>) -> Vec<Priority> {
    let mut priorities = Vec::new();
    for (index, (code, section)) in named(root, "priorities").iter().enumerate() {
        // Priorities rank in the order written, unless they say otherwise.
        let written = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        priorities.push(Priority {
            code: (*code).to_owned(),
            rank: section.optional("rank").and_then(|field| field.whole(1, 1000)).unwrap_or(written),
            label: label(section, "label", code),
            definition: section.optional("definition").and_then(|field| own_text(&field)),
            motivation: section.optional("motivation").and_then(|field| field.code()).unwrap_or_default(),
            workaround: section.optional("workaround").and_then(|field| field.code()).unwrap_or_default(),
            types: types(section.optional("types")).unwrap_or_else(|| vec![TicketType::Incident]),
        });
        section.finish();
    }
    priorities.sort_by_key(|priority| priority.rank);
    priorities
}

fn clock(section: &Section<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Entry> {
    let kind = section.required("kind").and_then(|field| field.code());
    let types = types(section.required("types"));
    let calendar = section.required("calendar").and_then(|field| field.text());
    let goals = section.required("goals").map(|field| {
        if field.is_empty_list() {
            field.refuse("needs at least one goal");
        }
        field.sections().iter().filter_map(goal).collect()
    });
    let text = |key| section.optional(key).and_then(|field| field.text()).map(str::to_owned);
    let starts = section.optional("starts").and_then(|field| field.code());
    let warn_at = section.optional("warn_at").map(|field| field.list()).unwrap_or_default();
    let answered_by = section.optional("answered_by").map(|field| field.list());
    let interlude = |key| section.optional(key).and_then(|field| field.code());
    let (tier, priority, item, holds) = (text("tier"), text("priority"), text("item"), texts(section, "holds"));
    let mut warn_at: Vec<_> = warn_at.iter().filter_map(|field| field.whole(1, 100)).collect();
    warn_at.sort_unstable();
    let answered_by = answered_by.map_or_else(|| Answer::ALL.to_vec(), |items| items.iter().filter_map(Field::code).collect());
    let (after_refusal, after_reopen) = (interlude("after_refusal"), interlude("after_reopen"));
    let can_be_agreed = section.optional("agreed_repair").and_then(|field| field.one_of(&[("replaces", true), ("none", false)]));
    section.finish();
    checks::check_clock(section, kind);
    Some(Entry {
        kind: kind?,
        types: types?,
        tier,
        priority,
        item,
        calendar_id: calendar?.to_owned(),
        calendar: calendars.get(calendar?)?.clone(),
        starts: starts.unwrap_or_default(),
        goals: goals?,
        warn_at,
        holds,
        answered_by,
        after_refusal: after_refusal.unwrap_or(Interlude::Counts),
        after_reopen: after_reopen.unwrap_or(Interlude::Held),
        can_be_agreed: can_be_agreed.unwrap_or_default(),
    })
}

fn goal(section: &Section<'_>) -> Option<Goal> {
    let share = section.optional("share").and_then(|field| share(&field));
    let named = Comparison::ALL.into_iter().filter(|comparison| section.has(comparison.as_str())).count();
    let goals: Vec<_> = Comparison::ALL
        .into_iter()
        .filter_map(|comparison| {
            let field = section.optional(comparison.as_str())?;
            Goal::new(comparison, field.text()?, share).map_err(|error| field.refuse(error)).ok()
        })
        .collect();
    section.finish();
    if named != 1 {
        section.refuse("under", "a goal has exactly one of under, within, by");
    }
    goals.into_iter().next()
}

/// `[always_told]`: for a flag, the roles in the order in which they are tried.
fn always_told(root: &Section<'_>) -> BTreeMap<Flag, Vec<String>> {
    let Some(section) = root.optional("always_told").and_then(|field| field.section()) else { return BTreeMap::new() };
    let of_flag = |flag: Flag| {
        let field = section.optional(flag.as_str())?;
        if field.is_empty_list() {
            field.refuse("needs at least one role");
        }
        Some((flag, field.texts()))
    };
    let told = Flag::ALL.into_iter().filter_map(of_flag).collect();
    section.finish();
    told
}

fn ladder(section: &Section<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Ladder> {
    let id = section.required("id").and_then(|field| field.text());
    let types = types(section.required("types"));
    let opens = match section.optional("opens") {
        Some(field) if field.as_text().is_some() => field.one_of(&[("registration", ())]).map(|()| Opens::Registration),
        Some(field) => Some(Opens::When(conditions(&field, calendars))),
        None => Some(Opens::Registration),
    };
    let levels = section.required("levels").map(|field| {
        if field.is_empty_list() {
            field.refuse("needs at least one level");
        }
        field.sections().iter().filter_map(|level| read_level(level, calendars)).collect()
    });
    section.finish();
    Some(Ladder { id: id?.to_owned(), types: types?, opens: opens?, levels: levels? })
}

fn read_level(section: &Section<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Level> {
    let level = section.required("level").and_then(|field| field.whole(1, 99));
    let title = label(section, "title", &level.map_or_else(String::new, |level| format!("Niveau {level}")));
    let (client, supplier) = (texts(section, "client"), texts(section, "supplier"));
    let raised_by = section.optional("raised_by").map(|field| {
        if field.is_empty_list() {
            field.refuse("needs at least one side");
        }
        field.list().iter().filter_map(Field::code).collect()
    });
    let climb = section.optional("climb").map(|field| conditions(&field, calendars)).unwrap_or_default();
    let mode = section.optional("mode").and_then(|field| field.code());
    let skipped_by = texts(section, "skipped_by");
    let needs = section.optional("closing_needs").map(|field| field.list()).unwrap_or_default();
    let closing_needs = needs.iter().filter_map(Field::code).collect();
    section.finish();
    let (raised_by, mode) = (raised_by.unwrap_or_else(|| vec![Side::Supplier]), mode.unwrap_or(Mode::Automatic));
    Some(Level { level: level?, title, client, supplier, raised_by, climb, mode, skipped_by, closing_needs })
}

fn conditions(field: &Field<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Vec<Condition> {
    field.sections().iter().filter_map(|section| condition(section, calendars)).collect()
}

fn condition(section: &Section<'_>, calendars: &BTreeMap<String, Arc<Calendar>>) -> Option<Condition> {
    let when = section.required("when").and_then(|field| field.code());
    let clock = || section.required("clock").and_then(|field| field.code());
    let condition = match when? {
        ConditionKind::Breached => {
            let goal = section.optional("goal").map_or(Some(1), |field| field.whole(1, 99));
            // Contracts count goals from 1, the program from 0.
            clock().zip(goal).map(|(clock, goal)| Condition::Breached { clock, goal: goal as usize - 1 })
        }
        ConditionKind::Elapsed => {
            let percent = section.required("percent").and_then(|field| field.whole(1, 100));
            clock().zip(percent).map(|(clock, percent)| Condition::Elapsed { clock, percent })
        }
        ConditionKind::LevelOpen => {
            let seconds = section.required("for").and_then(|field| open_seconds(field.text()?).map_err(|error| field.refuse(error)).ok());
            let calendar = section.required("calendar").and_then(|field| field.text().filter(|name| calendars.contains_key(*name)));
            let calendar = calendar.map(str::to_owned);
            seconds.zip(calendar).map(|(seconds, calendar)| Condition::LevelOpen { seconds, calendar })
        }
        ConditionKind::Decided => {
            section.required("code").and_then(|field| field.text()).map(|code| Condition::Decided { code: code.to_owned() })
        }
    };
    section.finish();
    condition
}
