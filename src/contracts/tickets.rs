//! What an agreement says about its tickets: `[[services]]`, `[[kinds]]`, `[[catalogue]]`, `[[categories]]`, `[[links]]`,
//! `[[parts]]`, `[[decisions]]` and `[[response_teams]]`.

use std::collections::BTreeSet;

use super::catalogue;
use super::naming::{lists_once, refers, written};
use super::reader::{Field, Section, label, own_text, plain_code, share, texts, types};
use crate::domain::contract::{
    AllowedLink, AskedDecision, AskedPart, Category, Label, LongOpen, NamedKind, NoticeHours, Reminders, ResponseTeam, Service, Side,
    TicketTerms, TicketType,
};
use crate::domain::ticket::kinds;
use crate::domain::workflow::{Step, TicketKind};

/// Response teams; their codes stand in one field of a ticket.
const MOST_TEAMS: usize = 50;
/// How often somebody is reminded where the agreement does not say.
const REMINDED: u32 = 3;
/// In characters: it is mailed.
const LONGEST_RESPONSIBILITY: usize = 2000;

pub(super) fn read(root: &Section<'_>) -> TicketTerms {
    let of = |key| root.optional(key).map(|field: Field<'_>| field.sections()).unwrap_or_default();
    TicketTerms {
        only_types: types(root.optional("only_types")).unwrap_or_default(),
        services: of("services").iter().filter_map(service).collect(),
        kinds: of("kinds").iter().filter_map(kind).collect(),
        catalogue: of("catalogue").iter().filter_map(catalogue::item).collect(),
        categories: of("categories").iter().filter_map(category).collect(),
        links: of("links").iter().filter_map(link).collect(),
        parts: of("parts").iter().filter_map(part).collect(),
        decisions: of("decisions").iter().filter_map(decision).collect(),
        told_of_progress: texts(root, "told_of_progress"),
        records_handling: root.optional("records_handling").and_then(|field| field.yes_or_no()).unwrap_or_default(),
        handled_alone: root.optional("handled_alone").and_then(|field| share(&field)),
        long_open: of("long_open").iter().filter_map(long_open).collect(),
        response_teams: of("response_teams").iter().filter_map(response_team).collect(),
        reminders: root.optional("reminders").and_then(|field| reminders(&field.section()?)),
        notices: root.optional("notices").and_then(|field| notices(&field.section()?)),
    }
}

fn long_open(section: &Section<'_>) -> Option<LongOpen> {
    let types = types(section.required("types"));
    let after_days = section.required("after_days").and_then(|field| field.whole(1, 1000));
    let calendar = section.required("calendar").and_then(|field| field.text()).map(str::to_owned);
    section.finish();
    Some(LongOpen { types: types?, after_days: after_days?, calendar: calendar? })
}

fn reminders(section: &Section<'_>) -> Option<Reminders> {
    let after_days = section.required("after_days").and_then(|field| field.whole(1, 365));
    let calendar = section.required("calendar").and_then(|field| field.text()).map(str::to_owned);
    let at_most = section.optional("at_most").map_or(Some(REMINDED), |field| field.whole(1, 100));
    section.finish();
    Some(Reminders { after_days: after_days?, calendar: calendar?, at_most: at_most? })
}

fn notices(section: &Section<'_>) -> Option<NoticeHours> {
    let calendar = section.required("calendar").and_then(|field| field.text()).map(str::to_owned);
    let at_any_hour = texts(section, "at_any_hour");
    section.finish();
    Some(NoticeHours { calendar: calendar?, at_any_hour })
}

fn code(section: &Section<'_>) -> Option<String> {
    section.required("code").and_then(|field| field.text()).map(str::to_owned)
}

fn kind_of_ticket(section: &Section<'_>, key: &'static str) -> Option<TicketType> {
    section.required(key).and_then(|field| field.parsed())
}

fn service(section: &Section<'_>) -> Option<Service> {
    let code = code(section);
    let label = label(section, "label", code.as_deref().unwrap_or_default());
    section.finish();
    Some(Service { code: code?, label })
}

fn kind(section: &Section<'_>) -> Option<NamedKind> {
    let (kind, code) = (kind_of_ticket(section, "type"), code(section));
    let label = label(section, "label", code.as_deref().unwrap_or_default());
    let like = section.optional("like").and_then(|field| {
        let like: Option<TicketKind> = field.code();
        like.filter(|like| {
            let is_of_type = kind.is_none_or(|kind| like.of_type() == kind);
            if !is_of_type {
                field.refuse(format!("is no kind of this type: \"{like}\" is a kind of {}", like.of_type()));
            }
            is_of_type
        })
    });
    section.finish();
    Some(NamedKind { kind: kind?, code: code?, label, like })
}

fn category(section: &Section<'_>) -> Option<Category> {
    let code = code(section);
    let label = label(section, "label", code.as_deref().unwrap_or_default());
    let types = types(section.optional("types")).unwrap_or_else(|| TicketType::ALL.to_vec());
    section.finish();
    Some(Category { code: code?, label, types })
}

fn link(section: &Section<'_>) -> Option<AllowedLink> {
    let relation = section.required("kind").and_then(|field| field.code());
    let (from, to) = (kind_of_ticket(section, "from"), kind_of_ticket(section, "to"));
    section.finish();
    let link = AllowedLink { relation: relation?, from: from?, to: to? };
    if link.relation.is_counterpart() {
        section.refuse("kind", format!("names the other end of a link: write it as \"{}\"", link.relation.counterpart()));
    } else if !link.relation.joins(link.from, link.to) {
        section.refuse_whole(format!("no {} is ever \"{}\" a {}", link.from.english(), link.relation.english(), link.to.english()));
    }
    Some(link)
}

fn part(section: &Section<'_>) -> Option<AskedPart> {
    let (kind, part) = (kind_of_ticket(section, "type"), section.required("part").and_then(|field| field.code()));
    let before = section.required("before").map(|field| field.list().iter().filter_map(Field::code).collect());
    section.finish();
    let asked = AskedPart { kind: kind?, part: part?, before: before? };
    if !kinds::rules(asked.kind).parts.contains(&asked.part) {
        section.refuse("part", format!("no {} has it", asked.kind.english()));
    }
    refuse_foreign(section, &[asked.kind], &asked.before);
    Some(asked)
}

fn decision(section: &Section<'_>) -> Option<AskedDecision> {
    let question = section.required("question").and_then(|field| field.code());
    let by = section.optional("by").map_or_else(|| vec![Side::Client], |field| field.list().iter().filter_map(Field::code).collect());
    let before = section.optional("before").map(|field| field.list().iter().filter_map(Field::code).collect()).unwrap_or_default();
    section.finish();
    if by.is_empty() && section.quiet_list("by").is_empty() && section.has("by") {
        section.refuse("by", "needs at least one side");
    }
    let asked = AskedDecision { question: question?, by, before };
    let types: Vec<_> = TicketType::ALL.into_iter().filter(|kind| kinds::rules(*kind).asked(asked.question).is_some()).collect();
    refuse_foreign(section, &types, &asked.before);
    Some(asked)
}

/// A phase that none of these types has would never be entered, nor would the one in which a ticket is registered.
fn refuse_foreign(section: &Section<'_>, types: &[TicketType], before: &[Step]) {
    let is_entered = |step: &&Step| types.iter().any(|kind| kinds::phase_of(*kind, **step).is_some() && kinds::first(*kind).step != **step);
    for step in before.iter().filter(|step| !is_entered(step)) {
        section.refuse("before", format!("\"{step}\" is no phase that such a ticket enters"));
    }
}

fn response_team(section: &Section<'_>) -> Option<ResponseTeam> {
    let code = plain_code(section);
    let label = label(section, "label", code.as_deref().unwrap_or_default());
    let responsibility = section.required("responsibility").and_then(|field| match field.as_text() {
        Some(_) => field.text().map(|text| Label { nl: text.to_owned(), en: text.to_owned() }),
        None => own_text(&field),
    });
    if responsibility.as_ref().is_some_and(|text| [&text.nl, &text.en].iter().any(|text| text.chars().count() > LONGEST_RESPONSIBILITY)) {
        section.refuse("responsibility", format!("is longer than {LONGEST_RESPONSIBILITY} characters"));
    }
    let roles = section.required("roles").map(|field| {
        if field.is_empty_list() {
            field.refuse("needs at least one role: its holders are the members");
        }
        field.texts()
    });
    section.finish();
    Some(ResponseTeam { code: code?, label, responsibility: responsibility?, roles: roles? })
}

/// What makes no sense together.
pub(super) fn check(root: &Section<'_>) {
    for list in ["services", "categories", "catalogue", "response_teams"] {
        named_once(&root.quiet_sections(list), &["code"]);
    }
    catalogue::check(root);
    let calendars = written(root, "calendars");
    let long_open = root.quiet_sections("long_open");
    let [reminders, notices] = ["reminders", "notices"].map(|key| root.peek(key).and_then(|field| field.quiet_section()));
    for section in reminders.iter().chain(&notices).chain(&long_open) {
        refers(section.peek("calendar"), calendars.as_ref(), "calendar");
    }
    let priorities = written(root, "priorities");
    let exempt = notices.iter().flat_map(|section| section.quiet_list("at_any_hour")).collect::<Vec<_>>();
    lists_once(&exempt);
    for code in exempt {
        refers(Some(code), priorities.as_ref(), "priority");
    }
    lists_once(&long_open.iter().flat_map(|one| one.quiet_list("types")).collect::<Vec<_>>());
    if root.has("handled_alone") && root.peek("records_handling").is_none_or(|field| field.as_bool() != Some(true)) {
        root.refuse("handled_alone", "needs `records_handling = true`: it is counted from what is said of each ticket");
    }
    lists_once(&root.quiet_list("only_types"));
    let roles = written(root, "roles");
    let sides = root.peek("roles").and_then(|field| field.quiet_section());
    for role in root.quiet_list("told_of_progress") {
        let named = sides.as_ref().zip(role.as_text()).and_then(|(roles, code)| roles.peek(code)?.quiet_section());
        if named.and_then(|role| role.peek("side")).is_some_and(|side| side.as_text() == Some(Side::Supplier.as_str())) {
            role.refuse("is a role of the supplier: it is the client that is told");
        }
        refers(Some(role), roles.as_ref(), "role");
    }
    if root.peek("told_of_progress").is_some_and(|field| field.is_empty_list()) {
        root.refuse("told_of_progress", "needs at least one role");
    }
    lists_once(&root.quiet_list("told_of_progress"));
    let teams = root.quiet_sections("response_teams");
    if teams.len() > MOST_TEAMS {
        root.refuse("response_teams", format!("has more than {MOST_TEAMS} teams"));
    }
    for team in &teams {
        let named = team.quiet_list("roles");
        lists_once(&named);
        for role in named {
            refers(Some(role), roles.as_ref(), "role");
        }
    }
    named_once(&root.quiet_sections("kinds"), &["type", "code"]);
    named_once(&root.quiet_sections("links"), &["kind", "from", "to"]);
    named_once(&root.quiet_sections("parts"), &["type", "part"]);
    named_once(&root.quiet_sections("decisions"), &["question"]);
    for section in root.quiet_sections("categories") {
        lists_once(&section.quiet_list("types"));
    }
    for section in root.quiet_sections("decisions") {
        lists_once(&section.quiet_list("by"));
    }
}

fn named_once(sections: &[Section<'_>], keys: &[&str]) {
    let mut seen = BTreeSet::new();
    for section in sections {
        let name: Option<Vec<_>> = keys.iter().map(|key| section.peek(key)?.as_text().map(str::to_owned)).collect();
        if name.is_some_and(|name| !seen.insert(name)) {
            section.refuse_whole(format!("is named twice: another one has the same {}", keys.join(" and ")));
        }
    }
}
