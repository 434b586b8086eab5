//! Query parameters: every key must be known, given once and within its limits, and all problems are reported at once.
//!
//! A type says how it is read in one place, [`FromQuery::read`]. The document runs the same function on an empty query, and so learns
//! which keys there are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::error::Failure;
use super::operation::{Argument, Location, Parameter, RequestContext, Signature, text};
use super::validation::NUL;
use crate::domain::Instant;
use crate::usecases::{FieldCode, Problem, one_of};
use crate::words::ClosedList;

// Characters in a value. An address can have 65,534 bytes, and a character takes up to twelve when encoded (four bytes of UTF-8, three
// each). With these limits the longest query of any operation still fits.
const TEXT: usize = 350;
const SHORT_TEXT: usize = 150;
/// Five ids.
const IDS: usize = 200;
const INSTANT: usize = 40;
const CURSOR: usize = 700;

pub trait FromQuery: Sized {
    fn read(keys: &mut Keys) -> Self;
}

pub struct Query<T> {
    value: T,
    problems: Vec<Problem>,
}

impl<T: FromQuery> Argument for Query<T> {
    fn declare(signature: &mut Signature) {
        let mut keys = Keys { sent: BTreeMap::new(), problems: Vec::new(), declared: Some(Vec::new()) };
        T::read(&mut keys);
        signature.parameters.extend(keys.declared.into_iter().flatten());
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let (value, problems) = read(context.request.query_string());
        Ok(Self { value, problems })
    }
}

/// Reads a query that was kept as text, as a request's would be: as far as it can be read, and its problems.
pub fn read<T: FromQuery>(query: &str) -> (T, Vec<Problem>) {
    let mut keys = Keys::of(query);
    let value = T::read(&mut keys);
    (value, keys.left_over())
}

/// Whether a query that was kept as text says a key.
pub fn has(query: &str, name: &str) -> bool {
    Keys::of(query).sent.contains_key(name)
}

impl<T> Query<T> {
    /// Refuses the query when anything is wrong with it.
    pub fn checked(self) -> Result<T, Failure> {
        if self.problems.is_empty() { Ok(self.value) } else { Err(Failure::invalid(self.problems)) }
    }

    /// For a handler that has more to check before it refuses: the query as far as it could be read, and its problems.
    pub fn partial(self) -> (T, Vec<Problem>) {
        (self.value, self.problems)
    }
}

/// The problems of a query where none is expected: every key is unknown.
pub fn unknown(query: &str) -> Vec<Problem> {
    Keys::of(query).left_over()
}

pub fn refused(key: &str, code: FieldCode, detail: impl Into<String>) -> Problem {
    Problem { pointer: key.to_owned(), code, detail: detail.into() }
}

/// A problem when one of the values is not among `names`.
pub fn among<'a>(key: &str, listed: &[String], names: impl Iterator<Item = &'a str> + Clone) -> Option<Problem> {
    let is_known = |value: &String| names.clone().any(|known| known == value);
    if listed.iter().all(is_known) { None } else { Some(refused(key, FieldCode::UnknownValue, one_of(names))) }
}

/// The query while it is read. Every key that is read is taken out, so what is left is unknown.
pub struct Keys {
    sent: BTreeMap<String, Vec<String>>,
    problems: Vec<Problem>,
    /// Set when the document asks: the keys read so far.
    declared: Option<Vec<Parameter>>,
}

impl Keys {
    fn of(query: &str) -> Self {
        let mut keys = Self { sent: BTreeMap::new(), problems: Vec::new(), declared: None };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => keys.sent.entry(name).or_default().push(value),
                (name, _) => keys.refuse(&name.unwrap_or_default(), FieldCode::BadQuery, "is not UTF-8, each byte of it after a %"),
            }
        }
        keys
    }

    pub fn refuse(&mut self, key: &str, code: FieldCode, detail: impl Into<String>) {
        self.problems.push(refused(key, code, detail));
    }

    pub fn among<'a>(&mut self, key: &str, listed: &[String], names: impl Iterator<Item = &'a str> + Clone) {
        self.problems.extend(among(key, listed, names));
    }

    fn left_over(mut self) -> Vec<Problem> {
        let unknown = self.sent.into_iter().flat_map(|(key, values)| std::iter::repeat_n(key, values.len()));
        self.problems.extend(unknown.map(|key| refused(&key, FieldCode::UnknownParameter, "is not a parameter here")));
        self.problems
    }

    fn key(&mut self, name: &'static str, description: &str, is_required: bool, schema: impl FnOnce() -> Object) -> Option<String> {
        self.said(name, description, (is_required, false), schema)
    }

    /// The value of a key, and for the document whether it must be there; a list takes several values.
    fn said(
        &mut self,
        name: &'static str,
        description: &str,
        (is_required, is_list): (bool, bool),
        schema: impl FnOnce() -> Object,
    ) -> Option<String> {
        let parameter = || Parameter {
            name,
            location: Location::Query,
            is_required,
            description: description.to_owned(),
            schema: schema(),
            example: None,
        };
        if let Some(declared) = &mut self.declared {
            declared.push(parameter());
            return None;
        }
        let Some(values) = self.sent.remove(name) else {
            if is_required {
                self.refuse(name, FieldCode::Required, "is required");
            }
            return None;
        };
        let parameter = parameter();
        let mut said = None;
        for value in values {
            if let Some((code, detail)) = parameter.out_of_bounds(&value) {
                self.refuse(name, code, detail);
            } else if value.contains('\0') {
                self.refuse(name, FieldCode::BadFormat, NUL);
            } else if said.replace(value).is_some() {
                self.refuse(
                    name,
                    FieldCode::Repeated,
                    if is_list { "is said twice; give several values with commas" } else { "is said twice" },
                );
            }
        }
        said
    }

    pub fn text(&mut self, name: &'static str, description: &str) -> Option<String> {
        self.key(name, description, false, || text(None, TEXT))
    }

    pub fn text_of(&mut self, name: &'static str, description: &str, shortest: Option<usize>, longest: usize) -> Option<String> {
        self.key(name, description, false, || text(shortest, longest))
    }

    pub fn required(&mut self, name: &'static str, description: &str) -> Option<String> {
        self.key(name, description, true, || text(None, TEXT))
    }

    pub fn required_of(&mut self, name: &'static str, description: &str, shortest: Option<usize>, longest: usize) -> Option<String> {
        self.key(name, description, true, || text(shortest, longest))
    }

    /// For a code.
    pub fn short_text(&mut self, name: &'static str, description: &str) -> Option<String> {
        self.key(name, description, false, || text(None, SHORT_TEXT))
    }

    pub fn flag(&mut self, name: &'static str, description: &str) -> Option<bool> {
        let said = self.key(name, description, false, || ObjectBuilder::new().schema_type(Type::Boolean).build())?;
        let known = said.parse().ok();
        if known.is_none() {
            self.refuse(name, FieldCode::UnknownValue, "must be true or false");
        }
        known
    }

    pub fn instant(&mut self, name: &'static str, description: &str) -> Option<Instant> {
        let read = self.key(name, description, false, || text(None, INSTANT))?.parse::<Instant>();
        read.map_err(|error| self.refuse(name, FieldCode::BadInstant, error.to_string())).ok()
    }

    /// A span of instants, from the first and before the second; one that no instant lies in is refused.
    pub fn span(&mut self, from: (&'static str, &str), before: (&'static str, &str)) -> (Option<Instant>, Option<Instant>) {
        let span = (self.instant(from.0, from.1), self.instant(before.0, before.1));
        self.must_follow(span.0, (before.0, span.1), from.0);
        span
    }

    /// Refuses a key whose instant is not after that of an earlier key.
    pub fn must_follow(&mut self, from: Option<Instant>, (name, before): (&str, Option<Instant>), first: &str) {
        if from.zip(before).is_some_and(|(from, before)| before <= from) {
            self.refuse(name, FieldCode::BeforeFrom, format!("is not after {first}"));
        }
    }

    /// A comma list.
    pub fn list(&mut self, name: &'static str, description: &str) -> Vec<String> {
        self.said(name, description, (false, true), || text(None, TEXT)).map(|said| listed(&said)).unwrap_or_default()
    }

    /// A comma list of codes.
    pub fn short_list(&mut self, name: &'static str, description: &str) -> Vec<String> {
        self.said(name, description, (false, true), || text(None, SHORT_TEXT)).map(|said| listed(&said)).unwrap_or_default()
    }

    /// A comma list of a few values that `read` accepts, such as ids; `form` says what they must look like.
    pub fn parsed<T>(&mut self, name: &'static str, description: &str, read: impl Fn(&str) -> Option<T>, form: &str) -> Vec<T> {
        let said = self.said(name, description, (false, true), || text(None, IDS));
        let listed = said.map(|said| listed(&said)).unwrap_or_default();
        let found: Vec<_> = listed.iter().filter_map(|value| read(value)).collect();
        if found.len() < listed.len() {
            self.refuse(name, FieldCode::UnknownValue, form);
        }
        found
    }

    pub fn codes<L: ClosedList>(&mut self, name: &'static str, description: &str) -> Vec<L> {
        // Each of them once, and the commas.
        let longest = L::CODES.iter().map(|code| code.len() + 1).sum();
        let said = self.said(name, description, (false, true), || text(None, longest));
        let listed = said.map(|said| listed(&said)).unwrap_or_default();
        let found: Vec<_> = listed.iter().filter_map(|code| L::of_code(code)).collect();
        if found.len() < listed.len() {
            self.refuse(name, FieldCode::UnknownValue, one_of(L::CODES.iter().copied()));
        }
        found
    }

    pub fn page_size(&mut self, description: &str, default: u64) -> u64 {
        self.whole("pageSize", description, (1, 100), default)
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, name: &'static str, description: &str, (least, most): (u64, u64), default: u64) -> u64 {
        let schema = || {
            let whole = ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
            whole.minimum(Some(least)).maximum(Some(most)).build()
        };
        match self.key(name, description, false, schema).map(|said| said.parse()) {
            None => default,
            Some(Ok(said)) if (least..=most).contains(&said) => said,
            Some(_) => {
                self.refuse(name, FieldCode::OutOfRange, format!("must be from {least} to {most}"));
                default
            }
        }
    }

    pub fn cursor(&mut self, description: &str) -> Option<String> {
        self.key("cursor", description, false, || text(None, CURSOR))
    }

    /// Gives the key that was read last an example in the document.
    pub fn example(&mut self, example: &'static str) {
        if let Some(last) = self.declared.as_mut().and_then(|declared| declared.last_mut()) {
            last.example = Some(example);
        }
    }
}

/// A name or value as a form encodes it; `None` when its bytes are no text.
fn decoded(part: &str) -> Option<String> {
    percent_decode_str(&part.replace('+', " ")).decode_utf8().ok().map(Cow::into_owned)
}

pub fn listed(said: &str) -> Vec<String> {
    said.split(',').map(str::to_owned).collect()
}
