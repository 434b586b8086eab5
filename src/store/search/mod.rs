//! The index that searches go by: the words of each text by which a ticket is found (`domain::ticket::searched`), a row a text. `query` asks
//! it, and `search_backlog` writes it for tickets of before.
//!
//! A row a text, because texts come and go by themselves: a message on a ticket with a thousand of them writes one row, what is redacted or
//! erased is deleted by its source, whichever tickets that stands on, and so is a changed name replaced. The price is paid by `query`, which
//! joins the rows of a ticket again.
//!
//! `domain::search` folds and separates the words, so that both databases find the same: their own stemming and query syntax stay out of
//! it. PostgreSQL has an index of the rows' words. On SQLite that is a table of its own, `ticket_search_index`, which triggers keep; it holds
//! deleted words until `remains` merges it.

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
/// Rows written in one statement: four variables each.
const AT_ONCE: usize = 500;

/// A new ticket with who reported it and its external references.
pub type New<'a> = (&'a Ticket, Option<&'a Person>, &'a [ExternalReference]);

/// Indexes new tickets.
pub async fn put_new<'a>(tx: &Tx, new: impl Iterator<Item = New<'a>>) -> Result<(), DbErr> {
    let texts = new.flat_map(|(ticket, requester, names)| {
        let requester = requester.and_then(Searched::of_requester);
        std::iter::once(Searched::of_ticket(ticket, names)).chain(requester).map(|text| (ticket.number, text))
    });
    add(tx, texts).await
}

/// Indexes the reasons of events that are added to a ticket's history.
pub(super) async fn add_reasons<'a>(tx: &Tx, added: impl Iterator<Item = (&'a Ticket, &'a [Event])>) -> Result<(), DbErr> {
    let reasons = added.flat_map(|(ticket, events)| events.iter().filter_map(Searched::of_reason).map(|text| (ticket.number, text)));
    add(tx, reasons).await
}

/// Indexes texts, each under the number of its ticket; one that was indexed before is replaced.
pub(super) async fn add(tx: &Tx, texts: impl IntoIterator<Item = (i64, Searched)>) -> Result<(), DbErr> {
    let rows = texts.into_iter().map(|(number, text)| (number, text.source, text.public, fitted(&text.text)));
    let rows: Vec<_> = rows.filter(|(.., words)| !words.is_empty()).collect();
    for some in rows.chunks(AT_ONCE) {
        let row = |at: usize| format!("(${}, ${}, ${}, {})", 4 * at + 1, 4 * at + 2, 4 * at + 3, words_in(tx.backend(), 4 * at + 4));
        let sql = format!(
            "INSERT INTO ticket_search (number, source, is_public, words) VALUES {} \
             ON CONFLICT (number, source) DO UPDATE SET is_public = excluded.is_public, words = excluded.words",
            (0..some.len()).map(row).collect::<Vec<_>>().join(", ")
        );
        let values = some.iter().flat_map(|(number, source, is_public, words)| -> [Value; 4] {
            [(*number).into(), (*source).into(), (*is_public).into(), words.as_str().into()]
        });
        run(tx, &sql, values).await?;
    }
    Ok(())
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
    run(tx, "DELETE FROM ticket_search WHERE number = $1", [number.into()]).await.map(drop)
}

/// How many rows that changed.
async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(tx.backend().into(), sql, values);
    Ok(tx.connection().execute_raw(statement).await?.rows_affected())
}

/// Words with a space between, given as a variable, in the form of their column. On SQLite each has a space before and after it, by which
/// `query` finds where one begins and ends.
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
