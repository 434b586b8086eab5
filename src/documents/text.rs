//! A document as a page for a terminal: underlined titles, columns that line up, paragraphs that fit.
//!
//! A column in which nothing stands is left out. No text in a document can move the terminal's cursor.

use std::fmt::Write as _;

use super::{Align, Block, Column, Document, Row, Section, Table, dutch};
use crate::domain::calendar::Zone;

/// The longest line of running text.
const WIDTH: usize = 100;
/// Indents every column, and the notes of a table.
const GAP: &str = "  ";

/// The whole page, ended by a newline.
pub fn render(document: &Document) -> String {
    let lead: String = document.lead.iter().map(|text| paragraph(text, WIDTH)).collect();
    let head = format!("{}{lead}", underlined(&document.title, "═"));
    let sections = document.sections.iter().map(|section| self::section(section, &document.time_zone));
    std::iter::once(head).chain(sections).collect::<Vec<_>>().join("\n")
}

fn section(section: &Section, zone: &Zone) -> String {
    let title = section.title.as_deref().map(|title| underlined(title, "─")).unwrap_or_default();
    let block = |block: &Block| match block {
        Block::Paragraph { text } => paragraph(text, WIDTH),
        Block::Note { text } => format!("{GAP}{}\n", clean(text)),
        Block::Table(table) => self::table(table, zone),
    };
    section.blocks.iter().map(block).fold(title, |page, block| page + &block)
}

fn underlined(title: &str, line: &str) -> String {
    let title = clean(title);
    format!("{title}\n{}\n", line.repeat(title.chars().count()))
}

/// Lines, each ended by a newline, none with spaces at its end; a table without rows says so.
fn table(table: &Table, zone: &Zone) -> String {
    if table.rows().is_empty() {
        return format!("{GAP}Geen.\n");
    }
    let worded = |row: &Row| row.cells().map(|cells| cells.iter().map(|cell| clean(&dutch::cell(cell, zone))).collect::<Vec<_>>());
    let rows: Vec<_> = table.rows().iter().map(worded).collect();
    let columns: Vec<_> = table.columns().iter().enumerate().map(|(at, column)| (*column, width(*column, at, &rows))).collect();
    let heads: Vec<_> = table.columns().iter().map(|column| column.title.to_owned()).collect();
    let mut out = line(&heads, &columns);
    for (row, cells) in table.rows().iter().zip(&rows) {
        match (row, cells) {
            (Row::Group { title }, _) => out.extend([&*clean(title), "\n"]),
            (_, cells) => out.push_str(&line(cells.as_deref().unwrap_or_default(), &columns)),
        }
    }
    out
}

/// The width of a column; `None` for one that is left out.
fn width(column: Column, at: usize, rows: &[Option<Vec<String>>]) -> Option<usize> {
    let widest = rows.iter().flatten().filter_map(|cells| cells.get(at)).map(|cell| cell.chars().count()).max();
    widest.filter(|width| *width > 0).map(|width| width.max(column.title.chars().count()))
}

fn line(cells: &[String], columns: &[(Column, Option<usize>)]) -> String {
    let mut line = String::new();
    for (cell, (column, width)) in cells.iter().zip(columns) {
        let Some(width) = *width else { continue };
        let _ = match column.align() {
            Align::Left => write!(line, "{GAP}{cell:<width$}"),
            Align::Right => write!(line, "{GAP}{cell:>width$}"),
        };
    }
    format!("{}\n", line.trim_end())
}

/// Words in lines of at most `width` characters, unless one word is longer.
fn paragraph(text: &str, width: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.push('\n');
    out
}

fn clean(text: &str) -> String {
    // Texts come from contracts and clients: a control character in one could move the cursor or fake output.
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_an_empty_one_is_left_out() {
        let page = "\
Proef
═════
Van alles één.

Vooraf.

Cijfers
───────
  Afgekort.
  Norm    Aantal        Duur   Score  Gehaald  Sinds                Datum       Ticket
incident
  binnen       3  4 u 05 min  88,9 %  8 van 9  01-03-2026 12:00:00  01-03-2026  INC-1
  totaal       3           –       –        –  –                    –           –

Niets
─────
  Geen.
";
        assert_eq!(render(&super::super::sample()), page);
    }

    #[test]
    fn a_paragraph_breaks_between_words_and_keeps_a_long_one_whole() {
        assert_eq!(paragraph("een twee  drie", 8), "een twee\ndrie\n");
        assert_eq!(paragraph("a onbreekbaarlang b", 5), "a\nonbreekbaarlang\nb\n");
    }

    #[test]
    fn nothing_in_a_text_moves_the_cursor() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a [2Jb c");
    }
}
