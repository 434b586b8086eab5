//! The formats in which a command prints a report.

use clap::ValueEnum;
use serde::Serialize;

use crate::documents::{Document, json, text};

/// For reports that are figures first and a page second.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Format {
    /// A page for a terminal.
    #[default]
    Text,
    /// That page as JSON: titles, columns, and cells with their exact values.
    Document,
    /// The figures alone, as the API answers them.
    Json,
}

/// For what is only a page.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Page {
    /// For a terminal.
    #[default]
    Text,
    /// As JSON: titles, columns, and cells with their exact values; of several files, a list.
    Document,
}

impl Format {
    pub fn render(self, figures: &impl Serialize, document: impl Fn() -> Document) -> serde_json::Result<String> {
        match self {
            Self::Text => Page::Text.render(&document()),
            Self::Document => Page::Document.render(&document()),
            Self::Json => serde_json::to_string_pretty(figures),
        }
    }
}

impl Page {
    /// One document as itself; several as pages one after the other, or as a JSON list.
    pub fn render_all(self, documents: &[Document]) -> serde_json::Result<String> {
        match (self, documents) {
            (_, [only]) => self.render(only),
            (Self::Text, _) => Ok(documents.iter().map(text::render).collect::<Vec<_>>().join("\n")),
            (Self::Document, _) => serde_json::to_string_pretty(documents),
        }
    }

    pub fn render(self, document: &Document) -> serde_json::Result<String> {
        match self {
            Self::Text => Ok(text::render(document)),
            Self::Document => json::render(document),
        }
    }
}
