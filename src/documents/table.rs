//! Tables: columns of a kind, and rows as wide as there are columns.

use serde::{Serialize, Serializer};

use super::cell::{Cell, CellKind};

/// Every row of cells has one for each column: a `TableBuilder` sees to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub title: &'static str,
    pub kind: CellKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Align {
    Left,
    Right,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Row {
    /// Stands above the rows that belong to it.
    Group {
        title: String,
    },
    Cells {
        cells: Vec<Cell>,
    },
    /// The sums of the rows above it.
    Total {
        cells: Vec<Cell>,
    },
}

impl Column {
    pub const fn new(title: &'static str, kind: CellKind) -> Self {
        Self { title, kind }
    }

    pub const fn align(self) -> Align {
        match self.kind {
            CellKind::Count | CellKind::Ordinal | CellKind::Duration | CellKind::Percentage | CellKind::PartOf => Align::Right,
            CellKind::Text | CellKind::Word | CellKind::Moment | CellKind::Date | CellKind::Ticket => Align::Left,
        }
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown {
            title: &'static str,
            kind: CellKind,
            align: Align,
        }
        Shown { title: self.title, kind: self.kind, align: self.align() }.serialize(serializer)
    }
}

impl Row {
    pub fn cells(&self) -> Option<&[Cell]> {
        match self {
            Self::Group { .. } => None,
            Self::Cells { cells } | Self::Total { cells } => Some(cells),
        }
    }
}

impl Table {
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// A table of `N` columns while its rows are added.
#[derive(Debug)]
pub struct TableBuilder<const N: usize> {
    columns: [Column; N],
    rows: Vec<Row>,
    group: Option<String>,
}

impl<const N: usize> TableBuilder<N> {
    pub fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new(), group: None }
    }

    /// Begins a group, unless the rows are in it already.
    pub fn under(&mut self, group: &str) {
        if self.group.as_deref() != Some(group) {
            self.group = Some(group.to_owned());
            self.rows.push(Row::Group { title: group.to_owned() });
        }
    }

    pub fn row(&mut self, cells: [Cell; N]) {
        self.rows.push(Row::Cells { cells: cells.into() });
    }

    pub fn total(&mut self, cells: [Cell; N]) {
        self.rows.push(Row::Total { cells: cells.into() });
    }
}

impl<const N: usize> From<TableBuilder<N>> for Table {
    fn from(builder: TableBuilder<N>) -> Self {
        Self { columns: builder.columns.into(), rows: builder.rows }
    }
}
