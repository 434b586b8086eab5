//! A name for people, in both languages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::contract::Label as Written;
use crate::words::Word;

/// A name for people.
#[derive(ToSchema, Serialize)]
pub struct Label {
    /// In Dutch.
    nl: String,
    /// In English.
    en: String,
}

impl Label {
    pub fn new(nl: &str, en: &str) -> Self {
        Self { nl: nl.to_owned(), en: en.to_owned() }
    }
}

impl From<&Written> for Label {
    fn from(label: &Written) -> Self {
        Self::new(&label.nl, &label.en)
    }
}

impl From<Word> for Label {
    fn from(word: Word) -> Self {
        Self::new(word.dutch, word.english)
    }
}
