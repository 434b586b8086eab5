//! The index that searches go by: the words of each text by which a ticket is found (`domain::ticket::searched`), a row a text. `query` asks
//! it, and `search_backlog` writes it for tickets of before.
//!
//! A row a text, because texts come and go by themselves: a message on a ticket with a thousand of them writes one row, what is redacted or
//! erased is deleted by its source, whichever tickets that stands on, and so is a changed name replaced. The price is paid by `query`, which
//! joins the rows of a ticket again.
//!
//! `domain::search` folds and separates the words, so that both databases find the same: their own stemming and query syntax stay out of
//! it. PostgreSQL has an index of the rows' words. On SQLite that is a table of its own, `ticket_search_index`, which triggers keep; it holds
//! deleted words until `remains` merges it, and it can give nothing of a row but its id. So that has in it all that a search asks of most
//! rows: the number of the ticket, twenty bits to the left; the place of the text on it; and in the last bit whether the desk alone sees it.

mod query;

pub(super) use query::condition;

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Tx};
use crate::domain::person::Person;
use crate::domain::search::parted;
use crate::domain::ticket::searched::Searched;
use crate::domain::ticket::{Event, ExternalReference, Ticket};

/// The most bytes of words kept for one text: a `tsvector` of PostgreSQL holds at most a mebibyte.
const ROOM: usize = 500_000;
/// Rows written in one statement.
const AT_ONCE: usize = 500;

/// Where a text stands on its ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// That of the ticket's own texts, which replace those of before.
    Own,
    /// That of who reported it.
    Requester,
    /// After all others.
    Next,
}

impl Place {
    /// On SQLite the id of its row, given the number of the ticket and whether the client sees the text as variables.
    fn id(self, number: &str, is_public: &str) -> String {
        match self {
            Self::Own => format!("{number} << 20"),
            Self::Requester => format!("({number} << 20) + 2"),
            Self::Next => format!(
                "(max(({number} << 20) + 3, coalesce((SELECT max(id) FROM ticket_search WHERE id >= {number} << 20 \
                 AND id < ({number} + 1) << 20), {number} << 20)) | 1) + 1 + (NOT {is_public})"
            ),
        }
    }
}

struct Row {
    number: i64,
    place: Place,
    source: Uuid,
    is_public: bool,
    words: String,
}

impl Row {
    fn of(number: i64, place: Place, text: &Searched) -> Self {
        Self { number, place, source: text.source, is_public: text.public, words: fitted(&text.text) }
    }
}

/// Indexes a ticket's own texts, in place of those of before.
pub(super) async fn put(tx: &Tx, ticket: &Ticket, names: &[ExternalReference]) -> Result<(), DbErr> {
    write(tx, &[Row::of(ticket.number, Place::Own, &Searched::of_ticket(ticket, names))]).await
}

/// A ticket with who reported it and its external references.
pub type New<'a> = (&'a Ticket, Option<&'a Person>, &'a [ExternalReference]);

/// Indexes the own texts of tickets that are not in the index yet, and who reported them.
pub async fn put_new<'a>(tx: &Tx, new: impl Iterator<Item = New<'a>>) -> Result<(), DbErr> {
    let rows = new.flat_map(|(ticket, requester, names)| {
        let requester = requester.and_then(Searched::of_requester);
        let requester = requester.map(|text| Row::of(ticket.number, Place::Requester, &text));
        std::iter::once(Row::of(ticket.number, Place::Own, &Searched::of_ticket(ticket, names))).chain(requester)
    });
    write(tx, &rows.collect::<Vec<_>>()).await
}

/// Indexes the reasons of events that are added to a ticket's history.
pub(super) async fn add_reasons<'a>(tx: &Tx, added: impl Iterator<Item = (&'a Ticket, &'a [Event])>) -> Result<(), DbErr> {
    let reasons = added.flat_map(|(ticket, events)| events.iter().filter_map(Searched::of_reason).map(|text| (ticket.number, text)));
    add(tx, reasons).await
}

/// Indexes texts that are not in the index yet, each under the number of its ticket.
pub(super) async fn add(tx: &Tx, texts: impl IntoIterator<Item = (i64, Searched)>) -> Result<(), DbErr> {
    let rows = texts.into_iter().map(|(number, text)| Row::of(number, Place::Next, &text));
    let mut rows: Vec<_> = rows.filter(|row| !row.words.is_empty()).collect();
    // SQLite writes a part of the index for every row with a lower id than the one before.
    rows.sort_by_key(|row| row.number);
    write(tx, &rows).await
}

async fn write(tx: &Tx, rows: &[Row]) -> Result<(), DbErr> {
    // On SQLite the place after all others is found by each row for itself.
    let is_alone = |row: &Row| tx.backend() == Backend::Sqlite && row.place == Place::Next;
    for rows in rows.chunk_by(|one, other| !is_alone(one) && !is_alone(other)) {
        for some in rows.chunks(AT_ONCE) {
            let (columns, key) = match tx.backend() {
                Backend::Postgres => ("number, source, is_public, words", "number, source"),
                Backend::Sqlite => ("id, source, words", "id"),
            };
            let values =
                some.iter().enumerate().map(|(at, row)| row_of(tx.backend(), row.place, 4 * at + 1)).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "INSERT INTO ticket_search ({columns}) VALUES {values} \
                 ON CONFLICT ({key}) DO UPDATE SET source = excluded.source, words = excluded.words"
            );
            let values = some
                .iter()
                .flat_map(|row| -> [Value; 4] { [row.number.into(), row.source.into(), row.is_public.into(), row.words.as_str().into()] });
            run(tx, &sql, values).await?;
        }
    }
    Ok(())
}

/// A row as values, given four variables from one on.
fn row_of(backend: Backend, place: Place, first: usize) -> String {
    let [number, source, is_public] = [0, 1, 2].map(|at| format!("${}", first + at));
    let words = words_in(backend, first + 3);
    match backend {
        Backend::Postgres => format!("({number}, {source}, {is_public}, {words})"),
        Backend::Sqlite => format!("({}, {source}, {words})", place.id(&number, &is_public)),
    }
}

/// Indexes the tickets that somebody reported by another name or address. Costs as much as they have tickets, whatever is on those.
pub async fn put_requester(tx: &Tx, person: &Person) -> Result<(), DbErr> {
    let Some(text) = Searched::of_requester(person) else { return Ok(()) };
    let sql = format!("UPDATE ticket_search SET words = {} WHERE source = $1", words_in(tx.backend(), 2));
    run(tx, &sql, [text.source.into(), fitted(&text.text).into()]).await.map(drop)
}

/// Takes a text out of the index, on whichever tickets it stands. Whether it was there: `remains` then has something to clear.
pub async fn take(tx: &Tx, source: Uuid) -> Result<bool, DbErr> {
    Ok(run(tx, "DELETE FROM ticket_search WHERE source = $1", [source.into()]).await? > 0)
}

/// Takes a ticket out of the index.
pub async fn remove(tx: &Tx, number: i64) -> Result<(), DbErr> {
    let sql = match tx.backend() {
        Backend::Postgres => "DELETE FROM ticket_search WHERE number = $1",
        Backend::Sqlite => "DELETE FROM ticket_search WHERE id >= $1 << 20 AND id < ($1 + 1) << 20",
    };
    run(tx, sql, [number.into()]).await.map(drop)
}

/// How many rows that changed.
async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(tx.backend().into(), sql, values);
    Ok(tx.connection().execute_raw(statement).await?.rows_affected())
}

/// Words with a space between, given as a variable, in the form of their column. On SQLite each has a space before and after it, by which
/// `query` tells where one begins and ends.
fn words_in(backend: Backend, variable: usize) -> String {
    match backend {
        Backend::Postgres => format!("array_to_tsvector(string_to_array(${variable}, ' '))"),
        Backend::Sqlite => format!("' ' || ${variable} || ' '"),
    }
}

/// The words of a text, each once, as many as there is room for.
fn fitted(text: &str) -> String {
    let (mut seen, mut room) = (HashSet::new(), ROOM);
    let words = parted(text).into_iter().filter(|word| seen.insert(word.clone()));
    let fits = words.take_while(|word| {
        let left = room.checked_sub(word.len() + 1);
        room = left.unwrap_or(room);
        left.is_some()
    });
    fits.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_fits() {
        let text = (0..200_000).fold(String::new(), |text, n| text + &format!("woord{n} "));
        let kept = fitted(&text);
        assert!(kept.starts_with("woord0 woord1 ") && kept.len() <= ROOM);
    }
}
