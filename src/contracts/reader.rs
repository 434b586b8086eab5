//! Walks a TOML document, takes what is there and remembers everything that was wrong with it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;

use chrono::NaiveDate;
use toml::{Table, Value};

use super::Finding;
use crate::domain::address::can_be_mailed;
use crate::domain::contract::{Label, Share, TicketType};
use crate::domain::text::is_line;
use crate::words::ClosedList;

#[derive(Default)]
pub(super) struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    pub(super) fn refuse(&self, key: impl Into<String>, reason: impl Display) {
        self.0.borrow_mut().push(Finding { key: key.into(), reason: reason.to_string(), open: false, line: None });
    }

    fn count(&self) -> usize {
        self.0.borrow().len()
    }

    fn leave_open(&self, key: &str) {
        let reason = "is \"unknown\": the agreement leaves it open".to_owned();
        self.0.borrow_mut().push(Finding { key: key.to_owned(), reason, open: true, line: None });
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.0.into_inner()
    }
}

/// A table, and the keys that were asked of it: `finish` refuses the others.
pub(super) struct Section<'a> {
    pub at: String,
    table: &'a Table,
    findings: &'a Findings,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// One value, with its path.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub at: String,
    value: &'a Value,
    findings: &'a Findings,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: &'a Table, findings: &'a Findings) -> Self {
        Self { at: String::new(), table, findings, asked: RefCell::default() }
    }

    /// The path of a key in here.
    pub(super) fn path(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    pub(super) fn refuse(&self, key: &str, reason: impl Display) {
        self.findings.refuse(self.path(key), reason);
    }

    /// Refuses the table as a whole.
    pub(super) fn refuse_whole(&self, reason: impl Display) {
        self.findings.refuse(self.at.clone(), reason);
    }

    pub(super) fn findings_so_far(&self) -> usize {
        self.findings.count()
    }

    /// A key's value; `None` when it is absent or left open.
    pub(super) fn optional(&self, key: &'static str) -> Option<Field<'a>> {
        self.asked.borrow_mut().insert(key);
        self.field(key, self.table.get(key)?)
    }

    /// A key's value; its absence is a problem.
    pub(super) fn required(&self, key: &'static str) -> Option<Field<'a>> {
        if !self.table.contains_key(key) {
            self.asked.borrow_mut().insert(key);
            self.refuse(key, "is required");
            return None;
        }
        self.optional(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A key's value without counting it as asked for; `None` where it is absent or left open.
    pub(super) fn peek(&self, key: &str) -> Option<Field<'a>> {
        let value = self.table.get(key)?;
        Some(Field { at: self.path(key), value, findings: self.findings }).filter(|field| !field.is_open())
    }

    /// The items of a list without those left open; refuses nothing.
    pub(super) fn quiet_list(&self, key: &str) -> Vec<Field<'a>> {
        self.peek(key).into_iter().flat_map(|field| field.items()).filter(|item| !item.is_open()).collect()
    }

    /// The tables of a list; refuses nothing.
    pub(super) fn quiet_sections(&self, key: &str) -> Vec<Section<'a>> {
        self.quiet_list(key).iter().filter_map(Field::quiet_section).collect()
    }

    /// Whether a path such as `clocks.3.goals` leads to something.
    pub(super) fn leads_to(&self, path: &str) -> bool {
        let inside = |value: &'a Value, step: &str| match value {
            Value::Table(table) => table.get(step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        };
        let mut steps = path.split('.');
        let first = steps.next().and_then(|key| self.table.get(key));
        steps.fold(first, |value, step| inside(value?, step)).is_some()
    }

    pub(super) fn keys(&self) -> Vec<&'a str> {
        self.table.keys().map(String::as_str).collect()
    }

    /// Every key with its value, for tables whose keys are names.
    pub(super) fn entries(&self) -> Vec<(&'a str, Field<'a>)> {
        self.table.iter().filter_map(|(key, value)| Some((key.as_str(), self.field(key, value)?))).collect()
    }

    /// Refuses every key nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(key.as_str())) {
            let known: Vec<_> = asked.iter().copied().collect();
            self.refuse(key, format!("is not a key here; the keys are {}", known.join(", ")));
        }
    }

    fn field(&self, key: &str, value: &'a Value) -> Option<Field<'a>> {
        Field { at: self.path(key), value, findings: self.findings }.known()
    }
}

impl<'a> Field<'a> {
    /// This value, unless the agreement leaves it open.
    fn known(self) -> Option<Self> {
        if self.is_open() {
            self.findings.leave_open(&self.at);
            return None;
        }
        Some(self)
    }

    fn is_open(&self) -> bool {
        self.value.as_str() == Some("unknown")
    }

    pub(super) fn refuse(&self, reason: impl Display) {
        self.findings.refuse(self.at.clone(), reason);
    }

    fn expect<T>(&self, found: Option<T>, what: &str) -> Option<T> {
        if found.is_none() {
            self.refuse(format!("must be {what}"));
        }
        found
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.expect(self.value.as_str().filter(|text| !text.trim().is_empty()), "a text")
    }

    /// A text on one line, such as a title or a name.
    pub(super) fn line(&self) -> Option<&'a str> {
        self.text().and_then(|text| {
            self.expect(Some(text).filter(|text| is_line(text)), "a text on one line, with nothing that turns its direction")
        })
    }

    /// A mail address, as it is written.
    pub(super) fn address(&self) -> Option<&'a str> {
        self.text()
            .and_then(|text| self.expect(Some(text).filter(|text| can_be_mailed(text)), "a mail address such as servicedesk@gemeente.nl"))
    }

    /// A text that is the written form of another value.
    pub(super) fn parsed<T: std::str::FromStr<Err: Display>>(&self) -> Option<T> {
        self.text()?.parse().map_err(|error: T::Err| self.refuse(error)).ok()
    }

    pub(super) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        self.expect(found, &format!("one of {}", names.join(", ")))
    }

    pub(super) fn code<L: ClosedList>(&self) -> Option<L> {
        let code = self.text()?;
        self.expect(L::of_code(code), &format!("one of {}", L::CODES.join(", ")))
    }

    pub(super) fn yes_or_no(&self) -> Option<bool> {
        self.expect(self.as_bool(), "true or false")
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// How many items the list has, those left open included.
    pub(super) fn len(&self) -> usize {
        self.value.as_array().map_or(0, Vec::len)
    }

    pub(super) fn has_open_items(&self) -> bool {
        self.items().any(|item| item.is_open())
    }

    pub(super) fn whole(&self, least: u32, most: u32) -> Option<u32> {
        self.expect(self.as_whole().filter(|number| (least..=most).contains(number)), &format!("a whole number from {least} to {most}"))
    }

    /// The value as a whole number, if it is one.
    pub(super) fn as_whole(&self) -> Option<u32> {
        self.value.as_integer().and_then(|number| u32::try_from(number).ok())
    }

    /// A number as it is written.
    pub(super) fn number(&self) -> Option<String> {
        let found = match self.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            _ => None,
        };
        self.expect(found, "a number")
    }

    pub(super) fn date(&self) -> Option<NaiveDate> {
        self.expect(self.as_date(), "a date such as 2026-05-15")
    }

    /// The value as a date, if it is one.
    pub(super) fn as_date(&self) -> Option<NaiveDate> {
        let written = self.value.as_datetime().filter(|written| written.time.is_none() && written.offset.is_none())?;
        let date = written.date?;
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
    }

    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(super) fn is_empty_list(&self) -> bool {
        self.value.as_array().is_some_and(Vec::is_empty)
    }

    pub(super) fn list(&self) -> Vec<Field<'a>> {
        self.expect(self.value.as_array(), "a list");
        self.items().filter_map(Field::known).collect()
    }

    /// The table; `None` where it is something else, without refusing it.
    pub(super) fn quiet_section(&self) -> Option<Section<'a>> {
        let table = self.value.as_table()?;
        Some(Section { at: self.at.clone(), table, findings: self.findings, asked: RefCell::default() })
    }

    fn items(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let (at, findings) = (self.at.clone(), self.findings);
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(move |(index, value)| Field { at: format!("{at}.{index}"), value, findings })
    }

    pub(super) fn texts(&self) -> Vec<String> {
        self.list().iter().filter_map(Self::text).map(str::to_owned).collect()
    }

    pub(super) fn section(&self) -> Option<Section<'a>> {
        self.expect(self.quiet_section(), "a table")
    }

    pub(super) fn sections(&self) -> Vec<Section<'a>> {
        self.list().iter().filter_map(Field::section).collect()
    }
}

/// A text in two languages: English falls back on Dutch, and Dutch on `otherwise`.
pub(super) fn label(section: &Section<'_>, key: &'static str, otherwise: &str) -> Label {
    let Some(texts) = section.optional(key).and_then(|field| field.section()) else {
        return Label { nl: otherwise.to_owned(), en: otherwise.to_owned() };
    };
    let text = |key| texts.optional(key).and_then(|field| field.line()).map(str::to_owned);
    let nl = text("nl").unwrap_or_else(|| otherwise.to_owned());
    let en = text("en").unwrap_or_else(|| nl.clone());
    texts.finish();
    Label { nl, en }
}

/// A text whose Dutch is required, since nothing can stand in for it.
pub(super) fn own_text(field: &Field<'_>) -> Option<Label> {
    let texts = field.section()?;
    let nl = texts.required("nl").and_then(|field| field.line()).map(str::to_owned);
    let en = texts.optional("en").and_then(|field| field.line()).map(str::to_owned);
    texts.finish();
    let nl = nl?;
    Some(Label { en: en.unwrap_or_else(|| nl.clone()), nl })
}

pub(super) fn share(field: &Field<'_>) -> Option<Share> {
    let share = Share::percent(&field.number()?);
    if share.is_none() {
        field.refuse("must be a percentage above 0, at most 100, with at most three decimals");
    }
    share
}

pub(super) fn texts(section: &Section<'_>, key: &'static str) -> Vec<String> {
    section.optional(key).map(|field| field.texts()).unwrap_or_default()
}

pub(super) fn types(field: Option<Field<'_>>) -> Option<Vec<TicketType>> {
    let field = field?;
    if field.is_empty_list() {
        field.refuse("needs at least one type");
    }
    Some(field.list().iter().filter_map(Field::parsed).collect())
}

/// A code that can stand in a path.
pub(super) fn plain_code(section: &Section<'_>) -> Option<String> {
    let code = section.required("code").and_then(|field| field.text()).map(str::to_owned);
    if code.as_deref().is_some_and(|code| !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')) {
        section.refuse("code", "must be of letters, digits, hyphens and underscores");
    }
    code
}
