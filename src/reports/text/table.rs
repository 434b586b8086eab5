//! Columns that line up, and paragraphs that fit.

use std::fmt::Write as _;

/// Between two columns.
const GAP: &str = "  ";

/// On which side of its column a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A table of texts. A column in which no row has anything is left out.
#[derive(Debug)]
pub(super) struct Table {
    heads: Vec<(&'static str, Side)>,
    rows: Vec<Row>,
}

#[derive(Debug)]
enum Row {
    /// A line of its own above what belongs to it.
    Group(String),
    Cells(Vec<String>),
}

impl Table {
    pub fn new(heads: &[(&'static str, Side)]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    pub fn group(&mut self, name: &str) {
        self.rows.push(Row::Group(clean(name)));
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(Row::Cells(cells.into_iter().map(|cell| clean(&cell)).collect()));
    }

    /// Lines, each ended by a newline, none with spaces at its end; a table without rows says so.
    pub fn render(&self) -> String {
        if self.rows.is_empty() {
            return format!("{GAP}Geen.\n");
        }
        let widths = self.widths();
        let heads: Vec<_> = self.heads.iter().map(|(head, _)| (*head).to_owned()).collect();
        let mut out = self.line(&heads, &widths);
        for row in &self.rows {
            match row {
                Row::Group(name) => out.extend([name, "\n"]),
                Row::Cells(cells) => out.push_str(&self.line(cells, &widths)),
            }
        }
        out
    }

    /// The width of each column; `None` for one that is left out.
    fn widths(&self) -> Vec<Option<usize>> {
        let width = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| if let Row::Cells(cells) = row { cells.get(at) } else { None });
            cells.map(|cell| cell.chars().count()).max().filter(|width| *width > 0)
        };
        self.heads.iter().enumerate().map(|(at, (head, _))| width(at).map(|width| width.max(head.chars().count()))).collect()
    }

    fn line(&self, cells: &[String], widths: &[Option<usize>]) -> String {
        let mut line = String::new();
        for ((cell, (_, side)), width) in cells.iter().zip(&self.heads).zip(widths) {
            let Some(width) = *width else { continue };
            let _ = match side {
                Side::Left => write!(line, "{GAP}{cell:<width$}"),
                Side::Right => write!(line, "{GAP}{cell:>width$}"),
            };
        }
        format!("{}\n", line.trim_end())
    }
}

/// Words in lines of at most `width` characters, unless one word is longer.
pub(super) fn paragraph(text: &str, width: usize) -> String {
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

/// A text that cannot move a terminal's cursor.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_an_empty_one_is_left_out() {
        let mut table = Table::new(&[("Type", Side::Left), ("Niveau", Side::Left), ("n", Side::Right)]);
        table.group("groep");
        table.row(["één".to_owned(), String::new(), "7".to_owned()]);
        table.row(["tweede".to_owned(), String::new(), "1200".to_owned()]);
        assert_eq!(Table::new(&[("Type", Side::Left)]).render(), "  Geen.\n");
        assert_eq!(table.render(), "  Type       n\ngroep\n  één        7\n  tweede  1200\n");
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
