//! Queries: every key known, said once, within its bounds, and all problems at once.
//!
//! A type says once how it is read, key by key; the document reads it too, from a query that says nothing, and so learns
//! which keys there are.

use std::collections::BTreeMap;

use actix_web::web;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::error::Failure;
use super::judge::NUL;
use super::operation::{Argument, Asked, Parameter, Place, Signature, text};
use crate::domain::Instant;
use crate::usecases::{FieldCode, Problem, one_of};
use crate::words::ClosedList;

/// The longest values, in characters: such that all of an operation's together, every sign of them written as twelve, stay
/// below the 65,534 bytes of an address that can be read at all.
const TEXT: usize = 500;
const CODES: usize = 150;
const INSTANT: usize = 50;
const CURSOR: usize = 700;

/// A query as its type reads it.
pub trait FromQuery: Sized {
    fn read(keys: &mut Keys) -> Self;
}

/// A query, with everything wrong with it.
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

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        let mut keys = Keys::of(asked.request.query_string());
        let value = T::read(&mut keys);
        Ok(Self { value, problems: keys.left_over() })
    }
}

impl<T> Query<T> {
    /// The query, once nothing is wrong with it.
    pub fn checked(self) -> Result<T, Failure> {
        if self.problems.is_empty() { Ok(self.value) } else { Err(Failure::invalid(self.problems)) }
    }

    /// The query as far as it could be read, for whoever judges the rest before refusing.
    pub fn partial(self) -> (T, Vec<Problem>) {
        (self.value, self.problems)
    }
}

/// The problems of a query for an operation that has none.
pub fn unknown(query: &str) -> Vec<Problem> {
    Keys::of(query).left_over()
}

/// A problem with a key.
pub fn refused(key: &str, code: FieldCode, detail: impl Into<String>) -> Problem {
    Problem { pointer: key.to_owned(), code, detail: detail.into() }
}

/// Refuses a comma list where one of its values is none of these.
pub fn among<'a>(key: &str, listed: &[String], names: impl Iterator<Item = &'a str> + Clone) -> Option<Problem> {
    let is_known = |value: &String| names.clone().any(|known| known == value);
    if listed.iter().all(is_known) { None } else { Some(refused(key, FieldCode::UnknownValue, one_of(names))) }
}

/// What is left of a query while its type reads it.
pub struct Keys {
    sent: BTreeMap<String, Vec<String>>,
    problems: Vec<Problem>,
    /// The keys asked for so far, when it is the document that asks.
    declared: Option<Vec<Parameter>>,
}

impl Keys {
    fn of(query: &str) -> Self {
        let mut keys = Self { sent: BTreeMap::new(), problems: Vec::new(), declared: None };
        match web::Query::<Vec<(String, String)>>::from_query(query) {
            Ok(pairs) => {
                for (key, value) in pairs.into_inner() {
                    keys.sent.entry(key).or_default().push(value);
                }
            }
            Err(error) => keys.refuse("", FieldCode::BadQuery, format!("the query cannot be read: {error}")),
        }
        keys
    }

    pub fn refuse(&mut self, key: &str, code: FieldCode, detail: impl Into<String>) {
        self.problems.push(refused(key, code, detail));
    }

    /// Refuses a comma list where one of its values is none of these.
    pub fn among<'a>(&mut self, key: &str, listed: &[String], names: impl Iterator<Item = &'a str> + Clone) {
        self.problems.extend(among(key, listed, names));
    }

    fn left_over(mut self) -> Vec<Problem> {
        let unknown = self.sent.into_iter().flat_map(|(key, values)| std::iter::repeat_n(key, values.len()));
        self.problems.extend(unknown.map(|key| refused(&key, FieldCode::UnknownParameter, "is not a parameter here")));
        self.problems
    }

    fn key(&mut self, name: &'static str, words: &str, is_required: bool, schema: impl FnOnce() -> Object) -> Option<String> {
        let parameter = || Parameter { name, place: Place::Query, is_required, words: words.to_owned(), schema: schema(), example: None };
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
                self.refuse(name, FieldCode::Repeated, "is said twice; give several values with commas");
            }
        }
        said
    }

    pub fn text(&mut self, name: &'static str, words: &str) -> Option<String> {
        self.key(name, words, false, || text(None, TEXT))
    }

    /// A text of so many characters.
    pub fn text_of(&mut self, name: &'static str, words: &str, shortest: Option<usize>, longest: usize) -> Option<String> {
        self.key(name, words, false, || text(shortest, longest))
    }

    /// A text that must be given.
    pub fn required(&mut self, name: &'static str, words: &str) -> Option<String> {
        self.key(name, words, true, || text(None, TEXT))
    }

    /// The same of so many characters.
    pub fn required_of(&mut self, name: &'static str, words: &str, shortest: Option<usize>, longest: usize) -> Option<String> {
        self.key(name, words, true, || text(shortest, longest))
    }

    /// One of a few words.
    pub fn word(&mut self, name: &'static str, words: &str) -> Option<String> {
        self.key(name, words, false, || text(None, CODES))
    }

    pub fn flag(&mut self, name: &'static str, words: &str) -> Option<bool> {
        let said = self.key(name, words, false, || ObjectBuilder::new().schema_type(Type::Boolean).build())?;
        let known = said.parse().ok();
        if known.is_none() {
            self.refuse(name, FieldCode::UnknownValue, "must be true or false");
        }
        known
    }

    pub fn instant(&mut self, name: &'static str, words: &str) -> Option<Instant> {
        let read = self.key(name, words, false, || text(None, INSTANT))?.parse::<Instant>();
        read.map_err(|error| self.refuse(name, FieldCode::BadInstant, error.to_string())).ok()
    }

    /// A comma list of names that can be anything.
    pub fn list(&mut self, name: &'static str, words: &str) -> Vec<String> {
        self.key(name, words, false, || text(None, TEXT)).map(|said| listed(&said)).unwrap_or_default()
    }

    /// A comma list of words of which there are a few.
    pub fn words(&mut self, name: &'static str, words: &str) -> Vec<String> {
        self.word(name, words).map(|said| listed(&said)).unwrap_or_default()
    }

    /// A comma list of values that can all be read; else the form they must have is said.
    pub fn parsed<T>(&mut self, name: &'static str, words: &str, read: impl Fn(&str) -> Option<T>, form: &str) -> Vec<T> {
        let listed = self.list(name, words);
        let found: Vec<_> = listed.iter().filter_map(|value| read(value)).collect();
        if found.len() < listed.len() {
            self.refuse(name, FieldCode::UnknownValue, form);
        }
        found
    }

    /// A comma list of values of a closed list.
    pub fn codes<L: ClosedList>(&mut self, name: &'static str, words: &str) -> Vec<L> {
        let listed = self.words(name, words);
        let found: Vec<_> = listed.iter().filter_map(|code| L::of_code(code)).collect();
        if found.len() < listed.len() {
            self.refuse(name, FieldCode::UnknownValue, one_of(L::CODES.iter().copied()));
        }
        found
    }

    /// How many a page shows.
    pub fn page_size(&mut self, words: &str, unless_said: u64) -> u64 {
        let schema = || {
            let whole = ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
            whole.minimum(Some(1)).maximum(Some(100)).build()
        };
        match self.key("pageSize", words, false, schema).map(|said| said.parse()) {
            None => unless_said,
            Some(Ok(size @ 1..=100)) => size,
            Some(_) => {
                self.refuse("pageSize", FieldCode::OutOfRange, "must be from 1 to 100");
                unless_said
            }
        }
    }

    /// Where the page before ended, as its `nextCursor` said.
    pub fn cursor(&mut self, words: &str) -> Option<String> {
        self.key("cursor", words, false, || text(None, CURSOR))
    }

    /// An example of the key read last, for the document.
    pub fn example(&mut self, example: &'static str) {
        if let Some(last) = self.declared.as_mut().and_then(|declared| declared.last_mut()) {
            last.example = Some(example);
        }
    }
}

/// The values of a comma list.
pub fn listed(said: &str) -> Vec<String> {
    said.split(',').map(str::to_owned).collect()
}
