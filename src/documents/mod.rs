//! Documents for people, in Dutch: titles, notes and tables.
//!
//! A document is built once, by whoever knows what it says (`reports::layout`), and can be rendered in every form there is:
//! `text` for a terminal and `json` for programs that lay it out themselves. Cells keep exact values (seconds, counts, instants)
//! until they are rendered, so that a form with types of its own, such as a workbook, can keep them too.
//!
//! Absent on purpose: fonts, colours and widths, which are a renderer's.

mod cell;
pub mod dutch;
pub mod json;
mod table;
pub mod text;

pub use cell::{Cell, CellKind};
pub use table::{Align, Column, Row, Table, TableBuilder};

use serde::Serialize;

use crate::domain::calendar::Zone;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    pub title: String,
    /// The zone in which its moments are shown.
    #[serde(serialize_with = "zone_name")]
    pub time_zone: Zone,
    /// Paragraphs below the title: what the document covers, and what its reader must know first.
    pub lead: Vec<String>,
    pub sections: Vec<Section>,
}

/// One without a title continues where the lead ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    pub title: Option<String>,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Block {
    Paragraph {
        text: String,
    },
    /// A line that belongs to the table below it.
    Note {
        text: String,
    },
    Table(Table),
}

impl Section {
    pub fn new(title: impl Into<String>, blocks: impl Into<Vec<Block>>) -> Self {
        Self { title: Some(title.into()), blocks: blocks.into() }
    }

    pub fn table(title: impl Into<String>, table: impl Into<Table>) -> Self {
        Self::new(title, [Block::Table(table.into())])
    }
}

fn zone_name<S: serde::Serializer>(zone: &Zone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// A small document with every kind of cell, for the tests of renderers.
#[cfg(test)]
fn sample() -> Document {
    let mut table = TableBuilder::new([
        Column::new("Norm", CellKind::Word),
        Column::new("Leeg", CellKind::Text),
        Column::new("Aantal", CellKind::Count),
        Column::new("Duur", CellKind::Duration),
        Column::new("Score", CellKind::Percentage),
        Column::new("Gehaald", CellKind::PartOf),
        Column::new("Sinds", CellKind::Moment),
        Column::new("Datum", CellKind::Date),
        Column::new("Ticket", CellKind::Ticket),
    ]);
    let at: crate::domain::Instant = "2026-03-01T11:00:00Z".parse().expect("an instant");
    let date = at.to_utc().date_naive();
    let met = crate::domain::clock::Comparison::Within.word();
    table.under("incident");
    table.row([
        met.into(),
        Cell::Blank,
        Cell::count(3_u64),
        Cell::Duration { seconds: 14_759 },
        Cell::Percentage { part: 8, whole: 9 },
        Cell::PartOf { part: 8, whole: 9 },
        at.into(),
        date.into(),
        Cell::ticket("INC-1\u{1b}"),
    ]);
    table.total([
        "totaal".into(),
        Cell::Blank,
        Cell::count(3_u64),
        Cell::Missing,
        Cell::Percentage { part: 0, whole: 0 },
        Cell::Missing,
        Cell::Missing,
        Cell::Missing,
        Cell::Missing,
    ]);
    Document {
        title: "Proef".to_owned(),
        time_zone: chrono_tz::Europe::Amsterdam.into(),
        lead: vec!["Van alles één.".to_owned()],
        sections: vec![
            Section { title: None, blocks: vec![Block::Paragraph { text: "Vooraf.".to_owned() }] },
            Section::new("Cijfers", [Block::Note { text: "Afgekort.".to_owned() }, Block::Table(table.into())]),
            Section::table("Niets", TableBuilder::new([Column::new("Ticket", CellKind::Ticket)])),
        ],
    }
}
